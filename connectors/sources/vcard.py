"""Address book files in, contacts and removals out: one stream a file (.vcf), the whole book compared with what was read.

The cursor holds a digest of the file, and for every contact that was yielded a digest of its key and of its content,
while a pull is under way too: a changed file yields what changed since. A book that suddenly has no card, or whose last
card is cut off, removes nothing. ``total`` is exact.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.file_streams import file_streams
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Change, Contact, Cursor, Rejected, Removed

BATCH_CONTACTS = 500
_ENDINGS = (".vcf", ".vcard")
_KEY_WIDTH, _CONTENT_WIDTH = 8, 4


class VcardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``path`` is an address book file or a folder with such files in it."""

    path: str


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor: the file had this ``digest``; ``known`` are digests of keys and contents (base85).

    ``partial`` says that the pull was still under way.
    """

    digest: str
    known: str = ""
    partial: bool = False


class VcardConnector:
    """Reads an address book file or a folder of them."""

    def __init__(self, settings: VcardSettings, surroundings: Surroundings) -> None:
        self._path = surroundings.base / Path(settings.path).expanduser()

    def streams(self) -> Sequence[Stream]:
        """One stream a file, in the order of their paths.

        Raises:
            NeedsOwner: the path is not there or may not be read, or the files in it are no address books.
        """
        return file_streams(self._path, _is_book_file, holds="contacts", kind="vcard", file="address book (.vcf)")

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """What changed in one address book.

        Raises:
            CursorExpired: the cursor is not understood.
            NeedsOwner: the file is gone, may not be read, or is no address book.
            Transient: the file could not be read to its end, or is suddenly empty.
        """
        path = self._path if self._path.is_file() else self._path / stream.name
        place = _place(since)
        raw = _content(path)
        now = Place(digest=hashlib.blake2b(raw, digest_size=12).hexdigest())
        if place is not None and place == msgspec.structs.replace(now, known=place.known):
            return
        known = _unpacked(place.known) if place is not None else {}
        found = _found(path, raw)
        if known and not any(isinstance(item, Contact) for item in found):
            raise Transient(f"{path} suddenly has no card: what was read of it is kept")
        yield from _changes(found, known, now)


def _found(path: Path, raw: bytes) -> Sequence[Contact | Rejected]:
    from connectors.vcards import MAX_BOOK, contacts, is_book

    if len(raw) > MAX_BOOK:
        raise NeedsOwner(f"{path} is larger than {MAX_BOOK >> 20} MB: split it")
    if not is_book(raw):
        raise NeedsOwner(f"{path} is no address book: put a vCard file there or correct the path of this vcard account")
    return contacts(raw)


def _changes(found: Sequence[Contact | Rejected], known: Mapping[bytes, bytes], now: Place) -> Iterator[Batch]:
    """The difference between what was known and what was found, in batches whose cursors know what was yielded."""
    current = {_digest(item.key, _KEY_WIDTH): (_content_digest(item), item) for item in found}
    changes: list[Change] = [
        replace(item, key=key.hex()) for key, (content, item) in current.items() if known.get(key) != content
    ]
    if not any(isinstance(item, Rejected) for item in found):
        changes.extend(Removed(key=key.hex()) for key in sorted(known.keys() - current.keys()))
    told = dict(known)
    for start in range(0, max(1, len(changes)), BATCH_CONTACTS):
        batch = tuple(changes[start : start + BATCH_CONTACTS])
        for change in batch:
            key = bytes.fromhex(change.key)
            if isinstance(change, Removed):
                del told[key]
            else:
                told[key] = current[key][0]
        partial = start + BATCH_CONTACTS < len(changes)
        place = msgspec.structs.replace(now, known=_packed(told), partial=partial)
        yield Batch(changes=batch, cursor=Cursor(value=msgspec.json.encode(place).decode()), total=len(changes))


def _content(path: Path) -> bytes:
    from connectors.vcards import MAX_BOOK

    try:
        with path.open("rb") as file:
            return file.read(MAX_BOOK + 1)
    except FileNotFoundError as error:
        raise NeedsOwner(f"{path} is gone: put it back or correct the path of this vcard account") from error
    except PermissionError as error:
        raise NeedsOwner(f"{path} may not be read: allow it, or leave it out") from error
    except OSError as error:
        raise Transient(f"{path} could not be read to its end ({error.strerror})") from error


def _digest(text: str, width: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=width).digest()


def _content_digest(item: Contact | Rejected) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(item), digest_size=_CONTENT_WIDTH).digest()


def _packed(kept: Mapping[bytes, bytes]) -> str:
    return base64.b85encode(b"".join(key + kept[key] for key in sorted(kept))).decode("ascii")


def _unpacked(text: str) -> dict[bytes, bytes]:
    data = base64.b85decode(text)
    step = _KEY_WIDTH + _CONTENT_WIDTH
    return {data[at : at + _KEY_WIDTH]: data[at + _KEY_WIDTH : at + step] for at in range(0, len(data), step)}


def _place(since: Cursor | None) -> Place | None:
    if since is None:
        return None
    try:
        place = msgspec.json.decode(since.value, type=Place)
        _unpacked(place.known)
    except (msgspec.DecodeError, ValueError) as error:
        raise CursorExpired("the note of what was read of this address book is not understood") from error
    return place


def _is_book_file(path: Path, name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not path.name.startswith(".") and path.is_file()


def open_vcard(settings: VcardSettings, surroundings: Surroundings) -> VcardConnector:
    """A connector for one address book file or a folder of them. The path is looked at when the streams are."""
    return VcardConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="vcard", settings=VcardSettings, open=open_vcard)
