"""An event as the Calendar API shows it (one occurrence of a series each) in, a ``Meeting`` or a ``Rejected`` out.

What it says of a meeting is what the same meeting's text in iCalendar says: the same uid, occurrence, version, times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.addresses import harmless_name, strict_email
from connectors.google_api import list_of, text_of
from connectors.harmless import body, one_line
from connectors.icalendar_events import MAX_ATTENDEES, MAX_DESCRIPTION, MAX_SUMMARY, meetings
from connectors.icalendar_times import Moment, alike, named_zone
from connectors.records import Address, Answer, Attendee, Meeting, MeetingStatus, Rejected

#: What is asked of events.
FIELDS: Final = (
    "items(id,status,summary,description,start,end,originalStartTime,recurringEventId,recurrence,iCalUID,sequence,updated,"
    "organizer,attendees,attendeesOmitted,guestsCanSeeOtherGuests,eventType,htmlLink),nextPageToken,nextSyncToken,timeZone"
)
_MAX_UID: Final = 300
_ANSWERS: Final[Mapping[str, Answer]] = {"accepted": "accepted", "declined": "declined", "tentative": "tentative"}
#: Entries of a calendar that are no meeting.
_NO_MEETINGS: Final = frozenset({"birthday", "focusTime", "outOfOffice", "workingLocation"})
_LINK: Final = re.compile(r"https://[^\s<>\"'\\]{1,1000}")
_EARLIEST: Final = 1900
_RULE: Final = re.compile(r"(?:RRULE|RDATE|EXDATE)[:;][\x20-\x7e]{1,2000}")
_MOST_RULES: Final = 20
_ZONE: Final = re.compile(r"[A-Za-z0-9_+/-]{1,80}")
_SECONDS: Final = 10.0


def is_meeting(event: Mapping[str, Any]) -> bool:
    """Whether an entry may be a meeting at all."""
    return text_of(event.get("eventType")) not in _NO_MEETINGS


def meeting_of(event: Mapping[str, Any], *, key: str, zone: ZoneInfo) -> Meeting | Rejected:
    """Read one event that is not cancelled.

    Args:
        event: an item of ``events.list`` with ``singleEvents``.
        key: what names it in its stream.
        zone: the owner's, for days, and for times that name no zone.
    """
    uid = one_line(text_of(event.get("iCalUID")), _MAX_UID) or one_line(text_of(event.get("id")), _MAX_UID)
    named = one_line(text_of(event.get("summary")), 60)
    try:
        start = _moment(event.get("start"))
        end = _moment(event.get("end")) if event.get("end") else start
        start, end = alike(start, end)
        begins, ends = sorted((_utc(start, zone), _utc(end, zone)))
        recurrence_id = _recurrence_id(event, start, zone)
    except (ValueError, OverflowError) as error:
        return Rejected(key=key, reason=f"event {named!r}: {error}")
    people = list_of(event, "attendees")
    return Meeting(
        key=key,
        uid=uid,
        recurrence_id=recurrence_id,
        sequence=_sequence(event.get("sequence")),
        stamp=_stamp(event.get("updated")),
        start=begins,
        end=ends,
        all_day=not isinstance(start, datetime),
        floating=not isinstance(start, datetime) or start.tzinfo is None,
        status=_status(event.get("status")),
        summary=one_line(text_of(event.get("summary")), MAX_SUMMARY),
        description=body(text_of(event.get("description")), MAX_DESCRIPTION).strip(),
        organizer=_person(event.get("organizer")),
        attendees=tuple(_attendees(people[:MAX_ATTENDEES])),
        attendees_omitted=_is_partial(event, people),
        link=_link(event.get("htmlLink")),
    )


def is_series(event: Mapping[str, Any]) -> bool:
    """Whether it is a whole series, which Google itself never shows beside ``singleEvents``, but what imitates it may."""
    return bool(event.get("recurrence")) and isinstance(event.get("recurrence"), list)


def occurrences_of(
    event: Mapping[str, Any], *, name: str, window: tuple[datetime, datetime], zone: ZoneInfo
) -> list[Meeting | Rejected]:
    """The meetings of a series in the window, keyed as Google names them: the series, and when it was to be."""
    described = meeting_of(event, key=name, zone=zone)
    if isinstance(described, Rejected):
        return [described]
    found: list[Meeting | Rejected] = []
    for each in meetings(_text(event), window=window, zone=zone, deadline_s=_SECONDS):
        if isinstance(each, Rejected):
            return [replace(each, key=name)]
        key = f"{name}_{each.recurrence_id[:8] if each.all_day else each.recurrence_id}"
        found.append(
            replace(
                described,
                key=key,
                recurrence_id=each.recurrence_id,
                start=each.start,
                end=each.end,
                all_day=each.all_day,
                floating=each.floating,
            )
        )
    return found


def _text(event: Mapping[str, Any]) -> str:
    """What a series says of its times, as a calendar text."""
    rules = [rule for rule in event["recurrence"] if isinstance(rule, str) and _RULE.fullmatch(rule)]
    times = [
        f"{name}{_written(event.get(key))}" for name, key in (("DTSTART", "start"), ("DTEND", "end")) if event.get(key)
    ]
    lines = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:series",
        *times,
        *rules[:_MOST_RULES],
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def _written(point: object) -> str:
    """A time as a calendar text has it: on the wall clock of its zone, by which it recurs."""
    when = _moment(point)
    if not isinstance(when, datetime):
        return f";VALUE=DATE:{when:%Y%m%d}"
    named = text_of(point.get("timeZone")) if isinstance(point, dict) else ""
    zone = named_zone(named) if _ZONE.fullmatch(named) else None
    if when.tzinfo is None:
        return f":{when:%Y%m%dT%H%M%S}"
    if zone is None:
        return f":{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f";TZID={named}:{when.astimezone(zone):%Y%m%dT%H%M%S}"


def _recurrence_id(event: Mapping[str, Any], start: Moment, zone: ZoneInfo) -> str:
    """Empty for an event of its own; the same for everybody."""
    if not text_of(event.get("recurringEventId")):
        return ""
    original = _moment(event["originalStartTime"]) if event.get("originalStartTime") else start
    if not isinstance(original, datetime):
        return f"{original:%Y%m%d}T000000Z"
    return f"{_utc(original, zone):%Y%m%dT%H%M%SZ}"


def _moment(point: object) -> Moment:
    """A day, an aware time, or a naive one where it names no zone that can be made out.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(point, dict):
        raise ValueError("has no start")  # noqa: TRY004  an event's fault, not ours
    day, time = text_of(point.get("date")), text_of(point.get("dateTime"))
    if day:
        return _in_time(date.fromisoformat(day[:10]))
    if not time:
        raise ValueError("has no start")
    when = datetime.fromisoformat(time)
    if when.tzinfo is None:
        name = text_of(point.get("timeZone"))
        when = when.replace(tzinfo=named_zone(name) if name else None)
    return _in_time(when)


