"""The calendars that the owner shows in Google Calendar in, meetings and removals out: one stream a calendar.

Google expands the series (``singleEvents``): the first pull lists what lies in a window of days, from five years before
to 90 days ahead, as calendar files are read; later pulls ask what changed since its sync token, and, once the day has
moved on, what has come into the window at its end, for nothing changed about that. A sync token cannot be used with the
bounds of a window, so what lies outside is left out here: what was moved out of it is removed, and comes back with its
day. A pull from None yields every meeting that is there, so what it lacks is gone; an expired token (410) is
``CursorExpired``. Of a series that is deleted as a whole some servers name only the series: then everything is listed
anew, for which the cursor holds marks of the series that were seen.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation
from connectors.google_api import Api, GoogleApi, Pace, list_of, text_of
from connectors.google_client import GoogleSettings
from connectors.google_events import FIELDS, is_meeting, is_series, meeting_of, occurrences_of
from connectors.google_login import GoogleLogin
from connectors.google_tokens import SCOPE, GoogleTokens, Wants
from connectors.harmless import one_line
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Meeting, Removed

CALENDAR: Final = Api(
    name="calendar", version="v3", root="https://www.googleapis.com", product="Google Calendar", path="calendar/v3/"
)
LIST: Final = f"{SCOPE}calendar.calendarlist.readonly"
READ: Final = f"{SCOPE}calendar.events.readonly"
BEFORE: Final = timedelta(days=5 * 366)
AHEAD: Final = timedelta(days=90)
_PER_MINUTE: Final = 600
_PAGE: Final = 2500
_MOST_PAGES: Final = 2000
_MOST_CALENDARS: Final = 250
_WIDTH: Final = 8
_GONE: Final = frozenset({404, 410})
#: Calendars that Google makes itself: holidays, birthdays, week numbers. Nobody is met there.
_MADE: Final = "@group.v.calendar.google.com"
_READERS: Final = frozenset({"", "reader", "writer", "owner"})


class GoogleCalendarSettings(GoogleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``calendars`` are globs of names or ids; else those that are ticked in Google Calendar are read."""

    calendars: tuple[str, ...] = ()
    requests_per_minute: int = _PER_MINUTE


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: the token from which changes are told, the window of days, and marks of the series in it (base64).

    While the first pull is under way ``page`` names the page that comes next.
    """

    token: str
    first: date
    until: date
    series: str = ""
    page: str = ""


class GoogleCalendarConnector:
    """Reads the calendars of one login."""

    def __init__(self, settings: GoogleCalendarSettings, around: Surroundings, *, pace: Pace | None = None) -> None:
        self._settings, self._around = settings, around
        tokens = GoogleTokens(settings, around, WANTS)
        self.api = GoogleApi(CALENDAR, tokens, per_minute=settings.requests_per_minute, pace=pace)

    def streams(self) -> Sequence[Stream]:
        """One stream a calendar, named by its id, the owner's own first.

        Raises:
            NeedsOwner: there is no login, Google does not let it in, or no calendar is to be read.
            Transient: Google cannot be reached.
        """
        readable = [entry for entry in self._entries() if _is_readable(entry)]
        entries = [entry for entry in readable if self._is_wanted(entry)]
        if not entries and not self._settings.calendars:
            entries = readable  # a server that says of no calendar whether it is ticked, or the owner's own
        if not entries:
            raise NeedsOwner('no calendar is ticked in Google Calendar: tick one, or name some with calendars = ["…"]')
        entries.sort(key=lambda entry: entry.get("primary") is not True)
        names = dict.fromkeys(text_of(entry.get("id")) for entry in entries)
        return [Stream(name=name, holds="calendar") for name in names]

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one calendar, or all of it.

        Raises:
            CursorExpired: Google no longer knows the cursor, or a series is gone as a whole.
            ConnectorError: as its subclasses say.
        """
        place = _place(since)
        today = self._around.now().astimezone(UTC).date()
        pull = _CalendarPull(self.api, self._around, stream.name)
        if place is None or place.page:
            yield from pull.whole(place or Place(token="", first=today - BEFORE, until=today + AHEAD))
            return
        until = max(place.until, today + AHEAD)
        yield from pull.changes(place, msgspec.structs.replace(place, until=until), since)

    def _is_wanted(self, entry: dict[str, Any]) -> bool:
        if self._settings.calendars:
            titles = [text_of(entry.get(name)) for name in ("id", "summaryOverride", "summary")]
            return any(fnmatchcase(title, glob) for title in titles if title for glob in self._settings.calendars)
        if text_of(entry.get("id")).endswith(_MADE):
            return False
        return entry.get("selected") is True or entry.get("primary") is True

    def _entries(self) -> Iterator[dict[str, Any]]:
        lists = self.api.service.calendarList()
        fields = "items(id,summary,summaryOverride,primary,selected,deleted,accessRole),nextPageToken"
        token, seen = "", set()
        for _ in range(_MOST_CALENDARS):
            asked = {"pageToken": token} if token else {}
            answer = self.api.call(lists.list(maxResults=_MOST_CALENDARS, fields=fields, **asked), 1)[1]
            yield from list_of(answer, "items")
            token = text_of(answer.get("nextPageToken"))
            if not token:
                return
            if token in seen:
                break
            seen.add(token)
        raise ProtocolViolation("Google Calendar's list of calendars goes round in circles")


