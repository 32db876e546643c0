"""Values of the domain in, what the tables hold out, and back: times, hashes, texts and JSON.

Times are whole microseconds since 1970 (UTC), hashes are signed 64-bit numbers, compound values are JSON as bytes.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from connectors.records import Message
from inference.acts.act import Act, ActName, FavorType
from inference.favor import Evidence, Favor, Step, StepName
from inference.findings import MessageFindings

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_encode: Final = msgspec.json.Encoder().encode


def encode(value: object) -> bytes:
    """``value`` as JSON, without lone surrogates (they come through charsets that lie)."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return _encode(_clean(msgspec.to_builtins(value)))


def _clean(value: Any) -> Any:  # what JSON is made of
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(each) for name, each in value.items()}
    return value


def moment(at: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def time_of(moment: int) -> datetime:
    """The aware UTC time of ``moment``."""
    return _EPOCH + timedelta(microseconds=moment)


def maybe_time(moment: int | None) -> datetime | None:
    """The aware UTC time of ``moment``, None of None."""
    return None if moment is None else time_of(moment)


def hash64(*parts: str) -> int:
    """A signed 64-bit hash, the same on every machine, that nobody can aim."""
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def storable(text: str) -> str:
    """``text`` without what no database takes: NUL and lone surrogates."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


#: Where a mail's copies differ, the one that says most about who wrote it stands for it; see ``version``.
_OWN, _AUTHENTICATED, _UNKNOWN, _FAILED = range(4)
_TRUST_BITS: Final = 57


def version(message: Message) -> int:
    """A number by which the copies of one mail are ranked: the smallest stands for the mail.

    Copies of a mail say the same (``Message.identity``), but which arrives first is chance. The owner's own copy comes
    first, then an authenticated one, direct ones before those that came through a list; among equals a hash of what
    may differ between copies decides.
    """
    if message.own:
        trust = _OWN
    elif message.authenticated is None:
        trust = _UNKNOWN
    else:
        trust = _AUTHENTICATED if message.authenticated else _FAILED
    people = (message.sender, *message.to, *message.cc, message.sender, *message.bcc)
    parts = [part for each in people for part in (each.email, each.name)]
    parts += [message.subject, message.text, message.html]
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return trust << _TRUST_BITS | ("list-id" in message.headers) << _TRUST_BITS - 1 | int.from_bytes(digest, "big")


def distrust(version: int) -> int:
    """How little is known of who wrote the copy with this ``version``: 0 is the owner's own."""
    return version >> _TRUST_BITS


class Findings(msgspec.Struct, frozen=True, array_like=True):
    """What one row of ``messages`` keeps of ``MessageFindings``."""

    acts: tuple[Act, ...]
    topic: tuple[int, ...]
    mentions: tuple[int, ...]
    words: int
    attachments: int
    language: str


class Readers(msgspec.Struct, frozen=True, array_like=True):
    """Who a mail went to, as numbers of spellings."""

    to: tuple[int, ...]
    cc: tuple[int, ...]
    bcc: tuple[int, ...]


class _Step(msgspec.Struct, frozen=True, array_like=True):
    what: StepName
    at: datetime
    evidence: int
    because: str


class _Evidence(msgspec.Struct, frozen=True, array_like=True):
    act: str
    at: datetime
    author: int
    message: str | None
    message_id: str | None
    meeting_uid: str | None
    quote: str
    confidence: float
    reasons: tuple[str, ...]
    link: str | None


class _Favor(msgspec.Struct, frozen=True, array_like=True):
    id: str
    person: int
    type: FavorType
    giver: int
    receiver: int
    steps: tuple[_Step, ...]
    evidence: tuple[_Evidence, ...]
    confidence: float
    matter: str
    topic: tuple[int, ...]


_FAVOR: Final = msgspec.json.Decoder(_Favor)


def favor_row(favor: Favor) -> bytes:
    """A favor as compact JSON."""
    return encode(
        (
            favor.id,
            favor.person,
            favor.type,
            favor.giver,
            favor.receiver,
            [(step.what, step.at, step.evidence, step.because) for step in favor.steps],
            [
                (
                    each.act, each.at, each.author, each.message, each.message_id, each.meeting_uid, each.quote,
                    each.confidence, each.reasons, each.link,
                )
                for each in favor.evidence
            ],
            favor.confidence,
            favor.matter,
            favor.topic,
        )
    )  # fmt: skip


def favor_of(row: bytes) -> Favor:
    """The favor of ``favor_row``."""
    stored = _FAVOR.decode(row)
    return Favor(
        id=stored.id,
        person=stored.person,
        type=stored.type,
        giver=stored.giver,
        receiver=stored.receiver,
        steps=tuple(Step(what=s.what, at=s.at, evidence=s.evidence, because=s.because) for s in stored.steps),
        evidence=tuple(_evidence(each) for each in stored.evidence),
        confidence=stored.confidence,
        matter=stored.matter,
        topic=stored.topic,
    )


def _evidence(stored: _Evidence) -> Evidence:
    return Evidence(
        act="meeting" if stored.act == "meeting" else ActName(stored.act),
        at=stored.at,
        author=stored.author,
        message=stored.message,
        message_id=stored.message_id,
        meeting_uid=stored.meeting_uid,
        quote=stored.quote,
        confidence=stored.confidence,
        reasons=stored.reasons,
        link=stored.link,
    )


FINDINGS: Final = msgspec.json.Decoder(Findings)
READERS: Final = msgspec.json.Decoder(Readers)


def findings_row(reading: MessageFindings, attachments: int) -> bytes:
    """What is kept of the findings of one mail with so many attachments."""
    found = Findings(
        acts=reading.acts,
        topic=reading.topic,
        mentions=reading.mentions,
        words=reading.words,
        attachments=attachments,
        language=reading.language,
    )
    return encode(found)
