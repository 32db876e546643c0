"""Whole mails in, rows of ``texts`` out, and back: kept only where the owner asked for it (``keep_text = "full"``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.records import Message
from daemon.store.database import Access
from daemon.store.encoding import encode

_MESSAGE: Final = msgspec.json.Decoder(Message)


def keep(access: Access, messages: Sequence[tuple[int, Message]]) -> None:
    """Keep the texts of these mails (number of their row, mail)."""
    access.many(
        "INSERT INTO texts (message, content) VALUES (?, ?) ON CONFLICT (message) DO UPDATE SET content = excluded.content",
        # With their invitations, by which a calendar's notice is told from a person's mail when it is read anew.
        [(row, encode(message)) for row, message in messages],
    )


def batch_after(access: Access, row: int, limit: int) -> list[tuple[int, Message]]:
    """The next ``limit`` kept mails whose rows come after ``row``, in order of rows."""
    statement = "SELECT message, content FROM texts WHERE message > ? ORDER BY message LIMIT ?"
    return [(number, _MESSAGE.decode(content)) for number, content in access.rows(statement, (row, limit))]
