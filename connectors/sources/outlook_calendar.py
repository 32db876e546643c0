"""Calendars at Microsoft 365 and Outlook.com in, meetings and removals out: one stream a calendar.

Graph tells what changed only within a window that is fixed when it is first asked. So the window reaches from some
years back to ``SLACK`` beyond what is wanted, and when that is used up the next one is read whole before the last word
about the old one is heard: nothing can fall between them. What lies before the window, back to ``since``, is read once.
What is gone from a window may only have been moved out of it, so each such event is asked for before it is removed.

Of an occurrence Graph may tell only when it is, the rest is said by its series. When one is deleted Graph says
nothing, and only tells its series anew: so the cursor remembers occurrences (``microsoft_series``), and those of a
series that changed are read anew and compared. A pull from None yields every event since ``since``, so what it lacks
is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from connectors.calendar_window import AHEAD
from connectors.cursors import cursor_of, place_of
from connectors.emptied import doubted
from connectors.errors import CursorExpired, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.known_items import content_digest, key_digest
from connectors.login import Login
from connectors.microsoft_events import GraphEvent, Reader
from connectors.microsoft_graph import IMMUTABLE, Graph, Page, Refused, decoded, gone_on, usable
from connectors.microsoft_login import MicrosoftLogin
from connectors.microsoft_mail import TEXT_BODY, EmailAddress
from connectors.microsoft_msal import MicrosoftSettings
from connectors.microsoft_series import Known
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Meeting, Rejected, Removed

SCOPES: Final = ("Calendars.Read",)
PAGE: Final = 200
#: Graph refuses windows of more than 1,825 days.
WINDOW: Final = timedelta(days=1820)
#: How far a new window reaches beyond what is wanted, so that one is needed only so often.
SLACK: Final = timedelta(days=60)
_UTC: Final = 'outlook.timezone="UTC"'
_PREFER: Final = (IMMUTABLE, f"odata.maxpagesize={PAGE}", _UTC, TEXT_BODY)
_SELECT: Final = (
    "type,subject,start,end,originalStart,isAllDay,isCancelled,isDraft,hideAttendees,isOrganizer,organizer,attendees,"
    "responseStatus,iCalUId,seriesMasterId,lastModifiedDateTime,webLink"
)
#: So many events gone at once are believed only where the calendar is not empty, or has been so for a while.
_MANY: Final = 20
#: So many are asked for one by one; the rest of a larger removal goes with them.
_ASKED: Final = 400
_MOST_SERIES: Final = 5000
_NOT_OFFERED: Final = frozenset({400, 405, 501})
_DAY: Final = timedelta(days=1)


class OutlookCalendarSettings(MicrosoftSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Besides the login: ``calendars`` are globs on their names (default: those that are the owner's own).

    ``since`` is the day from which on events are read.
    """

    calendars: tuple[str, ...] = ()
    since: date = date(2015, 1, 1)


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: where reading goes on, and what for.

    ``stage`` is "window" while a window is read whole, "before" for what lies before it, "last" for the last word
    about the window before, and "changes" for good. ``until`` is the window's end, ``edge`` the beginning of what was
    read; ``delta`` leads to the window's changes while something else is read, ``old`` to those of the one before.
    ``known`` are the occurrences that were yielded, ``emptied`` (UTC) is when everything was first said to be gone.
    """

    calendar: str
    stage: Literal["window", "before", "last", "changes"]
    link: str
    until: date
    edge: date
    delta: str = ""
    old: str = ""
    known: str = ""
    emptied: datetime | None = None


class _CalendarItem(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    name: str | None = None
    is_default_calendar: bool | None = None
    owner: EmailAddress | None = None


class OutlookCalendarConnector:
    """Reads the calendars of one account."""

    def __init__(self, settings: OutlookCalendarSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._graph = Graph(settings, surroundings, SCOPES)
        self._calendars: dict[str, str] = {}

    def close(self) -> None:
        """Give the connection back."""
        self._graph.close()

    def streams(self) -> Sequence[Stream]:
        """One stream a calendar that is the owner's own, or that the settings name; the default one first.

        Raises:
            NeedsOwner: the owner must log in, or the account has no mailbox.
            Transient: Graph cannot be reached.
        """
        try:
            found = self._listed()
        except Refused as refused:
            if not (refused.gone or refused.status in _NOT_OFFERED):
                raise refused.error() from refused
            found = [_CalendarItem(id="", name="Calendar", is_default_calendar=True)]
        self._calendars = {}
        for item in sorted(found, key=lambda item: not item.is_default_calendar):
            if self._wanted(item, found):
                name = one_line(item.name or "", 200) or "Calendar"
                if name in self._calendars:
                    name += f" {hashlib.blake2b(item.id.encode(), digest_size=4).hexdigest()}"
                # The default calendar has an address without an id.
                default = item.is_default_calendar or len(found) == 1
                self._calendars[name] = "" if default else item.id
        return [Stream(name=name, holds="calendar") for name in self._calendars]

    def _listed(self) -> list[_CalendarItem]:
        found: dict[str, _CalendarItem] = {}
        for page in self._graph.pages(self._graph.url("me", "calendars", top="100"), IMMUTABLE):
            for raw in page.value:
                try:
                    item = decoded(raw, _CalendarItem)
                except msgspec.DecodeError as error:
                    raise ProtocolViolation("Graph lists a calendar in a form that it does not have") from error
                found.setdefault(item.id, item)
        return list(found.values())

    def _wanted(self, item: _CalendarItem, others: Sequence[_CalendarItem]) -> bool:
        """A calendar that a colleague shares is not about what the owner does."""
        if self._settings.calendars:
            name = (item.name or "").casefold()
            return any(fnmatchcase(name, glob.casefold()) for glob in self._settings.calendars)
        if item.is_default_calendar or item.owner is None or not item.owner.address:
            return True
        owners = (each.owner for each in others if each.is_default_calendar)
        mine = {owner.address.lower() for owner in owners if owner is not None and owner.address}
        mine.update(self._surroundings.owner_addresses)
        return item.owner.address.lower() in mine

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one calendar.

        Raises:
            CursorExpired: Graph no longer knows the cursor, or the calendar is another one by now.
            NeedsOwner: the owner must log in.
            Transient: Graph cannot be reached, or everything is said to be gone at once.
        """
        place = _place(since)
        if stream.name not in self._calendars:
            self.streams()
        calendar = self._calendars.get(stream.name)
        if calendar is None:
            raise Transient(f"the calendar {stream.name} is gone; what was read from it is kept")
        if place is not None and (place.calendar != calendar or not self._graph.at_home(place.link)):
            raise CursorExpired(f"{stream.name} is another calendar by now")
        known = self._surroundings
        reading = _Reading(
            graph=self._graph,
            settings=self._settings,
            surroundings=known,
            calendar=calendar,
            reader=Reader(zone=known.zone, owner=frozenset(each.lower() for each in known.owner_addresses)),
        )
        with gone_on(stream.name, resumed=place is not None):
            yield from reading.batches(place)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pull of one calendar. ``told`` has a digest of each event that was yielded, so that none is yielded twice."""

    graph: Graph
    settings: OutlookCalendarSettings
    surroundings: Surroundings
    calendar: str
    reader: Reader
    told: dict[str, bytes] = field(default_factory=dict)
    series: dict[str, GraphEvent | None] = field(default_factory=dict)
    held: dict[str, None] = field(default_factory=dict)
    changed: dict[str, list[GraphEvent]] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    def batches(self, place: Place | None) -> Iterator[Batch]:
        """Stage after stage until what changed is known."""
        place = place or self._new_window()
        self.known = Known(place.known)
        while True:
            following = place
            for page in self.graph.pages(place.link, *_PREFER):
                changes = [change for raw in page.value for change in self._changes(raw, place)]
                changes += self._changed(place)
                following = self._after(place, page)
                if page.next is None:
                    if self._emptied(place):
                        line = "the calendar suddenly has no event: what was read of it is kept for now"
                        yield from doubted(place, self.surroundings.now(), line)
                    changes += self._removals(place)
                elif self.held:
                    # Not before the end is it known what is gone: until then there is no place to go on from.
                    yield Batch(changes=tuple(changes))
                    continue
                following = msgspec.structs.replace(following, known=self.known.packed(self._today()))
                yield Batch(changes=tuple(changes), cursor=cursor_of(following))
                if page.next is None:
                    break
            if place.stage == following.stage == "changes":
                if not self._used_up(following):
                    return
                following = self._new_window(following)
            place = following  # after a window was read, also what changed in the meantime

    def _after(self, place: Place, page: Page) -> Place:
        """Where reading goes on after a page.

        Raises:
            ProtocolViolation: the page leads nowhere.
        """
        to = msgspec.structs.replace
        if page.next is not None:
            return to(place, link=page.next)
        if place.stage == "before":
            return self._before(to(place, edge=_earlier(place.edge)))
        if place.stage == "last":
            return to(place, stage="changes", link=place.delta, delta="", emptied=None)
        if page.delta is None:
            raise ProtocolViolation("Graph's page leads neither on nor to later changes")
        if place.stage == "changes":
            return to(place, link=page.delta, emptied=None)
        if place.old:
            return to(place, stage="last", link=place.old, delta=page.delta, old="")
        return self._before(to(place, delta=page.delta))

    def _before(self, place: Place) -> Place:
        """The next stretch of what lies before the window, or the end of it."""
        to = msgspec.structs.replace
        if place.edge <= self.settings.since:
            return to(place, stage="changes", link=place.delta, delta="")
        first = max(self.settings.since, _earlier(place.edge))
        link = self._url("calendarView", first, place.edge, select=_SELECT, top=str(PAGE))
        return to(place, stage="before", link=link)

    def _new_window(self, place: Place | None = None) -> Place:
        until = self._today() + AHEAD + SLACK
        first = until - WINDOW
        link = self._url("calendarView/delta", first, until)
        old = place.link if place is not None else ""
        edge = place.edge if place is not None else first
        known = place.known if place is not None else ""
        return Place(calendar=self.calendar, stage="window", link=link, until=until, edge=edge, old=old, known=known)

    def _used_up(self, place: Place) -> bool:
        return place.until < self._today() + AHEAD

    def _today(self) -> date:
        return self.surroundings.now().astimezone(UTC).date()

    def _url(self, view: str, first: date, until: date, **more: str) -> str:
        at = ("me", "calendars", self.calendar) if self.calendar else ("me",)
        times = {"startDateTime": f"{first}T00:00:00Z", "endDateTime": f"{until}T00:00:00Z"}
        return self.graph.url(*at, *view.split("/"), **times, **more)

    # -- events ------------------------------------------------------------------------------------------------------

    def _changes(self, raw: msgspec.Raw, place: Place) -> Iterator[Change]:
        try:
            event = decoded(raw, GraphEvent)
        except msgspec.DecodeError as error:
            reason = f"Graph tells of it in an unknown form ({one_line(str(error), 100)})"
            yield from self._once(Rejected(key=key_digest(_id_of(raw)).hex(), reason=reason))
            return
        if not usable(event.id) or (event.series_master_id is not None and not usable(event.series_master_id)):
            yield from self._once(Rejected(key=_digest(raw), reason="has an id that cannot be used"))
            return
        later = place.stage in ("last", "changes")
        if event.removed is not None:
            if later:
                self.held[event.id] = None
            return
        self.held.pop(event.id, None)
        if event.heads_series:
            if len(self.series) < _MOST_SERIES:
                self.series[event.id] = event
            if later:
                self.changed.setdefault(event.id, [])
        elif later and event.series_master_id is not None:
            self.changed.setdefault(event.series_master_id, []).append(event)
        else:
            yield from self._event(event)

    def _event(self, event: GraphEvent) -> Iterator[Change]:
        if event.is_draft or event.heads_series:
            return
        if event.series_master_id is not None and (event.bare or event.type == "occurrence"):
            series = self._series(event.series_master_id)
            if series is not None:
                event = event.of(series)
            elif event.bare:
                reason = "an occurrence whose series cannot be fetched"
                yield from self._once(Rejected(key=key_digest(event.id).hex(), reason=reason))
                return
        found = self.reader.meeting(event, key_digest(event.id).hex())
        if event.series_master_id is not None and isinstance(found, Meeting):
            self.known.add(event.series_master_id, key_digest(event.id), found.start.date())
        yield from self._once(found)

    def _once(self, change: Meeting | Rejected) -> Iterator[Change]:
        digest = content_digest(change)
        if self.told.get(change.key) != digest:
            self.told[change.key] = digest
            yield change

    def _series(self, key: str) -> GraphEvent | None:
        if key not in self.series:
            found = self._fetched(key)
            if len(self.series) >= _MOST_SERIES:
                return found
            self.series[key] = found
        return self.series[key]

    def _fetched(self, key: str) -> GraphEvent | None:
        """An event by itself, None where it is not there."""
        url = self.graph.url("me", "events", key, select=_SELECT)
        try:
            return self.graph.item(url, GraphEvent, IMMUTABLE, _UTC)
        except Refused as refused:
            if refused.gone or refused.status in _NOT_OFFERED:
                return None
            raise

    def _changed(self, place: Place) -> Iterator[Change]:
        """The occurrences of series that changed, as they are now; those that are missing are removed."""
        changed, self.changed = self.changed, {}
        for series, told in changed.items():
            found = self._instances(series, place)
            if found is None:
                for event in told:
                    yield from self._event(event)
                continue
            for event in found:
                self.held.pop(event.id, None)
                yield from self._event(event)
            there = {key_digest(event.id) for event in found}
            yield from self._missing(series, there, place)

    def _missing(self, series: str, there: Set[bytes], place: Place) -> Iterator[Change]:
        # Not those at the window's edges, whose day depends on a zone.
        first, until = place.until - WINDOW + _DAY, place.until - _DAY
        for key in self.known.missing(series, there, first, until):
            self.known.remove(key)
            self.told.pop(key.hex(), None)
            yield Removed(key=key.hex())

    def _instances(self, series: str, place: Place) -> list[GraphEvent] | None:
        """The occurrences of a series in the window, None where they cannot be asked for."""
        times = {"startDateTime": f"{place.until - WINDOW}T00:00:00Z", "endDateTime": f"{place.until}T00:00:00Z"}
        url = self.graph.url("me", "events", series, "instances", **times, select=_SELECT, top=str(PAGE))
        found: list[GraphEvent] = []
        try:
            for page in self.graph.pages(url, IMMUTABLE, _UTC):
                found += [decoded(raw, GraphEvent) for raw in page.value]
        except Refused as refused:
            if refused.gone or refused.status in _NOT_OFFERED:
                return None
            raise
        except msgspec.DecodeError:
            return None
        return [msgspec.structs.replace(event, series_master_id=event.series_master_id or series) for event in found]

    def _removals(self, place: Place) -> list[Change]:
        """What was said to be gone: removed, or as it is outside the window."""
        held, self.held = list(self.held), {}
        changes: list[Change] = []
        for number, name in enumerate(held):
            event = self._fetched(name) if number < _ASKED else None
            if event is not None and event.heads_series:
                self.changed[name] = []
                changes += self._changed(place)
            elif event is not None:
                changes += self._event(event)
            elif name in self.known:
                changes += self._missing(name, frozenset(), place)
            else:
                self.known.remove(key_digest(name))
                self.told.pop(key_digest(name).hex(), None)
                changes.append(Removed(key=key_digest(name).hex()))
        return changes

    def _emptied(self, place: Place) -> bool:
        """Whether everything is said to be gone at once."""
        if len(self.held) < _MANY:
            return False
        url = self._url("calendarView", place.until - WINDOW, place.until, top="1")
        return not self.graph.page(url, IMMUTABLE).value


def _earlier(edge: date) -> date:
    return edge - WINDOW


def _id_of(raw: msgspec.Raw) -> str:
    try:
        return decoded(raw, _CalendarItem).id
    except msgspec.DecodeError:
        return _digest(raw)


def _digest(raw: msgspec.Raw) -> str:
    return hashlib.blake2b(bytes(raw), digest_size=8).hexdigest()


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "how far this calendar was read", check=lambda place: Known(place.known))


def open_outlook_calendar(settings: OutlookCalendarSettings, surroundings: Surroundings) -> OutlookCalendarConnector:
    """A connector for one account's calendars. Nothing is asked of Microsoft before its streams are."""
    return OutlookCalendarConnector(settings, surroundings)


def log_in_to_calendar(settings: OutlookCalendarSettings, surroundings: Surroundings) -> Login:
    """The login of one account's calendars."""
    return MicrosoftLogin(settings, surroundings, SCOPES)


CONNECTOR = ConnectorSpec(
    kind="outlook_calendar", settings=OutlookCalendarSettings, open=open_outlook_calendar, login=log_in_to_calendar
)
