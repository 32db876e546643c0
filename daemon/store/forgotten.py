"""Mail and meetings that somebody took part in who asked to be forgotten in, what may be kept of them out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.records import Address, Attendee, Meeting, Message
from daemon.store.addresses import AddressBook
from daemon.store.database import Access
from inference.acts.act import Act
from inference.findings import MessageFindings

#: Stands where a forgotten person's name stood.
BLANK = "…"
_ADDRESS = re.compile(r"[^\s()<>“”]{1,250}@[^\s()<>“”]{1,250}")


@dataclass(frozen=True, slots=True)
class Curtain:
    """What stands between new records and those who asked to be forgotten."""

    book: AddressBook
    owner: frozenset[str]

    def hides(self, addresses: Iterable[Address]) -> bool:
        """Whether nobody but the owner and forgotten people is there."""
        others = {each.email for each in addresses} - self.owner
        return bool(others) and all(self.book.is_forgotten(email) for email in others)

    def touches(self, addresses: Iterable[Address]) -> bool:
        """Whether a forgotten person is there."""
        return any(self.book.is_forgotten(each.email) for each in addresses)

    def mail(self, message: Message, findings: MessageFindings) -> tuple[Message, MessageFindings]:
        """What may be kept of a mail: nothing that a forgotten person wrote, nobody's words with their name."""
        if self.book.is_forgotten(message.sender.email):
            bare = replace(findings, acts=(), topic=(), mentions=(), text="", statements=())
            return replace(message, subject="", message_id=None, link=None, text="", html=""), bare
        names = [each.name for each in participants(message) if self.book.is_forgotten(each.email)]
        said = tuple(each for each in findings.statements if not names and not self.book.is_forgotten(each.subject))
        if not names:
            return message, replace(findings, statements=said)
        acts = tuple(without_names(act, names) for act in findings.acts)
        kept = replace(findings, acts=acts, text="", statements=said)
        return replace(message, subject=redacted(message.subject, names), text="", html=""), kept

    def meeting(self, meeting: Meeting) -> Meeting:
        """The meeting with forgotten people nameless."""
        named = [*(each.address for each in meeting.attendees), *([meeting.organizer] if meeting.organizer else [])]
        names = [each.name for each in named if self.book.is_forgotten(each.email)]
        if not any(self.book.is_forgotten(each.email) for each in named):
            return meeting
        return replace(
            meeting,
            summary=redacted(meeting.summary, names),
            organizer=self._nameless(meeting.organizer) if meeting.organizer else None,
            attendees=tuple(self._attendee(each) for each in meeting.attendees),
        )

    def reason(self, reason: str) -> str:
        """Why an item was left out, without the id or subject that holds a forgotten person's address."""
        found = _ADDRESS.findall(reason.lower())
        return nameless(reason) if any(self.book.is_forgotten(email) for email in found) else reason

    def _attendee(self, attendee: Attendee) -> Attendee:
        return replace(attendee, address=self._nameless(attendee.address))

    def _nameless(self, address: Address) -> Address:
        return Address(email=self.book.alias_of(address.email)) if self.book.is_forgotten(address.email) else address


def curtain(access: Access, book: AddressBook) -> Curtain | None:
    """The curtain of this store, None where nobody asked to be forgotten."""
    if not book.any_forgotten:
        return None
    owner = access.rows("SELECT email FROM addresses WHERE person = 0")
    return Curtain(book=book, owner=frozenset(email for (email,) in owner))


def participants(message: Message) -> tuple[Address, ...]:
    """Everybody in a mail's header."""
    return (message.sender, *message.to, *message.cc, *message.bcc)


def invited(meeting: Meeting) -> tuple[Address, ...]:
    """Everybody in a meeting."""
    organizer = (meeting.organizer,) if meeting.organizer else ()
    return (*organizer, *(each.address for each in meeting.attendees))


def redacted(text: str, names: Iterable[str]) -> str:
    """``text`` without these names: neither the whole nor any capitalised word of them."""
    words = {word for name in names for word in re.findall(r"[^\W\d_]{2,}", name)}
    if not words or not text:
        return text
    pattern = r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")(?!\w)"
    return re.sub(pattern, lambda found: found.group() if found.group().islower() else BLANK, text, flags=re.IGNORECASE)


def nameless(reason: str) -> str:
    """Why an item was left out, without what it ends with: by what a person finds the item."""
    return reason.partition(" (")[0]


def without_names(act: Act, names: Iterable[str]) -> Act:
    """The act with these names blanked in its quote (whose offsets then mean the original text no more)."""
    return replace(act, quote=redacted(act.quote, names))
