"""How far a folder was read, as the text of a cursor, in and out."""

from __future__ import annotations

import msgspec

from connectors.cursors import place_of
from connectors.imap_uids import Uids
from connectors.records import Cursor


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was read of a folder.

    ``known`` are the UIDs of all mails that were yielded and were there when the last whole pull began. A pull that is
    under way says in ``done`` which stretches of UIDs it is through with; empty says that the last pull came to its
    end. ``next_uid``, ``messages`` and ``modseq`` are of the moment before that pull listed what there is, so that what
    changes while it goes on is found by the next one; ``messages`` -1 says that something was not handed out.
    ``since`` is the day from which on mail was asked for (empty: all of it).
    """

    validity: int
    known: str = ""
    done: str = ""
    next_uid: int = 0
    messages: int = -1
    modseq: int = 0
    since: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the pull that wrote it came to its end."""
        return not self.done


def place(since: Cursor | None) -> Place | None:
    """What a cursor says.

    Raises:
        CursorExpired: it is not understood.
    """
    return place_of(
        since,
        Place,
        "what was read of this folder",
        check=lambda found: (Uids.parsed(found.known), Uids.parsed(found.done)),
    )
