"""A maildir with its subfolders in, messages and removals out: one stream a folder.

A mail is named by the unique part of its file name, so that a changed flag or a move from ``new`` to ``cur`` is
nothing new. The cursor of a finished pull holds the digests of all names: the next pull yields exactly what came
and what went, and compares only two times where nothing changed. While a first pull is under way the cursor is
short: the last name, and a sum of the digests up to it; if that sum no longer fits, everything is pulled again.
A folder that is suddenly empty removes nothing (``CursorExpired``). A mail that may not be read is rejected, and tried
again by every pull until it can be. ``total`` is exact.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.folders import is_own, use_of
from connectors.harmless import one_line
from connectors.mime import MAX_MESSAGE, parse
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Cursor, Message, Rejected, Removed

BATCH_MAILS = 500
BATCH_BYTES = 8 << 20
_WIDTH = 8
_LISTINGS = 3
_ROOT = "INBOX"
# Files that come within this time of the folder's own time stamp may not have changed it visibly.
_GRAIN = timedelta(seconds=2)
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")
_DELIVERED = re.compile(r"(\d{9,10})[._]")


class MaildirSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``path`` is the maildir; ``sent`` globs name the folders of own mail (else their usual names count).

    ``authserv_id`` names the provider whose Authentication-Results are trusted.
    """

    path: str
    sent: tuple[str, ...] = ()
    authserv_id: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A cursor. ``known`` are the digests of the names that were read (base64, 8 bytes each).

    During a pull ``upto`` is the last name read, in order, and ``total`` the sum of the digests up to it; ``known``
    is then what was known before that pull. ``times`` are the times of ``new`` and ``cur`` in ns, 0 where unsure.
    """

    known: str
    times: tuple[int, int] = (0, 0)
    upto: str = ""
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """A file of the folder: its unique name, the digest of it, and where it is now."""

    name: str
    digest: bytes
    path: str


class MaildirConnector:
    """Reads a maildir and the folders in it."""

    def __init__(self, settings: MaildirSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._root = surroundings.base / Path(settings.path).expanduser()
        self._surroundings = surroundings

    def streams(self) -> Sequence[Stream]:
        """One stream a folder, Maildir++ (``.Archive.2024``) or nested. Drafts, trash and spam are left out.

        Raises:
            NeedsOwner: the path is no maildir, or may not be read.
        """
        if not self._root.is_dir():
            raise NeedsOwner(f"{self._root} is not there: correct the path of this maildir account")
        try:
            names = sorted(self._folders(self._root), key=lambda name: (name != _ROOT, name))
        except PermissionError as error:
            raise NeedsOwner(f"{error.filename} may not be read: allow it, or leave it out") from error
        except OSError as error:
            raise Transient(f"{self._root} changed while it was listed") from error
        if not names:
            raise NeedsOwner(f"{self._root} is no maildir (no folder in it has cur and new)")
        return [Stream(name=name, holds="mail") for name in names]

    def _folders(self, root: Path) -> Iterator[str]:
        def refuse(error: OSError) -> None:
            raise error

        for folder, folders, _ in os.walk(root, onerror=refuse):
            is_maildir = "cur" in folders and "new" in folders
            folders[:] = [name for name in folders if name not in ("cur", "new", "tmp")]
            relative = Path(folder).relative_to(root).as_posix()
            name = _ROOT if relative == "." else relative
            if is_maildir and (relative == "." or use_of(_plain(name)) != "left out"):
                yield name

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What came and went in one folder.

        Raises:
            CursorExpired: the cursor is not understood, or the folder is suddenly empty.
            NeedsOwner: the folder is gone or may not be read.
            Transient: the folder vanished while it was read.
        """
        folder = self._root if stream.name == _ROOT else self._root / stream.name
        if not folder.is_dir():
            raise NeedsOwner(f"{folder} is gone: put it back or correct the path of this maildir account")
        pull = _FolderPull(self._settings, self._surroundings, stream.name, folder)
        try:
            yield from pull.batches(_place(since), since)
        except PermissionError as error:
            raise NeedsOwner(f"{error.filename} may not be read: allow it, or leave it out") from error
        except OSError as error:
            raise Transient(f"{folder} changed while it was read ({error.strerror})") from error


