"""Letters in, rows out, and back: what each said under which number, who may correct it, and what was answered.

A period's letter is claimed before it is sent and recorded afterwards. What is claimed is kept whole until it is
recorded: whoever must send it again sends the same, so that its numbers keep their meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from daemon.store.database import Access
from daemon.store.encoding import encode, maybe_time, moment, time_of
from daemon.store.forgotten import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A favor behind a line: its id then, and what opened it (``inference.corrections.opening``)."""

    id: str
    opening: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterItem:
    """What a number of a letter stands for: the section, the person's addresses, the favors (the shown one first)."""

    code: int
    section: str
    emails: tuple[str, ...]
    favors: tuple[Meant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter. ``token`` is its secret; ``at`` the moment that it is about (aware).

    ``addresses`` are those to which a reply may go. ``mail`` is the whole mail until it was sent, then empty.
    """

    token: str
    message_id: str
    at: datetime
    addresses: tuple[str, ...] = ()
    items: tuple[LetterItem, ...] = ()
    mail: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One period's letter: claimed before it is sent, ``sent_at`` None until it was handed over."""

    period: str
    message_id: str
    claimed_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one reply: how many corrections were applied, and which lines were not understood.

    ``identity`` is the mail's, 32 hex digits; ``letter`` the token of the letter that it answers.
    """

    identity: str
    letter: str
    sent_at: datetime
    applied: int
    puzzling: tuple[str, ...] = ()


_ADDRESSES: Final = msgspec.json.Decoder(tuple[str, ...])
_ITEMS: Final = msgspec.json.Decoder(tuple[LetterItem, ...])
_LETTER: Final = "SELECT token, message_id, at, addresses, items, mail FROM letters "


def claim(access: Access, period: str, letter: Letter, told: Collection[str], now: datetime) -> bool:
    """Claim a period for ``letter``, which confirms the replies ``told``; False where it was claimed already."""
    claimed = access.run(
        "INSERT INTO digests (period, message_id, claimed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (period, letter.message_id, moment(now)),
    )
    if not claimed:
        return False
    keep(access, letter)
    access.many(
        "UPDATE replies SET told = ? WHERE identity = ?", [(letter.token, bytes.fromhex(each)) for each in told]
    )
    return True


def keep(access: Access, letter: Letter) -> None:
    """Keep a letter so that replies to it are understood."""
    access.run(
        "INSERT INTO letters (token, message_id, at, addresses, items, mail) VALUES (?, ?, ?, ?, ?, ?)",
        (
            letter.token,
            letter.message_id,
            moment(letter.at),
            encode(letter.addresses),
            encode(letter.items),
            letter.mail or None,
        ),
    )


def take_over(access: Access, claimed: Claim, now: datetime) -> bool:
    """Claim an unsent letter anew; False where somebody else did so meanwhile."""
    return bool(
        access.run(
            "UPDATE digests SET claimed_at = ? WHERE period = ? AND sent_at IS NULL AND claimed_at = ?",
            (moment(now), claimed.period, moment(claimed.claimed_at)),
        )
    )


def sent(access: Access, period: str, now: datetime) -> None:
    """Record that the letter of a period was handed over."""
    access.run("UPDATE digests SET sent_at = ? WHERE period = ?", (moment(now), period))
    access.run(
        "UPDATE letters SET mail = NULL WHERE message_id IN (SELECT message_id FROM digests WHERE period = ?)",
        (period,),
    )


def release(access: Access, period: str) -> None:
    """Give a claim back: its letter was refused, and one is to be made anew."""
    unsent = "SELECT message_id FROM digests WHERE period = ? AND sent_at IS NULL"
    for (token,) in access.rows(f"SELECT token FROM letters WHERE message_id IN ({unsent})", (period,)):  # noqa: S608
        access.run("UPDATE replies SET told = NULL WHERE told = ?", (token,))
        access.run("DELETE FROM letters WHERE token = ?", (token,))
    access.run("DELETE FROM digests WHERE period = ? AND sent_at IS NULL", (period,))


def claims(access: Access) -> Sequence[Claim]:
    """The letters of all periods, by period."""
    rows = access.rows("SELECT period, message_id, claimed_at, sent_at FROM digests ORDER BY period")
    return [
        Claim(period=period, message_id=message_id, claimed_at=time_of(claimed), sent_at=maybe_time(sent))
        for period, message_id, claimed, sent in rows
    ]


def letter(access: Access, token: str) -> Letter | None:
    """The letter with this token."""
    row = access.row(_LETTER + "WHERE token = ?", (token,))
    return None if row is None else _letter(row)


def letter_called(access: Access, message_id: str) -> Letter | None:
    """The letter with this Message-ID."""
    row = access.row(_LETTER + "WHERE message_id = ?", (message_id,))
    return None if row is None else _letter(row)


def _letter(row: Sequence[object]) -> Letter:
    token, message_id, at, addresses, items, mail = row
    return Letter(
        token=str(token),
        message_id=str(message_id),
        at=time_of(int(str(at))),
        addresses=_ADDRESSES.decode(bytes(addresses)),  # type: ignore[call-overload]  # columns have no types
        items=_ITEMS.decode(bytes(items)),  # type: ignore[call-overload]
        mail=b"" if mail is None else bytes(mail),  # type: ignore[call-overload]
    )


def days(access: Access) -> dict[str, datetime]:
    """By token: the moment that each letter was about."""
    return {token: time_of(at) for token, at in access.rows("SELECT token, at FROM letters")}


def answered(access: Access, reply: Reply, now: datetime) -> bool:
    """Note a reply; False where it was noted before, in whatever folder it was seen."""
    return bool(
        access.run(
            "INSERT INTO replies (identity, letter, sent_at, read_at, applied, puzzling) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (
                bytes.fromhex(reply.identity),
                reply.letter,
                moment(reply.sent_at),
                moment(now),
                reply.applied,
                encode(reply.puzzling),
            ),
        )
    )


def replies(access: Access, *, unconfirmed: bool = False) -> list[Reply]:
    """The replies, oldest first; only those of which no letter has told yet where ``unconfirmed``."""
    rows = access.rows(
        "SELECT identity, letter, sent_at, applied, puzzling, told FROM replies ORDER BY sent_at, identity"
    )
    return [
        Reply(
            identity=bytes(identity).hex(),
            letter=token,
            sent_at=time_of(at),
            applied=applied,
            puzzling=_ADDRESSES.decode(bytes(lines)),
        )
        for identity, token, at, applied, lines, told in rows
        if told is None or not unconfirmed
    ]


def forget(access: Access, emails: Collection[str], names: Sequence[str]) -> None:
    """Erase these addresses from the letters, and these names from lines that were not understood."""
    for token, items in access.rows("SELECT token, items FROM letters"):
        found = _ITEMS.decode(bytes(items))
        left = tuple(each for each in found if not set(each.emails) & set(emails))
        if left != found:
            access.run("UPDATE letters SET items = ? WHERE token = ?", (encode(left), token))
    access.run("UPDATE letters SET mail = NULL")  # who else is quoted in it is not known
    for identity, lines in access.rows("SELECT identity, puzzling FROM replies"):
        said = _ADDRESSES.decode(bytes(lines))
        kept = tuple(redacted(each, names) for each in said if not any(email in each.lower() for email in emails))
        if kept != said:
            access.run("UPDATE replies SET puzzling = ? WHERE identity = ?", (encode(kept), identity))