def _in_time(when: Moment) -> Moment:
    if when.year < _EARLIEST:
        raise ValueError("is older than calendars are")
    return when


def _utc(when: Moment, zone: ZoneInfo) -> datetime:
    """Raises OverflowError at the very ends of time."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=zone)
    elif when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    return when.astimezone(UTC)


def _stamp(value: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(text_of(value))
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _sequence(value: object) -> int:
    text = text_of(value)
    return min(int(text), 2**31 - 1) if text.isdecimal() and len(text) < 12 else 0


def _status(value: object) -> MeetingStatus:
    text = text_of(value).lower()
    return "cancelled" if text == "cancelled" else "tentative" if text == "tentative" else "confirmed"


def _attendees(people: list[dict[str, Any]]) -> Iterator[Attendee]:
    seen: set[str] = set()
    for each in people:
        person = _person(each)
        if person is None or person.email in seen or each.get("resource") is True:
            continue
        seen.add(person.email)
        answer = _ANSWERS.get(text_of(each.get("responseStatus")).lower(), "unanswered")
        yield Attendee(address=person, answer=answer, optional=each.get("optional") is True)


def _is_partial(event: Mapping[str, Any], people: list[dict[str, Any]]) -> bool:
    """Whether more may be invited than are named: it says so, or guests may see only themselves."""
    hidden = event.get("guestsCanSeeOtherGuests") is False and not _is_ours(event.get("organizer"))
    return event.get("attendeesOmitted") is True or hidden or len(people) > MAX_ATTENDEES


def _is_ours(organizer: object) -> bool:
    return isinstance(organizer, dict) and organizer.get("self") is True


def _person(value: object) -> Address | None:
    if not isinstance(value, dict):
        return None
    email = strict_email(text_of(value.get("email")))
    return None if email is None else Address(email=email, name=harmless_name(text_of(value.get("displayName")), email))


def _link(value: object) -> str | None:
    text = text_of(value)
    return text if _LINK.fullmatch(text) and text.isprintable() else None
