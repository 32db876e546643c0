"""A batch and what inference found in its mails in, rows out: the part of ``Store.apply`` that takes in mail.

What is stored does not depend on the order of batches, on how they are cut, or on how often they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from connectors.records import Message
from daemon.store import statements, texts
from daemon.store.addresses import AddressBook
from daemon.store.appearances import Indexed, enter, kept, stored, withdraw
from daemon.store.database import Access, Row
from daemon.store.encoding import READERS, Readers, encode, moment, storable, version
from daemon.store.forgotten import Curtain, participants
from daemon.store.rows import highest_row
from daemon.store.stirred import Stirred, stir
from daemon.store.threads import Place, Threads, links_of, parent_of
from inference.acts.act import ActName
from inference.findings import MailKind, MessageFindings

#: No mail has more readers than this; those beyond are not kept.
_MAX_READERS: Final = 500

_COLUMNS: Final = (
    "version, message_id, parent, at, sender, readers, thread, subject, kind, kind_because, findings, own, "
    "authenticated, news, link"
)
_INSERT: Final = (
    f"INSERT INTO messages (id, identity, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
)
_BEFORE: Final = "SELECT identity, id, version, sender, readers, thread, own, kind FROM messages WHERE identity IN (?*)"
_REPLACE: Final = f"UPDATE messages SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"  # noqa: S608

_NOBODY: Final = Readers(to=(), cc=(), bcc=())
_NOTHING: Final = MessageFindings(kind=MailKind.PERSONAL, kind_because="")


@dataclass(slots=True, kw_only=True)
class Incoming:
    """One mail of a batch: its best copy, the links of all copies, its row's number, the row that it meets.

    ``readers`` are spellings, filled in when the mail is written.
    """

    message: Message
    identity: bytes
    version: int
    links: tuple[int, ...]
    row: int = 0
    before: Row | None = None
    readers: Readers = _NOBODY
    findings: MessageFindings = _NOTHING


@dataclass(slots=True, kw_only=True)
class Intake:
    """What one transaction does to mail: ``see`` the messages, then ``store`` them."""

    access: Access
    book: AddressBook
    account: str
    curtain: Curtain | None
    best: dict[bytes, Incoming] = field(default_factory=dict)
    fresh: list[Incoming] = field(default_factory=list)
    identities: dict[str, bytes] = field(default_factory=dict)

    def see(self, messages: Iterable[Message], findings: Mapping[str, MessageFindings]) -> None:
        """Take the messages in; of several copies of one mail the best stands for it.

        Those that are new, or better than the stored copy, or as good and newly read, are ``fresh``.
        """
        for message in messages:
            if self.curtain is None or not self.curtain.hides(participants(message)):
                self._meet(message)
        for row in self.access.pick(_BEFORE, self.best):
            self.best[bytes(row[0])].before = row
        number = highest_row(self.access)
        for incoming in self.best.values():
            if incoming.before is None:
                number += 1
                incoming.row = number
            else:
                incoming.row = incoming.before[1]
            found = findings.get(incoming.identity.hex())
            if incoming.before is None or (found is not None and incoming.version <= incoming.before[2]):
                incoming.findings = found if found is not None else _unread(incoming)
                self.fresh.append(incoming)

    def _meet(self, message: Message) -> None:
        identity, rank = bytes.fromhex(message.identity), version(message)
        links = links_of(message, self.account)
        self.identities[message.key] = identity
        known = self.best.get(identity)
        if known is None:
            self.best[identity] = Incoming(message=message, identity=identity, version=rank, links=links)
            return
        known.links = tuple(dict.fromkeys((*known.links, *links)))
        if rank < known.version:
            known.message, known.version = message, rank

    @property
    def arriving(self) -> Iterator[Message]:
        """The mails that were seen, one copy of each."""
        return (each.message for each in self.best.values())

    def row_of(self, key: str) -> int | None:
        """The number of the row of the mail last seen under ``key``, None where nothing of it is kept."""
        identity = self.identities.get(key)
        return None if identity is None else self.best[identity].row

    def store(self) -> None:
        """Write the fresh mails and where all of them belong."""
        threads = self._threads()
        self.book.learn(self.access, chain.from_iterable(participants(each.message) for each in self.fresh))
        self._take_back([each for each in self.fresh if each.before is not None])
        new: list[tuple[object, ...]] = []
        better: list[tuple[object, ...]] = []
        for incoming, thread in zip(self.fresh, threads, strict=True):
            row = self._row(incoming, thread)
            if incoming.before is None:
                new.append((incoming.row, incoming.identity, *row))
            else:
                better.append((*row, incoming.row))
        self.access.many(_INSERT, new)
        self.access.many(_REPLACE, better)
        self._index()

    def keep_texts(self) -> None:
        """Keep whole mails, where this copy is the one that is stored."""
        fresh = {each.row for each in self.fresh}
        chosen = [each for each in self.best.values() if each.row in fresh or each.version == _stored_version(each)]
        if self.curtain is not None:
            chosen = [each for each in chosen if not self.curtain.touches(participants(each.message))]
        texts.keep(self.access, [(each.row, each.message) for each in chosen])

    def _threads(self) -> list[int]:
        """The conversations of the fresh mails; known ones may bring together what only this copy knows of."""
        fresh = {each.row for each in self.fresh}
        tell = [each for each in self.best.values() if each.row not in fresh and _tells_more(each)]
        places = [
            Place(message=each.row, thread=each.before[5] if each.before else 0, links=each.links)
            for each in (*self.fresh, *tell)
        ]
        if not places:
            return []
        threads, stirred = Threads(self.access).place(places)
        stir(self.access, Stirred.THREAD, stirred)
        return threads[: len(self.fresh)]

    def _row(self, incoming: Incoming, thread: int) -> tuple[object, ...]:
        original = incoming.message
        incoming.readers = self._readers(original)
        sender = self.book.number(original.sender)
        self.book.count_mail(sender, chain(*_lists(incoming.readers)), own=original.own)
        if self.curtain is not None:
            incoming.message, incoming.findings = self.curtain.mail(original, incoming.findings)
        message, reading = incoming.message, incoming.findings
        subject, found = kept(message, reading)
        news = message.own and any(act.certain and act.act is ActName.NEWS for act in reading.acts)
        return (
            incoming.version,
            None if message.message_id is None else storable(message.message_id),
            parent_of(message),
            moment(message.sent_at),
            sender,
            encode(incoming.readers),
            thread,
            subject,
            reading.kind.value,
            storable(reading.kind_because),
            found,
            int(message.own),
            None if message.authenticated is None else int(message.authenticated),
            int(news),
            None if message.link is None else storable(message.link),
        )

    def _readers(self, message: Message) -> Readers:
        number = self.book.number
        to = tuple(map(number, message.to[:_MAX_READERS]))
        left = _MAX_READERS - len(to)
        cc = tuple(map(number, message.cc[:left]))
        return Readers(to=to, cc=cc, bcc=tuple(map(number, message.bcc[: left - len(cc)])))

    def _take_back(self, replaced: Sequence[Incoming]) -> None:
        """Undo what the rows that are about to be replaced have counted, entered and marked."""
        for incoming in replaced:
            if incoming.before is not None:
                sender, readers, _, own, _ = incoming.before[3:]
                spellings = [sender, *chain(*_lists(READERS.decode(readers)))]
                self.book.recall(self.access, spellings)
                self.book.count_mail(sender, spellings[1:], own=bool(own), times=-1)
        known = list(stored(self.access, [each.row for each in replaced], self.book.address_of))
        withdraw(self.access, known)
        statements.withdraw(self.access, [each.row for each in replaced])
        stir(self.access, Stirred.ADDRESS, set().union(*(each.concerned for each in known)))

    def _index(self) -> None:
        """Let the fresh mails be found by who is in them and whom they name."""
        address_of = self.book.address_of
        indexed = [
            Indexed(
                row=incoming.row,
                sender=address_of[self.book.number(incoming.message.sender)],
                readers=frozenset(address_of[each] for each in chain(*_lists(incoming.readers))),
                own=incoming.message.own,
                kind=incoming.findings.kind,
                mentions=incoming.findings.mentions,
            )
            for incoming in self.fresh
        ]
        enter(self.access, indexed)
        statements.enter(self.access, ((each.row, each.findings.statements) for each in self.fresh))
        stir(self.access, Stirred.ADDRESS, set().union(*(each.concerned for each in indexed)))
        stir(self.access, Stirred.NAME, {name for each in indexed for name, _ in each.named()})


def best_copies(messages: Iterable[Message]) -> dict[str, Message]:
    """By identity: the copy of each mail that stands for it."""
    best: dict[str, Message] = {}
    for message in messages:
        identity = message.identity
        rival = best.get(identity)
        if rival is None or version(message) < version(rival):
            best[identity] = message
    return best


def unknown(access: Access, messages: Iterable[Message]) -> set[str]:
    """The identities of those messages that must be read: new ones, and better copies of known ones."""
    best = {bytes.fromhex(identity): message for identity, message in best_copies(messages).items()}
    for identity, rank in access.pick("SELECT identity, version FROM messages WHERE identity IN (?*)", best):
        if version(best[bytes(identity)]) >= rank:
            del best[bytes(identity)]
    return {identity.hex() for identity in best}


def _stored_version(incoming: Incoming) -> int | None:
    return None if incoming.before is None else int(incoming.before[2])


def _tells_more(incoming: Incoming) -> bool:
    """Whether this copy of a known mail may know of links that the stored one does not."""
    return bool(incoming.message.provider_thread) or incoming.version != _stored_version(incoming)


def _lists(readers: Readers) -> tuple[tuple[int, ...], ...]:
    return (readers.to, readers.cc, readers.bcc)


def _unread(incoming: Incoming) -> MessageFindings:
    raise KeyError(f"no findings given for the new mail {incoming.identity.hex()}")
