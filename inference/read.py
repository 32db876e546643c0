"""One message in, everything that it shows by itself out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from connectors.records import Message
from inference.acts.act import Act
from inference.acts.recogniser import Context, Recogniser
from inference.automation import mail_kind
from inference.findings import MailKind, MessageFindings
from inference.language import language
from inference.new_text import new_text
from inference.statements import statements
from inference.words import name_hash, topic

#: How many names a mail's findings keep.
MAX_MENTIONS = 16
#: How much of a mail is searched for names, in characters.
MENTIONS_LIMIT = 20_000
#: Mail to more people than this is an announcement: what it asks or offers is nobody's favor, so no acts are sought.
CROWD = 25
#: How many acts a mail's findings keep: the surest of a mail that would fill the store with sentences.
MAX_ACTS = 60

_SPOKEN = frozenset({MailKind.PERSONAL, MailKind.LIST})
_SAYING = frozenset({MailKind.PERSONAL, MailKind.AUTO_REPLY})
_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽΑ-ΩА-ЯЁІЇЄ"
_GAP = r"(?:[ \t]+|[ \t]*\n)"
# Starts at the start of a word only, and words are bounded: linear however many capitals stand in a row.
_NAME = re.compile(
    rf"(?<![\w'’.-])[{_CAPITAL}][\w'’.-]{{1,40}}"
    rf"(?:{_GAP}(?:(?:van|von|der|den|de|del|della|di|da|dos|la|le|bin|al|ten|zu)[ \t]+){{0,2}}"
    rf"[{_CAPITAL}][\w'’-]{{0,40}}){{1,4}}"
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|vs|vb|doorst|pd|ynt)\s*:", re.IGNORECASE)


def read(message: Message, recogniser: Recogniser) -> MessageFindings:
    """Read a message: its author's new text, its kind, and for mail that a person wrote, the acts in it.

    Args:
        message: the mail as a connector yields it.
        recogniser: finds the acts in a text.

    Whether its sender may be trusted is not judged here; nothing depends on other messages.
    """
    body = new_text(message.text, message.html)
    kind, because = mail_kind(message, body.text)
    spoken = kind in _SPOKEN
    code = language(body.text)
    quoted = "" if _FORWARD_SUBJECT.match(message.subject) else body.quoted
    acts: tuple[Act, ...] = ()
    if spoken and body.text and _readers(message) <= CROWD:
        acts = _surest(recogniser.acts(body.text, _context(message, quoted, code)))
    return MessageFindings(
        kind=kind,
        kind_because=because,
        acts=acts,
        words=len(body.text.split()),
        text=body.text,
        language=code,
        topic=topic(message.subject),
        mentions=mentions(body.text) if spoken else (),
        statements=statements(body.text, message.text, message.sender.email) if _says(message, kind) else (),
    )


def _says(message: Message, kind: MailKind) -> bool:
    """Whether the author of a mail may say something about themselves in it; the owner's addresses are known."""
    return kind in _SAYING and not message.own


def _readers(message: Message) -> int:
    return len(message.to) + len(message.cc) + len(message.bcc)


def _surest(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """At most ``MAX_ACTS`` of ``acts``, still in order."""
    if len(acts) <= MAX_ACTS:
        return acts
    kept = set(sorted(acts, key=lambda act: (-act.confidence, act.start))[:MAX_ACTS])
    return tuple(act for act in acts if act in kept)


def mentions(text: str) -> tuple[int, ...]:
    """Hashes of the full names in ``text``, in the order of their first appearance, at most ``MAX_MENTIONS``.

    Of three capitalised words or more, each two neighbours may be the name as well: "Ask Aoife Brennan".
    """
    found: dict[int, None] = {}
    for name in _names(text[:MENTIONS_LIMIT]):
        found.setdefault(name_hash(name))
        if len(found) >= MAX_MENTIONS:
            break
    return tuple(found)


def _names(text: str) -> Iterator[str]:
    for match in _NAME.finditer(text):
        words = match.group().split()
        yield " ".join(words)
        if len(words) > 2:
            for first, second in pairwise(words):
                if first[0].isupper() and second[0].isupper():
                    yield f"{first} {second}"


def _context(message: Message, quoted: str, code: str) -> Context:
    return Context(
        subject=message.subject,
        recipients=tuple(address.email for address in message.to),
        quoted=quoted,
        language=code,
    )
