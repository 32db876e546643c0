"""Addresses with their counts in, who is who out, and what that changes marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from daemon.store.database import Access
from daemon.store.encoding import encode, storable
from daemon.store.stirred import Stirred, stir
from inference.people import Identity, People, Person, Suggestion
from inference.timeline import OWNER
from inference.words import name_hash

_TEXTS: Final = msgspec.json.Decoder(tuple[str, ...])
_INSERT: Final = (
    "INSERT INTO persons (id, key, name, names, emails, role, because, first_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
#: How much of all Sent mail an address of the owner's has, and how much of its mail is Sent mail.
_LEAST_SHARE_OF_SENT: Final = 0.005
_LEAST_SHARE_IN_SENT: Final = 0.5
#: How many of the names in the owner's own mail are the owner's.
_OWNER_NAMES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPerson:
    """One person as the store knows them; ``id`` is the number by which timelines and favors name them."""

    id: int
    key: str
    name: str
    names: tuple[str, ...]
    emails: tuple[str, ...]
    role: bool
    because: tuple[str, ...]
    first_at: int | None = None


def person_number(key: str) -> int:
    """The number of the person with this public key: never OWNER."""
    return int(key, 16) + 1


def identities(access: Access) -> Iterator[Identity]:
    """Every address with the names seen beside it."""
    statement = (
        "SELECT addresses.email, addresses.sent, addresses.received, spellings.name, spellings.seen FROM addresses "
        "JOIN spellings ON spellings.address = addresses.id AND spellings.seen > 0 "
        "WHERE addresses.id NOT IN (SELECT address FROM forgotten) ORDER BY addresses.email"
    )
    email, sent, received = "", 0, 0
    names: dict[str, int] = {}
    for found, *counts, name, seen in access.stream(statement):
        if found != email:
            if email:
                yield Identity(email=email, names=names, sent=sent, received=received)
            email, (sent, received), names = found, counts, {}
        if name:
            names[name] = seen
    if email:
        yield Identity(email=email, names=names, sent=sent, received=received)


def own_sent(access: Access) -> list[str]:
    """The From addresses in Sent mail that are the owner's.

    A Sent folder holds other people's mail too: an assistant's, or one that was moved there. An address is the
    owner's where it is no rarity in Sent mail and at least half of its mail lies there.
    """
    rows = access.rows(
        "SELECT addresses.email, addresses.sent, sum(spellings.own) FROM spellings "
        "JOIN addresses ON addresses.id = spellings.address GROUP BY addresses.email, addresses.sent "
        "HAVING sum(spellings.own) > 0 ORDER BY addresses.email"
    )
    enough = _LEAST_SHARE_OF_SENT * sum(own for *_, own in rows)
    return [email for email, sent, own in rows if own >= enough and own >= _LEAST_SHARE_IN_SENT * sent]


def names_in_own_mail(access: Access) -> list[str]:
    """The names under which mail goes out from the owner's addresses, the most used first."""
    rows = access.pick(
        "SELECT spellings.name, sum(spellings.own) FROM spellings JOIN addresses ON addresses.id = spellings.address "
        "WHERE spellings.own > 0 AND spellings.name <> '' AND addresses.email IN (?*) GROUP BY spellings.name",
        own_sent(access),
    )
    return [name for name, _ in sorted(rows, key=lambda row: (-row[1], row[0]))][:_OWNER_NAMES]


def save_people(access: Access, people: People, owner_names: Sequence[str]) -> None:
    """Make who is who true: everybody whose mails or meetings are read differently now is marked."""
    wanted = {person_number(person.key): person for person in people.persons}
    known = {person.id: person for person in persons(access)}
    _move(access, {**_owners(people, wanted), **dict.fromkeys(people.owner_emails, OWNER)})
    gone = known.keys() - wanted.keys()
    renamed = [number for number, person in wanted.items() if number not in known or not _same(person, known[number])]
    _erase(access, gone)
    _write(access, [(number, wanted[number], known.get(number)) for number in renamed])
    access.run("DELETE FROM suggestions")
    access.many(
        "INSERT INTO suggestions (one, other, because) VALUES (?, ?, ?)",
        [(*each.emails, each.because) for each in people.suggestions],
    )
    _name_owner(access, owner_names, wanted)
    access.run("DELETE FROM stirred WHERE kind = ?", (int(Stirred.PEOPLE),))


def _owners(people: People, wanted: dict[int, Person]) -> dict[str, int]:
    return {email: number for number, person in wanted.items() for email in person.emails}


