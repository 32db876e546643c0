"""A CalDAV server in, the meetings of its calendars out: one stream a calendar, changes since a token or by etags.

A stream's name is where the calendar is below its home, which stays when somebody renames it. Recurring events are
expanded in the window of ``calendar_window``; it is rolled on once a week, by asking again only for the series that
go on beyond it. A calendar that suddenly has no event removes nothing: that is ``Transient``, until it has been so for
an hour.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from connectors.caldav_cursor import Known, Place, etag_digest, packed, read
from connectors.calendar_window import AHEAD, BEFORE
from connectors.cursors import cursor_of
from connectors.emptied import doubted
from connectors.errors import NeedsOwner, ProtocolViolation
from connectors.known_items import key_digest
from connectors.passwords import PasswordSettings, Secret, password
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Removed

if TYPE_CHECKING:
    from connectors.caldav_reports import Listing
    from connectors.caldav_server import Calendar
    from connectors.http import Http

#: Resources that are asked for at once, and meetings in one batch.
BATCH_RESOURCES: Final = 100
BATCH_MEETINGS: Final = 500
#: More than these in one calendar are nobody's own.
MOST_MEETINGS: Final = 300_000
#: The window ends so much later than it must, so that it is rolled on once a week only.
_SLACK: Final = timedelta(days=7)
_LARGEST_ANSWER: Final = 32 * 2**20


class CaldavSettings(PasswordSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``url`` is the server, or a calendar, or a folder of calendars. With ``auth = "bearer"`` the password is a token.

    ``include`` and ``exclude`` are globs on a calendar's name or place; ``ca_file`` the only certificates to trust;
    ``allow_plain`` lets the password go without TLS beyond this machine.
    """

    url: str
    username: str = ""
    auth: Literal["basic", "bearer"] = "basic"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ca_file: str = ""
    allow_plain: bool = False


