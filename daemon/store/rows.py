"""Rows of mails in, nothing of them out, and numbers for new ones that no mail ever had."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.store.database import Access


def erase(access: Access, rows: Iterable[int]) -> None:
    """Delete mails that are found nowhere any more, with their texts and sightings."""
    gone = sorted(rows)
    if not gone:
        return
    highest = highest_row(access)
    access.run("DELETE FROM meta WHERE name = 'rows'")
    access.run("INSERT INTO meta (name, value) VALUES ('rows', ?)", (str(highest),))
    for statement in (
        "DELETE FROM texts WHERE message IN (?*)",
        "DELETE FROM statements WHERE message IN (?*)",
        "DELETE FROM sightings WHERE message IN (?*)",
        "DELETE FROM messages WHERE id IN (?*)",
    ):
        access.strike(statement, gone)


def highest_row(access: Access) -> int:
    """The highest number that a mail was ever given, erased ones too: conversations are called by these numbers."""
    highest = access.row("SELECT max(id) FROM messages")
    erased = access.row("SELECT value FROM meta WHERE name = 'rows'")
    return max(int((highest[0] if highest else None) or 0), int(erased[0]) if erased else 0)
