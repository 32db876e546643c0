"""Rows in, everything that the store holds about the owner's mail and meetings out, one mail or meeting at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from string import hexdigits
from typing import Final

from daemon.store.database import Access, Row
from daemon.store.encoding import FINDINGS, READERS, time_of
from daemon.store.meetings import INVITED
from inference.acts.act import Act

_SHORTEST: Final = 4
_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMail:
    """One mail as the store keeps it: no text, but the acts with their quotes. Times are UTC."""

    identity: str
    message_id: str | None
    sent_at: datetime
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    own: bool
    kind: str
    kind_because: str
    language: str
    words: int
    acts: tuple[Act, ...]
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMeeting:
    """One meeting as the store keeps it; attendees are (address, answer). Times are UTC."""

    uid: str
    recurrence_id: str
    start: datetime
    end: datetime
    all_day: bool
    status: str
    summary: str
    organizer: str | None
    attendees: tuple[tuple[str, str], ...]
    link: str | None


_MAIL: Final = (
    "SELECT message_id, at, sender, readers, subject, own, kind, kind_because, findings, link, identity FROM messages "
)


def mails(access: Access) -> Iterator[ExportedMail]:
    """Every mail, in the order of arrival."""
    rows = access.stream(_MAIL + "ORDER BY id")
    while part := list(islice(rows, _TOGETHER)):
        yield from _exported(access, part)


def mails_called(access: Access, wanted: str) -> list[ExportedMail]:
    """The mails with this Message-ID, or whose identity begins so (four hex digits at least); two at most."""
    rows = access.rows(_MAIL + "WHERE message_id = ? ORDER BY id LIMIT 2", (wanted,))
    if not rows and len(wanted) >= _SHORTEST and set(wanted) <= set(hexdigits):
        least, most = (bytes.fromhex(wanted.ljust(32, filler)[:32]) for filler in "0f")
        rows = access.rows(_MAIL + "WHERE identity >= ? AND identity <= ? ORDER BY id LIMIT 2", (least, most))
    return list(_exported(access, rows))


def _exported(access: Access, rows: Sequence[Row]) -> Iterator[ExportedMail]:
    emails = _emails(access, rows)
    for message_id, at, sender, readers, subject, own, kind, because, findings, link, identity in rows:
        who, found = READERS.decode(readers), FINDINGS.decode(findings)
        yield ExportedMail(
            identity=bytes(identity).hex(),
            message_id=message_id,
            sent_at=time_of(at),
            sender=emails[sender],
            to=tuple(emails[each] for each in who.to),
            cc=tuple(emails[each] for each in who.cc),
            bcc=tuple(emails[each] for each in who.bcc),
            subject=subject,
            own=bool(own),
            kind=kind,
            kind_because=because,
            language=found.language,
            words=found.words,
            acts=found.acts,
            link=link,
        )


def _emails(access: Access, rows: Sequence[Row]) -> dict[int, str]:
    spellings: set[int] = set()
    for row in rows:
        who = READERS.decode(row[3])
        spellings.update(chain((row[2],), who.to, who.cc, who.bcc))
    return _addresses(access, spellings)


def _addresses(access: Access, spellings: set[int]) -> dict[int, str]:
    statement = (
        "SELECT spellings.id, addresses.email FROM spellings JOIN addresses ON addresses.id = spellings.address "
        "WHERE spellings.id IN (?*)"
    )
    return access.table(statement, spellings)


def meetings(access: Access) -> Iterator[ExportedMeeting]:
    """Every meeting, by start."""
    rows = access.stream(
        "SELECT uid, recurrence_id, start, finish, all_day, status, summary, organizer, attendees, link "
        "FROM meetings ORDER BY start, uid, recurrence_id"
    )
    while part := list(islice(rows, _TOGETHER)):
        invited = [INVITED.decode(row[8]) for row in part]
        wanted = {each.spelling for found in invited for each in found} | {row[7] for row in part if row[7] is not None}
        emails = _addresses(access, wanted)
        for row, found in zip(part, invited, strict=True):
            yield ExportedMeeting(
                uid=row[0],
                recurrence_id=row[1],
                start=time_of(row[2]),
                end=time_of(row[3]),
                all_day=bool(row[4]),
                status=row[5],
                summary=row[6],
                organizer=None if row[7] is None else emails[row[7]],
                attendees=tuple((emails[each.spelling], each.answer) for each in found),
                link=row[9],
            )
