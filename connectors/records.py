"""The records that connectors yield: messages, meetings and contacts, free of provider quirks.

Everything in here has been read from hostile input and made harmless by a parser in this package: text is
``str`` without control characters (other than newline and tab in bodies), addresses are strict, sizes are
capped, every ``datetime`` is aware and in UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

#: Header names (lower case) that say whether a mail is automated; the only ones kept in ``Message.headers``.
AUTOMATION_HEADERS = frozenset(
    {
        "auto-submitted",
        "feedback-id",
        "list-id",
        "list-post",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "precedence",
        "return-path",
        "x-auto-response-suppress",
        "x-autoreply",
        "x-autorespond",
        "x-campaign-id",
        "x-kithkeeper",
        "x-mailer",
        "x-mailgun-sid",
        "x-mc-user",
        "x-sg-eid",
    }
)

#: So many characters of a body, white space run together, tell one mail from another. A source that cuts texts must
#: leave so many of any text: the 24 KB that ``imap`` takes at least hold them in the most wasteful writing
#: (quoted-printable, four bytes a character).
IDENTIFYING_TEXT = 2000

Answer = Literal["accepted", "declined", "tentative", "unanswered"]
MeetingStatus = Literal["confirmed", "tentative", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mail address with the display name seen beside it.

    ``email`` is a lower-cased addr-spec (plus-tags and dots as written); ``name`` may be empty.
    """

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One invited person and what they answered."""

    address: Address
    answer: Answer = "unanswered"
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One occurrence of a calendar event; a recurring event yields one ``Meeting`` an occurrence.

    The same meeting seen in several places is one: (``uid``, ``recurrence_id``), highest ``sequence``, then
    latest ``stamp``. ``recurrence_id`` is empty for an event that does not recur, else the original start as
    ``YYYYMMDDTHHMMSSZ``. ``start``/``end`` are UTC; ``floating`` says that the source gave no zone and the
    owner's was assumed. ``by`` is the From address of the mail that carried it (whether that is proven is said by
    the mail), empty for a calendar's own entry. ``method`` is what its text is for, upper case (``REQUEST``,
    ``REPLY``, ``CANCEL``, ``PUBLISH``, ...), empty where it does not say.
    """

    key: str
    uid: str
    recurrence_id: str = ""
    sequence: int = 0
    stamp: datetime | None = None
    start: datetime
    end: datetime
    all_day: bool = False
    floating: bool = False
    status: MeetingStatus = "confirmed"
    summary: str = ""
    description: str = ""
    organizer: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    attendees_omitted: bool = False
    link: str | None = None
    by: str = ""
    method: str = ""


class _Once:
    """Room for what is worked out once; no field, so that it is neither compared, copied nor stored."""

    __slots__ = ("_identity",)
    _identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(_Once):
    """One mail.

    ``key`` names the item inside its stream, is stable between pulls and is what ``Removed`` refers to.
    ``message_id`` is the RFC 5322 Message-ID without angle brackets, None where the mail had none.
    ``own`` is True only where the provider or the owner's settings prove that the owner sent it (a Sent folder),
    never because of a From line. ``authenticated`` is None where the account's provider writes no
    Authentication-Results, else whether a trusted one passed for the From domain.
    At most one of ``text`` (plain) and ``html`` is usually filled: ``html`` only where there is no usable plain part.
    ``meetings`` are invitations, updates and cancellations carried as text/calendar parts.
    """

    key: str
    message_id: str | None
    sent_at: datetime
    sender: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    submitter: Address | None = None  # the Sender header, where somebody writes on behalf of From
    subject: str = ""
    text: str = ""
    html: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    provider_thread: str | None = None
    attachments: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    labels: tuple[str, ...] = ()
    own: bool = False
    authenticated: bool | None = None
    link: str | None = None
    meetings: tuple[Meeting, ...] = ()

    @property
    def identity(self) -> str:
        """What makes this mail the same mail in every folder and account: 32 hex digits.

        A hash of the Message-ID and of what the sender wrote: anybody can send a mail with somebody else's Message-ID
        and From, and such a mail is another one. Blind readers, display names and white space do not count, for they
        differ between the copies of one mail. Of a long text only the beginning counts, because some sources hand out
        no more than that (``IDENTIFYING_TEXT``): who repeats so many characters of a mail, its time, subject and
        readers has that mail before him, and what he adds below is not read a second time.
        """
        try:
            return self._identity
        except AttributeError:
            object.__setattr__(self, "_identity", self._identified())
            return self._identity

    def _identified(self) -> str:
        parts = [self.message_id or "", self.sender.email, self.sent_at.isoformat()]
        parts += [" ".join(text.split())[:IDENTIFYING_TEXT] for text in (self.subject, self.text, self.html)]
        for group in ([each.email for each in self.to], [each.email for each in self.cc]):
            parts += [str(len(group)), *sorted(group)]
        for ids in (self.in_reply_to, self.references, self.attachments):
            parts += [str(len(ids)), *ids]
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One entry of the owner's own address book: what the owner calls somebody, and that person's addresses.

    ``name`` may be empty; ``emails`` are lower-cased addr-specs, each once.
    """

    key: str
    name: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An item that a stream no longer has."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An item that could not be read; ``reason`` is one line for the owner. The cursor moves past it."""

    key: str
    reason: str


Change = Message | Meeting | Contact | Removed | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A connector's own note of how far a stream was read. ``value`` is opaque to everybody else."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Changes that are committed together.

    ``cursor`` means "true once everything up to here is committed"; None means "not resumable here".
    ``total`` is how many items the pull expects in all, where known (for progress only).
    """

    changes: tuple[Change, ...]
    cursor: Cursor | None = None
    total: int | None = None
