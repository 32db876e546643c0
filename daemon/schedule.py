"""Times as the config writes them in, when things are due out. Pure: the clock and chance are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKLY: Final = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d)")
_DURATION: Final = re.compile(r"([1-9]\d{0,5}) ?(s|min|m|h|d)")
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}

#: An account that fails again and again is tried this rarely at most, and at least this much more rarely each time.
LONGEST_PAUSE: Final = timedelta(hours=1)
_GROWTH: Final = 2.0
_JITTER: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A weekday (Monday is 0) and a time of day on the owner's calendar."""

    weekday: int
    at: time


def weekly(text: str) -> Weekly:
    """``Mon 07:30`` as a time of the week.

    Raises:
        ValueError: it is not written so.
    """
    found = _WEEKLY.fullmatch(text)
    if found is None:
        raise ValueError(f'write it like "Mon 07:30", not {text!r}')
    return Weekly(weekday=_WEEKDAYS.index(found[1]), at=time(int(found[2]), int(found[3])))


def duration(text: str) -> timedelta:
    """``30s``, ``5m``, ``2h`` or ``1d`` as a duration.

    Raises:
        ValueError: it is not written so.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f'write it like "30s", "5m" or "2h", not {text!r}')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def pause(every: timedelta, *, failures: int, asked: timedelta | None = None, chance: float) -> timedelta:
    """How long to wait before an account is read again.

    Args:
        every: the interval while all is well.
        failures: how often in a row it has failed.
        asked: what the source itself asked to wait, if it did; never cut short.
        chance: a random number from 0 to 1, which keeps several accounts from failing in step.
    """
    if not failures:
        return every
    longer = min(every * _GROWTH ** min(failures, 16), max(LONGEST_PAUSE, every))
    spread = longer * (1 + _JITTER * (2 * chance - 1))
    return max(spread, asked or timedelta())
