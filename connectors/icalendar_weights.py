"""One recurrence rule in, what its expansion costs at most out, or the reason why it is refused (RFC 5545, 3.3.10).

The expansion walks through all periods of the rule from its start on, looks at every day of each, and, where a rule
matches nothing more, goes on to the year 9999. All figures are upper bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MAX_INTERVAL = 1000
_MOST_A_DAY = 8
_MOST_NUMBERS = 400

# Costs in steps, measured with dateutil: one for an occurrence, the rest in proportion.
_PERIOD, _DAY, _POSITION, _POSITION_DAY = 0.6, 0.03, 0.5, 0.02

_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_LONGEST = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
#: How often a day of the week comes in a period.
_WEEKDAYS = {"DAILY": 1, "WEEKLY": 1, "MONTHLY": 5, "YEARLY": 53}
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_SHORTEST_MONTH = 28
_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_OTHERS = frozenset({"FREQ", "UNTIL", "WKST", "BYDAY"})
_NUMBERS = frozenset(
    {
        "INTERVAL",
        "COUNT",
        "BYMONTH",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYSETPOS",
        "BYHOUR",
        "BYMINUTE",
        "BYSECOND",
    }
)
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
#: Parts that RFC 5545 allows with yearly rules only, or that make a short rule search for ever.
_YEARLY_ONLY = frozenset({"BYYEARDAY", "BYWEEKNO"})
_CHOOSING = frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})


class Refused(Exception):
    """The series is not expanded; the message says why, in a few words for the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The days from which occurrences are asked for, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a rule costs at most: ``steps`` up to the last day of the reach, ``search`` where it may match nothing
    more and goes on, and ``inside``, how many occurrences the reach has.
    """

    steps: float
    search: float
    inside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule that was read: ``parts`` are its numbers by name, ``weekdays`` those of BYDAY with their ordinals."""

    frequency: str
    interval: int
    parts: dict[str, list[int]]
    weekdays: list[tuple[int | None, str]]
    until: date | None

    @property
    def choosing(self) -> set[str]:
        """The names of the parts that choose among days."""
        return (self.parts.keys() | ({"BYDAY"} if self.weekdays else set())) & _CHOOSING


def weighed(text: str, start: date, reach: Reach) -> Weight:
    """What the rule ``text`` of a series that begins on the day ``start`` costs.

    Raises:
        Refused: it is broken, more than daily, or can never match.
    """
    rule = _read(text)
    times = 1
    for name in _TIMES:
        times *= len(set(rule.parts.get(name, [0])))
    if times > _MOST_A_DAY:
        raise Refused("repeats more often than daily")
    found = _days_a_period(rule) * times
    positions = rule.parts.get("BYSETPOS", [])
    if not _can_match(rule) or (positions and min(map(abs, positions)) > found):
        raise Refused("has a rule that never happens")
    if positions:
        found = min(found, len(positions))
    longest = _LONGEST[rule.frequency]
    period = _PERIOD + _DAY * longest + len(positions) * (_POSITION + _POSITION_DAY * longest)
    last = min(reach.last, rule.until or reach.last)
    yielded = _periods(rule, start, last) * found
    if "COUNT" in rule.parts:
        yielded = min(yielded, rule.parts["COUNT"][0])
    return Weight(
        steps=_periods(rule, start, last) * period + yielded,
        search=0.0 if _surely_goes_on(rule, start) else _periods(rule, start, date.max) * period,
        inside=min(yielded, _periods(rule, max(start, reach.first), last) * found),
    )


