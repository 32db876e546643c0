"""Addresses in, everything of the person who has them erased: rows, names, quotes, and the way back by a resync.

Mail and meetings that were only between them and the owner go. In group mail they become a nameless participant: what
they wrote is emptied, and their name is blanked in what others wrote to them. A salted hash of each address stays,
so that the next sync does not bring them back.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import msgspec

from connectors.records import Address
from daemon.store import cards, letters, statements
from daemon.store.addresses import forgotten_email, mark_of, salt
from daemon.store.corrections import blank_examples, corrections
from daemon.store.database import Access, Row
from daemon.store.encoding import FINDINGS, READERS, encode
from daemon.store.findings import settle
from daemon.store.forgotten import nameless, redacted, without_names
from daemon.store.meetings import MEETING, people_of
from daemon.store.people import touch
from daemon.store.rows import erase
from daemon.store.stirred import Stirred, stir
from inference.names import clean
from inference.timeline import OWNER
from inference.words import name_hash


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Who leaves: rows of addresses and spellings, and every name seen beside them."""

    addresses: frozenset[int]
    spellings: frozenset[int]
    names: tuple[str, ...]


def forget(access: Access, emails: Iterable[str]) -> int:
    """Erase these addresses; how many of them were known and not the owner's."""
    wanted = {email.lower() for email in emails}
    rows = list(access.pick("SELECT id, email, person FROM addresses WHERE email IN (?*)", wanted))
    owners = {row[1] for row in rows if row[2] == OWNER}
    _remember(access, [row for row in rows if row[2] != OWNER], wanted - {row[1] for row in rows})
    leaving = _leaving(access, [row[0] for row in rows if row[2] != OWNER])
    known = [row for row in rows if row[1] not in owners]
    _erase_examples(access, leaving)
    letters.forget(access, wanted - owners, leaving.names)
    _erase_statements(access, leaving, {row[1] for row in known})
    _erase_reasons(access, leaving, {row[1] for row in known})
    _erase_mail(access, leaving)
    _erase_naming(access, leaving)
    _erase_meetings(access, leaving, {row[1]: row[0] for row in known})
    cards.erase(access, wanted - owners)
    _erase_person(access, {row[2] for row in known if row[2] is not None}, {row[1] for row in known})
    access.many("UPDATE addresses SET email = ?, person = NULL, sent = 0, received = 0 WHERE id = ?",
                [(forgotten_email(row[0]), row[0]) for row in known])  # fmt: skip
    for spelling in sorted(leaving.spellings):
        name = f"forgotten-{spelling}"  # (address, name) is unique; nobody reads it, for nothing counts it
        access.run("UPDATE spellings SET name = ?, seen = 0, own = 0 WHERE id = ?", (name, spelling))
    stir(access, Stirred.PEOPLE, [0])
    return len(known)


def _remember(access: Access, known: Sequence[Row], unknown: Iterable[str]) -> None:
    """Keep the salted hashes; an address never seen gets a nameless row to stand for it."""
    if not salt(access):
        access.run("INSERT INTO meta (name, value) VALUES ('salt', ?)", (secrets.token_hex(16),))
    key = salt(access)
    highest = access.row("SELECT max(id) FROM addresses")
    fresh = list(enumerate(sorted(unknown), start=int((highest[0] if highest else None) or 0) + 1))
    access.many(
        "INSERT INTO addresses (id, email, sent, received) VALUES (?, ?, 0, 0)",
        [(number, forgotten_email(number)) for number, _ in fresh],
    )
    marks = [(mark_of(email, key), number) for number, email in chain(fresh, ((row[0], row[1]) for row in known))]
    access.many("INSERT INTO forgotten (hash, address) VALUES (?, ?) ON CONFLICT DO NOTHING", marks)


def _leaving(access: Access, addresses: Sequence[int]) -> _Leaving:
    rows = list(access.pick("SELECT id, name FROM spellings WHERE address IN (?*)", addresses))
    return _Leaving(
        frozenset(addresses), frozenset(number for number, _ in rows), tuple(sorted({name for _, name in rows if name}))
    )


