"""Versions of meetings from calendars and invitations in, one row a meeting out.

Every version that is seen is kept with where it was seen; the meeting is worked out of them (``standing``), so the
order in which they arrive does not matter. A meeting that every calendar has dropped is gone, unless a later
invitation brings it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from connectors.records import Answer, Meeting
from daemon.store.addresses import AddressBook
from daemon.store.database import Access, Row
from daemon.store.encoding import encode, hash64, moment, storable
from daemon.store.forgotten import Curtain, invited
from daemon.store.standing import Seen, Standing, Voice, current
from daemon.store.stirred import Stirred, stir
from inference.words import topic

#: The source of versions that came by mail; calendars' streams are numbered from 1.
BY_MAIL: Final = 0
#: Nobody meets more people than this; those beyond are not kept.
_MAX_ATTENDEES: Final = 500
MEETING: Final = msgspec.json.Decoder(Meeting)

_INSERT_VERSION: Final = (
    "INSERT INTO meeting_versions (source, key, meeting, removed, voice, pull, content) VALUES (?, ?, ?, 0, ?, ?, ?) "
    "ON CONFLICT (source, key, meeting) DO UPDATE SET removed = 0, voice = excluded.voice, pull = excluded.pull, "
    "content = excluded.content"
)
_INSERT: Final = (
    "INSERT INTO meetings (id, uid, recurrence_id, start, finish, all_day, status, organizer, attendees, in_calendar, "
    "own, summary, topic, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def meeting_number(uid: str, recurrence_id: str) -> int:
    """The number of a meeting's row."""
    return hash64("meeting", uid, recurrence_id)


class Invited(msgspec.Struct, frozen=True, array_like=True):
    """One attendee as a row keeps them: the number of a spelling, the answer, and what is ``sure`` of it."""

    spelling: int
    answer: Answer
    sure: Answer


@dataclass(slots=True, kw_only=True)
class MeetingIntake:
    """What one transaction does to meetings: ``see`` and ``drop`` versions, then ``store``.

    ``pull`` is the number of the pull that the versions come by. ``new`` and ``changed`` count those that calendars
    showed (``shown``) in this transaction.
    """

    access: Access
    book: AddressBook
    curtain: Curtain | None
    new: int = 0
    changed: int = 0
    shown: set[int] = field(default_factory=set)
    pull: int = 0
    versions: dict[tuple[int, int], dict[int, tuple[Meeting, Voice]]] = field(default_factory=dict)
    affected: set[int] = field(default_factory=set)

    def see(self, source: int, key: int, meetings: Iterable[tuple[Meeting, Voice]]) -> None:
        """The item ``key`` of ``source`` tells of these meetings now, and of no others."""
        kept: dict[int, tuple[Meeting, Voice]] = {}
        for meeting, voice in meetings:
            if self.curtain is None or not self.curtain.hides(invited(meeting)):
                plain = replace(meeting, description="", attendees=meeting.attendees[:_MAX_ATTENDEES])
                shown = plain if self.curtain is None else self.curtain.meeting(plain)
                kept[meeting_number(meeting.uid, meeting.recurrence_id)] = shown, voice
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

    def drop_unseen(self, source: int) -> int:
        """``source`` shows nothing any more but what came by this pull; how many items went."""
        self._flush()
        unseen = (source, self.pull)
        rows = self.access.rows(
            "SELECT key, meeting FROM meeting_versions WHERE source = ? AND pull <> ? AND removed = 0", unseen
        )
        self.affected.update(number for _, number in rows)
        self.access.run("UPDATE meeting_versions SET removed = 1 WHERE source = ? AND pull <> ?", unseen)
        return len({key for key, _ in rows})

    def store(self) -> None:
        """Write the versions, then work the meetings out."""
        self._flush()
        seen: dict[int, list[Seen]] = defaultdict(list)
        for number, removed, voice, content in self.access.pick(
            "SELECT meeting, removed, voice, content FROM meeting_versions WHERE meeting IN (?*)", self.affected
        ):
            version = Seen(meeting=MEETING.decode(content), voice=Voice(voice), removed=bool(removed))
            seen[number].append(version)
        before = {
            row[0]: row
            for row in self.access.pick(
                "SELECT id, uid, recurrence_id, start, finish, all_day, status, organizer, attendees, in_calendar, "
                "own, summary, topic, link FROM meetings WHERE id IN (?*)",
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
            pull = 0 if source == BY_MAIL else self.pull
            rows += [
                (source, key, number, int(voice), pull, encode(meeting))
                for number, (meeting, voice) in meetings.items()
            ]
        self.access.many(_INSERT_VERSION, rows)
        self.versions.clear()

    def _replace(self, before: dict[int, Row], now: dict[int, Standing | None]) -> None:
        told = [found.meeting for found in now.values() if found is not None]
        self.book.learn(self.access, (address for meeting in told for address in invited(meeting)))
        old: list[Row] = []
        new: list[tuple[object, ...]] = []
        for number, found in now.items():
            row = None if found is None else self._row(number, found)
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

    def _row(self, number: int, standing: Standing) -> tuple[object, ...]:
        meeting, sure = standing.meeting, standing.sure
        attendees = [
            (self.book.number(each.address), each.answer, sure.get(each.address.email, "unanswered"))
            for each in meeting.attendees
        ]
        return (
            number,
            storable(meeting.uid),
            meeting.recurrence_id,
            moment(meeting.start),
            moment(meeting.end),
            int(meeting.all_day),
            meeting.status,
            self.book.number(meeting.organizer) if meeting.organizer else None,
            encode(attendees),
            int(standing.in_calendar),
            int(standing.own),
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