def _same(person: Person, known: StoredPerson) -> bool:
    return (
        person.name == known.name
        and person.names == known.names
        and person.emails == known.emails
        and person.role == known.role
        and person.because == known.because
    )


def _move(access: Access, owner_of: dict[str, int]) -> None:
    """Give addresses to their persons; mail with an address that moved is read anew by everybody in it."""
    moved: list[tuple[int | None, int]] = []
    again: list[int] = []
    for number, email, person in access.stream("SELECT id, email, person FROM addresses"):
        now = owner_of.get(email)
        if now != person:
            moved.append((now, number))
            if person is not None:
                again.append(number)
    access.many("UPDATE addresses SET person = ? WHERE id = ?", moved)
    _stir_company(access, again)


def _stir_company(access: Access, addresses: Sequence[int]) -> None:
    """Mark everybody who shares a conversation or a meeting with these addresses, and the addresses themselves."""
    threads = access.pick(
        "SELECT DISTINCT messages.thread FROM appearances JOIN messages ON messages.id = appearances.message "
        "WHERE appearances.address IN (?*)",
        addresses,
    )
    stir(access, Stirred.THREAD, {thread for (thread,) in threads})
    met = access.pick(
        "SELECT DISTINCT other.address FROM invitations JOIN invitations AS other ON other.meeting = invitations.meeting "
        "WHERE invitations.address IN (?*)",
        addresses,
    )
    stir(access, Stirred.ADDRESS, {address for (address,) in met} | set(addresses))


def _erase(access: Access, numbers: Iterable[int]) -> None:
    gone = sorted(numbers)
    for statement in (
        "DELETE FROM persons WHERE id IN (?*)",
        "DELETE FROM person_names WHERE person IN (?*)",
        "DELETE FROM favors WHERE person IN (?*)",
        "DELETE FROM contacts WHERE person IN (?*)",
        "DELETE FROM touched WHERE person IN (?*)",
    ):
        access.strike(statement, gone)


def _write(access: Access, people: Sequence[tuple[int, Person, StoredPerson | None]]) -> None:
    numbers = [(number,) for number, *_ in people]
    access.many("DELETE FROM persons WHERE id = ?", numbers)
    access.many("DELETE FROM person_names WHERE person = ?", numbers)
    rows = [
        (
            number,
            person.key,
            storable(person.name),
            encode(person.names),
            encode(person.emails),
            int(person.role),
            encode(person.because),
            known.first_at if known else None,
        )
        for number, person, known in people
    ]
    access.many(_INSERT, rows)
    hashes = sorted({(name_hash(name), number) for number, person, _ in people for name in person.names})
    access.many("INSERT INTO person_names (hash, person) VALUES (?, ?)", hashes)
    touch(access, [number for number, *_ in people])


def touch(access: Access, numbers: Iterable[int]) -> None:
    """Mark persons whose ledger and tie are to be worked out again."""
    access.many(
        "INSERT INTO touched (person) VALUES (?) ON CONFLICT DO NOTHING", [(number,) for number in sorted(numbers)]
    )


def _name_owner(access: Access, names: Sequence[str], everybody: Iterable[int]) -> None:
    """Keep what the owner is called; every ledger depends on it."""
    if list(owner_names(access)) != list(names):
        access.run("DELETE FROM meta WHERE name = 'owner_names'")
        access.run("INSERT INTO meta (name, value) VALUES ('owner_names', ?)", (encode(list(names)).decode(),))
        touch(access, everybody)


def owner_names(access: Access) -> tuple[str, ...]:
    """What the owner is called, as ``save_people`` was told."""
    row = access.row("SELECT value FROM meta WHERE name = 'owner_names'")
    return () if row is None else _TEXTS.decode(row[0])


def persons(access: Access, numbers: Iterable[int] | None = None) -> Iterator[StoredPerson]:
    """These persons, or everybody."""
    columns = "SELECT id, key, name, names, emails, role, because, first_at FROM persons"
    rows = (
        access.stream(columns + " ORDER BY id")
        if numbers is None
        else access.pick(columns + " WHERE id IN (?*)", numbers)
    )
    for number, key, name, names, emails, role, because, first_at in rows:
        yield StoredPerson(
            id=number,
            key=key,
            name=name,
            names=_TEXTS.decode(names),
            emails=_TEXTS.decode(emails),
            role=bool(role),
            because=_TEXTS.decode(because),
            first_at=first_at,
        )


def suggestions(access: Access) -> list[Suggestion]:
    """Addresses that may be one person's, for the owner to decide."""
    rows = access.rows("SELECT one, other, because FROM suggestions ORDER BY one, other")
    return [Suggestion(emails=(one, other), because=because) for one, other, because in rows]