class _FolderPull:
    """One pull of one folder."""

    def __init__(self, settings: MaildirSettings, surroundings: Surroundings, name: str, folder: Path) -> None:
        self.authserv_id = settings.authserv_id
        self.own = any(is_own(form, settings.sent) for form in (name, _plain(name)))
        self.name, self.folder = _plain(name), folder
        self.paths: dict[bytes, str] = {}
        self.vanished: set[bytes] = set()
        self.forbidden: set[bytes] = set()
        self.now, self.zone = surroundings.now(), surroundings.zone

    def batches(self, place: Place, since: Cursor | None) -> Iterator[Batch]:
        times = self._times()
        if since is not None and not place.upto and 0 not in place.times and times == place.times:
            return
        mails = self._mails()
        known = _unpacked(place.known)
        if known and not mails:
            raise CursorExpired(f"the folder {self.name} is suddenly empty", fewer=True)
        digests = {mail.digest for mail in mails}
        fresh = [mail for mail in mails if mail.digest not in known]
        done = _done(fresh, place)
        self.forbidden.update(mail.digest for mail in fresh[:done] if _is_forbidden(mail.path))
        total = _sum(fresh[:done])
        for changes, upto in self._parsed(fresh, done):
            total += _sum(fresh[done:upto])
            done = upto
            short = Place(known=place.known, upto=fresh[upto - 1].name, total=total % 2**64)
            yield Batch(changes=changes, cursor=cursor_of(short), total=len(fresh))
        # What went is told last, together with the cursor that knows it.
        removed = tuple(Removed(key=digest.hex()) for digest in sorted(known - digests))
        times = (0, 0) if self.forbidden else self._trusted(times)  # a changed permission does not show in them
        whole = cursor_of(Place(known=_packed(digests - self.vanished - self.forbidden), times=times))
        if removed or done or whole != since:
            yield Batch(changes=removed, cursor=whole, total=len(fresh))

    def _parsed(self, fresh: Sequence[_Mail], start: int) -> Iterator[tuple[tuple[Change, ...], int]]:
        """Batches of changes, each with how many of ``fresh`` are done after it."""
        changes: list[Change] = []
        held = 0
        for index in range(start, len(fresh)):
            change, size = self._read(fresh[index])
            if change is not None:
                changes.append(change)
            held += size
            if len(changes) >= BATCH_MAILS or held >= BATCH_BYTES:
                yield tuple(changes), index + 1
                changes, held = [], 0
        if changes:
            yield tuple(changes), len(fresh)

    def _read(self, mail: _Mail) -> tuple[Message | Rejected | None, int]:
        key = mail.digest.hex()
        try:
            raw = self._bytes(mail)
        except PermissionError:
            self.forbidden.add(mail.digest)
            return Rejected(key=key, reason=f"may not be read: allow it{_file(mail)}"), 0
        if raw is None:
            return None, 0  # deleted since it was listed; the next pull finds it gone
        if len(raw) > MAX_MESSAGE:
            return Rejected(key=key, reason=f"is larger than {MAX_MESSAGE >> 20} MB{_file(mail)}"), MAX_MESSAGE
        delivered = _DELIVERED.match(mail.name)
        message = parse(
            raw,
            key=key,
            own=self.own,
            folder=self.name,
            authserv_id=self.authserv_id,
            arrived=datetime.fromtimestamp(int(delivered[1]), tz=UTC) if delivered else None,
            now=self.now,
            zone=self.zone,
        )
        return message, len(raw)

    def _bytes(self, mail: _Mail) -> bytes | None:
        """The file's content, one byte more than the cap at most; also where it was renamed meanwhile.

        None where the latest listing does not have it. The folder is listed anew only for a mail that this has, so
        that many renames at once cost one listing.
        """
        for _ in range(_LISTINGS):
            path = self.paths.get(mail.digest)
            if path is None:
                break
            try:
                return _content(path)
            except FileNotFoundError:
                self._mails()
        self.vanished.add(mail.digest)
        return None

    def _mails(self) -> list[_Mail]:
        """All mails of the folder that are neither drafts nor deleted, by their unique names.

        Raises:
            OSError: the folder cannot be listed.
        """
        found: dict[str, _Mail] = {}
        for _ in range(_LISTINGS):
            before = self._times()
            for part in ("new", "cur"):
                with os.scandir(self.folder / part) as entries:
                    found.update((name, entry) for name, entry in map(_mail, entries) if entry is not None)
            if self._times() == before:
                break  # else a file may have been renamed past the listing, and would seem to be gone
        self.paths = {mail.digest: mail.path for mail in found.values()}
        return [found[name] for name in sorted(found)]

    def _times(self) -> tuple[int, int]:
        new, cur = ((self.folder / part).stat().st_mtime_ns for part in ("new", "cur"))
        return new, cur

    def _trusted(self, times: tuple[int, int]) -> tuple[int, int]:
        """``times``, 0 for one that is so fresh that another change may hide behind it."""
        fresh = (self.now - _GRAIN).timestamp() * 1e9
        new, cur = (when if when < fresh else 0 for when in times)
        return new, cur


