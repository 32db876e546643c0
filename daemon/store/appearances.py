"""A mail's people and findings in, the rows by which it is found again out: by who is in it, and by whom it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain
from typing import Final

from connectors.records import Message
from daemon.store.database import Access
from daemon.store.encoding import FINDINGS, READERS, findings_row, storable
from inference.findings import MailKind, MessageFindings
from inference.interactions import MAX_COUNTERPARTS

#: Mail that people wrote: what ledgers and ties are made from. The rest is kept to say what was left out, and why.
HUMAN: Final = frozenset({MailKind.PERSONAL, MailKind.LIST, MailKind.AUTO_REPLY})
#: Mail of which more is kept than who wrote it, when, and why it was left out.
_TOLD: Final = frozenset({MailKind.PERSONAL, MailKind.LIST})


class Part(IntEnum):
    """What an address has to do with a mail, by how much it matters to that person's ledger."""

    WROTE = 0
    HEARD_OWNER = 1  # the owner wrote it to them
    READ = 2
    ASIDE = 3  # one of a crowd, or not a person's mail: nothing of it is about them


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What of one mail is found again: its row, its people as numbers of addresses, the hashes of names in it."""

    row: int
    sender: int
    readers: frozenset[int]
    own: bool
    kind: str
    mentions: tuple[int, ...]

    @property
    def concerned(self) -> frozenset[int]:
        """The addresses of those to whose ledgers the mail may matter."""
        if self.kind not in HUMAN:
            return frozenset()
        return frozenset((self.sender,)) if self.crowded else self.readers | {self.sender}

    @property
    def crowded(self) -> bool:
        """Whether it went to so many that it was said to none of them."""
        return is_crowd(len(self.readers - {self.sender}))

    def parts(self) -> Iterator[tuple[int, int, int]]:
        """(address, row, part) of everybody in the mail."""
        human = self.kind in HUMAN
        yield self.sender, self.row, int(Part.WROTE if human else Part.ASIDE)
        read = Part.HEARD_OWNER if self.own else Part.READ
        part = read if human and not self.crowded else Part.ASIDE
        for reader in self.readers - {self.sender}:
            yield reader, self.row, int(part)

    def named(self) -> set[tuple[int, int]]:
        """(hash of a name, row) of everybody whom the mail names."""
        return {(name, self.row) for name in self.mentions} if self.kind in HUMAN else set()


def kept(message: Message, reading: MessageFindings) -> tuple[str, bytes]:
    """What is kept of a mail's subject and of its findings: nothing that programs wrote (codes, diagnoses, orders)."""
    if reading.kind not in _TOLD:
        bare = replace(reading, acts=(), topic=())
        return "", findings_row(bare, len(message.attachments))
    return storable(message.subject), findings_row(reading, len(message.attachments))


def is_crowd(readers: int) -> bool:
    """Whether a mail to so many addresses is said to none of them."""
    return readers > MAX_COUNTERPARTS


def enter(access: Access, mails: Iterable[Indexed]) -> None:
    """Let these mails be found."""
    listed = list(mails)
    parts = sorted(chain.from_iterable(mail.parts() for mail in listed))
    access.many("INSERT INTO appearances (address, message, part) VALUES (?, ?, ?)", parts)
    named = sorted(chain.from_iterable(mail.named() for mail in listed))
    access.many("INSERT INTO mentions (hash, message) VALUES (?, ?)", named)


def withdraw(access: Access, mails: Iterable[Indexed]) -> None:
    """Let these mails, as they were entered, be found no more."""
    listed = list(mails)
    parts = [(address, row) for mail in listed for address, row, _ in mail.parts()]
    access.many("DELETE FROM appearances WHERE address = ? AND message = ?", sorted(parts))
    named = sorted(chain.from_iterable(mail.named() for mail in listed))
    access.many("DELETE FROM mentions WHERE hash = ? AND message = ?", named)


def stored(access: Access, rows: Sequence[int], address_of: Mapping[int, int]) -> Iterator[Indexed]:
    """These mails as they are stored; ``address_of`` must know their spellings."""
    statement = "SELECT id, sender, readers, own, kind, findings FROM messages WHERE id IN (?*)"
    for row, sender, readers, own, kind, findings in access.pick(statement, dict.fromkeys(rows)):
        who = READERS.decode(readers)
        yield Indexed(
            row=row,
            sender=address_of[sender],
            readers=frozenset(address_of[each] for each in chain(who.to, who.cc, who.bcc)),
            own=bool(own),
            kind=kind,
            mentions=FINDINGS.decode(findings).mentions,
        )
