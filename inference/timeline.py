"""What the ledger of one person is made from: their mails and meetings with the owner, people as numbers.

Built by the store from stored findings. ``OWNER`` is the owner; every other number is a person's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.records import Answer, MeetingStatus
from inference.acts.act import Act
from inference.findings import MailKind

OWNER = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message as the ledger sees it.

    ``identity`` is ``Message.identity``. ``author`` is the person who wrote it, OWNER only for proven own mail;
    ``trusted`` is False for mail that may change no ledger (a sender that failed or lacks authentication, the
    owner's address outside Sent mail). ``to``/``cc`` hold each person once, OWNER included, never the author.
    ``answers`` is the identity of the mail that this one replies to, where it is stored. ``thread`` is equal for
    mails of one conversation and means nothing else.
    """

    identity: str
    message_id: str | None
    at: datetime
    thread: int
    author: int
    to: tuple[int, ...]
    cc: tuple[int, ...] = ()
    answers: str | None = None
    subject: str = ""
    topic: tuple[int, ...] = ()
    acts: tuple[Act, ...] = ()
    words: int = 0
    attachments: int = 0
    kind: MailKind = MailKind.PERSONAL
    trusted: bool = True
    mentions: tuple[int, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person invited to a meeting and what they answered."""

    person: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """One meeting as the ledger sees it; it took place if it is not cancelled, neither side declined, and it ended.

    ``participants`` include the organizer (as accepted) and OWNER (whose answer is theirs, accepted where they
    organise or where their calendar shows the meeting without an answer of theirs).
    """

    uid: str
    recurrence_id: str = ""
    start: datetime
    end: datetime
    all_day: bool = False
    status: MeetingStatus
    organizer: int | None
    participants: tuple[Participant, ...]
    summary: str = ""
    topic: tuple[int, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything that one person's ledger and tie are made from, each in order of time.

    ``mails`` holds the mails that the person wrote or received, those of the same threads, and those of or to the
    owner that mention the person's full name; the person is ``person``, called ``names`` (full names, as written),
    as the owner is called ``owner_names``. ``key`` is the person's stable public key.
    """

    person: int
    key: str
    names: tuple[str, ...]
    mails: tuple[Mail, ...]
    encounters: tuple[Encounter, ...]
    owner_names: tuple[str, ...] = ()
