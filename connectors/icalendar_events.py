"""The text of a calendar in, its meetings out: one a single event, one an occurrence of a recurring one.

Single events are yielded whenever they are (history); recurring ones inside the window. What cannot be read is a
``Rejected`` with the reason, and the other events are kept.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.addresses import harmless_name, strict_email
from connectors.harmless import body, one_line
from connectors.icalendar_lines import MAX_CALENDAR, CalendarText, Component, Property, calendar_text
from connectors.icalendar_rules import Instance, occurrences
from connectors.icalendar_times import Moment, Zones, alike, duration
from connectors.icalendar_weights import Refused
from connectors.records import Address, Answer, Attendee, Meeting, MeetingStatus, Rejected

MAX_ATTENDEES = 300
MAX_SUMMARY = 1000
MAX_DESCRIPTION = 4000
_MAX_UID = 300
_MAX_METHOD = 30
#: Rules of one event that are looked at; more than a few are refused.
_MOST_RULES = 10

_ANSWERS: dict[str, Answer] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_STATUSES: dict[str, MeetingStatus] = {"TENTATIVE": "tentative", "CANCELLED": "cancelled", "CANCELED": "cancelled"}
_NOT_PEOPLE = frozenset({"ROOM", "RESOURCE"})
_LINK = re.compile(r"https?://[^\s<>\"'\\]{1,1000}")
_RECURRING = ("RRULE", "RDATE")


def meetings(
    raw: bytes | str, *, window: tuple[datetime, datetime], zone: ZoneInfo, deadline_s: float
) -> list[Meeting | Rejected]:
    """Every meeting of a calendar.

    ``window`` (aware, UTC) bounds the occurrences of recurring events. ``zone`` is the owner's, assumed for times
    that name none. Recurring events that are not reached within ``deadline_s`` seconds are rejected; each of them
    is bounded by itself. ``key`` is UID + "/" + recurrence id. Never raises.
    """
    if len(raw) > MAX_CALENDAR:
        return [Rejected(key="calendar", reason=f"is larger than {MAX_CALENDAR // 2**20} MB")]
    text = calendar_text(raw)
    reader = _Reader(text, window, zone, time.monotonic() + deadline_s)
    found: dict[str, Meeting | Rejected] = {}
    for uid, events in _by_uid(text.events).items():
        for item in reader.series(uid, events):
            found[item.key] = item
    return list(found.values())


def complete(raw: bytes | str) -> bool:
    """Whether the calendar is there to its end, so that what it lacks is really gone."""
    return is_calendar(raw) and calendar_text(raw).complete


def is_calendar(raw: bytes | str) -> bool:
    """Whether a calendar begins anywhere in it."""
    return b"BEGIN:VCALENDAR" in (raw.encode() if isinstance(raw, str) else raw).upper()


def _by_uid(events: tuple[Component, ...]) -> dict[str, list[Component]]:
    found: dict[str, list[Component]] = {}
    for event in events:
        uid = one_line(event.value("UID"), _MAX_UID)
        if not uid:
            digest = hashlib.blake2b("\n".join(event.lines).encode("utf-8", "replace"), digest_size=8)
            uid = f"no-uid-{digest.hexdigest()}"
        found.setdefault(uid, []).append(event)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """An event text with its times read."""

    event: Component
    start: Moment
    end: Moment
    recurrence_id: Moment | None
    sequence: int
    stamp: datetime | None


class _Reader:
    """Reads the events of one calendar."""

    def __init__(self, text: CalendarText, window: tuple[datetime, datetime], zone: ZoneInfo, deadline: float) -> None:
        self.window, self.zone, self.deadline = window, zone, deadline
        self.zones = Zones(text.zones, text.head.value("X-WR-TIMEZONE"))
        self.method = one_line(text.head.value("METHOD"), _MAX_METHOD).upper()

    def series(self, uid: str, events: list[Component]) -> Iterator[Meeting | Rejected]:
        """The meetings of all event texts that share a UID."""
        timed = []
        for number, event in enumerate(events):
            try:
                timed.append(self._timed(event))
            except (ValueError, OverflowError) as error:
                key = f"{uid}/{number}" if number else f"{uid}/"
                yield Rejected(key=key, reason=f"event {one_line(event.value('SUMMARY'), 60)!r}: {error}")
        try:
            if any(item.event.every(name) for item in timed for name in _RECURRING):
                yield from self._recurring(uid, timed)
            else:
                yield from self._single(uid, timed)
        except (Refused, ValueError, OverflowError) as refused:
            summary = one_line(timed[0].event.value("SUMMARY"), 60)
            yield Rejected(key=f"{uid}/", reason=f"event {summary!r}: {refused}")

    def _timed(self, event: Component) -> _Timed:
        """Raises ValueError or OverflowError where a time cannot be read."""
        if not event.closed:
            raise ValueError("is cut off")
        begins = event.first("DTSTART")
        if begins is None:
            raise ValueError("has no start")
        start = self.zones.moment(begins)
        replaces = event.first("RECURRENCE-ID")
        start, end = alike(start, self._end(event, start))
        return _Timed(
            event=event,
            start=start,
            end=end,
            recurrence_id=self.zones.moment(replaces) if replaces is not None else None,
            sequence=_sequence(event.value("SEQUENCE")),
            stamp=self._stamp(event),
        )

    def _end(self, event: Component, start: Moment) -> Moment:
        ends = event.first("DTEND")
        if ends is not None:
            return self.zones.moment(ends)
        lasts = event.value("DURATION")
        if lasts:
            length = duration(lasts)
            if length.seconds and not isinstance(start, datetime):
                return datetime(start.year, start.month, start.day) + length  # noqa: DTZ001  a date has no zone
            return start + length
        return start if isinstance(start, datetime) else start + timedelta(days=1)

    def _stamp(self, event: Component) -> datetime | None:
        """When this version was written. An export stamps all events with its own time, hence LAST-MODIFIED first."""
        names = ("DTSTAMP",) if self.method else ("LAST-MODIFIED", "DTSTAMP")
        for name in names:
            written = event.first(name)
            if written is not None:
                try:
                    return self._utc(self.zones.moment(written))
                except (ValueError, OverflowError):
                    continue
        return None

    def _single(self, uid: str, timed: list[_Timed]) -> Iterator[Meeting]:
        """Events without a rule; of several versions the latest."""
        latest: dict[str, _Timed] = {}
        for item in timed:
            replaced = "" if item.recurrence_id is None else self._recurrence_id(item.recurrence_id)
            known = latest.get(replaced)
            if known is None or _version(item) >= _version(known):
                latest[replaced] = item
        for replaced, item in latest.items():
            yield self._at(self._described(uid, item), replaced, item.start, item.end)

    def _recurring(self, uid: str, timed: list[_Timed]) -> Iterator[Meeting]:
        if time.monotonic() > self.deadline:
            raise Refused("is left out, because its calendar takes too long to expand")
        instances = [self._instance(index, item) for index, item in enumerate(timed)]
        seen: set[str] = set()
        described: dict[int, Meeting] = {}  # people and text are read once, not for every occurrence
        for occurrence in occurrences(instances, self.window):
            replaced, index = self._recurrence_id(occurrence.original), occurrence.index
            if replaced in seen:
                continue
            seen.add(replaced)
            if index not in described:
                described[index] = self._described(uid, timed[index])
            yield self._at(described[index], replaced, occurrence.start, occurrence.end)

    def _instance(self, index: int, item: _Timed) -> Instance:
        replaces = item.event.first("RECURRENCE-ID")
        return Instance(
            index=index,
            start=item.start,
            end=item.end,
            sequence=item.sequence,
            recurrence_id=item.recurrence_id,
            this_and_future=replaces is not None and replaces.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
            rules=tuple(
                rule.value.strip().rstrip(";") for rule in item.event.every("RRULE")[:_MOST_RULES] if rule.value.strip()
            ),
            exceptions=tuple(self.zones.moments(item.event.every("EXDATE"))),
            additions=tuple(self.zones.moments(item.event.every("RDATE"))),
        )

    def _at(self, meeting: Meeting, replaced: str, start: Moment, end: Moment) -> Meeting:
        """``meeting`` as the occurrence ``replaced`` of it, with these times."""
        begins, ends = sorted((self._utc(start), self._utc(end)))
        return replace(
            meeting,
            key=f"{meeting.uid}/{replaced}",
            recurrence_id=replaced,
            start=begins,
            end=ends,
            all_day=not isinstance(start, datetime),
            floating=not isinstance(start, datetime) or start.tzinfo is None,
        )

    def _described(self, uid: str, item: _Timed) -> Meeting:
        """What an event text says of all its occurrences; key and times are still to be set."""
        event = item.event
        status = _STATUSES.get(event.value("STATUS").upper(), "confirmed")
        return Meeting(
            key=uid,
            uid=uid,
            sequence=item.sequence,
            stamp=item.stamp,
            start=self.window[0],
            end=self.window[0],
            status="cancelled" if self.method == "CANCEL" else status,
            summary=one_line(_text(event, "SUMMARY"), MAX_SUMMARY),
            description=body(_text(event, "DESCRIPTION"), MAX_DESCRIPTION).strip(),
            organizer=_person(event.first("ORGANIZER")),
            attendees=tuple(_attendees(event.every("ATTENDEE")[:MAX_ATTENDEES])),
            # A reply names only the one who answers.
            attendees_omitted=self.method == "REPLY" or len(event.every("ATTENDEE")) > MAX_ATTENDEES,
            link=_link(event),
            method=self.method,
        )

    def _utc(self, when: Moment) -> datetime:
        """Raises OverflowError at the very ends of time."""
        if not isinstance(when, datetime):
            when = datetime(when.year, when.month, when.day, tzinfo=self.zone)
        elif when.tzinfo is None:
            when = when.replace(tzinfo=self.zones.default or self.zone)
        return when.astimezone(UTC)

    def _recurrence_id(self, original: Moment) -> str:
        """The same for everybody: the day of an all-day event does not depend on a zone."""
        if not isinstance(original, datetime):
            return f"{original:%Y%m%d}T000000Z"
        return f"{self._utc(original):%Y%m%dT%H%M%SZ}"


def _version(item: _Timed) -> tuple[int, float]:
    return item.sequence, item.stamp.timestamp() if item.stamp else 0.0


def _sequence(text: str) -> int:
    return min(int(text), 2**31 - 1) if text.isdecimal() and len(text) < 12 else 0


def _text(event: Component, name: str) -> str:
    found = event.first(name)
    return found.text if found is not None else ""


def _attendees(properties: list[Property]) -> Iterator[Attendee]:
    seen: set[str] = set()
    for property_ in properties:
        if property_.parameters.get("CUTYPE", "").upper() in _NOT_PEOPLE:
            continue
        person = _person(property_)
        if person is None or person.email in seen:
            continue
        seen.add(person.email)
        yield Attendee(
            address=person,
            answer=_ANSWERS.get(property_.parameters.get("PARTSTAT", "").upper(), "unanswered"),
            optional=property_.parameters.get("ROLE", "").upper() == "OPT-PARTICIPANT",
        )


def _person(property_: Property | None) -> Address | None:
    if property_ is None:
        return None
    value = property_.value.strip()
    scheme, colon, rest = value.partition(":")
    email = strict_email(rest if colon and scheme.lower() == "mailto" else value)
    email = email or strict_email(property_.parameters.get("EMAIL", ""))
    if email is None:
        return None
    return Address(email=email, name=harmless_name(property_.parameters.get("CN", ""), email))


def _link(event: Component) -> str | None:
    for name in ("URL", "X-GOOGLE-CONFERENCE"):
        value = event.value(name)
        if _LINK.fullmatch(value) and value.isprintable():
            return value
    return None
