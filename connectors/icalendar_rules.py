"""A recurring series in, its occurrences inside a window out, or the reason why it is refused.

Rules come from strangers and the expansion itself cannot be interrupted, so each series is weighed before, by
``icalendar_weights``: what may take long is refused. What is left is finite and short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from connectors.icalendar_times import Moment
from connectors.icalendar_weights import Reach, Refused, weighed

#: More exceptions, added dates and changed occurrences in one series than this are refused.
MAX_DATES = 10_000
#: Rules of one event: RFC 5545 asks for one, some programs write two.
MAX_RULES = 2
#: No calendar program's series begins before (birthdays without a year stand in 1604).
EARLIEST_YEAR = 1600
#: What the expansion of one series may cost, all its rules together, in steps of about two microseconds.
MAX_STEPS = 100_000
#: The same for rules that may match nothing more and then search on to the year 9999.
MAX_SEARCH = 300_000
#: Occurrences of one series inside the window.
MAX_OCCURRENCES = 6000


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
    _judge_series(instances, window)
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


def _judge_series(instances: Sequence[Instance], window: tuple[datetime, datetime]) -> None:
    """Raises Refused where the expansion may take long, or a rule is wrong."""
    if len(instances) + sum(len(one.exceptions) + len(one.additions) for one in instances) > MAX_DATES:
        raise Refused("has too many exceptions")
    steps, search, inside = 0.0, 0.0, 0.0
    reach = _reach(instances, window)
    for instance in instances:
        if len(instance.rules) > MAX_RULES:
            raise Refused("has too many rules")
        if instance.rules and instance.start.year < EARLIEST_YEAR:
            raise Refused("repeats since too long ago")
        for rule in instance.rules:
            weight = weighed(rule, _day(instance.start), reach)
            steps, search, inside = steps + weight.steps, search + weight.search, inside + weight.inside
    # Each change with rules of its own costs another walk through the whole series.
    walks = 1 + sum(1 for one in instances if one.recurrence_id is not None and one.recurs)
    if steps * walks > MAX_STEPS:
        raise Refused("repeats too often, or since too long ago")
    if search * walks > MAX_SEARCH:
        raise Refused("has a rule that may never happen")
    if inside > MAX_OCCURRENCES:
        raise Refused("repeats too often")


def _reach(instances: Sequence[Instance], window: tuple[datetime, datetime]) -> Reach:
    """The days that are looked at: the window, and before it as long as an event lasts or was moved by."""
    before, after = timedelta(days=2), timedelta(days=2)
    for instance in instances:
        moved = timedelta()
        if instance.this_and_future and instance.recurrence_id is not None:
            moved = _comparable(instance.start) - _comparable(instance.recurrence_id)
        lasts = abs(_comparable(instance.end) - _comparable(instance.start))
        before, after = max(before, lasts + abs(moved)), max(after, abs(moved))
    try:
        return Reach(first=(window[0] - before).date(), last=(window[1] + after).date())
    except OverflowError:
        raise Refused("lasts too long, or was moved too far") from None


def _day(when: Moment) -> date:
    return when.date() if isinstance(when, datetime) else when
