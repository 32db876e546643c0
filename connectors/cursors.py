"""How far a connector has read, as a value of its own, in; a cursor out, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from connectors.errors import CursorExpired
from connectors.records import Cursor

Place = TypeVar("Place", bound=msgspec.Struct)


def cursor_of(place: msgspec.Struct) -> Cursor:
    """The cursor that holds ``place``."""
    return Cursor(value=msgspec.json.encode(place).decode())


def place_of(
    since: Cursor | None, kind: type[Place], what: str, *, check: Callable[[Place], Any] = lambda place: None
) -> Place | None:
    """The place that a cursor holds, None for none.

    Args:
        kind: the connector's own type of places.
        what: what the cursor is a note of, for the owner: "what was read of this calendar".
        check: raises ValueError where a part of the place is not what it should be.

    Raises:
        CursorExpired: the cursor is not understood.
    """
    if since is None:
        return None
    try:
        place = msgspec.json.decode(since.value, type=kind)
        check(place)
    except (msgspec.DecodeError, ValueError) as error:
        raise CursorExpired(f"the note of {what} is not understood") from error
    return place
