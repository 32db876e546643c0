"""mbox files in, messages out: one stream a file, read on from where it ended.

The last mail of a file may still be being written. Where it looks torn and the file is only seconds old, it is left
for the next pull. Else it is read as it stands, but the cursor stays before it: when the file has grown, it is read
again, and if it had been torn all the same, the torn one is removed and the whole one yielded.
A file that is not a continuation of what was read (truncated, rewritten, replaced) is ``CursorExpired``; keys are
made of the mails' bytes, so the pull that follows finds the same items again. ``total`` is estimated from bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.file_streams import file_streams
from connectors.folders import is_own, use_of, use_of_label
from connectors.harmless import name_of, one_line
from connectors.header_block import decoded, header_block
from connectors.mail_dates import mail_date
from connectors.mbox_boxes import BoxedMail, boxed_mails, is_box
from connectors.mime import MAX_MESSAGE, parse
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Message, Rejected, Removed

BATCH_MAILS = 500
BATCH_BYTES = 8 << 20
_PROBE = 4096
#: Seconds after which a file that nobody wrote to is taken as it is, torn or not.
_QUIET = 5.0
_BOUNDARY = re.compile(r"boundary\s*=\s*\"?([^\";]{1,200})", re.IGNORECASE)


class MboxSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``path`` is a file or a folder; ``sent`` globs name the boxes of own mail, by path below it or by file name.

    Without ``sent`` the usual names of Sent folders count, at the top of ``path``. ``authserv_id`` names the provider whose
    Authentication-Results are trusted.
    """

    path: str
    sent: tuple[str, ...] = ()
    authserv_id: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A cursor: the file was read up to ``seen``; reading goes on at ``offset``, where the mail ``last`` begins.

    ``head`` and ``tail`` are digests of the first and the last bytes before ``seen``; ``mtime`` is in ns.
    """

    seen: int
    offset: int
    head: str
    tail: str
    mtime: int
    last: str = ""


class MboxConnector:
    """Reads a box or a folder of boxes."""

    def __init__(self, settings: MboxSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._path = surroundings.base / Path(settings.path).expanduser()
        self._surroundings = surroundings

    def streams(self) -> Sequence[Stream]:
        """One stream a box, in the order of their paths. Drafts, trash and spam boxes are left out.

        Raises:
            NeedsOwner: the path is not there or may not be read, or the files in it are no boxes.
        """
        return file_streams(self._path, _is_wanted, holds="mail", kind="mbox", file="mbox file")

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """New mails of one box.

        Raises:
            CursorExpired: the file is not a continuation of what was read.
            NeedsOwner: the file is gone, may not be read, or is no mbox file.
            Transient: the file vanished or broke off while it was read.
        """
        path = self._path if self._path.is_file() else self._path / stream.name
        try:
            with path.open("rb", buffering=0) as file:
                try:
                    yield from self._read(file, stream.name, since)
                except OSError as error:
                    raise Transient(f"{path} could not be read to its end ({error.strerror})") from error
        except FileNotFoundError as error:
            raise NeedsOwner(f"{path} is gone: put it back or correct the path of this mbox account") from error
        except PermissionError as error:
            raise NeedsOwner(f"{path} may not be read: allow it, or leave it out") from error
        except IsADirectoryError as error:
            raise Transient(f"{path} changed while it was read") from error

    def _read(self, file: BinaryIO, name: str, since: Cursor | None) -> Iterator[Batch]:
        status = os.fstat(file.fileno())
        place = _place(since)
        if place is not None and (status.st_size, status.st_mtime_ns) == (place.seen, place.mtime):
            return
        if place is not None:
            _check_continues(file, place, status.st_size)
            if status.st_size == place.seen:
                return
        elif not _may_be_box(os.pread(file.fileno(), _PROBE, 0)):
            raise NeedsOwner(f"{name} is not an mbox file: correct the path of this mbox account")
        reader = _BoxReader(self._settings, self._surroundings, name, file, status.st_mtime_ns)
        yield from reader.batches(place, status.st_size)


class _BoxReader:
    """Turns the mails of one open box into batches."""

    def __init__(
        self, settings: MboxSettings, surroundings: Surroundings, name: str, file: BinaryIO, mtime: int
    ) -> None:
        self.authserv_id = settings.authserv_id
        self.own = is_own(name, settings.sent)
        self.name, self.file, self.mtime = name, file, mtime
        self.now: datetime = surroundings.now()
        self.zone: ZoneInfo = surroundings.zone
        self.labelled = _is_takeout(file)

    def batches(self, place: Place | None, size: int) -> Iterator[Batch]:
        start = place.offset if place is not None else 0
        torn = place.last if place is not None else ""
        changes: list[Change] = []
        held, mails, mail = 0, 0, None
        for mail in boxed_mails(self.file, start, MAX_MESSAGE):
            if not mail.closed and self._being_written(mail):
                break
            mails += 1
            changes.extend(self._changes(mail, torn))
            torn = ""
            held += mail.end - mail.start
            if mail.closed and (len(changes) >= BATCH_MAILS or held >= BATCH_BYTES):
                total = round(mails * max(1.0, (size - start) / (mail.end - start)))
                cursor = self._cursor(seen=mail.end, offset=mail.end)
                yield Batch(changes=tuple(changes), cursor=cursor, total=total)
                changes, held = [], 0
        yield Batch(changes=tuple(changes), cursor=self._last_cursor(place, mail, size), total=mails)

    def _last_cursor(self, place: Place | None, mail: BoxedMail | None, size: int) -> Cursor:
        """Before the last mail of the box, which is looked at again when the file has grown."""
        if mail is None:
            end = place.offset if place is not None else 0
            return self._cursor(seen=end, offset=end, mtime=self.mtime if end == size else 0)
        if self._being_written(mail):
            if place is not None and mail.start == place.offset:
                return self._cursor(seen=place.seen, offset=place.offset, last=place.last)
            return self._cursor(seen=mail.start, offset=mail.start)
        return self._cursor(
            seen=mail.end, offset=mail.start, last=mail.key, mtime=self.mtime if mail.end == size else 0
        )

    def _being_written(self, mail: BoxedMail) -> bool:
        """Whether the last mail looks torn and the file was written to a moment ago."""
        age = self.now.timestamp() - self.mtime / 1e9
        return not mail.closed and mail.raw is not None and abs(age) < _QUIET and _looks_torn(mail.raw)

    def _changes(self, mail: BoxedMail, torn: str) -> Iterator[Change]:
        """What one mail means; ``torn`` is the key of the last mail as it was read before, if this is that mail."""
        if torn and torn == mail.key:
            return
        if torn:
            yield Removed(key=torn)
        change = self._parsed(mail)
        if change is not None:
            yield change

    def _parsed(self, mail: BoxedMail) -> Message | Rejected | None:
        if mail.raw is None:
            return Rejected(
                key=mail.key, reason=f"is larger than {MAX_MESSAGE >> 20} MB (it begins at byte {mail.start})"
            )
        labels, thread = takeout(mail.raw) if self.labelled else ((), None)
        uses = {use_of_label(label) for label in labels}
        if "left out" in uses:
            return None
        return parse(
            mail.raw,
            key=mail.key,
            own=self.own or "sent" in uses,
            folder=self.name,
            labels=labels,
            provider_thread=thread,
            authserv_id=self.authserv_id,
            arrived=_envelope_date(mail.envelope),
            now=self.now,
            zone=self.zone,
        )

    def _cursor(self, *, seen: int, offset: int, last: str = "", mtime: int = 0) -> Cursor:
        head, tail = _digests(self.file, seen)
        place = Place(seen=seen, offset=offset, head=head, tail=tail, mtime=mtime, last=last)
        return cursor_of(place)


def _looks_torn(raw: bytes) -> bool:
    """Whether a mail breaks off inside a line, or before the last boundary of its parts."""
    if not raw.endswith(b"\n"):
        return True
    kind = header_block(raw).first("content-type")
    boundary = _BOUNDARY.search(kind) if kind.lower().startswith("multipart/") else None
    return boundary is not None and f"--{boundary[1]}--".encode() not in raw


def takeout(raw: bytes) -> tuple[tuple[str, ...], str | None]:
    """The labels and the thread that Google Takeout wrote at the very top of a mail; nothing for other mail.

    Only there do they come from Google: further down anybody could have sent them along.
    """
    if not raw[:9].upper().startswith(b"X-GM-THRI"):
        return (), None
    fields = header_block(raw[: 64 * 1024]).fields[:2]
    if not fields or fields[0][0] != "x-gm-thrid":
        return (), None
    labels: tuple[str, ...] = ()
    if len(fields) > 1 and fields[1][0] == "x-gmail-labels":
        names = (name_of(name) for name in decoded(fields[1][1]).split(","))
        labels = tuple(name for name in names if name)[:50]
    return labels, one_line(fields[0][1], 40) or None


def _is_takeout(file: BinaryIO) -> bool:
    """Whether the first mail of a box has Google's labels. If not, others that have them made them up."""
    _, _, first = os.pread(file.fileno(), 64 * 1024, 0).partition(b"\n")
    return takeout(first) != ((), None)


