"""A source that suddenly has nothing in it in, the doubt of it out: what was read of it is kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from connectors.cursors import cursor_of
from connectors.errors import Transient
from connectors.records import Batch

#: What lost all that it had is believed after this time.
EMPTY_FOR: Final = timedelta(hours=1)


class Emptied(Protocol):
    """A place that notes when everything was first seen to be gone (UTC), None where it is there."""

    @property
    def emptied(self) -> datetime | None:
        """When that was."""
        ...


def doubted(place: Emptied, now: datetime, line: str) -> Iterator[Batch]:
    """Note when everything was first seen to be gone; end quietly only if that is long enough ago.

    Args:
        place: a ``msgspec.Struct``: where the last pull ended.
        now: the clock (aware).
        line: what is suddenly empty, for the owner.

    Raises:
        Transient: it is not.
    """
    now = now.astimezone(UTC)
    if place.emptied is not None and now - place.emptied >= EMPTY_FOR:
        return
    if place.emptied is None:
        noted: Any = place
        yield Batch(changes=(), cursor=cursor_of(msgspec.structs.replace(noted, emptied=now)))
    raise Transient(line)
