"""One person's timeline in; how much contact they and the owner had on each UTC day out.

An interaction is a personal mail between the two, or a meeting of both that took place. What is no contact: automated
and list mail, mail that may change no ledger (``Mail.trusted``), and anything with more than ``MAX_COUNTERPARTS``
others, which is co-presence. A group divides its weight by the counterparts (1/(n-1)), and Cc counts half: both ways
of being addressed together mean less than a mail to oneself (Himelboim et al. and the group weights of
Newman 2001, "Scientific collaboration networks II": each of n authors shares 1/(n-1)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from inference.acts.act import ActName
from inference.findings import MailKind
from inference.timeline import OWNER, Encounter, Mail, Timeline

#: More others than this in one mail or meeting is being in the same room, not contact.
MAX_COUNTERPARTS: Final = 25
#: In groups up to this size, who else was there is worth remembering (for bridges).
MAX_BESIDE: Final = 8
#: What a mail counts where the reader stands only in Cc.
CC_WEIGHT: Final = 0.5
#: No meeting counts for longer than a working day.
MAX_MINUTES: Final = 480.0

_ASKING: Final = frozenset({ActName.ASK, ActName.SCHEDULE})
_TELLING: Final = frozenset({ActName.NEWS, ActName.SCHEDULE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One person's contact with the owner on one UTC day; only days with contact have one.

    ``sent``/``received`` are weighted mails from the owner and from the person (1.0 is one mail to one reader).
    ``own_mails``/``their_mails`` count the same mails unweighted; ``asks_only`` of the own ones do nothing but ask,
    ``news_only`` nothing but tell the owner's own news. ``met`` counts meetings of the two alone, lasting
    ``met_minutes``; ``group_met`` meetings with others, whose minutes are shared among the counterparts in
    ``group_minutes``. ``group_weight`` is the sum of their 1/(n-1). ``reply_hours`` says for each mail of the person
    that answers one of the owner's how many hours it took. ``beside`` are the other people seen in small groups.
    """

    on: date
    sent: float = 0.0
    received: float = 0.0
    own_mails: int = 0
    their_mails: int = 0
    asks_only: int = 0
    news_only: int = 0
    met: int = 0
    met_minutes: float = 0.0
    group_met: int = 0
    group_minutes: float = 0.0
    group_weight: float = 0.0
    reply_hours: tuple[float, ...] = ()
    beside: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Sum:
    """A day that is being added up."""

    sent: float = 0.0
    received: float = 0.0
    own_mails: int = 0
    their_mails: int = 0
    asks_only: int = 0
    news_only: int = 0
    met: int = 0
    met_minutes: float = 0.0
    group_met: int = 0
    group_minutes: float = 0.0
    group_weight: float = 0.0
    reply_hours: list[float] = field(default_factory=list)
    beside: set[int] = field(default_factory=set)

    def day(self, on: date) -> Day:
        return Day(
            on=on,
            sent=round(self.sent, 6),
            received=round(self.received, 6),
            own_mails=self.own_mails,
            their_mails=self.their_mails,
            asks_only=self.asks_only,
            news_only=self.news_only,
            met=self.met,
            met_minutes=round(self.met_minutes, 3),
            group_met=self.group_met,
            group_minutes=round(self.group_minutes, 3),
            group_weight=round(self.group_weight, 6),
            reply_hours=tuple(sorted(self.reply_hours)),
            beside=tuple(sorted(self.beside)),
        )


def days(timeline: Timeline) -> tuple[Day, ...]:
    """The days on which ``timeline.person`` and the owner had contact, in order; future meetings have theirs too.

    The order of mails and meetings in the timeline does not matter, and a mail or meeting given twice counts once.
    """
    sums: dict[date, _Sum] = {}

    def on(at: datetime) -> _Sum:
        return sums.setdefault(at.astimezone(UTC).date(), _Sum())

    mails = {mail.identity: mail for mail in timeline.mails if mail.trusted and mail.kind is MailKind.PERSONAL}
    ordered = sorted(mails.values(), key=lambda mail: (mail.at, mail.identity))
    for mail in ordered:
        _add_mail(mail, timeline.person, mails, on)
    wrote = any(mail.author == OWNER and _addressed(mail, timeline.person) for mail in ordered)
    for encounter in _once(timeline.encounters):
        if took_place(encounter, timeline.person, known=wrote):
            _add_meeting(encounter, timeline.person, on)
    return tuple(sums[day].day(day) for day in sorted(sums))


def _add_mail(mail: Mail, person: int, mails: dict[str, Mail], on: Callable[[datetime], _Sum]) -> None:
    others = [reader for reader in (*mail.to, *mail.cc) if reader != mail.author]
    reader = person if mail.author == OWNER else OWNER
    if mail.author not in (OWNER, person) or not _addressed(mail, reader) or len(others) > MAX_COUNTERPARTS:
        return
    weight = (1.0 if reader in mail.to else CC_WEIGHT) / len(others)
    day = on(mail.at)
    if mail.author == OWNER:
        day.sent += weight
        day.own_mails += 1
        does = {act.act for act in mail.acts if act.certain}
        day.asks_only += ActName.ASK in does and does <= _ASKING
        day.news_only += ActName.NEWS in does and does <= _TELLING
    else:
        day.received += weight
        day.their_mails += 1
        answered = mails.get(mail.answers or "")
        if answered is not None and answered.author == OWNER and answered.at <= mail.at:
            day.reply_hours.append(round((mail.at - answered.at).total_seconds() / 3600, 2))
    if len(others) <= MAX_BESIDE:
        day.beside.update(other for other in others if other not in (OWNER, person))


def _addressed(mail: Mail, reader: int) -> bool:
    return reader in mail.to or reader in mail.cc


def _once(encounters: Iterable[Encounter]) -> list[Encounter]:
    found = {(encounter.uid, encounter.recurrence_id): encounter for encounter in encounters}
    return [found[key] for key in sorted(found)]


def took_place(encounter: Encounter, person: int, *, known: bool) -> bool:
    """Whether the owner and ``person`` met, provided that its end has passed.

    Not if it was cancelled or one of the two declined. An invitation that the owner never answered counts only from
    somebody the owner has written to (``known``): else anybody could book their way into the owner's network.
    Entries for a whole day are notes in a calendar (holidays, travel, absences) and nobody meets in them.
    """
    answers = {participant.person: participant.answer for participant in encounter.participants}
    if encounter.status == "cancelled" or encounter.all_day or person not in answers or OWNER not in answers:
        return False
    if "declined" in (answers[person], answers[OWNER]):
        return False
    return answers[OWNER] != "unanswered" or encounter.organizer == OWNER or known


def _add_meeting(encounter: Encounter, person: int, on: Callable[[datetime], _Sum]) -> None:
    present = {each.person for each in encounter.participants if each.answer != "declined"}
    counterparts = len(present) - 1
    if counterparts > MAX_COUNTERPARTS:
        return
    minutes = min(max((encounter.end - encounter.start).total_seconds() / 60, 0.0), MAX_MINUTES)
    day = on(encounter.end)
    if counterparts == 1:
        day.met += 1
        day.met_minutes += minutes
    else:
        day.group_met += 1
        day.group_minutes += minutes / counterparts
        day.group_weight += 1 / counterparts
    if counterparts <= MAX_BESIDE:
        day.beside.update(present - {OWNER, person})
