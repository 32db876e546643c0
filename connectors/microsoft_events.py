"""An event as Graph tells of it (JSON) in, a ``Meeting`` or a ``Rejected`` out, the same one as a calendar file gives.

Graph names a series' occurrences by ids of their own; what a calendar file and an invitation call them is worked out
here: the UID of the series and the original start. Formula: MS-OXOCAL 2.2.1.27 (PidLidGlobalObjectId), whose bytes
16 to 19 are the day of the occurrence and which wraps the UIDs of other programs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connectors.addresses import harmless_name, strict_email
from connectors.harmless import one_line
from connectors.icalendar_events import MAX_ATTENDEES, MAX_SUMMARY
from connectors.icalendar_times import named_zone
from connectors.mail_dates import mail_date
from connectors.microsoft_mail import EmailAddress, Recipient, Removal, link_of
from connectors.records import Address, Answer, Attendee, Meeting, Rejected

_ANSWERS: Final[dict[str, Answer]] = {
    "accepted": "accepted",
    "organizer": "accepted",
    "tentativelyaccepted": "tentative",
    "declined": "declined",
}
_GLOBAL: Final = "040000008200E00074C5B7101A82E008"
_HEX: Final = re.compile(r"[0-9A-Fa-f]{80,1600}")
_WRAPPED: Final = b"vCal-Uid\x01\x00\x00\x00"
_MAX_UID: Final = 300
_LONGEST: Final = timedelta(days=366)


class Moment(msgspec.Struct, frozen=True, rename="camel"):
    """A time and the zone it is in."""

    date_time: str
    time_zone: str | None = None


class Response(msgspec.Struct, frozen=True):
    """What somebody answered."""

    response: str | None = None


class GraphAttendee(msgspec.Struct, frozen=True):
    """Somebody or something invited."""

    email: EmailAddress | None = msgspec.field(name="emailAddress", default=None)
    kind: str | None = msgspec.field(name="type", default=None)
    status: Response | None = None


class GraphEvent(msgspec.Struct, frozen=True, rename="camel"):
    """An event; of an occurrence that is as its series says Graph may tell only when it is."""

    id: str
    removed: Removal | None = msgspec.field(name="@removed", default=None)
    type: str | None = None
    subject: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    original_start: str | None = None
    is_all_day: bool | None = None
    is_cancelled: bool | None = None
    is_draft: bool | None = None
    hide_attendees: bool | None = None
    is_organizer: bool | None = None
    organizer: Recipient | None = None
    attendees: list[GraphAttendee] | None = None
    response_status: Response | None = None
    ical_uid: str | None = msgspec.field(name="iCalUId", default=None)
    uid: str | None = None
    series_master_id: str | None = None
    last_modified: str | None = msgspec.field(name="lastModifiedDateTime", default=None)
    web_link: str | None = None

    @property
    def heads_series(self) -> bool:
        """Whether it only describes a series, and takes place itself at no time."""
        return self.type == "seriesMaster"

    @property
    def bare(self) -> bool:
        """Whether its series must say what it is."""
        return self.series_master_id is not None and self.ical_uid is None and self.uid is None

    def of(self, series: GraphEvent) -> GraphEvent:
        """This occurrence with what its series says, which an occurrence that is told whole says too but for its link."""
        own = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        shared = {"web_link": series.web_link, "last_modified": series.last_modified}
        merged = {"original_start": None, **own, **shared, "type": self.type or "occurrence"}
        return msgspec.structs.replace(series, **merged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads events. ``zone`` is the owner's, ``owner`` the owner's addresses (lower case)."""

    zone: ZoneInfo
    owner: frozenset[str]

    def meeting(self, event: GraphEvent, key: str) -> Meeting | Rejected:
        """One event under ``key``; what cannot be read is a ``Rejected`` with the reason."""
        try:
            return self._meeting(event, key)
        except (ValueError, OverflowError) as error:
            return Rejected(key=key, reason=f"event {one_line(event.subject or '', 60)!r}: {error}")

    def _meeting(self, event: GraphEvent, key: str) -> Meeting:
        if event.start is None:
            raise ValueError("has no start")
        all_day = bool(event.is_all_day)
        start = self._moment(event.start, all_day=all_day)
        end = self._moment(event.end, all_day=all_day) if event.end is not None else start
        begins, ends = sorted((start, end))
        uid, repeated = uid_of(event)
        return Meeting(
            key=key,
            uid=uid,
            recurrence_id=self._recurrence_id(event, start, all_day=all_day) if repeated else "",
            stamp=mail_date(event.last_modified) if event.last_modified else None,
            start=begins,
            end=min(ends, begins + _LONGEST),
            all_day=all_day,
            floating=all_day,
            status="cancelled" if event.is_cancelled else "confirmed",
            summary=one_line(event.subject or "", MAX_SUMMARY),
            organizer=_address(event.organizer.email if event.organizer is not None else None),
            attendees=tuple(self._attendees(event)),
            attendees_omitted=bool(event.hide_attendees and not event.is_organizer)
            or len(event.attendees or ()) > MAX_ATTENDEES,
            link=link_of(event.web_link),
        )

    def _moment(self, moment: Moment, *, all_day: bool) -> datetime:
        """Raises ValueError where it is none."""
        try:
            when = datetime.fromisoformat(moment.date_time.strip()[:40])
        except ValueError:
            raise ValueError("has a time that cannot be read") from None
        if all_day:
            # Midnight, in whatever zone: the nearest one is the day that was meant.
            day = (when.replace(tzinfo=None) + timedelta(hours=12)).date()
            return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)
        if when.tzinfo is None:
            when = when.replace(tzinfo=named_zone(moment.time_zone or "") or self.zone)
        return when.astimezone(UTC)

    def _recurrence_id(self, event: GraphEvent, start: datetime, *, all_day: bool) -> str:
        original = mail_date(event.original_start) if event.original_start else None
        if all_day:
            local = original + timedelta(hours=12) if original is not None else start.astimezone(self.zone)
            return f"{local:%Y%m%d}T000000Z"
        return f"{original or start:%Y%m%dT%H%M%SZ}"

    def _attendees(self, event: GraphEvent) -> Iterator[Attendee]:
        mine = _answer(event.response_status)
        seen: set[str] = set()
        for attendee in (event.attendees or ())[:MAX_ATTENDEES]:
            address = _address(attendee.email)
            if address is None or address.email in seen or (attendee.kind or "").lower() == "resource":
                continue
            seen.add(address.email)
            # The owner's own answer stands in the owner's copy, often nowhere among the attendees.
            answer = (mine if address.email in self.owner else None) or _answer(attendee.status) or "unanswered"
            yield Attendee(address=address, answer=answer, optional=(attendee.kind or "").lower() == "optional")


