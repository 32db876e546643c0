"""Persons' numbers in, their timelines out: what each ledger and tie is made from, loaded for many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import msgspec

from daemon.store.appearances import HUMAN, Part
from daemon.store.database import Access, Row
from daemon.store.doubles import without_doubles
from daemon.store.encoding import FINDINGS, READERS, Findings, Readers, distrust, time_of
from daemon.store.meetings import INVITED, Invited
from daemon.store.people import StoredPerson, owner_names, persons
from daemon.store.threads import NOTICEBOARD, id_hash
from inference.findings import MailKind
from inference.timeline import OWNER, Encounter, Mail, Participant, Timeline

#: So many mails stay decoded between persons, and so many spellings known.
_KEPT: Final = 2_000
_KEPT_SPELLINGS: Final = 20_000
#: Mass mail is told only where somebody wrote into its thread: whoever follows up on their own is selling.
_TOLD: Final = HUMAN | {MailKind.BULK}
_HUMAN: Final = "('" + "', '".join(sorted(HUMAN)) + "')"
_TOPIC: Final = msgspec.json.Decoder(tuple[int, ...])
_MAIL: Final = (
    "SELECT id, identity, message_id, parent, at, sender, readers, thread, subject, kind, findings, own, "
    "authenticated, link, version FROM messages WHERE id IN (?*)"
)
_IN_MAIL: Final = "SELECT address, message FROM appearances WHERE part < ? AND address IN (?*)"
_BY_ANSWER: Final = ("accepted", "declined", "tentative", "unanswered")
#: The author of a mail that claims to be the owner's and is not proven to be.
NOBODY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meeting, and whether the owner agreed to it: their calendar shows it, or they answered."""

    encounter: Encounter
    agreed: bool


