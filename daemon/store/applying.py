"""One batch of one stream in, everything that it changes written in one transaction; what that was out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.records import Batch, Contact, Meeting, Message, Removed
from daemon.store import cards
from daemon.store.addresses import AddressBook
from daemon.store.database import Access
from daemon.store.encoding import hash64, moment, storable
from daemon.store.forgotten import curtain
from daemon.store.meetings import BY_MAIL, MeetingIntake
from daemon.store.records import Intake
from daemon.store.standing import Voice, heard
from daemon.store.stirred import Stirred, stir
from daemon.store.streams import stream_and_pull
from daemon.store.superseded import doubtful, erase_unseen
from inference.findings import MessageFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one or more batches did: items new to the store, changed, gone, unreadable, and known already."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    rejected: int = 0
    unchanged: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            removed=self.removed + other.removed,
            rejected=self.rejected + other.rejected,
            unchanged=self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class _Latest:
    """The last word of a batch on each of its items, by their keys (a meeting that was there and went is in two)."""

    messages: dict[str, Message] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    removed: dict[str, None] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)


def apply(
    access: Access,
    book: AddressBook,
    account: str,
    stream: str,
    batch: Batch,
    findings: Mapping[str, MessageFindings],
    *,
    now: datetime,
    keep_text: bool,
) -> Applied:
    """Write a batch and its cursor; see ``Store.apply``."""
    number, pull = stream_and_pull(access, account, stream)
    book.begin(access)
    hidden = curtain(access, book)
    latest = _latest(batch)
    meetings = MeetingIntake(access=access, book=book, curtain=hidden, pull=pull)
    mail = Intake(access=access, book=book, account=account, curtain=hidden)
    mail.see((change for change in batch.changes if isinstance(change, Message)), findings)
    mail.store()
    if keep_text:
        mail.keep_texts()
    _invitations(mail, meetings)
    for key, meeting in latest.meetings.items():
        meetings.see(number, hash64(key), [(meeting, Voice.CALENDAR)])
    old = doubtful(access, number, mail, latest.removed)
    removed = _remove(access, meetings, number, latest.removed)
    _sight(access, number, mail, latest.messages)
    for identity in erase_unseen(access, book, old):
        meetings.see(BY_MAIL, _mail_key(identity), ())
    meetings.store()
    taken = cards.see(access, book, number, pull, latest.contacts)
    shown = latest.rejected if hidden is None else {key: hidden.reason(why) for key, why in latest.rejected.items()}
    _reject(access, number, replace(latest, rejected=shown), now)
    if book.write_counts(access):
        stir(access, Stirred.PEOPLE, [0])
    if batch.cursor is not None:
        access.run("UPDATE streams SET cursor = ? WHERE id = ?", (batch.cursor.value, number))
    new = sum(each.before is None for each in mail.fresh)
    better = sum(each.before is not None and each.version < each.before[2] for each in mail.fresh)
    seen = sum(isinstance(change, Message | Meeting | Contact) for change in batch.changes)
    done = Applied(
        new=new + meetings.new + taken.new,
        changed=better + meetings.changed + taken.changed,
        removed=removed,
        rejected=len(latest.rejected),
    )
    return replace(done, unchanged=max(0, seen - done.new - done.changed))


def _latest(batch: Batch) -> _Latest:
    latest = _Latest()
    for change in batch.changes:
        latest.messages.pop(change.key, None)
        latest.contacts.pop(change.key, None)
        latest.removed.pop(change.key, None)
        latest.rejected.pop(change.key, None)
        if isinstance(change, Message):
            latest.messages[change.key] = change
        elif isinstance(change, Meeting):
            latest.meetings[change.key] = change
        elif isinstance(change, Contact):
            latest.contacts[change.key] = change
        elif isinstance(change, Removed):
            latest.removed[change.key] = None
        else:
            latest.rejected[change.key] = change.reason
    return latest


def _invitations(mail: Intake, meetings: MeetingIntake) -> None:
    """Take in what the mails may say of meetings, and forget what worse copies of them said."""
    for incoming in mail.fresh:
        if incoming.message.meetings or incoming.before is not None:
            meetings.see(BY_MAIL, _mail_key(incoming.identity), heard(incoming.message))


def _mail_key(identity: bytes) -> int:
    return int.from_bytes(identity[:8], "big", signed=True)


def _remove(access: Access, meetings: MeetingIntake, stream: int, keys: Iterable[str]) -> int:
    """Drop what a stream no longer has: the mail stays, a meeting goes with its last sighting, a contact at once."""
    removed = 0
    for key in keys:
        mark = hash64(key)
        gone = access.run("DELETE FROM sightings WHERE stream = ? AND key = ?", (stream, mark))
        removed += bool(meetings.drop(stream, mark) or cards.drop(access, stream, mark) or gone)
    return removed


def _sight(access: Access, stream: int, mail: Intake, messages: Iterable[str]) -> None:
    rows = []
    for key in messages:
        row = mail.row_of(key)
        if row is not None:
            rows.append((stream, hash64(key), row))
    access.many(
        "INSERT INTO sightings (stream, key, message) VALUES (?, ?, ?) "
        "ON CONFLICT (stream, key) DO UPDATE SET message = excluded.message",
        rows,
    )


def _reject(access: Access, stream: int, latest: _Latest, now: datetime) -> None:
    """List what could not be read, once; an item that can be read by now is listed no more."""
    fine = [storable(key) for key in (*latest.messages, *latest.meetings, *latest.contacts, *latest.removed)]
    if fine and access.row("SELECT 1 FROM rejections WHERE stream = ? LIMIT 1", (stream,)):
        listed = {key for (key,) in access.rows("SELECT key FROM rejections WHERE stream = ?", (stream,))}
        gone = [(stream, key) for key in fine if key in listed]
        access.many("DELETE FROM rejections WHERE stream = ? AND key = ?", gone)
    access.many(
        "INSERT INTO rejections (stream, key, reason, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (stream, key) DO UPDATE SET reason = excluded.reason",
        [(stream, storable(key), storable(reason), moment(now)) for key, reason in latest.rejected.items()],
    )
