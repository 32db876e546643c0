"""Sets of UIDs as IMAP writes them (``1:40,42``) in and out, kept as ranges however many UIDs they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

#: UIDs are 32 bits wide.
HIGHEST: Final = 2**32 - 1
_SET = re.compile(r"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*")


@dataclass(frozen=True, slots=True)
class Uids:
    """A set of UIDs: ``ranges`` ascend and neither overlap nor touch."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Uids:
        """The set of these numbers."""
        return _merged((number, number) for number in sorted(numbers))

    @classmethod
    def parsed(cls, text: str) -> Uids:
        """What a set of IMAP says; empty text is the empty set.

        Raises:
            ValueError: it is none, or names what is no UID.
        """
        if not text:
            return cls()
        if not _SET.fullmatch(text):
            raise ValueError("no set of UIDs")
        ranges = []
        for piece in text.split(","):
            one, _, other = piece.partition(":")
            low, high = sorted((int(one), int(other or one)))
            if low < 1 or high > HIGHEST:
                raise ValueError("no UID")
            ranges.append((low, high))
        return _merged(sorted(ranges))

    def __str__(self) -> str:
        return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in self.ranges)

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self.ranges)

    def __or__(self, other: Uids) -> Uids:
        return _merged(sorted((*self.ranges, *other.ranges)))

    def __and__(self, other: Uids) -> Uids:
        return self - (self - other)

    def __sub__(self, other: Uids) -> Uids:
        left: list[tuple[int, int]] = []
        taken, place = other.ranges, 0
        for low, high in self.ranges:
            while place < len(taken) and taken[place][1] < low:
                place += 1
            step = place
            while step < len(taken) and taken[step][0] <= high:
                if taken[step][0] > low:
                    left.append((low, taken[step][0] - 1))
                low = taken[step][1] + 1
                step += 1
            if low <= high:
                left.append((low, high))
        return Uids(tuple(left))

    def newest_first(self) -> Iterator[int]:
        """Every UID, from the highest down."""
        for low, high in reversed(self.ranges):
            yield from range(high, low - 1, -1)

    def above(self, lowest: int) -> Uids:
        """Those that are not below ``lowest``."""
        return self - Uids(((0, lowest - 1),)) if lowest > 0 else self


def _merged(ascending: Iterable[tuple[int, int]]) -> Uids:
    merged: list[tuple[int, int]] = []
    for low, high in ascending:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return Uids(tuple(merged))