def _is_box_file(path: Path) -> bool:
    named = path.suffix.lower() == ".mbox"
    if not path.is_file():
        return False  # a pipe would keep us waiting
    try:
        with path.open("rb") as file:
            beginning = file.read(1024)
    except PermissionError:
        return named  # so that its pull can tell the owner
    return is_box(beginning) or (named and not beginning.strip())


def _may_be_box(beginning: bytes) -> bool:
    """Whether a file that begins like this is a box, or has nothing in it yet."""
    written = beginning.lstrip()
    return not written or is_box(written)


def _is_wanted(path: Path, name: str) -> bool:
    return use_of(name) != "left out" and _is_box_file(path)


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "how far this box was read")


def _check_continues(file: BinaryIO, place: Place, size: int) -> None:
    """Raises CursorExpired where the file does not begin with what was read before."""
    if size < place.seen:
        raise CursorExpired("this box is empty now" if not size else "this box is shorter than it was", fewer=True)
    if _digests(file, place.seen) != (place.head, place.tail):
        raise CursorExpired("the box was rewritten")


def _digests(file: BinaryIO, seen: int) -> tuple[str, str]:
    """Digests of the first and the last bytes before ``seen``."""
    found = []
    for start in (0, max(0, seen - _PROBE)):
        # The file's own position belongs to the reader of the mails.
        probe = os.pread(file.fileno(), min(_PROBE, seen), start)
        found.append(hashlib.blake2b(probe, digest_size=8).hexdigest())
    return found[0], found[1]


def _envelope_date(envelope: bytes) -> datetime | None:
    """The date of a ``From `` line: ``From who Thu Jan  1 00:00:00 [+0000] 1970``, in UTC where it names no zone."""
    words = envelope.decode("ascii", "replace").split()
    for start in range(1, max(1, len(words) - 4)):
        weekday_month_day = words[start + 1 : start + 3]
        clock, rest = words[start + 3], words[start + 4 :]
        if ":" in clock and len(weekday_month_day) == 2:
            year = rest[-1]
            zone = next((word for word in rest if word[:1] in "+-"), "+0000")
            return mail_date(f"{weekday_month_day[1]} {weekday_month_day[0]} {year} {clock} {zone}")
    return None


def open_mbox(settings: MboxSettings, surroundings: Surroundings) -> MboxConnector:
    """A connector for one box or a folder of boxes. The path is looked at when the streams are."""
    return MboxConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="mbox", settings=MboxSettings, open=open_mbox)
