"""Versions of meetings from calendars and invitations in, one row a meeting out.

Every version that is seen is kept with where it was seen; the meeting is worked out of them, so the order in which
they arrive does not matter. The highest sequence wins, then the latest stamp, then a calendar over a mail. What
people answered is taken from all versions of that sequence, each person's latest answer. A meeting that every
calendar has dropped is gone, unless a later invitation brings it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from connectors.records import Answer, Attendee, Meeting
from daemon.store.addresses import AddressBook
from daemon.store.database import Access, Row
from daemon.store.encoding import encode, hash64, moment, storable
from daemon.store.forgotten import Curtain, invited
from daemon.store.stirred import Stirred, stir
from inference.words import topic

#: The source of versions that came by mail; calendars' streams are numbered from 1.
BY_MAIL: Final = 0
#: Nobody meets more people than this; those beyond are not kept.
_MAX_ATTENDEES: Final = 500
MEETING: Final = msgspec.json.Decoder(Meeting)

_INSERT_VERSION: Final = (
    "INSERT INTO meeting_versions (source, key, meeting, removed, content) VALUES (?, ?, ?, 0, ?) "
    "ON CONFLICT (source, key, meeting) DO UPDATE SET removed = 0, content = excluded.content"
)
_INSERT: Final = (
    "INSERT INTO meetings (id, uid, recurrence_id, start, finish, all_day, status, organizer, attendees, in_calendar, "
    "summary, topic, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def meeting_number(uid: str, recurrence_id: str) -> int:
    """The number of a meeting's row."""
    return hash64("meeting", uid, recurrence_id)


