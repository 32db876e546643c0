"""What every calendar source agrees on: which days recurring events are expanded in, and what makes an item another.

The window begins ``BEFORE`` the first pull, stays there, and ends ``AHEAD`` of the day of the last one.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from connectors.records import Meeting, Rejected

BEFORE: Final = timedelta(days=5 * 366)
AHEAD: Final = timedelta(days=90)
#: A calendar that lost all its events is believed after this time.
EMPTY_FOR: Final = timedelta(hours=1)
#: Bytes of a ``key_digest`` and of a ``content_digest``.
KEY_WIDTH: Final = 8
CONTENT_WIDTH: Final = 4


def midnight(day: date) -> datetime:
    """The day's first moment in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def key_digest(key: str) -> bytes:
    """What names an item in a cursor."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=KEY_WIDTH).digest()


def content_digest(item: Meeting | Rejected) -> bytes:
    """What makes an item changed. Not its stamp: exports stamp everything with their own time."""
    plain = replace(item, stamp=None) if isinstance(item, Meeting) else item
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=CONTENT_WIDTH).digest()