@dataclass(slots=True)
class Reader:
    """Loads timelines; what it has decoded it keeps (bounded) for the next, so it must not outlive a refresh."""

    access: Access
    mails: dict[int, Mail] = field(default_factory=dict)
    distrust: dict[int, int] = field(default_factory=dict)
    whose: dict[int, int] = field(default_factory=dict)

    def again(self, access: Access) -> Reader:
        """The same in another transaction, with what was decoded."""
        self.access = access
        return self

    def timelines(self, numbers: Sequence[int]) -> Iterator[Timeline]:
        """The timelines of these persons, in order of their numbers; a number that is nobody's has none."""
        known = {person.id: person for person in persons(self.access, numbers)}
        addresses = self.access.table("SELECT id, person FROM addresses WHERE person IN (?*)", known)
        mails = self._mails(addresses, known)
        met = self._met(addresses)
        names = owner_names(self.access)
        for number in sorted(known):
            encounters = [each.encounter for each in met[number] if _counts(each, number, mails[number])]
            yield _timeline(known[number], mails[number], encounters, names)
        if len(self.mails) > _KEPT:
            self.mails.clear()
            self.distrust.clear()
        if len(self.whose) > _KEPT_SPELLINGS:
            self.whose.clear()

    def _mails(self, addresses: Mapping[int, int], known: Iterable[int]) -> dict[int, list[Mail]]:
        """By person: the mails they are in, those of the same conversations, and the owner's that name them."""
        direct: dict[int, set[int]] = defaultdict(set)
        for address, row in self.access.pick(_IN_MAIL, addresses, int(Part.ASIDE)):
            direct[addresses[address]].add(row)
        naming: dict[int, set[int]] = defaultdict(set)
        for person, row in self.access.pick(
            "SELECT person_names.person, mentions.message FROM person_names JOIN mentions "
            "ON mentions.hash = person_names.hash WHERE person_names.person IN (?*)",
            known,
        ):
            naming[person].add(row)
        threads = self._threads(set().union(*direct.values(), *naming.values()))
        together = self._together(set(threads.values()))
        self._load(set(threads).union(*together.values()), together)
        wanted: dict[int, set[int]] = {}
        for person in known:
            rows = {row for row in direct[person] if row in threads}
            mates = chain.from_iterable(together.get(thread, ()) for thread in {threads[row] for row in rows})
            wanted[person] = rows.union(mates)
        found: dict[int, list[Mail]] = defaultdict(list)
        for person, rows in wanted.items():
            about = {row for row in naming[person] - rows if row in self.mails and _with_owner(self.mails[row])}
            mails = [(self.distrust[row], self.mails[row]) for row in rows | about if row in self.mails]
            found[person] = without_doubles(mails)
        return found

    def _threads(self, rows: Iterable[int]) -> dict[int, int]:
        """The conversations of those of these mails that people wrote."""
        statement = "SELECT id, thread FROM messages WHERE kind IN " + _HUMAN + " AND id IN (?*)"  # noqa: S608  # constants
        return self.access.table(statement, rows)

    def _together(self, threads: Iterable[int]) -> dict[int, list[int]]:
        """The mails of each conversation; none for noticeboards."""
        found: dict[int, list[int]] = defaultdict(list)
        for thread, row in self.access.pick("SELECT thread, id FROM messages WHERE thread IN (?*)", threads):
            found[thread].append(row)
        return {thread: rows for thread, rows in found.items() if 1 < len(rows) <= NOTICEBOARD}

    def _load(self, rows: Iterable[int], together: Mapping[int, Sequence[int]]) -> None:
        """Decode these mails; those of one conversation always come together, so that answers find what they answer."""
        fresh = [row for row in self.access.pick(_MAIL, set(rows) - self.mails.keys()) if row[9] in _TOLD]
        decoded = [(row, READERS.decode(row[6]), FINDINGS.decode(row[10])) for row in fresh]
        self._learn(chain.from_iterable((row[5], *who.to, *who.cc, *who.bcc) for row, who, _ in decoded))
        answers = _answers(row for row in fresh if row[7] in together)
        for row, who, found in decoded:
            self.mails[row[0]] = self._mail(row, who, found, answers.get(row[0]))
            self.distrust[row[0]] = distrust(row[14])

    def _learn(self, spellings: Iterable[int]) -> None:
        statement = (
            "SELECT spellings.id, coalesce(addresses.person, -1 - addresses.id) FROM spellings "
            "JOIN addresses ON addresses.id = spellings.address WHERE spellings.id IN (?*)"
        )
        for spelling, person in self.access.pick(statement, set(spellings) - self.whose.keys()):
            self.whose[spelling] = person

    def _mail(self, row: Row, who: Readers, found: Findings, answers: str | None) -> Mail:
        _, identity, message_id, _, at, sender, _, thread, subject, kind, _, own, authenticated, link, _ = row
        author = OWNER if own else self.whose[sender]
        claims_owner = author == OWNER and not own
        to = self._persons(who.to, author)
        cc = tuple(each for each in self._persons((*who.cc, *who.bcc), author) if each not in to)
        return Mail(
            identity=bytes(identity).hex(),
            message_id=message_id,
            at=time_of(at),
            thread=thread,
            author=NOBODY if claims_owner else author,
            to=to,
            cc=cc,
            answers=answers,
            subject=subject,
            topic=found.topic,
            acts=found.acts,
            words=found.words,
            attachments=found.attachments,
            kind=MailKind(kind),
            trusted=bool(own) or (not claims_owner and authenticated != 0),
            mentions=found.mentions,
            link=link,
        )

    def _persons(self, spellings: Iterable[int], author: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(each for each in map(self.whose.__getitem__, spellings) if each != author))

    def _met(self, addresses: Mapping[int, int]) -> dict[int, list[Met]]:
        """By person: the meetings to which they were invited, in order of time."""
        invited: dict[int, set[int]] = defaultdict(set)
        for address, meeting in self.access.pick(
            "SELECT address, meeting FROM invitations WHERE address IN (?*)", addresses
        ):
            invited[addresses[address]].add(meeting)
        loaded = self.meetings(set().union(*invited.values()))
        found: dict[int, list[Met]] = defaultdict(list)
        for person, meetings in invited.items():
            own = [loaded[meeting] for meeting in meetings if meeting in loaded]
            found[person] = sorted(
                own, key=lambda met: (met.encounter.start, met.encounter.uid, met.encounter.recurrence_id)
            )
        return found

    def meetings(self, numbers: Iterable[int]) -> dict[int, Met]:
        """These meetings as ledgers see them; not those that claim to be the owner's and are not proven to be."""
        rows = list(
            self.access.pick(
                "SELECT id, uid, recurrence_id, start, finish, all_day, status, organizer, attendees, in_calendar, "
                "own, summary, topic, link FROM meetings WHERE id IN (?*)",
                numbers,
            )
        )
        invited = {row[0]: INVITED.decode(row[8]) for row in rows}
        self._learn(each.spelling for found in invited.values() for each in found)
        self._learn(row[7] for row in rows if row[7] is not None)
        proven = (row for row in rows if row[7] is None or self.whose[row[7]] != OWNER or row[9] or row[10])
        return {row[0]: self._meeting(row, invited[row[0]]) for row in proven}

    def _meeting(self, row: Row, invited: Sequence[Invited]) -> Met:
        _, uid, recurrence_id, start, finish, all_day, status, organizer, _, in_calendar, _, summary, topic, link = row
        answers: dict[int, str] = {}
        for each in invited:
            person = self.whose[each.spelling]
            answer = each.sure if person == OWNER else each.answer
            answers[person] = min(answer, answers.get(person, "unanswered"), key=_BY_ANSWER.index)
        by = None if organizer is None else self.whose[organizer]
        if by is not None:
            answers[by] = "accepted"
        answers.setdefault(OWNER, "accepted" if in_calendar else "unanswered")
        encounter = Encounter(
            uid=uid,
            recurrence_id=recurrence_id,
            start=time_of(start),
            end=time_of(finish),
            all_day=bool(all_day),
            status=status,
            organizer=by,
            participants=tuple(
                Participant(person=person, answer=answers[person])  # type: ignore[arg-type]  # as decoded
                for person in sorted(answers)
            ),
            summary=summary,
            topic=_TOPIC.decode(topic),
            link=link,
        )
        return Met(encounter=encounter, agreed=bool(in_calendar) or answers[OWNER] != "unanswered")