def _erase_examples(access: Access, leaving: _Leaving) -> None:
    """Blank what they wrote, and their names, in the examples that are kept with corrections."""
    wrote = access.pick("SELECT identity FROM messages WHERE sender IN (?*)", leaving.spellings)
    blank_examples(access, leaving.names, {bytes(identity).hex() for (identity,) in wrote})


def _erase_statements(access: Access, leaving: _Leaving, emails: Iterable[str]) -> None:
    """Erase what they said about themselves, and what others said about their addresses."""
    said = (
        "SELECT DISTINCT messages.id, messages.sender FROM statements JOIN messages ON messages.id = statements.message"
    )
    wrote = [row for row, sender in access.rows(said) if sender in leaving.spellings]
    statements.erase(access, wrote, emails, leaving.names)


def _erase_reasons(access: Access, leaving: _Leaving, emails: Collection[str]) -> None:
    """Take what names them out of the reasons for which items were left out."""
    for stream, key, reason in access.rows("SELECT stream, key, reason FROM rejections"):
        if redacted(reason, leaving.names) != reason or any(email in reason.lower() for email in emails):
            kept = redacted(nameless(reason), leaving.names)
            access.run("UPDATE rejections SET reason = ? WHERE stream = ? AND key = ?", (kept, stream, key))


def _erase_mail(access: Access, leaving: _Leaving) -> None:
    """Erase mail that is only with them; empty what they wrote to others; touch everybody who was there."""
    rows = {row for (row,) in access.pick("SELECT message FROM appearances WHERE address IN (?*)", leaving.addresses)}
    gone: list[int] = []
    for row, sender, readers, subject, findings, thread in access.pick(
        "SELECT id, sender, readers, subject, findings, thread FROM messages WHERE id IN (?*)", rows
    ):
        who = READERS.decode(readers)
        others = _persons(access, {sender, *who.to, *who.cc, *who.bcc} - leaving.spellings)
        stir(access, Stirred.THREAD, [thread])
        if others <= {OWNER}:
            gone.append(row)
        else:
            _empty(access, row, subject, findings, leaving.names, wrote=sender in leaving.spellings)
            touch(access, others - {OWNER})
    access.strike("DELETE FROM texts WHERE message IN (?*)", rows)
    for statement in (
        "DELETE FROM appearances WHERE message IN (?*)",
        "DELETE FROM mentions WHERE message IN (?*)",
    ):
        access.strike(statement, gone)
    erase(access, gone)


def _persons(access: Access, spellings: Iterable[int]) -> set[int]:
    """The persons of these spellings; an address that is nobody's yet counts as somebody (-1)."""
    statement = (
        "SELECT DISTINCT coalesce(addresses.person, -1) FROM spellings "
        "JOIN addresses ON addresses.id = spellings.address WHERE spellings.id IN (?*)"
    )
    return {person for (person,) in access.pick(statement, spellings)}


def _empty(access: Access, row: int, subject: str, findings: bytes, names: Sequence[str], *, wrote: bool) -> None:
    """Blank the person's name in a mail, and all of it where the person wrote it."""
    found = FINDINGS.decode(findings)
    if wrote:
        bare = msgspec.structs.replace(found, acts=(), topic=(), mentions=())
        access.run(
            "UPDATE messages SET subject = '', message_id = NULL, link = NULL, news = 0, findings = ? WHERE id = ?",
            (encode(bare), row),
        )
        access.run("DELETE FROM mentions WHERE message = ?", (row,))
        return
    kept = msgspec.structs.replace(found, acts=tuple(without_names(act, names) for act in found.acts))
    access.run(
        "UPDATE messages SET subject = ?, findings = ? WHERE id = ?", (redacted(subject, names), encode(kept), row)
    )


