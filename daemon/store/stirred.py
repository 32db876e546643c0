"""What has changed since people and ledgers were last worked out: marks made with each batch, read by a refresh."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from daemon.store.database import Access


class Stirred(IntEnum):
    """What a mark is about: its value is the number of an address or conversation, or the hash of a name."""

    ADDRESS = 1
    THREAD = 2
    NAME = 3
    PEOPLE = 4  # something was seen or corrected that who-is-who depends on; the value is 0


def stir(access: Access, kind: Stirred, values: Iterable[int]) -> None:
    """Mark ``values``."""
    rows = [(int(kind), value) for value in sorted(values)]
    access.many("INSERT INTO stirred (kind, value) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
