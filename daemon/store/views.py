"""Rows in, what the letter, the ledger and the lists are made from out: read from maintained rows, never by scanning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from daemon.store import accounts, findings
from daemon.store.appearances import HUMAN
from daemon.store.corrections import Correction, CorrectionKind, corrections, is_muted, singles, snoozed
from daemon.store.database import Access
from daemon.store.encoding import FINDINGS, READERS, favor_of, moment, time_of
from daemon.store.people import StoredPerson, persons
from daemon.store.timelines import Reader
from inference.acts.act import ActName
from inference.corrections import FavorCorrection, corrected, named
from inference.favor import Favor
from inference.lessons import Lesson, lessons, taught
from inference.network import Ahead, Network, News, PersonView
from inference.timeline import OWNER

#: How far ahead meetings are told of, and how many people may be there.
_AHEAD: Final = timedelta(days=60)
_FEW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Mail of one sender that was left out for one reason; ``last`` is when the latest was sent."""

    email: str
    name: str
    kind: str
    because: str
    mails: int
    last: datetime


def network(access: Access, as_of: datetime, zone: ZoneInfo, owner_name: str) -> Network:
    """The snapshot that the letter and the health of the network are made from."""
    said = corrections(access)
    muted = frozenset(singles(said, CorrectionKind.MUTE, CorrectionKind.UNMUTE))
    machines = _machines(access, said)
    found = favors(access, None, said)
    today = as_of.astimezone(zone).date()
    return Network(
        as_of=as_of,
        zone=zone,
        owner_name=owner_name,
        people={person.id: view(person, muted, zone) for person in persons(access) if person.id not in machines},
        favors=found,
        contacts={person: days for person, days in findings.contacts(access).items() if person not in machines},
        news=_news(access),
        accounts=accounts.states(access),
        ahead=tuple(each for each in _ahead(access, as_of) if each.person not in machines),
        resting=_resting(access, found, list(snoozed(said, CorrectionKind.SNOOZE, today))),
        silent=frozenset(
            (each.subject[0], each.subject[1]) for each in snoozed(said, CorrectionKind.SNOOZE_PERSON, today)
        ),
    )


def view(person: StoredPerson, muted: frozenset[str], zone: ZoneInfo) -> PersonView:
    """A person as the letter names them; ``muted`` are addresses and domains (with "@")."""
    first = None if person.first_at is None else time_of(person.first_at).astimezone(zone).date()
    return PersonView(
        id=person.id,
        key=person.key,
        name=person.name,
        emails=person.emails,
        muted=is_muted(person.emails, muted),
        role=person.role,
        first_seen=first,
    )


def _persons_of(access: Access, emails: Iterable[str]) -> dict[str, int]:
    """The persons who have these addresses, where they are somebody's."""
    found = access.table("SELECT email, person FROM addresses WHERE email IN (?*)", sorted(set(emails)))
    return {email: person for email, person in found.items() if person is not None}


def _machines(access: Access, said: Sequence[Correction]) -> frozenset[int]:
    """Those of whom the owner said that no person writes there."""
    named = singles(said, CorrectionKind.MACHINE, CorrectionKind.HUMAN)
    return frozenset(_persons_of(access, named).values()) - {OWNER}


def _resting(access: Access, found: Sequence[Favor], said: Sequence[Correction]) -> frozenset[str]:
    """The favors, by id, that these snoozes mean."""
    persons = _persons_of(access, (each.email for each in said))
    books: dict[int, dict[str, Favor]] = {person: {} for person in persons.values()}
    for favor in found:
        if favor.person in books:
            books[favor.person][favor.id] = favor
    meant = (named(books[persons[each.email]], each.subject) for each in said if each.email in persons)
    return frozenset(favor.id for favor in meant if favor is not None)


def favors(access: Access, person: int | None, said: Sequence[Correction] | None = None) -> tuple[Favor, ...]:
    """All favors, or one person's, with the owner's corrections applied, in order of opening."""
    rows = (
        access.rows("SELECT content FROM favors ORDER BY opened_at, id")
        if person is None
        else access.rows("SELECT content FROM favors WHERE person = ? ORDER BY opened_at, id", (person,))
    )
    said = corrections(access) if said is None else said
    machines = _machines(access, said)
    found = [each for each in (favor_of(content) for (content,) in rows) if each.person not in machines]
    return _as_the_owner_knows(access, found, said)


