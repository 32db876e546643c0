"""Mails of a batch in, the owner's corrections in them kept; the identities of those mails out.

Only a mail that is proven to be the owner's own (``Message.own``), that goes to the address that the letter asked to
be answered at, and that brings one letter's secret along is heard. Whatever is received is not, whoever it says it is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from connectors.records import Message
from daemon.digest.wording import TITLE, TOKEN_PREFIX
from daemon.reply_meaning import corrections_of
from daemon.reply_words import Commands, commands
from daemon.store import Letter, Reply, Store
from inference.automation import DIGEST_ID_PREFIX
from inference.findings import MailKind, MessageFindings
from inference.new_text import new_text

_SECRET: Final = re.compile(re.escape(TOKEN_PREFIX) + r"([0-9a-f]{16})(?![0-9a-f])", re.IGNORECASE)
_ID: Final = re.compile(re.escape(DIGEST_ID_PREFIX) + r"[A-Za-z0-9-]{1,40}\.([0-9a-f]{16})@", re.IGNORECASE)
_ANSWER: Final = re.compile(r"^(?:\w{1,4}(?:\[\d+\])?\s*[:：]\s*)+")
#: So much of a mail is searched for the secret, in characters; so many references, and so many secrets are looked at.
_SEARCHED: Final = 400_000
_REFERENCES: Final = 20
_SECRETS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The identities of the mails that answer letters, and what came of those that were not known yet."""

    mails: frozenset[str]
    new: tuple[Reply, ...]


def hear(store: Store, messages: Iterable[Message], *, now: datetime, zone: ZoneInfo) -> Heard:
    """Keep what the owner's replies to letters say, each once, however often and wherever it is seen.

    Args:
        now: the clock (aware); nothing is said later than now.
        zone: the owner's, where the days of snoozes begin.
    """
    mails: list[str] = []
    new: list[Reply] = []
    for message in messages:
        letters = answered(store, message)
        said = _said(message, zone) if letters else Commands()
        if said == Commands():
            continue
        if len(letters) > 1:  # which numbers are meant?
            said = Commands(puzzling=(*said.puzzling, *(f"{each.word} {each.code}" for each in said.said)))
        letter = letters[0]
        at = min(message.sent_at, now)
        meant = corrections_of(store, letter, said, at)
        reply = Reply(
            identity=message.identity, letter=letter.token, sent_at=at, applied=meant.applied, puzzling=meant.puzzling
        )
        if store.apply_reply(reply, meant.corrections, now):
            new.append(reply)
        mails.append(message.identity)
    return Heard(mails=frozenset(mails), new=tuple(new))


def line(reply: Reply, zone: ZoneInfo) -> str:
    """What came of a reply, for the journal: how much of it, not what it said."""
    lost = len(reply.puzzling)
    rest = f", {lost} not understood: the next letter quotes {'it' if lost == 1 else 'them'}" if lost else ""
    return f"your answer of {reply.sent_at.astimezone(zone):%Y-%m-%d} to a letter: {reply.applied} applied{rest}"


def findings_of_answer() -> MessageFindings:
    """What an answer to a letter is to the ledger: nothing that anybody said to anybody."""
    return MessageFindings(kind=MailKind.OWN_DIGEST, kind_because="your answer to this program's letter")


def _may_speak(message: Message) -> bool:
    """Whether this is a mail that the owner wrote, and not the letter itself."""
    return (
        message.own
        and message.authenticated is not False
        and "x-kithkeeper" not in message.headers
        and not (message.message_id or "").startswith(DIGEST_ID_PREFIX)
        and message.headers.get("auto-submitted", "no").strip().lower() == "no"
    )


def answered(store: Store, message: Message) -> list[Letter]:
    """The letters that a mail answers: those whose secrets it brings along, where it goes to who is to hear it.

    Empty for whatever the owner did not write; more than one only where it names several.
    """
    if not _may_speak(message):
        return []
    letters = _known(store, _secrets(message))
    if not letters:
        letters = _known(store, _in_ids(message.references[-_REFERENCES:]))[-1:]
    goes_to = {each.email for each in (*message.to, *message.cc, *message.bcc)}
    return [letter for letter in letters if goes_to.intersection(letter.addresses)]


def _known(store: Store, secrets: Iterable[str]) -> list[Letter]:
    named = list(dict.fromkeys(islice(secrets, _SECRETS)))
    return [letter for letter in map(store.letter, named) if letter is not None]


def _secrets(message: Message) -> Iterator[str]:
    for text in (message.subject, message.text[:_SEARCHED], message.html[:_SEARCHED]):
        if TOKEN_PREFIX in text.lower():
            yield from (found[1].lower() for found in _SECRET.finditer(text))
    yield from _in_ids(message.in_reply_to[:_REFERENCES])


def _in_ids(ids: Iterable[str]) -> Iterator[str]:
    yield from (found[1].lower() for found in map(_ID.match, ids) if found)


def _said(message: Message, zone: ZoneInfo) -> Commands:
    """What the mail says: its new text, and where that says nothing its subject, which the links of the letter fill."""
    on = message.sent_at.astimezone(zone).date()
    said = commands(_own_words(message), on)
    if said.said or said.puzzling or not _SECRET.search(message.subject):
        return said
    return commands(_SECRET.sub("", _ANSWER.sub("", message.subject)), on)


def _own_words(message: Message) -> str:
    """What the owner newly wrote, down to where the letter begins should its quote not be known for one."""
    kept = []
    for line in new_text(message.text, message.html).text.split("\n"):
        if _SECRET.search(line) or TITLE in line:
            break
        kept.append(line)
    return "\n".join(kept)
