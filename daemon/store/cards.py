"""Contacts of the owner's address books in, cards for who-is-who out; of those who asked to be forgotten none is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from connectors.records import Contact
from daemon.store.addresses import AddressBook
from daemon.store.database import Access
from daemon.store.encoding import encode, hash64, storable
from daemon.store.stirred import Stirred, stir
from inference.cards import Card

_TEXTS: Final = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many contacts were new and how many said something else than before."""

    new: int = 0
    changed: int = 0


def see(access: Access, book: AddressBook, stream: int, pull: int, contacts: Mapping[str, Contact]) -> Taken:
    """Keep the contacts of one batch, by their keys, as seen in this pull of the stream."""
    rows = {
        hash64(key): (storable(each.name), encode([storable(email) for email in each.emails]))
        for key, each in contacts.items()
        if not any(book.is_forgotten(email) for email in each.emails)
    }
    if not rows:
        return Taken()
    statement = "SELECT key, name, emails FROM cards WHERE stream = ? AND key IN (?*)"
    known = {key: (name, bytes(emails)) for key, name, emails in access.pick(statement, rows, stream)}
    access.many(
        "INSERT INTO cards (stream, key, pull, name, emails) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (stream, key) DO UPDATE SET pull = excluded.pull, name = excluded.name, emails = excluded.emails",
        [(stream, key, pull, *row) for key, row in sorted(rows.items())],
    )
    taken = Taken(
        new=len(rows.keys() - known.keys()), changed=sum(rows[key] != was for key, was in known.items() if key in rows)
    )
    if taken.new or taken.changed:
        stir(access, Stirred.PEOPLE, [0])
    return taken


def drop(access: Access, stream: int, key: int) -> bool:
    """Drop one contact; whether it was there."""
    gone = access.run("DELETE FROM cards WHERE stream = ? AND key = ?", (stream, key))
    if gone:
        stir(access, Stirred.PEOPLE, [0])
    return bool(gone)


def drop_unseen(access: Access, stream: int, pull: int) -> int:
    """Drop the contacts that this pull of the stream, which has ended, did not show; how many those were."""
    gone = access.run("DELETE FROM cards WHERE stream = ? AND pull <> ?", (stream, pull))
    if gone:
        stir(access, Stirred.PEOPLE, [0])
    return gone


def held(access: Access, stream: int) -> bool:
    """Whether any contact of the stream is kept."""
    return access.row("SELECT 1 FROM cards WHERE stream = ? LIMIT 1", (stream,)) is not None


def shown(access: Access, stream: int, pull: int) -> bool:
    """Whether this pull of the stream has shown any contact."""
    return access.row("SELECT 1 FROM cards WHERE stream = ? AND pull = ? LIMIT 1", (stream, pull)) is not None


def cards(access: Access) -> list[Card]:
    """Every contact of every address book."""
    rows = access.rows("SELECT name, emails FROM cards ORDER BY stream, key")
    return [Card(name=name, emails=_TEXTS.decode(bytes(emails))) for name, emails in rows]


def erase(access: Access, emails: Collection[str]) -> None:
    """Erase every contact that has one of these addresses."""
    gone = [
        (stream, key)
        for stream, key, found in access.rows("SELECT stream, key, emails FROM cards")
        if not set(_TEXTS.decode(bytes(found))).isdisjoint(emails)
    ]
    access.many("DELETE FROM cards WHERE stream = ? AND key = ?", gone)
