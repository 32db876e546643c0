"""A folder's name in, the folder opened (read-only) and what the server says of it out; searches in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_message_list

from connectors.errors import ProtocolViolation
from connectors.imap_session import Said, Session, string
from connectors.imap_uids import Uids

_NUMBER: Final = re.compile(rb"\d{1,20}(?!\d)")
_NUMBERS: Final = frozenset({"UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ", "EXISTS"})
_VANISHED: Final = re.compile(rb"(\(EARLIER\) )?([\d:,]+)\s*", re.IGNORECASE)
_FOUND_SET: Final = re.compile(rb".*?\bALL ([\d:,]+)", re.IGNORECASE)


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
    since = b" (QRESYNC (%d %d))" % (validity, modseq) if modseq else b""
    said = session.enter_folder(b"EXAMINE ", string(folder), since)
    numbers: dict[str, int] = {}
    for each in said:
        if each.kind in _NUMBERS and (number := _NUMBER.match(each.line)):
            numbers[each.kind] = int(number[0])
    if "UIDVALIDITY" not in numbers:
        raise ProtocolViolation(f"{session.wire.host} names no UIDVALIDITY: its mails cannot be told apart")
    highest = numbers.get("HIGHESTMODSEQ", 0)
    knows = modseq > 0 and highest > 0 and numbers["UIDVALIDITY"] == validity
    return Selected(
        validity=numbers["UIDVALIDITY"],
        next_uid=numbers.get("UIDNEXT", 0),
        messages=numbers.get("EXISTS", 0),
        modseq=highest,
        vanished=vanished(session, said) if knows else None,
    )


def vanished(session: Session, said: Iterable[Said]) -> Uids | None:
    """The UIDs that some responses say are gone; None where one was too long to keep.

    Raises:
        ProtocolViolation: one names what is no UID.
    """
    gone = Uids()
    for each in said:
        match = _VANISHED.match(each.line) if each.kind == "VANISHED" else None
        if match is None:
            continue
        if each.cut:
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
    for each in session.run(b"UID SEARCH ", b"RETURN (ALL) " if extended else b"", query):
        if each.cut:
            raise ProtocolViolation(f"{session.wire.host} lists more mails than can be")
        if each.kind == "SEARCH":
            found |= _uids(session, b",".join(b"%d" % number for number in _listed(session, each.line)))
        elif each.kind == "ESEARCH" and (match := _FOUND_SET.match(each.line)):
            found |= _uids(session, match[1])
    return found


def _listed(session: Session, line: bytes) -> Iterable[int]:
    try:
        found: Iterable[int] = parse_message_list([line])
    except (ProtocolError, ValueError, RecursionError) as error:
        raise ProtocolViolation(f"{session.wire.host} names mails by what is no UID") from error
    return found


def size_change(said: Said, messages: int) -> tuple[int, bool]:
    """How many mails the open folder has after a response, and whether the response tells of new ones."""
    if said.kind == "EXISTS" and (exists := _NUMBER.fullmatch(said.line)):
        return int(exists[0]), int(exists[0]) != messages
    if said.kind == "EXPUNGE":
        return max(0, messages - 1), False
    if said.kind == "VANISHED" and (gone := _VANISHED.match(said.line)) and not gone[1]:
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
