"""What was read of a folder and what it holds now in; which mails came and which went out.

A UID is never given twice. So where UIDVALIDITY, UIDNEXT and the number of mails are as before, nothing came or went;
and where as many mails came as UIDs were given, none went. Else QRESYNC says which did, or all UIDs are listed and
compared. CONDSTORE alone tells of flags, which are no news here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation
from connectors.imap_cursor import Place
from connectors.imap_folders import Folder, State
from connectors.imap_selected import Selected, found_uids, selected
from connectors.imap_session import Session
from connectors.imap_uids import Uids

#: So many mails do not leave a folder at once because somebody tidied up.
_MANY: Final = 100
#: Mails that may come between opening a folder and searching it.
_MEANWHILE: Final = 1000
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a pull has to do in an open folder.

    ``known`` is what the pull before left, ``kept`` what of it is there still, ``gone`` what is not; ``done`` is what
    this pull read before it was interrupted, ``fresh`` what is left to read.
    """

    opened: Selected
    known: Uids
    kept: Uids
    fresh: Uids
    gone: Uids
    done: Uids


def is_unchanged(before: Place, state: State, since: str) -> bool:
    """Whether nothing came or went since the pull that ended with ``before``."""
    return (
        before.is_whole
        and before.since == since
        and (before.validity, before.next_uid, before.messages) == (state.validity, state.next_uid, state.messages)
    )


def work_in(session: Session, folder: Folder, before: Place | None, state: State | None, since: str) -> Work:
    """Open the folder and find out what came since ``before`` and what went.

    ``state`` is what was last said of it from outside, ``since`` the day from which on mail is wanted (empty: all).

    Raises:
        CursorExpired: the folder was made anew, or is suddenly empty.
        Refused: the server does not open it.
    """
    # A mail that the server did not hand out is among the old UIDs, where only comparing finds it.
    goes_on = before is not None and before.is_whole and before.since == since and before.messages >= 0
    modseq = 0
    if before is not None and goes_on and session.qresync and _may_have_lost(before, state):
        modseq = before.modseq
    opened = selected(session, folder.raw, validity=before.validity if before else 0, modseq=modseq)
    if not opened.next_uid and state is not None:
        opened = replace(opened, next_uid=state.next_uid)  # some servers say it only when they are asked
    known = Uids.parsed(before.known) if before else Uids()
    if before is not None and opened.validity != before.validity:
        raise CursorExpired(f"the folder {folder.name} was made anew on the server, and is read again")
    if not opened.messages and len(known) >= _MANY:
        raise CursorExpired(f"the folder {folder.name} is suddenly empty", fewer=True)
    now = State(validity=opened.validity, next_uid=opened.next_uid, messages=opened.messages)
    if before is None or not goes_on or (opened.vanished is None and _may_have_lost(before, now)):
        through = before is not None and before.since == since
        return _compared(session, opened, known, Uids.parsed(before.done) if before and through else Uids(), since)
    gone = known & opened.vanished if opened.vanished and opened.messages else Uids()
    fresh = _search(session, opened, before.next_uid, since)
    return Work(opened=opened, known=known, kept=known - gone, fresh=fresh - known, gone=gone, done=Uids())


def _compared(session: Session, opened: Selected, known: Uids, done: Uids, since: str) -> Work:
    """What came and went, by all UIDs that there are."""
    everything = found_uids(session, b"ALL") if opened.messages else Uids()
    if len(everything) > opened.messages + _MEANWHILE:
        raise ProtocolViolation(f"{session.wire.host} lists more mails than it says that there are")
    wanted = everything - found_uids(session, _unwanted(since)) if len(everything) else everything
    return Work(
        opened=opened,
        known=known,
        kept=(known & everything) | (done & wanted),
        fresh=wanted - known - done,
        gone=known - everything if opened.messages else Uids(),
        done=done,
    )


def _search(session: Session, opened: Selected, lowest: int, since: str) -> Uids:
    """The UIDs of wanted mails from ``lowest`` on."""
    if opened.next_uid and opened.next_uid <= lowest:
        return Uids()
    above = b"UID %d:*" % max(1, lowest)
    # The star is the highest UID that there is, also where that lies below.
    found = found_uids(session, above).above(lowest)
    return found - found_uids(session, above + b" " + _unwanted(since)) if len(found) else found


def _unwanted(since: str) -> bytes:
    first = day(since)
    if first is None:
        return b"DRAFT"
    return f"OR DRAFT BEFORE {first.day}-{_MONTHS[first.month - 1]}-{first.year}".encode()


def _may_have_lost(before: Place, state: State | None) -> bool:
    """Whether mail may have gone since ``before``: fewer mails came than UIDs were given.

    A UID is given once, so as many new mails as new UIDs leave no room for one that went.
    """
    if state is None or not state.next_uid:
        return True
    return state.messages - before.messages != state.next_uid - before.next_uid


def day(text: str) -> date | None:
    """The day that ``since`` names; None for an empty one.

    Raises:
        NeedsOwner: it is no day.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NeedsOwner(f'since = "{text}" is no day: write it as 2019-01-31') from error