def _is_readable(entry: dict[str, Any]) -> bool:
    """Whether its events may be read, and it is still there."""
    return (
        bool(text_of(entry.get("id")))
        and text_of(entry.get("accessRole")) in _READERS
        and entry.get("deleted") is not True
    )


class _CalendarPull:
    """One pull of one calendar."""

    def __init__(self, api: GoogleApi, around: Surroundings, calendar: str) -> None:
        self._api, self._around, self._calendar = api, around, calendar
        self._told: dict[str, Change] = {}
        self._series: dict[bytes, None] = {}
        self._token = ""

    def whole(self, now: Place) -> Iterator[Batch]:
        """Everything in the window, on from the page where it stopped."""
        self._series = _unpacked(now.series)
        window = {"timeMin": _midnight(now.first), "timeMax": _midnight(now.until)}
        for page, following in self._pages(now.page, **window):
            yield Batch(changes=tuple(self._changes(page, now, fresh=True)), cursor=self._cursor(now, following))

    def changes(self, before: Place, now: Place, since: Cursor | None) -> Iterator[Batch]:
        """What changed, and what the days have brought into the window."""
        self._series = _unpacked(before.series)
        window = {"timeMin": _midnight(now.first), "timeMax": _midnight(now.until)}
        # A calendar that gives no token is looked at whole.
        asked: dict[str, Any] = {"syncToken": before.token} if before.token else {**window, "showDeleted": True}
        yield from self._read(asked, now, fresh=False)
        token = self._token
        if before.token and now.until > before.until:
            yield from self._read({**window, "timeMin": _midnight(before.until)}, now, fresh=True)
        self._token = token
        cursor = self._cursor(now)
        if cursor != since:
            yield Batch(changes=(), cursor=cursor)

    def _read(self, asked: dict[str, Any], now: Place, *, fresh: bool) -> Iterator[Batch]:
        for page, _ in self._pages(**asked):
            changes = tuple(self._changes(page, now, fresh=fresh))
            if changes:
                yield Batch(changes=changes)

    def _cursor(self, now: Place, page: str = "") -> Cursor:
        series = base64.b64encode(b"".join(sorted(self._series))).decode("ascii")
        place = msgspec.structs.replace(now, token=self._token, series=series, page=page)
        return cursor_of(place)

    def _changes(self, page: list[dict[str, Any]], now: Place, *, fresh: bool) -> Iterator[Change]:
        """What the items of one page come to; what was told in this pull already is told once."""
        for event in page:
            name = text_of(event.get("id"))
            if name and is_series(event) and text_of(event.get("status")) != "cancelled":
                changes = self._occurrences(name, event, now, fresh=fresh)
            else:
                change = self._change(name, event, now, fresh=fresh) if name else None
                changes = [] if change is None else [(name, change)]
            for each, change in changes:
                if self._told.get(each) != change:
                    self._told[each] = change
                    yield change

    def _occurrences(self, name: str, event: dict[str, Any], now: Place, *, fresh: bool) -> list[tuple[str, Change]]:
        """The meetings of a series that was not expanded, but those that were told by themselves already."""
        if not fresh:
            raise CursorExpired("a series of meetings changed as a whole: its calendar is read anew")
        self._series[_mark(name)] = None
        window = (_start_of(now.first), _start_of(now.until))
        found = occurrences_of(event, name=_key(name), window=window, zone=self._around.zone)
        return [(each.key, each) for each in found if each.key not in self._told]

    def _change(self, name: str, event: dict[str, Any], now: Place, *, fresh: bool) -> Change | None:
        """What one item comes to; nothing where it is no meeting in the window, and none was to be expected."""
        gone = None if fresh else Removed(key=_key(name))
        series = text_of(event.get("recurringEventId"))
        if text_of(event.get("status")) == "cancelled":
            if not fresh and not series and _mark(name) in self._series:
                raise CursorExpired("a series of meetings was deleted as a whole: its calendar is read anew")
            # One of a series that was told, or is to come, whole.
            return Removed(key=_key(name)) if fresh and series and _mark(series) in self._series else gone
        if not is_meeting(event):
            return None
        if series:
            self._series[_mark(series)] = None
        read = meeting_of(event, key=_key(name), zone=self._around.zone)
        return gone if isinstance(read, Meeting) and not _is_within(read, now) else read

    def _pages(self, page: str = "", **asked: Any) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """The items and the token of the page after them, page by page; on the last, ``_token`` is the next sync token.

        Raises:
            CursorExpired: the sync token is too old, or the page is no longer known.
        """
        events = self._api.service.events()
        token, seen = page, {page}
        for _ in range(_MOST_PAGES):
            more = {"pageToken": token} if token else {}
            request = events.list(
                calendarId=self._calendar, singleEvents=True, maxResults=_PAGE, fields=FIELDS, **asked, **more
            )
            resumed = bool(page) and token == page
            status, answer = self._api.call(request, 1, also=_GONE | {400} if resumed else _GONE)
            if status == 404:
                raise NeedsOwner(f"the calendar {one_line(self._calendar, 100)} is gone, or no longer shared with you")
            if status != 200:
                raise CursorExpired("Google Calendar no longer knows what changed: it is read anew")
            token = text_of(answer.get("nextPageToken"))
            if not token:
                self._token = text_of(answer.get("nextSyncToken"))
            elif token in seen:
                raise ProtocolViolation("Google Calendar's list of events goes round in circles")
            seen.add(token)
            yield list_of(answer, "items"), token
            if not token:
                return
        raise ProtocolViolation("Google Calendar's list of events has no end")


