"""What mails say about their own authors in, rows out; and what these come to: changes of address, and who writes for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from daemon.store.appearances import Part
from daemon.store.database import Access, Row
from daemon.store.encoding import storable
from daemon.store.forgotten import redacted
from daemon.store.stirred import Stirred, stir
from inference.moves import Move
from inference.statements import Statement, StatementKind

#: So many changes of address are weighed; of hostile mail there may be more.
_MOST: Final = 500
_NOT_FAILED: Final = "(messages.authenticated IS NULL OR messages.authenticated <> 0)"
#: Nobody's word counts where the owner writes to neither address, or where the sender's authentication failed.
_MOVES: Final = (
    "SELECT messages.id, messages.at, messages.authenticated, statements.kind, statements.quote, sender.id, "  # noqa: S608
    "sender.email, named.id, named.email FROM statements JOIN messages ON messages.id = statements.message "
    "JOIN spellings ON spellings.id = messages.sender JOIN addresses AS sender ON sender.id = spellings.address "
    "JOIN addresses AS named ON named.email = statements.subject "
    "WHERE statements.kind <> ? AND messages.own = 0 AND " + _NOT_FAILED + " "
    "AND sender.id <> named.id AND sender.received + named.received > 0 "
    "ORDER BY sender.received DESC, named.received DESC, messages.at, messages.identity, statements.subject LIMIT ?"
)
_WRITTEN_BEFORE: Final = (
    "SELECT count(*) FROM appearances JOIN messages ON messages.id = appearances.message "
    "WHERE appearances.address = ? AND appearances.part = ? AND messages.at < ?"
)
_SEEN_BEFORE: Final = (
    "SELECT 1 FROM appearances JOIN messages ON messages.id = appearances.message "
    "WHERE appearances.address = ? AND messages.at < ? LIMIT 1"
)


def enter(access: Access, said: Iterable[tuple[int, Sequence[Statement]]]) -> None:
    """Keep what these mails (number of the row, statements) say."""
    rows = {
        (row, each.kind.value, storable(each.subject)): storable(each.quote) for row, found in said for each in found
    }
    if rows:
        access.many(
            "INSERT INTO statements (message, kind, subject, quote) VALUES (?, ?, ?, ?)",
            [(*key, quote) for key, quote in sorted(rows.items())],
        )
        stir(access, Stirred.PEOPLE, [0])


def withdraw(access: Access, rows: Iterable[int]) -> None:
    """Forget what these mails say."""
    gone = list(rows)
    if gone and access.row("SELECT 1 FROM statements LIMIT 1") is not None:
        access.strike("DELETE FROM statements WHERE message IN (?*)", gone)
        stir(access, Stirred.PEOPLE, [0])


def erase(access: Access, mails: Iterable[int], emails: Iterable[str], names: Sequence[str]) -> None:
    """Erase what these mails say and what any mail says about these addresses; blank these names in the rest."""
    access.strike("DELETE FROM statements WHERE message IN (?*)", list(mails))
    access.strike("DELETE FROM statements WHERE subject IN (?*)", sorted(emails))
    for row, kind, subject, quote in access.rows("SELECT message, kind, subject, quote FROM statements"):
        if kind == StatementKind.WRITES_FOR and redacted(subject, names) != subject:
            access.run("DELETE FROM statements WHERE message = ? AND kind = ? AND subject = ?", (row, kind, subject))
        elif (blank := redacted(quote, names)) != quote:
            statement = "UPDATE statements SET quote = ? WHERE message = ? AND kind = ? AND subject = ?"
            access.run(statement, (blank, row, kind, subject))


def moves(access: Access) -> Iterator[Move]:
    """Everything that was said about changes of address by whoever may be heard."""
    for row in access.rows(_MOVES, (StatementKind.WRITES_FOR.value, _MOST)):
        yield _move(access, row)


def _move(access: Access, row: Row) -> Move:
    _, at, authenticated, kind, quote, sender, sender_email, named, named_email = row
    by_old = kind == StatementKind.NEW_ADDRESS
    old, new = (sender, named) if by_old else (named, sender)
    written = access.row(_WRITTEN_BEFORE, (old, int(Part.HEARD_OWNER), at))
    return Move(
        old=sender_email if by_old else named_email,
        new=named_email if by_old else sender_email,
        by_old=by_old,
        proven=authenticated == 1,
        written_before=int(written[0]) if written else 0,
        new_unseen=access.row(_SEEN_BEFORE, (new, at)) is None,
        quote=quote,
    )


def written_for(access: Access, emails: Sequence[str]) -> list[tuple[str, int]]:
    """For whom (a name as it is written, in how many mails) whoever has these addresses says that they write."""
    counts: dict[str, int] = {}
    for name, mails in access.pick(
        "SELECT statements.subject, count(*) FROM statements JOIN messages ON messages.id = statements.message "  # noqa: S608
        "JOIN spellings ON spellings.id = messages.sender JOIN addresses ON addresses.id = spellings.address "
        "WHERE statements.kind = ? AND " + _NOT_FAILED + " AND addresses.email IN (?*) GROUP BY statements.subject",
        sorted(emails),
        StatementKind.WRITES_FOR.value,
    ):
        counts[name] = counts.get(name, 0) + mails
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