class CaldavConnector:
    """Reads the calendars of one login."""

    def __init__(self, settings: CaldavSettings, surroundings: Surroundings) -> None:
        from connectors.http import Http, Limits

        self._settings = settings
        self._surroundings = surroundings
        self._header: Secret | None = None
        self._calendars: dict[str, Calendar] = {}
        self._http: Http = Http(
            authorization=self._authorization,
            origins=[settings.url],
            ca_file=surroundings.base / Path(settings.ca_file).expanduser() if settings.ca_file else None,
            allow_plain=settings.allow_plain,
            limits=Limits(body=_LARGEST_ANSWER),
            now=surroundings.now,
        )

    def streams(self) -> Sequence[Stream]:
        """One stream a calendar of events that may be read, in the order of their names.

        Raises:
            NeedsOwner: there is no CalDAV, the login is refused, or ``include`` leaves no calendar.
            ConnectorError: as ``Http.request`` says.
        """
        self._calendars = {calendar.name: calendar for calendar in self._found()}
        return [Stream(name=name, holds="calendar") for name in self._calendars]

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one calendar.

        Raises:
            CursorExpired: the cursor is not understood, or the server no longer knows it.
            NeedsOwner: the calendar is gone, or may not be read.
            Transient: it suddenly has no event, or as ``Http.request`` says.
            ConnectorError: as ``Http.request`` says.
        """
        noted = read(since)
        # What the list of calendars said of it is true for one pull.
        calendar = self._calendars.pop(stream.name, None) or self._looked_up(stream.name)
        today = self._surroundings.now().astimezone(UTC).date()
        if noted is not None and _nothing_new(noted[0], calendar, today):
            return
        yield from _Pull(self._http, self._surroundings, calendar, noted).batches()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _looked_up(self, name: str) -> Calendar:
        for calendar in self._found():
            if calendar.name == name:
                return calendar
        raise NeedsOwner(f"the calendar {name} is gone from the server: what was read of it is kept")

    def _found(self) -> list[Calendar]:
        from connectors.caldav_server import calendars

        found = calendars(self._http, self._settings.url)
        wanted = [calendar for calendar in found if _is_wanted(calendar, self._settings)]
        if found and not wanted:
            names = ", ".join(calendar.title for calendar in found[:10])
            raise NeedsOwner(f"include and exclude leave none of the calendars {names}: correct them")
        return wanted

    def _authorization(self) -> Secret | None:
        if self._header is None:
            settings = self._settings
            found = password(settings, base=self._surroundings.base, username=settings.username)
            if found is None:
                if settings.username or settings.auth == "bearer":
                    raise NeedsOwner("the config names no password: add password_file or password_command, for example")
                return None
            if settings.auth == "bearer":
                self._header = Secret(f"Bearer {found.reveal()}")
            else:
                pair = f"{settings.username}:{found.reveal()}".encode()
                self._header = Secret(f"Basic {base64.b64encode(pair).decode('ascii')}")
        return self._header


def _is_wanted(calendar: Calendar, settings: CaldavSettings) -> bool:
    names = {calendar.name.casefold(), calendar.title.casefold()}

    def matches(globs: Sequence[str]) -> bool:
        return any(fnmatchcase(name, glob.casefold()) for glob in globs for name in names)

    return (not settings.include or matches(settings.include)) and not matches(settings.exclude)


def _nothing_new(place: Place, calendar: Calendar, today: date) -> bool:
    """Whether the list of calendars already says that there is nothing to ask for."""
    if place.partial or place.emptied is not None or today + AHEAD > place.until:
        return False
    if not calendar.ctag or calendar.ctag != place.ctag or calendar.syncs != (place.way == "sync"):
        return False
    return not calendar.syncs or calendar.token == place.token


class _Pull:
    """One pull of one calendar; ``known`` and ``series`` follow what was yielded."""

    def __init__(
        self, http: Http, surroundings: Surroundings, calendar: Calendar, noted: tuple[Place, dict[bytes, Known]] | None
    ) -> None:
        from connectors.caldav_server import resource_name

        self.http, self.calendar = http, calendar
        self.now, self.zone = surroundings.now().astimezone(UTC), surroundings.zone
        self.before: Place | None = noted[0] if noted is not None else None
        self.known = noted[1] if noted is not None else {}
        self.count = sum(resource.count for resource in self.known.values())
        self.series = {resource_name(href): href for href in self.before.series} if self.before is not None else {}
        today = self.now.date()
        self.first = self.before.first if self.before is not None else today - BEFORE
        self.rolls = self.before is None or today + AHEAD > self.before.until
        self.until = today + AHEAD + _SLACK if self.before is None or self.rolls else self.before.until

    def batches(self) -> Iterator[Batch]:
        """The changes, and cursors that know what was yielded."""
        from connectors.caldav_reports import listed

        listing = listed(self.http, self.calendar, self._token())
        gone = self._gone(listing)
        wanted = self._wanted(listing)
        yield from self._emptied(gone, wanted)
        total = len(wanted) + sum(self.known[name].count for name in gone)
        pending: list[Change] = []
        for changes in chain(self._came(wanted, listing), self._went(gone)):
            pending += changes
            if len(pending) >= BATCH_MEETINGS:
                yield Batch(changes=tuple(pending), cursor=self._under_way(listing), total=total)
                pending = []
        place = Place(way=listing.way, token=listing.token, first=self.first, until=self.until, ctag=self.calendar.ctag)
        done = self._cursor(place)
        if pending or self.before is None or done != cursor_of(self.before):
            yield Batch(changes=tuple(pending), cursor=done, total=total)

    def _token(self) -> str:
        """What the server is asked to go on from; empty for everything."""
        goes_on = self.before is not None and self.before.way == "sync" and self.calendar.syncs
        return self.before.token if self.before is not None and goes_on else ""

    def _gone(self, listing: Listing) -> list[bytes]:
        """Which of the known resources are gone."""
        if listing.whole:
            return sorted(self.known.keys() - set(map(key_digest, listing.hrefs)))
        return sorted(self.known.keys() & set(map(key_digest, listing.gone)))

    def _wanted(self, listing: Listing) -> list[str]:
        """The hrefs of what is new or changed, and of the series whose window moves on; in a lasting order."""
        found = {}
        for name, href in listing.hrefs.items():
            known = self.known.get(key_digest(name))
            if known is None or not any(known.etag) or known.etag != etag_digest(listing.etags[name]):
                found[name] = href
        if self.rolls:
            there = listing.hrefs if listing.whole else self.series.keys() - listing.gone
            found |= {name: href for name, href in self.series.items() if name in there and name not in found}
        return [found[name] for name in sorted(found)]

    def _emptied(self, gone: Sequence[bytes], wanted: Sequence[str]) -> Iterator[Batch]:
        """Note when the calendar was first seen without events; go on only if that is long enough ago.

        Raises:
            Transient: it is not.
        """
        leaves = self.known.keys() - set(gone)
        had = any(resource.count for resource in self.known.values())
        if self.before is None or wanted or not had or any(self.known[name].count for name in leaves):
            return
        line = f"the calendar {self.calendar.title} suddenly has no event: what was read of it is kept for now"
        yield from doubted(self.before, self.now, line)

    def _came(self, wanted: Sequence[str], listing: Listing) -> Iterator[list[Change]]:
        from connectors.caldav_reports import fetched
        from connectors.caldav_resources import taken

        for start in range(0, len(wanted), BATCH_RESOURCES):
            for resource in fetched(self.http, self.calendar, wanted[start : start + BATCH_RESOURCES]):
                name = key_digest(resource.name)
                before = self.known.get(name)
                etag = etag_digest("" if resource.problem else resource.etag or listing.etags.get(resource.name, ""))
                same = before is not None and before.etag == etag and any(etag)
                since = self.before.until if self.before is not None and same else None
                window = (self.first, self.until)
                found = taken(resource, before, etag, window=window, since=since, zone=self.zone)
                self.count += found.known.count - (before.count if before is not None else 0)
                if self.count > MOST_MEETINGS:
                    title = self.calendar.title
                    raise ProtocolViolation(f"the calendar {title} has more than {MOST_MEETINGS} meetings: exclude it")
                self.known[name] = found.known
                self.series.pop(resource.name, None)
                if found.goes_on:
                    self.series[resource.name] = resource.href
                yield found.changes

    def _went(self, gone: Sequence[bytes]) -> Iterator[list[Change]]:
        for name in gone:
            yield [Removed(key=key.hex()) for key in sorted(self.known.pop(name).items)]

    def _under_way(self, listing: Listing) -> Cursor:
        """A cursor in the middle: asked again from the same token, what is known then is passed over.

        A window that moves on does so only at the end, so that a pull that is broken off asks for all series again.
        """
        until = self.before.until if self.before is not None else self.until
        return self._cursor(Place(way=listing.way, token=self._token(), first=self.first, until=until, partial=True))

    def _cursor(self, place: Place) -> Cursor:
        series = tuple(href for name, href in sorted(self.series.items()) if key_digest(name) in self.known)
        return cursor_of(msgspec.structs.replace(place, known=packed(self.known), series=series))


def open_caldav(settings: CaldavSettings, surroundings: Surroundings) -> CaldavConnector:
    """A connector for the calendars of one login; nothing is asked before the streams are.

    Raises:
        NeedsOwner: the url is none, or has a password in it.
    """
    from connectors.http import check

    check(settings.url)
    return CaldavConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="caldav", settings=CaldavSettings, open=open_caldav)
