"""Which occurrences of recurring events were yielded in, which of them are no longer there out.

When an occurrence is deleted, Graph tells its series anew and says nothing of the one that is missing, so a cursor
remembers them: digests of their keys and their days, of the days from ``REMEMBERED`` ago on.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Set
from datetime import date, timedelta
from typing import Final

from connectors.known_items import KEY_WIDTH, key_digest

REMEMBERED: Final = timedelta(days=400)
_COUNT_WIDTH: Final = 2
_DAY_WIDTH: Final = 2
_FIRST: Final = date(2000, 1, 1)
_MOST: Final = 2**16 - 1


class Known:
    """Occurrences by the digests of their series and their own, with their days."""

    def __init__(self, text: str = "") -> None:
        """What ``packed`` wrote. Raises ValueError where it did not."""
        self._series: dict[bytes, dict[bytes, int]] = {}
        data, at = base64.b85decode(text), 0
        while at < len(data):
            series, at = data[at : at + KEY_WIDTH], at + KEY_WIDTH
            count, at = int.from_bytes(data[at : at + _COUNT_WIDTH], "big"), at + _COUNT_WIDTH
            kept = self._series.setdefault(series, {})
            for _ in range(count):
                key, at = data[at : at + KEY_WIDTH], at + KEY_WIDTH
                kept[key], at = int.from_bytes(data[at : at + _DAY_WIDTH], "big"), at + _DAY_WIDTH
        if at != len(data):
            raise ValueError("cut off")

    def __contains__(self, series: str) -> bool:
        return key_digest(series) in self._series

    def add(self, series: str, key: bytes, day: date) -> None:
        """An occurrence was yielded; ``key`` is its digest."""
        kept = self._series.setdefault(key_digest(series), {})
        if len(kept) < _MOST:
            kept[key] = min(max(0, (day - _FIRST).days), _MOST)

    def remove(self, key: bytes) -> None:
        """An occurrence is gone."""
        for kept in self._series.values():
            kept.pop(key, None)

    def missing(self, series: str, there: Set[bytes], first: date, until: date) -> list[bytes]:
        """The occurrences of a series between two days that are not among those that are ``there``."""
        low, high = (first - _FIRST).days, (until - _FIRST).days
        kept = self._series.get(key_digest(series), {})
        return sorted(key for key, day in kept.items() if low <= day < high and key not in there)

    def packed(self, today: date) -> str:
        """All of it as text."""
        return base64.b85encode(b"".join(self._pieces((today - REMEMBERED - _FIRST).days))).decode("ascii")

    def _pieces(self, low: int) -> Iterator[bytes]:
        for series in sorted(self._series):
            kept = {key: day for key, day in self._series[series].items() if day >= low}
            if kept:
                yield series + len(kept).to_bytes(_COUNT_WIDTH, "big")
                for key in sorted(kept):
                    yield key + kept[key].to_bytes(_DAY_WIDTH, "big")
