"""Address book files in, contacts and removals out: one stream a file (.vcf), the whole book compared with what was read.

The cursor holds a digest of the file, and for every contact that was yielded a digest of its key and of its content,
while a pull is under way too: a changed file yields what changed since. A book that suddenly has no card, or whose last
card is cut off, removes nothing. ``total`` is exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from connectors.cursors import cursor_of, place_of
from connectors.errors import NeedsOwner, Transient
from connectors.file_streams import content, file_streams
from connectors.known_items import differences, unpacked
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Batch, Contact, Cursor, Rejected

_ENDINGS = (".vcf", ".vcard")


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
        from connectors.vcards import MAX_BOOK

        raw = content(path, MAX_BOOK, kind="vcard")
        now = Place(digest=hashlib.blake2b(raw, digest_size=12).hexdigest())
        if place is not None and place == msgspec.structs.replace(now, known=place.known):
            return
        known = unpacked(place.known) if place is not None else {}
        found = _found(path, raw)
        if known and not any(isinstance(item, Contact) for item in found):
            raise Transient(f"{path} suddenly has no card: what was read of it is kept")
        yield from differences(
            found,
            known,
            lambda told, partial: cursor_of(msgspec.structs.replace(now, known=told, partial=partial)),
            whole=not any(isinstance(item, Rejected) for item in found),
        )


def _found(path: Path, raw: bytes) -> Sequence[Contact | Rejected]:
    from connectors.vcards import MAX_BOOK, contacts, is_book

    if len(raw) > MAX_BOOK:
        raise NeedsOwner(f"{path} is larger than {MAX_BOOK >> 20} MB: split it")
    if not is_book(raw):
        raise NeedsOwner(f"{path} is no address book: put a vCard file there or correct the path of this vcard account")
    return contacts(raw)


def _place(since: Cursor | None) -> Place | None:
    return place_of(since, Place, "what was read of this address book", check=lambda place: unpacked(place.known))


def _is_book_file(path: Path, name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not path.name.startswith(".") and path.is_file()


def open_vcard(settings: VcardSettings, surroundings: Surroundings) -> VcardConnector:
    """A connector for one address book file or a folder of them. The path is looked at when the streams are."""
    return VcardConnector(settings, surroundings)


CONNECTOR = ConnectorSpec(kind="vcard", settings=VcardSettings, open=open_vcard)
