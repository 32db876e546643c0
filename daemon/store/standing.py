"""Versions of one meeting from calendars and mails in, what they come to out: who may say what about a meeting.

Anybody can send a calendar part that names any meeting and any people, so a mail is heard only as far as its sender
may speak: the organizer moves and cancels, everybody answers for themselves, and a calendar that shows the meeting is
always right. The owner's own mail is the owner speaking; nobody else's mail says what the owner does. All of it is
decided on the set of versions, so the order in which they arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from connectors.records import Answer, Attendee, Meeting, Message
from daemon.store.encoding import encode, moment


class Voice(IntEnum):
    """Who says what a version says."""

    CALENDAR = 0
    ORGANIZER = 1  # a mail whose sender organizes the meeting
    ATTENDEE = 2  # a mail in which its sender answers
    OWNER = 3  # the owner's own mail about what somebody else organizes
    HOST = 4  # the owner's own mail about what the owner organizes


_OWNS = frozenset({Voice.OWNER, Voice.HOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One version of a meeting, and whether the calendar it came from has dropped it since."""

    meeting: Meeting
    voice: Voice
    removed: bool = False

    @property
    def rank(self) -> tuple[int, int, int, bytes]:
        """Versions in order of rank: the last one holds."""
        stamp = self.meeting.stamp
        return (
            self.meeting.sequence,
            0 if stamp is None else moment(stamp),
            self.voice,
            encode(replace(self.meeting, key="")),
        )

    @property
    def organizer(self) -> str:
        """The organizer's address, empty without one."""
        return self.meeting.organizer.email if self.meeting.organizer else ""

    @property
    def answers(self) -> bool:
        """Whether it only says what somebody answers."""
        return self.meeting.method == "REPLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the versions of a meeting come to.

    ``sure`` holds the answers (by address) that a calendar or the owner's own mail gives: the only ones that count
    for the owner. ``own`` says that a mail of the owner's speaks of the meeting.
    """

    meeting: Meeting
    in_calendar: bool
    own: bool
    sure: Mapping[str, Answer] = field(default_factory=dict)


def heard(message: Message) -> Iterator[tuple[Meeting, Voice]]:
    """What a mail may say about the meetings that it carries; nothing where its sender failed authentication."""
    if not message.own and message.authenticated is False:
        return
    for meeting in message.meetings:
        plain = replace(meeting, by="")
        if meeting.method == "REPLY":
            answered = tuple(each for each in meeting.attendees if each.address.email == message.sender.email)
            if answered:
                voice = Voice.OWNER if message.own else Voice.ATTENDEE
                yield replace(plain, attendees=answered), voice
        elif message.own:
            organizes = meeting.organizer is None or meeting.organizer.email == message.sender.email
            yield plain, Voice.HOST if organizes else Voice.OWNER
        elif meeting.organizer is None or meeting.organizer.email == message.sender.email:
            organizer = meeting.organizer or message.sender
            asked = tuple(_asked(each, organizer.email) for each in meeting.attendees)
            yield replace(plain, organizer=organizer, attendees=asked), Voice.ORGANIZER


def _asked(attendee: Attendee, organizer: str) -> Attendee:
    """An attendee as the organizer may tell of them: what somebody else answered is theirs to say."""
    return attendee if attendee.address.email == organizer else replace(attendee, answer="unanswered")


def current(versions: Iterable[Seen]) -> Standing | None:
    """What the versions of one meeting come to; None where it is gone, or nobody who may say so tells of it."""
    ranked = sorted(versions, key=_rank)
    calendars = [seen for seen in ranked if seen.voice is Voice.CALENDAR]
    mails = [seen for seen in ranked if seen.voice is not Voice.CALENDAR]
    live = [seen for seen in calendars if not seen.removed]
    telling = live or _telling(mails, calendars)
    if not telling:
        return None
    holds = telling[-1].meeting
    telling = [seen for seen in telling if seen.meeting.sequence == holds.sequence]
    replies = [seen for seen in mails if seen.answers and seen.meeting.sequence >= holds.sequence]
    # What a calendar shows is told last: it comes after whatever was said by mail.
    told = (
        [*replies, *telling] if live else sorted({id(seen): seen for seen in (*replies, *telling)}.values(), key=_rank)
    )
    proven = [seen for seen in told if seen.voice not in (Voice.ATTENDEE, Voice.ORGANIZER)]
    invited = _people((*(seen for seen in replies if seen.voice in _OWNS), *telling))
    answers = _answers(told)
    return Standing(
        meeting=replace(
            holds,
            attendees=tuple(replace(invited[email], answer=answers[email]) for email in sorted(invited)),
        ),
        in_calendar=bool(live),
        own=any(seen.voice in _OWNS for seen in told),
        sure=_answers(proven),
    )


def _telling(mails: Sequence[Seen], dropped: Sequence[Seen]) -> list[Seen]:
    """The mails that say what a meeting is which no calendar shows (any more), in order of rank.

    Who organizes it is said by the calendar that had it, else by the owner's own mail, else by the earliest mail. Only
    a later version brings back what the calendar dropped.
    """
    first = dropped[-1:] or [seen for seen in mails if seen.voice in _OWNS][:1]
    first = first or [seen for seen in mails if not seen.answers][:1]
    organizer = first[0].organizer if first else ""
    telling = [
        seen
        for seen in mails
        if not seen.answers
        and (seen.voice in _OWNS or (organizer != "" and seen.organizer == organizer))
        and (not dropped or seen.rank[:2] > dropped[-1].rank[:2])
    ]
    if any(seen.voice is Voice.HOST and seen.organizer == organizer for seen in telling):
        telling = [seen for seen in telling if seen.voice in _OWNS]  # From lines that claim to be the owner's
    if telling or dropped:
        return telling
    return [seen for seen in mails if seen.voice is Voice.OWNER]


def _people(versions: Iterable[Seen]) -> dict[str, Attendee]:
    """Everybody in these versions, as the last one describes them; by address."""
    return {each.address.email: each for seen in versions for each in seen.meeting.attendees}


def _answers(versions: Iterable[Seen]) -> dict[str, Answer]:
    """The last answer of everybody in these versions; by address."""
    found: dict[str, Answer] = {}
    for seen in versions:
        for each in seen.meeting.attendees:
            if each.answer != "unanswered" or each.address.email not in found:
                found[each.address.email] = each.answer
    return found


def _rank(seen: Seen) -> tuple[int, int, int, bytes]:
    return seen.rank
