"""A recurring series in, its occurrences inside a window out, or the reason why it is refused.

Rules come from strangers and the expansion itself cannot be interrupted, so each rule is judged before: what may
take long is refused. What is left is finite and short.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.icalendar_times import Moment

#: More exceptions, added dates or changed occurrences in one series than this are refused.
MAX_DATES = 5000
#: Steps that a rule may take from its start to the end of the window (a daily event of a hundred years).
MAX_STEPS = 40_000
MAX_RECURRING_CHANGES = 200
MAX_INTERVAL = 1000
_MOST_A_DAY = 8

_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_PARTS = frozenset(
    [
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "WKST",
        "BYDAY",
        "BYMONTH",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYSETPOS",
        "BYHOUR",
        "BYMINUTE",
        "BYSECOND",
    ]
)
#: Parts that RFC 5545 allows with yearly rules only, or that make a short rule search for ever.
_YEARLY_ONLY = frozenset({"BYYEARDAY", "BYWEEKNO"})
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class Refused(Exception):
    """The series is not expanded; the message says why, in a few words for the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One event text of a series: the master (``recurrence_id`` None) or a change of one occurrence.

    Times are dates, aware times or naive ones, as the calendar has them; ``index`` is handed back.
    """

    index: int
    start: Moment
    end: Moment
    sequence: int
    recurrence_id: Moment | None = None
    this_and_future: bool = False
    rules: tuple[str, ...] = ()
    exceptions: tuple[Moment | tuple[Moment, Moment | timedelta], ...] = ()
    additions: tuple[Moment | tuple[Moment, Moment | timedelta], ...] = ()

    @property
    def recurs(self) -> bool:
        """Whether it has rules or dates of its own."""
        return bool(self.rules or self.exceptions or self.additions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One occurrence: which event text describes it, and when. ``original`` is its start before it was moved."""

    index: int
    start: Moment
    end: Moment
    original: Moment


def occurrences(instances: Sequence[Instance], window: tuple[datetime, datetime]) -> list[Occurrence]:
    """The occurrences of one series that touch ``window`` (aware UTC), in the order of their starts.

    Raises:
        Refused: a rule is too frequent, too long or wrong.
    """
    _judge_series(instances, window[1])
    import recurring_ical_events

    try:
        query = recurring_ical_events.of(_calendar(instances))
        found = query.between(*window)
    except recurring_ical_events.errors.InvalidCalendar as error:
        raise Refused("has a rule that cannot be read") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
        raise Refused("has a rule that cannot be read") from error
    by_index = {instance.index: instance for instance in instances}
    made = [_occurrence(component, by_index) for component in found]
    return sorted(made, key=lambda occurrence: (str(occurrence.original), occurrence.index))


def _occurrence(component: object, by_index: dict[int, Instance]) -> Occurrence:
    values = dict(component)  # type: ignore[call-overload]
    index = int(values["X-INDEX"])
    start, end = values["DTSTART"].dt, values["DTEND"].dt
    instance = by_index[index]
    original = instance.recurrence_id
    if original is None:
        original = start
    elif instance.this_and_future:
        original = start - (_comparable(instance.start) - _comparable(original))
    return Occurrence(index=index, start=start, end=end, original=original)


def _comparable(when: Moment) -> datetime:
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _calendar(instances: Sequence[Instance]) -> object:
    """The series as an icalendar object, with nothing in it but what recurrence needs."""
    import icalendar

    calendar = icalendar.Calendar()
    for instance in instances:
        event = icalendar.Event()
        event.add("UID", "series")
        event.add("X-INDEX", str(instance.index))
        event.add("DTSTART", instance.start)
        event.add("DTEND", instance.end)
        event.add("SEQUENCE", instance.sequence)
        if instance.recurrence_id is not None:
            parameters = {"RANGE": "THISANDFUTURE"} if instance.this_and_future else {}
            event.add("RECURRENCE-ID", instance.recurrence_id, parameters=parameters)
        for rule in instance.rules:
            event.add("RRULE", icalendar.vRecur.from_ical(rule))
        for when in instance.exceptions:
            event.add("EXDATE", [when])
        for when in instance.additions:
            event.add("RDATE", [when], parameters={"VALUE": "PERIOD"} if isinstance(when, tuple) else {})
        calendar.add_component(event)
    return calendar


def _judge_series(instances: Sequence[Instance], window_end: datetime) -> None:
    """Raises Refused where the expansion may take long, or a rule is wrong."""
    for instance in instances:
        if max(len(instance.exceptions), len(instance.additions), len(instances)) > MAX_DATES:
            raise Refused("has too many exceptions")
    # Each of these costs a walk through the whole rule.
    if sum(1 for one in instances if one.recurrence_id is not None and one.recurs) > MAX_RECURRING_CHANGES:
        raise Refused("has too many exceptions")
    for instance in instances:
        for rule in instance.rules:
            _judge(rule, instance.start, window_end)


def _judge(rule: str, start: Moment, window_end: datetime) -> None:
    """Refuse a rule that is broken, more than daily, or needs too many steps.

    Raises:
        Refused: with the reason.
    """
    parts = {}
    for part in filter(None, rule.upper().split(";")):
        match = _PART.fullmatch(part.strip())
        if match is None or match[1] not in _PARTS:
            raise Refused("has a rule that cannot be read")
        parts[match[1]] = match[2]
    frequency = parts.get("FREQ", "")
    if frequency not in _DAYS:
        raise Refused("repeats more often than daily" if frequency else "has a rule that cannot be read")
    interval = _numbers(parts.get("INTERVAL", "1"))[0]
    if not 1 <= interval <= MAX_INTERVAL:
        raise Refused("has an interval that is not possible")
    a_day = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= len(set(_numbers(parts[name]))) if name in parts else 1
    if a_day > _MOST_A_DAY:
        raise Refused("repeats more often than daily")
    days = (window_end.date() - (start.date() if isinstance(start, datetime) else start)).days
    if days // (_DAYS[frequency] * interval) > MAX_STEPS:
        raise Refused("repeats since too long ago")
    if not _can_match(parts, frequency):
        raise Refused("has a rule that never happens")


def _can_match(parts: dict[str, str], frequency: str) -> bool:
    """False for rules that would search their days in vain until the year 9999."""
    if frequency == "YEARLY":
        return True  # at most 8,000 steps
    if _YEARLY_ONLY & parts.keys() or (frequency == "WEEKLY" and "BYMONTHDAY" in parts):
        return False
    positions = _numbers(parts.get("BYSETPOS", "1"))
    if min(map(abs, positions)) > {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31}[frequency] * _MOST_A_DAY:
        return False
    months = _numbers(parts["BYMONTH"]) if "BYMONTH" in parts else [1]
    longest = max((_LONGEST_MONTHS.get(month, 31) for month in months if 1 <= month <= 12), default=0)
    return longest >= min(map(abs, _numbers(parts.get("BYMONTHDAY", "1"))))


def _numbers(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")][:400]
    except ValueError:
        raise Refused("has a rule that cannot be read") from None
