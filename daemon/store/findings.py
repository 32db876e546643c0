"""Marks of what changed in, persons to work out again out; what was worked out in, rows of favors and contacts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from daemon.store.appearances import HUMAN, Part, is_crowd
from daemon.store.database import Access
from daemon.store.encoding import READERS, encode, favor_row, moment
from daemon.store.people import touch
from daemon.store.stirred import Stirred
from inference.favor import Favor, Status
from inference.favors import state
from inference.interactions import Day
from inference.timeline import OWNER

_CONTACTS: Final = msgspec.json.Decoder(tuple[Day, ...])
_OPEN: Final = frozenset({Status.OFFERED, Status.ASKED, Status.PROMISED})
_FOREVER: Final = datetime.max.replace(tzinfo=UTC)
_PART: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOut:
    """What one person's timeline comes to; ``first_at`` is the time of the first mail or meeting with them."""

    person: int
    favors: tuple[Favor, ...]
    days: tuple[Day, ...]
    first_at: datetime | None


def anything_stirred(access: Access) -> bool:
    """Whether there are marks that ``settle`` has not yet turned into persons."""
    return access.row("SELECT 1 FROM stirred LIMIT 1") is not None


def people_stirred(access: Access) -> bool:
    """Whether something was seen or corrected since ``save_people`` that who-is-who depends on."""
    return access.row("SELECT 1 FROM stirred WHERE kind = ? LIMIT 1", (int(Stirred.PEOPLE),)) is not None


def settle(access: Access) -> None:
    """Turn the marks of addresses, conversations and names into persons to work out again."""
    addresses: set[int] = set(_marked(access, Stirred.ADDRESS))
    spellings: set[int] = set()
    for part in _parts(_marked(access, Stirred.THREAD)):
        statement = "SELECT sender, readers, kind FROM messages WHERE thread IN (?*)"
        for sender, readers, kind in access.pick(statement, part):
            if kind in HUMAN:
                found = READERS.decode(readers)
                crowd = {*found.to, *found.cc, *found.bcc}
                spellings.update((sender,) if is_crowd(len(crowd - {sender})) else (sender, *crowd))
    for part in _parts(spellings):
        addresses.update(row[0] for row in access.pick("SELECT address FROM spellings WHERE id IN (?*)", part))
    persons: set[int] = set()
    for part in _parts(addresses):
        statement = "SELECT DISTINCT person FROM addresses WHERE person IS NOT NULL AND id IN (?*)"
        persons.update(row[0] for row in access.pick(statement, part))
    named = access.rows(
        "SELECT DISTINCT person_names.person FROM stirred JOIN person_names ON person_names.hash = stirred.value "
        "WHERE stirred.kind = ?",
        (int(Stirred.NAME),),
    )
    persons.update(row[0] for row in named)
    touch(access, persons - {OWNER})
    access.run("DELETE FROM stirred WHERE kind <> ?", (int(Stirred.PEOPLE),))


def _marked(access: Access, kind: Stirred) -> list[int]:
    return [row[0] for row in access.rows("SELECT value FROM stirred WHERE kind = ?", (int(kind),))]


def _parts(values: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _PART):
        yield ordered[start : start + _PART]


def touched(access: Access) -> list[int]:
    """The persons who are to be worked out again; those who were first seen together stand together."""
    rows = access.rows(
        "SELECT touched.person FROM touched LEFT JOIN addresses ON addresses.person = touched.person "
        "GROUP BY touched.person ORDER BY min(addresses.id), touched.person"
    )
    return [row[0] for row in rows]


def acquainted(access: Access, numbers: Sequence[int]) -> set[int]:
    """Those of these persons who wrote, were written to by the owner, or were invited with anybody."""
    wrote = access.pick(
        "SELECT DISTINCT addresses.person FROM addresses JOIN appearances ON appearances.address = addresses.id "
        "AND appearances.part <= ? WHERE addresses.person IN (?*)",
        numbers,
        int(Part.HEARD_OWNER),
    )
    met = access.pick(
        "SELECT DISTINCT addresses.person FROM addresses JOIN invitations ON invitations.address = addresses.id "
        "WHERE addresses.person IN (?*)",
        numbers,
    )
    return {person for (person,) in (*wrote, *met)}


def save(access: Access, findings: Sequence[WorkedOut], done: Sequence[int]) -> None:
    """Replace what is known of ``done``, nothing of whom is left but ``findings``, and take their marks away."""
    numbers = [(person,) for person in done]
    access.many("DELETE FROM favors WHERE person = ?", numbers)
    access.many("DELETE FROM contacts WHERE person = ?", numbers)
    access.many(
        "INSERT INTO favors (person, id, status, open, opened_at, confidence, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [_favor(favor) for each in findings for favor in each.favors],
    )
    contacts = [(each.person, encode(each.days)) for each in findings if each.days]
    access.many("INSERT INTO contacts (person, content) VALUES (?, ?)", contacts)
    first = {each.person: moment(each.first_at) for each in findings if each.first_at is not None}
    access.many("UPDATE persons SET first_at = ? WHERE id = ?", [(first.get(person), person) for person in done])
    access.many("DELETE FROM touched WHERE person = ?", numbers)


def _favor(favor: Favor) -> tuple[object, ...]:
    stands = state(favor, _FOREVER)
    return (
        favor.person,
        favor.id,
        "lapsed" if stands is None else stands.status.value,
        int(stands is not None and stands.status in _OPEN),
        moment(favor.steps[0].at),
        favor.confidence,
        favor_row(favor),
    )


def contacts(access: Access) -> dict[int, tuple[Day, ...]]:
    """The days of contact with everybody, by person."""
    rows = access.stream("SELECT person, content FROM contacts ORDER BY person")
    return {person: _CONTACTS.decode(content) for person, content in rows}


def contacts_of(access: Access, person: int) -> tuple[Day, ...]:
    """The days of contact with one person."""
    row = access.row("SELECT content FROM contacts WHERE person = ?", (person,))
    return () if row is None else _CONTACTS.decode(row[0])
