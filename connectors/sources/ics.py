"""Calendar files in, meetings and removals out: one stream a file, whole calendars compared with what was read.

The cursor holds a digest of the file, the window of days in which recurring events were expanded, and for every
meeting that was yielded a digest of its key and of its content, while a pull is under way too: so a changed file
yields what changed since, wherever the pull before ended, and a day that passes yields the occurrences that came
into the window. The window begins five years before the first pull, stays there, and ends 90 days ahead. A pull from
None yields every item there is, so what it lacks is gone. A calendar that is cut off, or that was not read to its end
in time, removes nothing. Neither does one that suddenly has no event: that is ``Transient``, until it has been so for
an hour. ``total`` is exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

import msgspec

from connectors.calendar_window import AHEAD, BEFORE, midnight
from connectors.cursors import cursor_of, place_of
from connectors.emptied import doubted
from connectors.errors import NeedsOwner, Transient
from connectors.file_streams import content, file_streams
from connectors.known_items import differences, unpacked
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Cursor, Meeting, Rejected

_SECONDS = 120.0
_ENDINGS = (".ics", ".ical", ".ifb", ".icalendar")


class IcsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``path`` is a calendar file or a folder with such files in it."""

    path: str


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: the file had this ``digest`` and was expanded from ``first`` to ``until`` (days).

    ``known`` are digests of keys and contents of what was yielded (base85). ``partial`` says that the pull was still
    under way, ``emptied`` (UTC) when the calendar was first seen without any event.
    """

    digest: str
    first: date
    until: date
    known: str = ""
    partial: bool = False
    emptied: datetime | None = None


class IcsConnector:
    """Reads a calendar file or a folder of them."""

    def __init__(self, settings: IcsSettings, surroundings: Surroundings) -> None:
        self._path = surroundings.base / Path(settings.path).expanduser()
        self._surroundings = surroundings

    def streams(self) -> Sequence[Stream]:
        """One stream a calendar file, in the order of their paths.

        Raises:
            NeedsOwner: the path is not there or may not be read, or the files in it are no calendars.
        """
        return file_streams(self._path, _is_calendar_file, holds="calendar", kind="ics", file="calendar file (.ics)")

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one calendar.

        Raises:
            CursorExpired: the cursor is not understood.
            NeedsOwner: the file is gone, may not be read, or is no calendar.
            Transient: the file could not be read to its end, suddenly has no event, or is cut off where everything
                was asked for (after what is there, so that the rest is not taken for deleted).
        """
        path = self._path if self._path.is_file() else self._path / stream.name
        place = _place(since)
        from connectors.icalendar_lines import MAX_CALENDAR

        raw = content(path, MAX_CALENDAR, kind="ics")
        digest = hashlib.blake2b(raw, digest_size=12).hexdigest()
        today = self._surroundings.now().astimezone(UTC).date()
        first = place.first if place is not None else today - BEFORE
        until = max(today + AHEAD, place.until) if place is not None else today + AHEAD
        now = Place(digest=digest, first=first, until=until)
        if place is not None and place == msgspec.structs.replace(now, known=place.known):
            return
        began = monotonic()
        found = self._found(path, raw, now)
        known = unpacked(place.known) if place is not None else {}
        # A series that was not reached in time is not gone.
        whole = _is_complete(raw) and monotonic() - began < _SECONDS
        if place is not None and known and not any(isinstance(item, Meeting) for item in found):
            yield from self._emptied(path, place, complete=whole)
        yield from differences(
            found,
            known,
            lambda told, partial: cursor_of(msgspec.structs.replace(now, known=told, partial=partial)),
            whole=whole,
        )
        if place is None and found and not whole:
            raise Transient(f"{path} is cut off, or takes too long to read: what it lacks is kept")

    def _found(self, path: Path, raw: bytes, now: Place) -> Sequence[Meeting | Rejected]:
        from connectors.icalendar_events import is_calendar, meetings

        window = (midnight(now.first), midnight(now.until))
        found = meetings(raw, window=window, zone=self._surroundings.zone, deadline_s=_SECONDS)
        if not found and raw.strip() and not is_calendar(raw):
            raise NeedsOwner(f"{path} is not a calendar: put one there or correct the path of this ics account")
        return found

    def _emptied(self, path: Path, place: Place, *, complete: bool) -> Iterator[Batch]:
        """Note when the calendar was first seen without events; go on only if that is long enough ago.

        Raises:
            Transient: it is not, or the calendar is cut off.
        """
        line = f"{path} suddenly has no event: what was read of it is kept for now"
        if not complete:
            raise Transient(line)
        yield from doubted(place, self._surroundings.now(), line)


def _is_complete(raw: bytes) -> bool:
    from connectors.icalendar_events import complete

    return complete(raw)


def _is_calendar_file(path: Path, name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not path.name.startswith(".") and path.is_file()


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "what was read of this calendar", check=lambda place: unpacked(place.known))


def open_ics(settings: IcsSettings, surroundings: Surroundings) -> IcsConnector:
    """A connector for one calendar file or a folder of them. The path is looked at when the streams are."""
    return IcsConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="ics", settings=IcsSettings, open=open_ics)