def _erase_naming(access: Access, leaving: _Leaving) -> None:
    """Blank their full names in other people's mail that mentions them."""
    hashes = {name_hash(name) for each in leaving.names for name in (each, clean(each))}
    full = tuple(name for name in leaving.names if " " in name)
    rows = {row for (row,) in access.pick("SELECT message FROM mentions WHERE hash IN (?*)", hashes)}
    for row, subject, findings, thread in access.pick(
        "SELECT id, subject, findings, thread FROM messages WHERE id IN (?*)", rows
    ):
        found = FINDINGS.decode(findings)
        left = msgspec.structs.replace(found, mentions=tuple(each for each in found.mentions if each not in hashes))
        _empty(access, row, subject, encode(left), full, wrote=False)
        stir(access, Stirred.THREAD, [thread])
    access.strike("DELETE FROM mentions WHERE hash IN (?*)", hashes)
    access.strike("DELETE FROM texts WHERE message IN (?*)", rows)


def _erase_meetings(access: Access, leaving: _Leaving, numbers: dict[str, int]) -> None:
    """Erase meetings that are only with them; blank them in the others, in every version that is kept."""
    found = {row for (row,) in access.pick("SELECT meeting FROM invitations WHERE address IN (?*)", leaving.addresses)}
    gone: list[int] = []
    for number, organizer, attendees, summary in access.pick(
        "SELECT id, organizer, attendees, summary FROM meetings WHERE id IN (?*)", found
    ):
        others = _persons(access, set(people_of(organizer, attendees)) - leaving.spellings)
        touch(access, others - {OWNER, -1})
        if others <= {OWNER}:
            gone.append(number)
        else:
            access.run("UPDATE meetings SET summary = ? WHERE id = ?", (redacted(summary, leaving.names), number))
    for statement in (
        "DELETE FROM meetings WHERE id IN (?*)",
        "DELETE FROM invitations WHERE meeting IN (?*)",
        "DELETE FROM meeting_versions WHERE meeting IN (?*)",
    ):
        access.strike(statement, gone)
    # What nobody believed, or a calendar dropped, makes no meeting and is found by no invitation.
    unheard = access.rows("SELECT meeting FROM meeting_versions WHERE meeting NOT IN (SELECT id FROM meetings)")
    blanked = list(
        access.pick(
            "SELECT source, key, meeting, content FROM meeting_versions WHERE meeting IN (?*)",
            found - set(gone) | {number for (number,) in unheard},
        )
    )
    for source, key, meeting, content in blanked:
        access.run(
            "UPDATE meeting_versions SET content = ? WHERE source = ? AND key = ? AND meeting = ?",
            (_blanked(content, numbers, leaving.names), source, key, meeting),
        )


def _blanked(content: bytes, numbers: dict[str, int], names: Sequence[str]) -> bytes:
    """A version of a meeting without these people."""
    meeting = MEETING.decode(content)

    def nameless(address: Address) -> Address:
        number = numbers.get(address.email)
        return address if number is None else Address(email=forgotten_email(number))

    return encode(
        replace(
            meeting,
            summary=redacted(meeting.summary, names),
            organizer=nameless(meeting.organizer) if meeting.organizer else None,
            attendees=tuple(replace(each, address=nameless(each.address)) for each in meeting.attendees),
        )
    )


def _erase_person(access: Access, persons: Iterable[int], emails: set[str]) -> None:
    """Erase what was worked out about them, and about everybody in whose ledger they may be quoted."""
    settle(access)
    gone = sorted(persons)
    touch(access, gone)
    access.run("DELETE FROM favors WHERE person IN (SELECT person FROM touched)")
    access.run("DELETE FROM contacts WHERE person IN (SELECT person FROM touched)")
    access.strike("DELETE FROM persons WHERE id IN (?*)", gone)
    access.strike("DELETE FROM person_names WHERE person IN (?*)", gone)
    access.strike("DELETE FROM touched WHERE person IN (?*)", gone)
    for email in sorted(emails):
        access.run("DELETE FROM suggestions WHERE one = ? OR other = ?", (email, email))
        access.run("DELETE FROM corrections WHERE email = ?", (email,))
    named = [each.id for each in corrections(access) if not set(each.subject).isdisjoint(emails)]
    access.strike("DELETE FROM corrections WHERE id IN (?*)", named)
