"""How far each stream was read: pulls begun and ended in, cursors and what is still under way out.

Whoever pulls a stream from the beginning says so (``begin``) and, if it came to its end, that too (``finish``). In
between the stream is *under way*, also over a kill: what a calendar showed before and not in this pull goes only when
it has ended, and a pull that reads known mail anew goes on doing so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from connectors.records import Cursor
from daemon.store import cards
from daemon.store.addresses import AddressBook
from daemon.store.database import Access
from daemon.store.forgotten import curtain
from daemon.store.meetings import MeetingIntake
from daemon.store.stirred import Stirred, stir


class UnderWay(IntEnum):
    """What a stream is in the middle of."""

    NOTHING = 0
    WHOLE = 1  # a pull from the beginning
    ANEW = 2  # a pull from the beginning in which known mail is read anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a stream was read (``cursor`` None: not at all), and what of that is under way."""

    cursor: Cursor | None = None
    under_way: UnderWay = UnderWay.NOTHING


def place(access: Access, account: str, stream: str) -> Place:
    """How far a stream was read; an unknown one not at all."""
    row = access.row("SELECT cursor, under_way FROM streams WHERE account = ? AND name = ?", (account, stream))
    if row is None:
        return Place()
    return Place(cursor=None if row[0] is None else Cursor(value=row[0]), under_way=UnderWay(row[1]))


def read(access: Access, account: str) -> list[str]:
    """The streams of an account of which something was read, by name."""
    rows = access.rows("SELECT name FROM streams WHERE account = ? AND cursor IS NOT NULL ORDER BY name", (account,))
    return [name for (name,) in rows]


def begin(access: Access, account: str, stream: str, under_way: UnderWay) -> None:
    """A pull of a stream from the beginning starts, or is to."""
    number, _ = stream_and_pull(access, account, stream)
    access.run(
        "UPDATE streams SET cursor = NULL, pull = pull + 1, under_way = ? WHERE id = ?", (int(under_way), number)
    )


def finish(access: Access, book: AddressBook, account: str, stream: str) -> int:
    """The pull that is under way has come to its end: meetings and contacts that it did not show go; how many.

    A pull that showed none at all takes none away, and stays under way: calendars are emptied by accident.
    """
    number, pull = stream_and_pull(access, account, stream)
    gone = 0
    if cards.held(access, number):
        if not cards.shown(access, number, pull):
            return 0
        gone = cards.drop_unseen(access, number, pull)
    held = access.row("SELECT 1 FROM meeting_versions WHERE source = ? AND removed = 0 LIMIT 1", (number,))
    if held is not None:
        if access.row("SELECT 1 FROM meeting_versions WHERE source = ? AND pull = ? LIMIT 1", (number, pull)) is None:
            return gone
        gone += _drop_unseen_meetings(access, book, number, pull)
    access.run("UPDATE streams SET under_way = ? WHERE id = ?", (int(UnderWay.NOTHING), number))
    return gone


def _drop_unseen_meetings(access: Access, book: AddressBook, number: int, pull: int) -> int:
    book.begin(access)
    meetings = MeetingIntake(access=access, book=book, curtain=curtain(access, book), pull=pull)
    gone = meetings.drop_unseen(number)
    meetings.store()
    if book.write_counts(access):
        stir(access, Stirred.PEOPLE, [0])
    return gone


def stream_and_pull(access: Access, account: str, stream: str) -> tuple[int, int]:
    """The number of a stream, which gets one where it is new, and how often it was pulled from the beginning."""
    row = access.row("SELECT id, pull FROM streams WHERE account = ? AND name = ?", (account, stream))
    if row is not None:
        return int(row[0]), int(row[1])
    highest = access.row("SELECT max(id) FROM streams")
    number = int((highest[0] if highest else None) or 0) + 1
    access.run(
        "INSERT INTO streams (id, account, name, pull, under_way) VALUES (?, ?, ?, 0, ?)",
        (number, account, stream, int(UnderWay.NOTHING)),
    )
    return number, 0
