"""Entries of the ledger in, a table that is readable on 80 columns out."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from daemon.dates import day
from daemon.entries import Entry
from daemon.tables import Column, table, terminal_width

#: So many digits of an id name a favor in practice; every command takes the beginning of an id.
ID_SHOWN = 8


def ledger_table(entries: Sequence[Entry], zone: ZoneInfo) -> str:
    """One line an entry, days on the owner's calendar."""
    columns = (
        Column(title="id"),
        Column(title="since"),
        Column(title="favor", give=True),
        Column(title="status"),
        Column(title="matter", give=True),
    )
    rows = ((each.id[:ID_SHOWN], day(each.opened_at, zone), in_words(each), each.said, each.matter) for each in entries)
    return table(columns, rows, width=terminal_width())


def in_words(entry: Entry) -> str:
    """``intro from Dana Whitfield`` or ``advice for Dana Whitfield``: what the owner gets, or gives."""
    way, other = ("for", entry.receiver) if entry.giver.is_owner else ("from", entry.giver)
    return f"{entry.type.value} {way} {other.name}"
