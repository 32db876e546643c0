"""Times as the config writes them in, when things are due out. Pure: the clock and chance are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKLY: Final = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d)")
_DURATION: Final = re.compile(r"([1-9]\d{0,5}) ?(s|min|m|h|d)")
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}

#: An account that its source turns away is tried again after this long, then twice that, up to the longest.
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
#: An account that needs its owner is looked at this rarely, unless a file that it depends on has changed.
PAUSED: Final = timedelta(hours=1)
#: An account whose source breaks its protocol.
STOPPED: Final = timedelta(days=1)
#: No source may ask for a longer silence.
_LONGEST_ASKED: Final = timedelta(days=1)
_GROWTH: Final = 2.0
_JITTER: Final = 0.2
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


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


def jittered(wait: timedelta, chance: float) -> timedelta:
    """``wait``, up to a tenth shorter or longer by ``chance`` (0 to 1), so that several accounts fall out of step."""
    return wait * (1 + _JITTER * (chance - 0.5))


def backoff(failures: int, *, every: timedelta, asked: timedelta | None = None, chance: float) -> timedelta:
    """How long an account (or a letter) that failed for a passing reason waits before the next try.

    Args:
        failures: how often in a row it has failed, 1 or more.
        every: the interval while all is well; the first pause is no longer.
        asked: what the source itself asked to wait, if it did; not cut short, but no longer than a day.
        chance: a random number from 0 to 1.
    """
    longer = min(min(every, FIRST_PAUSE) * _GROWTH ** min(failures - 1, 16), max(LONGEST_PAUSE, every))
    return max(jittered(longer, chance), min(asked or timedelta(), _LONGEST_ASKED))


def last_time(when: Weekly, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment (UTC) not after ``now`` at which it is ``when`` on the calendar of ``zone``.

    An hour that the clocks leave out is taken as they would have shown it unchanged (02:30 is 03:30 then); one that
    comes twice counts the first time.
    """
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    # A week on, for it may be that late in the zone already; two back, for a clock that was moved.
    for weeks in (1, 0, -1, -2):
        found = _moment(monday + weeks * _WEEK + when.weekday * _DAY, when.at, zone)
        if found <= now:
            return found
    raise ValueError("no week without its weekdays")


def next_time(when: Weekly, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment (UTC) after ``now`` at which it is ``when`` on the calendar of ``zone``; see ``last_time``."""
    day = last_time(when, zone, now).astimezone(zone).date()
    # The day of the last time is the weekday itself, but where a whole day was left out or the hour was moved over midnight.
    for days in range(1, 16):
        on = day + timedelta(days=days)
        if on.weekday() == when.weekday and (found := _moment(on, when.at, zone)) > now:
            return found
    raise ValueError("no week without its weekdays")


def _moment(on: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, at, tzinfo=zone).astimezone(UTC)