def _mail(entry: os.DirEntry[str]) -> tuple[str, _Mail | None]:
    name, flags = _split(entry.name)
    if entry.name.startswith(".") or "T" in flags or "D" in flags or not entry.is_file():
        return name, None
    return name, _Mail(name=name, digest=_digest(name), path=entry.path)


def _content(path: str) -> bytes:
    # No file object: for small mails making one takes longer than reading them.
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, min(os.fstat(file).st_size, MAX_MESSAGE) + 1)
    finally:
        os.close(file)


def _file(mail: _Mail) -> str:
    return f" (file {one_line(mail.name, 200)})"


def _is_forbidden(path: str) -> bool:
    return Path(path).exists() and not os.access(path, os.R_OK)


def _sum(mails: Sequence[_Mail]) -> int:
    return sum(int.from_bytes(mail.digest, "big") for mail in mails)


def _done(fresh: Sequence[_Mail], place: Place) -> int:
    """How many of ``fresh`` an interrupted pull had read; 0 where files came or went among those."""
    if not place.upto:
        return 0
    done = sum(1 for mail in fresh if mail.name <= place.upto)
    return done if _sum(fresh[:done]) % 2**64 == place.total else 0


def _split(file_name: str) -> tuple[str, str]:
    info = _INFO.search(file_name)
    return (file_name[: info.start()], info[1]) if info else (file_name, "")


def _plain(name: str) -> str:
    """The path of a folder with ``/``: Maildir++ writes ``.Archive.2024``."""
    last = name.rpartition("/")[2]
    return name[: len(name) - len(last)] + last[1:].replace(".", "/") if last.startswith(".") else name


def _digest(name: str) -> bytes:
    return hashlib.blake2b(os.fsencode(name), digest_size=_WIDTH).digest()


def _packed(digests: set[bytes]) -> str:
    return base64.b85encode(b"".join(sorted(digests))).decode("ascii")


def _unpacked(text: str) -> set[bytes]:
    data = base64.b85decode(text)
    return {data[start : start + _WIDTH] for start in range(0, len(data), _WIDTH)}


def _place(since: Cursor | None) -> Place:
    known = place_of(since, Place, "what was read of this folder", check=lambda place: _unpacked(place.known))
    return known or Place(known="")


def open_maildir(settings: MaildirSettings, surroundings: Surroundings) -> MaildirConnector:
    """A connector for one maildir. The path is looked at when the streams are."""
    return MaildirConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="maildir", settings=MaildirSettings, open=open_maildir)
