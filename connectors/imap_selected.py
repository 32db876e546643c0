"""A folder's name in, the folder opened (read-only) and what the server says of it out; searches in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors.errors import ProtocolViolation
from connectors.imap_grammar import Raw
from connectors.imap_session import Session, string
from connectors.imap_uids import Uids

_CODE: Final = re.compile(rb"\* OK \[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\d{1,20})\]", re.IGNORECASE)
_EXISTS: Final = re.compile(rb"\* (\d{1,10}) EXISTS", re.IGNORECASE)
_EXPUNGE: Final = re.compile(rb"\* \d{1,10} EXPUNGE", re.IGNORECASE)
_VANISHED: Final = re.compile(rb"\* VANISHED (\(EARLIER\) )?([\d:,]+)\s*", re.IGNORECASE)
_FOUND: Final = re.compile(rb"\* SEARCH((?: \d{1,10})*)(?: \(MODSEQ \d+\))?\s*", re.IGNORECASE)
_FOUND_SET: Final = re.compile(rb"\* ESEARCH .*?\bALL ([\d:,]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """An open folder. ``next_uid`` and ``modseq`` are 0 where the server does not say.

    ``vanished`` are the UIDs that went since the state that was named on opening, None where nobody knows.
    """

    validity: int
    next_uid: int
    messages: int
    modseq: int = 0
    vanished: Uids | None = None


def selected(session: Session, folder: bytes, *, validity: int = 0, modseq: int = 0) -> Selected:
    """Open a folder; where ``modseq`` is given, with what went since then (QRESYNC must be on).

    Raises:
        Refused: the server does not open it.
        ConnectorError: as its subclasses say.
    """
    session.opened = True
    since = b" (QRESYNC (%d %d))" % (validity, modseq) if modseq else b""
    said = session.run(b"EXAMINE ", string(folder), since)
    numbers: dict[bytes, int] = {}
    messages = 0
    for raw in said:
        line = raw.lines[0]
        if code := _CODE.match(line):
            numbers[code[1].upper()] = int(code[2])
        elif exists := _EXISTS.match(line):
            messages = int(exists[1])
    if b"UIDVALIDITY" not in numbers:
        raise ProtocolViolation(f"{session.wire.host} names no UIDVALIDITY: its mails cannot be told apart")
    highest = numbers.get(b"HIGHESTMODSEQ", 0)
    knows = modseq > 0 and highest > 0 and numbers[b"UIDVALIDITY"] == validity
    return Selected(
        validity=numbers[b"UIDVALIDITY"],
        next_uid=numbers.get(b"UIDNEXT", 0),
        messages=messages,
        modseq=highest,
        vanished=vanished(session, said) if knows else None,
    )


def vanished(session: Session, said: Iterable[Raw]) -> Uids | None:
    """The UIDs that some responses say are gone; None where one was too long to keep.

    Raises:
        ProtocolViolation: one names what is no UID.
    """
    gone = Uids()
    for raw in said:
        match = _VANISHED.match(raw.lines[0])
        if match is None:
            continue
        if raw.cut:
            return None
        gone |= _uids(session, match[2])
    return gone


def found_uids(session: Session, query: bytes) -> Uids:
    """The UIDs of the mails of the open folder that a search finds.

    Raises:
        Refused: the server does not search.
        ProtocolViolation: it answers what is no list of UIDs.
    """
    extended = session.can("ESEARCH")
    found = Uids()
    for raw in session.run(b"UID SEARCH ", b"RETURN (ALL) " if extended else b"", query):
        line = raw.lines[0]
        if raw.cut:
            raise ProtocolViolation(f"{session.wire.host} lists more mails than can be")
        if match := _FOUND.fullmatch(line):
            numbers = [int(number) for number in match[1].split()]
            found |= _uids(session, b",".join(b"%d" % number for number in numbers))
        elif match := _FOUND_SET.match(line):
            found |= _uids(session, match[1])
    return found


def size_change(raw: Raw, messages: int) -> tuple[int, bool]:
    """How many mails the open folder has after a response, and whether the response tells of new ones."""
    line = raw.lines[0]
    if exists := _EXISTS.match(line):
        return int(exists[1]), int(exists[1]) != messages
    if _EXPUNGE.match(line):
        return max(0, messages - 1), False
    if (gone := _VANISHED.match(line)) and not gone[1]:
        try:
            return max(0, messages - len(Uids.parsed(gone[2].decode("ascii")))), False
        except ValueError:
            return messages, True
    return messages, False


def _uids(session: Session, text: bytes) -> Uids:
    try:
        return Uids.parsed(text.decode("ascii"))
    except ValueError as error:
        raise ProtocolViolation(f"{session.wire.host} names mails by what is no UID") from error