def favor(access: Access, id_: str) -> Favor | None:
    """The favor with this id (or the only one whose id begins so), corrections applied; None where there is none."""
    rows = access.rows("SELECT person, id FROM favors WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (id_, id_ + "g"))
    if len(rows) != 1:
        return None
    return next((each for each in favors(access, rows[0][0]) if each.id == rows[0][1]), None)


def inferred(access: Access, favor: Favor) -> Favor:
    """This favor without what the owner said about it."""
    row = access.row("SELECT content FROM favors WHERE person = ? AND id = ?", (favor.person, favor.id))
    return favor if row is None else favor_of(row[0])


def learned(access: Access) -> dict[str, Lesson]:
    """By the act that opens a favor: what the owner's corrections teach about such favors."""
    return lessons(each.favor for each in corrections(access) if each.favor is not None)


def _as_the_owner_knows(access: Access, found: Sequence[Favor], said: Sequence[Correction]) -> tuple[Favor, ...]:
    """The favors with what the owner said about each person's, and with what that teaches about all of them."""
    word: dict[str, list[FavorCorrection]] = defaultdict(list)
    for each in said:
        if each.favor is not None:
            word[each.email].append(each.favor)
    if not word:
        return tuple(found)
    found = taught(found, lessons(chain.from_iterable(word.values())))
    of_person: dict[int, list[FavorCorrection]] = defaultdict(list)
    for email, person in _persons_of(access, word).items():
        of_person[person] += word[email]
    now: dict[str, Favor] = {}
    for person, its in of_person.items():
        now.update({each.id: each for each in corrected([each for each in found if each.person == person], its)})
    return tuple(
        now[each.id] if each.person in of_person else each
        for each in found
        if each.person not in of_person or each.id in now
    )


#: What is passed on to everybody close must surely be news: where somebody will be next Friday is none.
_SURE_NEWS: Final = 0.6


def _news(access: Access) -> tuple[News, ...]:
    rows = access.rows("SELECT at, message_id, readers, findings FROM messages WHERE news = 1 ORDER BY at, identity")
    decoded = [(at, message_id, READERS.decode(who), FINDINGS.decode(found)) for at, message_id, who, found in rows]
    spellings = {each for _, _, who, _ in decoded for each in chain(who.to, who.cc, who.bcc)}
    whose = access.table(
        "SELECT spellings.id, addresses.person FROM spellings JOIN addresses ON addresses.id = spellings.address "
        "WHERE addresses.person IS NOT NULL AND spellings.id IN (?*)",
        spellings,
    )
    found: list[News] = []
    for at, message_id, who, shown in decoded:
        told = {whose[each] for each in chain(who.to, who.cc, who.bcc) if each in whose} - {OWNER}
        found += [
            News(at=time_of(at), quote=act.quote, told=frozenset(told), message_id=message_id)
            for act in shown.acts
            if act.act is ActName.NEWS and act.certain and act.confidence >= _SURE_NEWS
        ]
    return tuple(found)


def _ahead(access: Access, as_of: datetime) -> tuple[Ahead, ...]:
    rows = access.rows(
        "SELECT id FROM meetings WHERE start > ? AND start <= ? AND status <> 'cancelled' AND all_day = 0",
        (moment(as_of), moment(as_of + _AHEAD)),
    )
    found = []
    agreed = [met.encounter for met in Reader(access).meetings(number for (number,) in rows).values() if met.agreed]
    for each in agreed:
        coming = [who.person for who in each.participants if who.answer != "declined"]
        if OWNER in coming and len(coming) <= _FEW:
            found += [Ahead(person=who, start=each.start, summary=each.summary) for who in coming if who > OWNER]
    return tuple(sorted(found, key=lambda ahead: (ahead.start, ahead.person, ahead.summary)))


def left_out(access: Access) -> list[LeftOut]:
    """Mail that people did not write: by sender, what it was taken for, and why; the most first."""
    marks = ", ".join("?" for _ in HUMAN)
    rows = access.rows(
        "SELECT addresses.email, max(spellings.name), messages.kind, messages.kind_because, count(*), max(messages.at) "
        "FROM messages JOIN spellings ON spellings.id = messages.sender "
        "JOIN addresses ON addresses.id = spellings.address "
        "WHERE messages.kind NOT IN (" + marks + ") "
        "GROUP BY addresses.email, messages.kind, messages.kind_because ORDER BY 5 DESC, 1, 3, 4",
        sorted(HUMAN),
    )
    return [
        LeftOut(email=email, name=name, kind=kind, because=because, mails=mails, last=time_of(last))
        for email, name, kind, because, mails, last in rows
    ]
