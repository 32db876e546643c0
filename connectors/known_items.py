"""What a source yielded, as digests in a cursor; what was known and what there is now in, the difference out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from connectors.records import Batch, Change, Contact, Cursor, Meeting, Rejected, Removed

#: Bytes of a ``key_digest`` and of a ``content_digest``.
KEY_WIDTH: Final = 8
CONTENT_WIDTH: Final = 4
_TOGETHER: Final = 500

Item = Meeting | Contact | Rejected


def key_digest(key: str) -> bytes:
    """What names an item in a cursor."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=KEY_WIDTH).digest()


def content_digest(item: Item) -> bytes:
    """What makes an item changed. Not its stamp: exports stamp everything with their own time."""
    plain = replace(item, stamp=None) if isinstance(item, Meeting) else item
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=CONTENT_WIDTH).digest()


def packed(known: Mapping[bytes, bytes]) -> str:
    """Content digests by key digests, as text."""
    return base64.b85encode(b"".join(key + known[key] for key in sorted(known))).decode("ascii")


def unpacked(text: str) -> dict[bytes, bytes]:
    """The same, back.

    Raises:
        ValueError: it is no such text.
    """
    data = base64.b85decode(text)
    step = KEY_WIDTH + CONTENT_WIDTH
    return {data[at : at + KEY_WIDTH]: data[at + KEY_WIDTH : at + step] for at in range(0, len(data), step)}


def differences(
    found: Sequence[Item], known: Mapping[bytes, bytes], cursor: Callable[[str, bool], Cursor], *, whole: bool
) -> Iterator[Batch]:
    """What there is now against what was yielded before, in batches whose cursors know what was yielded until then.

    Args:
        cursor: makes one of the packed digests and of whether more batches come.
        whole: whether what is not found is gone.
    """
    current = {key_digest(item.key): (content_digest(item), item) for item in found}
    changes: list[Change] = [
        replace(item, key=key.hex()) for key, (content, item) in current.items() if known.get(key) != content
    ]
    if whole:
        changes.extend(Removed(key=key.hex()) for key in sorted(known.keys() - current.keys()))
    told = dict(known)
    for start in range(0, max(1, len(changes)), _TOGETHER):
        batch = tuple(changes[start : start + _TOGETHER])
        for change in batch:
            key = bytes.fromhex(change.key)
            if isinstance(change, Removed):
                del told[key]
            else:
                told[key] = current[key][0]
        partial = start + _TOGETHER < len(changes)
        yield Batch(changes=batch, cursor=cursor(packed(told), partial), total=len(changes))