def uid_of(event: GraphEvent) -> tuple[str, bool]:
    """The UID that calendar files and invitations use, and whether the event is one occurrence of several."""
    repeated = event.type in ("occurrence", "exception")
    told = event.uid or event.ical_uid or ""
    if _HEX.fullmatch(told) and told[:32].upper() == _GLOBAL and len(told) % 2 == 0:
        repeated = repeated or told[32:40] != "00000000"
        # Bytes 36 to 40 tell how long what follows is.
        wrapped = bytes.fromhex(told)[40:]
        if wrapped.startswith(_WRAPPED):
            told = wrapped[len(_WRAPPED) :].split(b"\0")[0].decode("utf-8", "replace")
        else:
            told = f"{told[:32]}00000000{told[40:]}"
    uid = one_line(told, _MAX_UID)
    if not uid:
        uid = f"outlook-{hashlib.blake2b((event.series_master_id or event.id).encode(), digest_size=8).hexdigest()}"
    return uid, repeated


def _answer(response: Response | None) -> Answer | None:
    return _ANSWERS.get((response.response or "").lower()) if response is not None else None


def _address(email: EmailAddress | None) -> Address | None:
    found = strict_email(email.address or "") if email is not None else None
    if email is None or found is None:
        return None
    return Address(email=found, name=harmless_name(email.name or "", found))
