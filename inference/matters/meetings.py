"""One meeting in, favors delivered by it out: asks for time or advice, and promised help that the meeting names."""

from __future__ import annotations

from inference.acts.act import FavorType
from inference.favor import Evidence, Status
from inference.matters.book import Book, Draft
from inference.matters.matching import days_between
from inference.matters.vocabulary import named
from inference.timeline import OWNER, Encounter

_WITHIN_DAYS = 120.0
_SMALL = 4  # more people than this are no meeting of the two
_WEIGHT = 0.6
_TIME, _TIME_REGULAR, _ADVICE, _NAMED = 0.9, 0.6, 0.6, 0.8
_LASTING = 12 * 60.0


def took_place(meeting: Encounter, person: int) -> bool:
    """Whether the owner and ``person`` met: not cancelled, neither declined, not a note for the whole day."""
    if meeting.status == "cancelled" or meeting.all_day:
        return False
    answers = {participant.person: participant.answer for participant in meeting.participants}
    both = OWNER in answers and person in answers
    return both and answers[OWNER] != "declined" and answers[person] != "declined"


def met(book: Book, meeting: Encounter) -> None:
    """Settle the open favors that ``meeting``, which took place, delivers; at most one in each direction."""
    if len(meeting.participants) > _SMALL:
        return
    for giver in (OWNER, book.person):
        best: tuple[float, Draft] | None = None
        for draft in book.recent(giver):
            odds = _delivers(book, draft, meeting)
            if odds >= 0.5 and (best is None or odds > best[0]):
                best = (odds, draft)
        if best is not None:
            _deliver(book, best[1], meeting, best[0])


def _delivers(book: Book, draft: Draft, meeting: Encounter) -> float:
    """How likely the meeting was what the draft asked for."""
    if not draft.open or draft.status is Status.OFFERED or draft.opened >= meeting.start:
        return 0.0
    if days_between(draft.touched, meeting.start) > _WITHIN_DAYS:
        return 0.0
    spoken_of = book.shared_words(draft, named(meeting.topic)) >= 0.6
    alone = len(meeting.participants) == 2
    regular = bool(meeting.recurrence_id)
    if draft.type is FavorType.TIME:
        return (_TIME_REGULAR if regular and not spoken_of else _TIME) if alone or spoken_of else 0.5
    if draft.type is FavorType.ADVICE:
        if spoken_of and alone:
            return _NAMED
        return _ADVICE if alone and not regular and draft.status is Status.PROMISED else 0.0
    if spoken_of and alone and draft.status is Status.PROMISED and draft.type is not FavorType.INTRO:
        return _NAMED - 0.2
    return 0.0


def _deliver(book: Book, draft: Draft, meeting: Encounter, odds: float) -> None:
    minutes = round((meeting.end - meeting.start).total_seconds() / 60)
    length = f" for {minutes} minutes" if 0 < minutes <= _LASTING else ""
    because = f"{book.calls(OWNER)} and {book.name} met{length} after that was asked."
    evidence = Evidence(
        act="meeting",
        at=meeting.end,
        author=draft.giver,
        meeting_uid=meeting.uid,
        quote=meeting.summary,
        confidence=odds,
        link=meeting.link,
    )
    draft.weigh(evidence, _WEIGHT)
    draft.move("delivered", meeting.end, draft.keep(evidence), because)