def _counts(met: Met, person: int, mails: Iterable[Mail]) -> bool:
    """Whether a meeting is one between the owner and ``person``.

    An invitation that came by mail alone, and that the owner never answered, proves a meeting with nobody but its
    sender, and with them only where the owner writes to them: else anybody could invite themselves, and others.
    """
    if met.agreed:
        return True
    if met.encounter.organizer != person:
        return False
    return any(mail.author == OWNER and person in (*mail.to, *mail.cc) for mail in mails)


def _with_owner(mail: Mail) -> bool:
    return OWNER in (mail.author, *mail.to, *mail.cc)


def _timeline(
    person: StoredPerson, mails: Sequence[Mail], encounters: Sequence[Encounter], names: tuple[str, ...]
) -> Timeline:
    return Timeline(
        person=person.id,
        key=person.key,
        names=person.names or ((person.name,) if "@" not in person.name else ()),
        mails=tuple(mails),
        encounters=tuple(encounters),
        owner_names=names,
    )


def _answers(rows: Iterable[Row]) -> dict[int, str]:
    """By row: the identity of the mail of its conversation that it answers."""
    crowds: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        crowds[row[7]].append(row)
    found: dict[int, str] = {}
    for crowd in crowds.values():
        if len(crowd) > 1 and any(row[3] is not None for row in crowd):
            found.update(_answers_within(crowd))
    return found


def _answers_within(crowd: Sequence[Row]) -> Iterator[tuple[int, str]]:
    borne: dict[int, bytes] = {}
    for row in sorted(crowd, key=lambda row: (distrust(row[14]), row[4], bytes(row[1])), reverse=True):
        if row[2] is not None:
            borne[id_hash(row[2])] = bytes(row[1])
    for row in crowd:
        parent = borne.get(row[3]) if row[3] is not None else None
        if parent is not None and parent != bytes(row[1]):
            yield row[0], parent.hex()
