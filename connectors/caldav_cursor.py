"""What is known of a calendar's resources in, a cursor's text out, and back.

A resource is one calendar file on the server: an event with all its occurrences and changes. For each the cursor has a
digest of its name and of its etag, and digests of the keys and contents of what was yielded of it, so that a resource
that is deleted or shortened takes away exactly what it had brought.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from connectors.errors import CursorExpired
from connectors.known_items import CONTENT_WIDTH, KEY_WIDTH, key_digest
from connectors.records import Cursor

_HEAD: Final = struct.Struct(f">{KEY_WIDTH}s{KEY_WIDTH}sI")
_ITEM: Final = KEY_WIDTH + CONTENT_WIDTH


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cursor. ``token`` is the server's sync-token (way ``sync``), ``ctag`` the collection's, where it has one. Series
    were expanded from ``first`` to ``until`` (days).

    ``known`` are the resources (see ``packed``), ``series`` the hrefs of those that go on beyond ``until`` or that the
    server could not give. ``partial`` says that the pull was still under way, ``emptied`` (UTC) when the calendar was
    first seen without any event.
    """

    way: Literal["sync", "etags"]
    token: str
    first: date
    until: date
    ctag: str = ""
    known: str = ""
    series: tuple[str, ...] = ()
    partial: bool = False
    emptied: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was yielded of one resource: a digest of its etag, and key and content digests one after another."""

    etag: bytes
    packed: bytes = b""

    @property
    def items(self) -> dict[bytes, bytes]:
        """Content digests by key digests."""
        data = self.packed
        return {data[at : at + KEY_WIDTH]: data[at + KEY_WIDTH : at + _ITEM] for at in range(0, len(data), _ITEM)}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.packed) // _ITEM


def known(etag: bytes, items: Mapping[bytes, bytes]) -> Known:
    """A resource of which these ``items``, content digests by key digests, were yielded."""
    return Known(etag=etag, packed=b"".join(key + items[key] for key in sorted(items)))


def etag_digest(etag: str) -> bytes:
    """What says that a resource is the same; weak etags are as good. Without an etag it never is."""
    plain = etag.strip().removeprefix("W/")
    return key_digest(plain) if plain else bytes(KEY_WIDTH)


def packed(resources: Mapping[bytes, Known]) -> str:
    """The resources, by the digests of their names, as text."""
    parts = []
    for name in sorted(resources):
        resource = resources[name]
        parts += [_HEAD.pack(name, resource.etag, resource.count), resource.packed]
    return base64.b64encode(b"".join(parts)).decode("ascii")


def unpacked(text: str) -> dict[bytes, Known]:
    """Back again.

    Raises:
        ValueError: it is not what ``packed`` wrote.
    """
    data = base64.b64decode(text, validate=True)
    found: dict[bytes, Known] = {}
    at = 0
    while at < len(data):
        try:
            name, etag, count = _HEAD.unpack_from(data, at)
        except struct.error as error:
            raise ValueError("cut off") from error
        at += _HEAD.size
        end = at + count * _ITEM
        if end > len(data):
            raise ValueError("cut off")
        found[name] = Known(etag=etag, packed=data[at:end])
        at = end
    return found


def read(since: Cursor | None) -> tuple[Place, dict[bytes, Known]] | None:
    """The place that a cursor notes, with its resources; None for None.

    Raises:
        CursorExpired: it is not understood.
    """
    if since is None:
        return None
    try:
        place = msgspec.json.decode(since.value, type=Place)
        return place, unpacked(place.known)
    except (msgspec.DecodeError, ValueError) as error:
        raise CursorExpired("the note of what was read of this calendar is not understood") from error