class Invited(msgspec.Struct, frozen=True, array_like=True):
    """One attendee as a row keeps them: the number of a spelling, and the answer."""

    spelling: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One version of a meeting: in which stream (``BY_MAIL``: in a mail), under which key, and whether it still is."""

    source: int
    key: int
    meeting: Meeting
    removed: bool = False

    @property
    def rank(self) -> tuple[int, int, bool, bytes]:
        """Versions in order of rank: the last one holds."""
        stamp = self.meeting.stamp
        return (
            self.meeting.sequence,
            0 if stamp is None else moment(stamp),
            self.source != BY_MAIL,
            encode(replace(self.meeting, key="")),
        )


@dataclass(slots=True, kw_only=True)
class MeetingIntake:
    """What one transaction does to meetings: ``see`` and ``drop`` versions, then ``store``.

    ``new`` and ``changed`` count those that calendars showed (``shown``) in this transaction.
    """

    access: Access
    book: AddressBook
    curtain: Curtain | None
    new: int = 0
    changed: int = 0
    shown: set[int] = field(default_factory=set)
    versions: dict[tuple[int, int], dict[int, Meeting]] = field(default_factory=dict)
    affected: set[int] = field(default_factory=set)

    def see(self, source: int, key: int, meetings: Iterable[Meeting]) -> None:
        """The item ``key`` of ``source`` holds these meetings now, and no others."""
        kept: dict[int, Meeting] = {}
        for meeting in meetings:
            if self.curtain is None or not self.curtain.hides(invited(meeting)):
                plain = replace(meeting, description="", attendees=meeting.attendees[:_MAX_ATTENDEES])
                shown = plain if self.curtain is None else self.curtain.meeting(plain)
                kept[meeting_number(meeting.uid, meeting.recurrence_id)] = shown
        self.versions[source, key] = kept
        if source != BY_MAIL:
            self.shown.update(kept)

    def drop(self, source: int, key: int) -> bool:
        """``source`` has no item ``key`` any more; whether it had one."""
        self._flush()
        rows = self.access.rows(
            "SELECT meeting FROM meeting_versions WHERE source = ? AND key = ? AND removed = 0", (source, key)
        )
        self.affected.update(number for (number,) in rows)
        self.access.run("UPDATE meeting_versions SET removed = 1 WHERE source = ? AND key = ?", (source, key))
        return bool(rows)

    def store(self) -> None:
        """Write the versions, then work the meetings out."""
        self._flush()
        seen: dict[int, list[Seen]] = defaultdict(list)
        for number, source, key, removed, content in self.access.pick(
            "SELECT meeting, source, key, removed, content FROM meeting_versions WHERE meeting IN (?*)", self.affected
        ):
            meeting = MEETING.decode(content)
            seen[number].append(Seen(source=source, key=key, meeting=meeting, removed=bool(removed)))
        before = {
            row[0]: row
            for row in self.access.pick(
                "SELECT id, uid, recurrence_id, start, finish, all_day, status, organizer, attendees, in_calendar, "
                "summary, topic, link FROM meetings WHERE id IN (?*)",
                self.affected,
            )
        }
        now = {number: current(seen[number]) for number in sorted(self.affected)}
        self._replace(before, now)
        self.affected.clear()

    def _flush(self) -> None:
        """Write the versions seen so far."""
        wanted = {key for _, key in self.versions}
        gone: list[tuple[int, int, int]] = []
        for source, key, number in self.access.pick(
            "SELECT source, key, meeting FROM meeting_versions WHERE removed = 0 AND key IN (?*)", wanted
        ):
            if number not in self.versions.get((source, key), {number: None}):
                gone.append((source, key, number))
        dropped = [each for each in gone if each[0] != BY_MAIL]
        self.access.many(
            "UPDATE meeting_versions SET removed = 1 WHERE source = ? AND key = ? AND meeting = ?", dropped
        )
        # What only a worse copy of a mail told of was never told.
        untold = [each for each in gone if each[0] == BY_MAIL]
        self.access.many("DELETE FROM meeting_versions WHERE source = ? AND key = ? AND meeting = ?", untold)
        self.affected.update(number for *_, number in gone)
        rows = []
        for (source, key), meetings in self.versions.items():
            self.affected.update(meetings)
            rows += [(source, key, number, encode(meeting)) for number, meeting in meetings.items()]
        self.access.many(_INSERT_VERSION, rows)
        self.versions.clear()

    def _replace(self, before: dict[int, Row], now: dict[int, tuple[Meeting, bool] | None]) -> None:
        self.book.learn(self.access, (address for found in now.values() if found for address in invited(found[0])))
        old: list[Row] = []
        new: list[tuple[object, ...]] = []
        for number, found in now.items():
            row = None if found is None else self._row(number, *found)
            known = before.get(number)
            if known is not None and row is not None and tuple(known) == row:
                continue
            if number in self.shown and row is not None:
                self.new += known is None
                self.changed += known is not None
            if known is not None:
                old.append(known)
            if row is not None:
                new.append(row)
        self._take_back(old)
        self.access.many(_INSERT, new)
        self._index(new, 1)

    def _row(self, number: int, meeting: Meeting, in_calendar: bool) -> tuple[object, ...]:
        return (
            number,
            storable(meeting.uid),
            meeting.recurrence_id,
            moment(meeting.start),
            moment(meeting.end),
            int(meeting.all_day),
            meeting.status,
            self.book.number(meeting.organizer) if meeting.organizer else None,
            encode([(self.book.number(each.address), each.answer) for each in meeting.attendees]),
            int(in_calendar),
            storable(meeting.summary),
            encode(topic(meeting.summary)),
            None if meeting.link is None else storable(meeting.link),
        )

    def _take_back(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.book.recall(self.access, people_of(row[7], row[8]))
        self._index(rows, -1)
        numbers = [(row[0],) for row in rows]
        self.access.many("DELETE FROM invitations WHERE meeting = ?", numbers)
        self.access.many("DELETE FROM meetings WHERE id = ?", numbers)

    def _index(self, rows: Iterable[Row], times: int) -> None:
        """Count the names in these rows and let the meetings be found by who is in them; ``-1`` takes it back."""
        invitations: set[tuple[int, int]] = set()
        for row in rows:
            spellings = people_of(row[7], row[8])
            self.book.count_invitation(spellings, times)
            invitations.update((self.book.address_of[each], row[0]) for each in spellings)
        stir(self.access, Stirred.ADDRESS, {address for address, _ in invitations})
        if times > 0:
            self.access.many("INSERT INTO invitations (address, meeting) VALUES (?, ?)", sorted(invitations))


def people_of(organizer: int | None, attendees: bytes) -> list[int]:
    """The spellings in a row of ``meetings``: the organizer's, if any, and the attendees'."""
    found = [each.spelling for each in INVITED.decode(attendees)]
    return found if organizer is None else [organizer, *found]


INVITED: Final = msgspec.json.Decoder(tuple[Invited, ...])


def current(versions: Iterable[Seen]) -> tuple[Meeting, bool] | None:
    """What the versions of one meeting come to, and whether a calendar shows it; None where it is gone."""
    ranked = sorted(versions, key=lambda seen: seen.rank)
    live = [seen for seen in ranked if not seen.removed]
    shown = any(seen.source != BY_MAIL for seen in live)
    dropped = [seen for seen in ranked if seen.removed and seen.source != BY_MAIL]
    if dropped and not shown:
        live = [seen for seen in live if seen.rank[:2] > dropped[-1].rank[:2]]
    if not live:
        return None
    holds = live[-1].meeting
    same = [seen.meeting for seen in live if seen.meeting.sequence == holds.sequence]
    return replace(holds, attendees=_attendees(same)), shown


def _attendees(versions: Sequence[Meeting]) -> tuple[Attendee, ...]:
    """Everybody in the versions (in order of rank), with their latest answer; by address."""
    found: dict[str, Attendee] = {}
    for meeting in versions:
        for attendee in meeting.attendees:
            known = found.get(attendee.address.email)
            if known is None or attendee.answer != "unanswered":
                found[attendee.address.email] = attendee
    return tuple(found[email] for email in sorted(found))
