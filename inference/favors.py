"""One person's timeline in, the ledger of favors between the owner and that person out; and a favor as of a day.

This is the only state machine of favors. It walks through the mails and meetings in order of time, never looks
ahead, and only adds: so the ledger of a longer timeline holds the ledger of every earlier day, whatever the order
in which the mails arrived. What an act does to which favor is decided in ``inference.matters``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from inference.favor import FAVOR_THRESHOLD, Evidence, Favor, Proof, State, Status, Step, StepName
from inference.findings import MailKind
from inference.matters.answers import answers
from inference.matters.asks import asks
from inference.matters.book import Book, Draft
from inference.matters.conversations import Conversations
from inference.matters.doubts import doubts
from inference.matters.gratitude import gratitude
from inference.matters.introductions import SOUNDING, Introductions
from inference.matters.meetings import met, took_place
from inference.matters.offers import reactions, unprompted
from inference.matters.others import answered_by_another
from inference.matters.reading import Ears
from inference.matters.wording import retold
from inference.timeline import OWNER, Encounter, Mail, Timeline
from inference.words import topic

__all__ = [
    "FAVOR_THRESHOLD",
    "Evidence",
    "Favor",
    "Proof",
    "State",
    "Status",
    "Step",
    "StepName",
    "ledger",
    "proof",
    "state",
]

_SPEAKS = frozenset({MailKind.PERSONAL, MailKind.LIST})


def ledger(timeline: Timeline) -> tuple[Favor, ...]:
    """All favors between the owner and ``timeline.person``, in order of opening.

    The same for any order of the mails and meetings, and however often one of them is there. Takes time linear in
    the length of the timeline: each mail is matched against a bounded number of favors.
    """
    name = timeline.names[0].split()[0] if timeline.names and timeline.names[0].strip() else ""
    book = Book(timeline.person, name, topic(*timeline.names, *timeline.owner_names))
    ears, introductions = Ears(timeline), Introductions(timeline)
    mails = {mail.identity: mail for mail in timeline.mails}
    conversations = Conversations()
    for event in _in_time(timeline, mails):
        if isinstance(event, Mail):
            _hear(book, ears, introductions, conversations.placed(event), mails)
        else:
            met(book, event)
    return tuple(_named(timeline, book.drafts))


def _in_time(timeline: Timeline, mails: dict[str, Mail]) -> Iterator[Mail | Encounter]:
    """Trusted mails by people as they were written, and meetings that took place as they ended."""
    unheard = _sequences(mails.values())
    heard = (m for m in mails.values() if m.trusted and m.kind in _SPEAKS and (m.author, m.thread) not in unheard)
    happened = {(e.uid, e.recurrence_id): e for e in timeline.encounters if took_place(e, timeline.person)}
    events: list[tuple[datetime, int, str, Mail | Encounter]] = [(m.at, 0, m.identity, m) for m in heard]
    events += [(e.end, 1, f"{e.uid}/{e.recurrence_id}", e) for e in happened.values()]
    for *_, event in sorted(events, key=itemgetter(0, 1, 2)):
        yield event


def _sequences(mails: Collection[Mail]) -> set[tuple[int, int]]:
    """Who follows up on their own mass mail in which thread, unanswered: the rest of a sales sequence."""
    sent = {(mail.author, mail.thread) for mail in mails if mail.kind is MailKind.BULK}
    answered = {mail.thread for mail in mails if mail.author == OWNER}
    return {(author, thread) for author, thread in sent if thread not in answered}


def _hear(book: Book, ears: Ears, introductions: Introductions, mail: Mail, mails: dict[str, Mail]) -> None:
    """Let one mail act on the book."""
    answered = mails.get(mail.answers) if mail.answers else None
    reading = ears.reading(mail, answered)
    if reading is not None:
        introduced = introductions.between(book, reading)
        reading = reading.without(introduced)
        used = introduced | answers(book, reading)
        asked = asks(book, reading, SOUNDING if introductions.sounds_out(reading) else 1.0)
        used |= reactions(book, reading, used)
        gratitude(book, reading, asked, used)
        unprompted(book, reading, used)
        doubts(book, reading, used)
    elif mail.author not in (book.person, OWNER):
        introductions.seen(book, mail)
        answered_by_another(book, mail)
    book.saw(mail)


def _named(timeline: Timeline, drafts: list[Draft]) -> Iterator[Favor]:
    """The drafts as favors, each with a name of its own."""
    openings: Counter[tuple[str, ...]] = Counter()
    for draft in drafts:
        first = draft.evidence[0]
        side = "owner" if draft.giver == OWNER else "person"
        opening = (timeline.key, side, first.message or "", first.meeting_uid or "", str(first.act), first.quote)
        yield Favor(
            id=_name(*opening, str(openings[opening])),
            person=timeline.person,
            type=draft.type,
            giver=draft.giver,
            receiver=draft.receiver,
            steps=tuple(replace(step, because=retold(step.because, draft.type)) for step in draft.steps),
            evidence=tuple(draft.evidence),
            confidence=round(draft.confidence, 4),
            matter=draft.matter,
            topic=tuple(draft.topic),
        )
        openings[opening] += 1


def _name(*parts: str) -> str:
    """12 hex digits made of the person's key and the opening evidence: the same after every re-inference."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


#: Steps that may have been taken.
DOUBTS: frozenset[StepName] = frozenset({"maybe_delivered", "maybe_thanked", "maybe_told"})
_STATUS: dict[StepName, Status] = {
    "offered": Status.OFFERED,
    "asked": Status.ASKED,
    "promised": Status.PROMISED,
    "delivered": Status.DELIVERED,
    "declined": Status.DECLINED,
    "reopened": Status.ASKED,
}


def proof(favor: Favor) -> tuple[Evidence, ...]:
    """The evidence of ``favor`` without what only raised a doubt."""
    doubtful = {step.evidence for step in favor.steps if step.what in DOUBTS}
    return tuple(each for number, each in enumerate(favor.evidence) if number not in doubtful)


def state(favor: Favor, as_of: datetime) -> State | None:
    """How ``favor`` stood at ``as_of`` (aware); None before it was opened, and after somebody else settled it."""
    status: Status | None = None
    times: dict[StepName, datetime] = {}
    unsure: set[StepName] = set()
    for step in favor.steps:
        if step.at > as_of:
            continue
        if step.what == "lapsed":
            return None
        if step.what in DOUBTS:
            unsure.add(step.what)
            continue
        if step.what in _STATUS:
            unsure.discard("maybe_delivered")
        if step.what == "reopened":
            times.pop("declined", None)
            times.setdefault("asked", step.at)
        times[step.what] = step.at
        status = _STATUS.get(step.what, status)
    if status is None:
        return None
    if status is not Status.DECLINED:
        times.pop("declined", None)
    return State(
        status=status,
        opened_at=favor.steps[0].at,
        offered_at=times.get("offered"),
        asked_at=times.get("asked"),
        promised_at=times.get("promised"),
        delivered_at=times.get("delivered"),
        declined_at=times.get("declined"),
        thanked_at=times.get("thanked"),
        outcome_told_at=times.get("outcome_told"),
        doubts=frozenset(unsure),
    )