def _read(text: str) -> _Rule:
    found: dict[str, str] = {}
    for part in filter(None, text.upper().split(";")):
        match = _PART.fullmatch(part.strip())
        if match is None or match[1] not in _OTHERS | _NUMBERS:
            raise Refused("has a rule that cannot be read")
        found[match[1]] = match[2]
    frequency = found.get("FREQ", "")
    if frequency not in _DAYS:
        raise Refused("repeats more often than daily" if frequency else "has a rule that cannot be read")
    parts = {name: _numbers(value) for name, value in found.items() if name in _NUMBERS}
    interval = parts.get("INTERVAL", [1])[0]
    if not 1 <= interval <= MAX_INTERVAL:
        raise Refused("has an interval that is not possible")
    return _Rule(
        frequency=frequency,
        interval=interval,
        parts=parts,
        weekdays=_weekdays(found["BYDAY"]) if "BYDAY" in found else [],
        until=_until(found.get("UNTIL", "")),
    )


def _numbers(text: str) -> list[int]:
    numbers = text.split(",")
    if len(numbers) > _MOST_NUMBERS or max(map(len, numbers)) > 10:
        raise Refused("has a rule that cannot be read")
    try:
        return list(dict.fromkeys(map(int, numbers)))
    except ValueError:
        raise Refused("has a rule that cannot be read") from None


def _weekdays(text: str) -> list[tuple[int | None, str]]:
    found = []
    for name in text.split(",")[:_MOST_NUMBERS]:
        match = _WEEKDAY.fullmatch(name)
        if match is None:
            raise Refused("has a rule that cannot be read")
        found.append((int(match[1]) if match[1] else None, match[2]))
    return list(dict.fromkeys(found))


def _until(text: str) -> date | None:
    """The last day, one day later for the sake of zones; None where there is none or it is not understood."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _periods(rule: _Rule, first: date, last: date) -> float:
    return max(0, (last - first).days) / (_DAYS[rule.frequency] * rule.interval) + 1


def _days_a_period(rule: _Rule) -> int:
    """How many days of one period can match."""
    frequency, parts = rule.frequency, rule.parts
    most = [_LONGEST[frequency]]
    months = len(parts.get("BYMONTH", []))
    if not rule.choosing - {"BYMONTH", "BYSETPOS"}:
        return max(1, months) if frequency == "YEARLY" else 1  # the day on which the series begins
    if months and frequency == "YEARLY":
        most.append(31 * months)
    if "BYMONTHDAY" in parts and frequency in ("MONTHLY", "YEARLY"):
        most.append(len(parts["BYMONTHDAY"]) * (12 if frequency == "YEARLY" else 1))
    if "BYYEARDAY" in parts:
        most.append(len(parts["BYYEARDAY"]))
    if "BYWEEKNO" in parts:
        most.append(7 * len(parts["BYWEEKNO"]))
    if rule.weekdays:
        every = _WEEKDAYS[frequency]
        most.append(sum(every if ordinal is None else min(every, 12) for ordinal, _ in rule.weekdays))
    return min(most)


def _can_match(rule: _Rule) -> bool:
    """False for rules that would search their days in vain until the year 9999."""
    if rule.frequency != "YEARLY" and _YEARLY_ONLY & rule.parts.keys():
        return False
    if rule.frequency == "WEEKLY" and "BYMONTHDAY" in rule.parts:
        return False
    months = [month for month in rule.parts.get("BYMONTH", [1]) if 1 <= month <= 12]
    longest = max((_LONGEST_MONTHS.get(month, 31) for month in months), default=0)
    return longest >= min(map(abs, rule.parts.get("BYMONTHDAY", [1])))


def _surely_goes_on(rule: _Rule, start: date) -> bool:
    """Whether a rule that can match at all finds another day soon, so that it ends where nobody asks for more."""
    days = rule.choosing
    if rule.frequency == "DAILY":
        if rule.interval == 1 or not days or (days == {"BYMONTH"} and rule.interval <= _SHORTEST_MONTH):
            return True
        named = {name for _, name in rule.weekdays}
        return days == {"BYDAY"} and (rule.interval % 7 != 0 or _NAMES[start.weekday()] in named)
    if rule.frequency == "WEEKLY":
        return rule.interval == 1 or "BYMONTH" not in days
    return not days
