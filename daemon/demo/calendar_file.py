"""Events of the script in, an iCalendar file and the invitations that were mailed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from daemon.demo.boxes import address, assembled, authentication, encoded, multipart, part
from daemon.demo.script import OWNER, Character, Event, digest

_ZONE: Final = """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


def calendar(events: Iterable[Event], cast: Mapping[str, Character]) -> bytes:
    """The owner's calendar."""
    return _wrapped([line for event in events for line in _lines(event, cast)], "")


def invitations(events: Iterable[Event], cast: Mapping[str, Character]) -> list[tuple[datetime, bytes]]:
    """The mails by which the organizers' calendars invited the owner, and those that cancelled again."""
    found = []
    for event in events:
        if event.mailed:
            found.append((_invited(event), _mail(event, cast, "REQUEST", "Invitation", _invited(event))))
        if event.mailed and event.cancelled:
            late = event.start - timedelta(minutes=25)
            found.append((late, _mail(event, cast, "CANCEL", "Cancelled", late)))
    return found


def _invited(event: Event) -> datetime:
    return event.start - timedelta(days=5, minutes=int(digest(event.uid)[:2], 16))


def _mail(event: Event, cast: Mapping[str, Character], method: str, word: str, at: datetime) -> bytes:
    sender = cast[event.organizer]
    when = f"{event.start:%a} {event.start.day} {event.start:%b %Y %H:%M}"
    text = (
        f"{sender.name} has {'invited you to' if method == 'REQUEST' else 'cancelled'}: {event.title}\n\nWhen: {when}"
    )
    lines = [line for line in _lines(event, cast) if method == "CANCEL" or not line.startswith("STATUS:")]
    inside = _wrapped(lines, method).decode()
    invitation = part("text/calendar", inside).replace(
        b'; charset="utf-8"', f'; charset="utf-8"; method={method}'.encode(), 1
    )
    headers = [
        ("From", address(sender.name, sender.email)),
        ("To", address(cast[OWNER].name, cast[OWNER].email)),
        ("Subject", encoded(f"{word}: {event.title} @ {when}")),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{method.lower()}-{event.uid}>"),
        *authentication(event.organizer, sender, sender.email),
    ]
    return assembled(headers, multipart("alternative", [part("text/plain", text), invitation], event.uid + method))


def _lines(event: Event, cast: Mapping[str, Character]) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_invited(event).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{int(event.cancelled)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    if event.whole_day:
        yield f"DTSTART;VALUE=DATE:{event.start:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.start + timedelta(days=1):%Y%m%d}"
    else:
        yield f"DTSTART;TZID=Europe/Stockholm:{event.start:%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID=Europe/Stockholm:{event.end:%Y%m%dT%H%M%S}"
    if event.repeats > 1:
        yield f"RRULE:FREQ=WEEKLY;COUNT={event.repeats}"
    for day in event.skipped:
        yield f"EXDATE;TZID=Europe/Stockholm:{day:%Y%m%d}T{event.start:%H%M%S}"
    yield f"SUMMARY:{_escaped(event.title)}"
    if event.answers:
        organizer = cast[event.organizer]
        yield f'ORGANIZER;CN="{organizer.name}":mailto:{organizer.email}'
        for name, answer in {event.organizer: "ACCEPTED", **event.answers}.items():
            yield f'ATTENDEE;CN="{cast[name].name}";PARTSTAT={answer}:mailto:{cast[name].email}'
    yield "END:VEVENT"


def _wrapped(lines: Iterable[str], method: str) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kithkeeper//Sample network//EN"]
    if method:
        head.append(f"METHOD:{method}")
    everything = [*head, *_ZONE.splitlines(), *lines, "END:VCALENDAR"]
    return "".join(_folded(line) for line in everything).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line of at most 75 octets a row (RFC 5545, 3.1)."""
    rows, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            rows.append(" ")
            size = 1
        rows[-1] += char
        size += width
    return "\r\n".join(rows) + "\r\n"