def _is_within(meeting: Meeting, now: Place) -> bool:
    return meeting.start < _start_of(now.until) and meeting.end >= _start_of(now.first)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _key(name: str) -> str:
    """The event's own id where that is as Google writes them, else a hash of it."""
    return name if name.isascii() and name.isprintable() and len(name) <= 1024 else _mark(name).hex()


def _mark(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()


def _unpacked(text: str) -> dict[bytes, None]:
    data = base64.b64decode(text, validate=True)
    return {data[start : start + _WIDTH]: None for start in range(0, len(data), _WIDTH)}


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "what was read of this calendar", check=lambda place: _unpacked(place.series))


def _who(tokens: GoogleTokens) -> str:
    """The address of the owner's own calendar, which is its id."""
    api = GoogleApi(CALENDAR, tokens, per_minute=_PER_MINUTE)
    try:
        request = api.service.calendarList().list(maxResults=_MOST_CALENDARS, fields="items(id,primary)")
        entries = list_of(api.call(request, 1)[1], "items")
    finally:
        api.close()
    return next((one_line(text_of(each.get("id")), 200) for each in entries if each.get("primary") is True), "")


WANTS: Final = Wants(product="Google Calendar", scopes=(LIST, READ), who=_who)


def open_google_calendar(settings: GoogleCalendarSettings, around: Surroundings) -> GoogleCalendarConnector:
    """A connector for the calendars of one login. Nothing is asked before its streams are."""
    return GoogleCalendarConnector(settings, around)


def login(settings: GoogleCalendarSettings, around: Surroundings) -> GoogleLogin:
    """The login of one account."""
    return GoogleLogin(settings, around, WANTS)


CONNECTOR = ConnectorSpec(
    kind="google_calendar", settings=GoogleCalendarSettings, open=open_google_calendar, login=login
)
