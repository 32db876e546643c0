"""What reading one message by itself finds: its kind, its acts, and what later matching needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inference.acts.act import Act
from inference.statements import Statement


class MailKind(StrEnum):
    """Who or what wrote a mail, as far as the mail itself shows."""

    PERSONAL = "personal"
    LIST = "list"  # a human post on a mailing list
    BULK = "bulk"  # newsletters, marketing, petitions, cold sales sequences
    BOT = "bot"  # receipts, notifications, alerts
    CALENDAR = "calendar"  # a calendar program's own notice
    AUTO_REPLY = "auto_reply"  # out of office: no answer
    OWN_DIGEST = "own_digest"  # this program's letter


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFindings:
    """What one message shows without knowing any other.

    ``kind_because`` says in a phrase why ``kind`` is what it is. ``words`` counts the words of the author's own
    new text, ``text`` is that text (kept only where the owner asked for it). ``language`` is an ISO 639-1 code or
    "" where unknown. ``topic`` are hashed stems of the subject's content words; ``mentions`` are hashes of the
    full names (two or more capitalised words) in the new text, as made by ``inference.words.name_hash``.
    ``statements`` are what the author says about their own addresses, and for whom they write.
    """

    kind: MailKind
    kind_because: str
    acts: tuple[Act, ...] = ()
    words: int = 0
    text: str = ""
    language: str = ""
    topic: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    statements: tuple[Statement, ...] = ()
