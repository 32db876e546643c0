"""Thanks and outcomes of one mail in; favors thanked, told, and shown to be delivered out."""

from __future__ import annotations

from collections.abc import Set

from inference.acts.act import Act, ActName
from inference.favor import FAVOR_THRESHOLD, SPEAKS_OF_IT, Status
from inference.matters.book import Book, Draft, act_evidence, delivered_at
from inference.matters.matching import days_between, fit, kind_of, near_by_thread
from inference.matters.odds import shifted
from inference.matters.reading import Reading
from inference.matters.types import MINOR, NO_OUTCOME, thanks_ahead, thanks_for_deed
from inference.matters.types import spoken_of as spoken_of_type
from inference.matters.vocabulary import around, said, said_itself
from inference.matters.wording import capital
from inference.timeline import Mail

# Taking thanks or an outcome for given wrongly only hides a reminder; overlooking them accuses the owner.
_ENOUGH = 0.42
_DOUBTFUL = 0.4
_SURE_THANKS = 0.8  # thanks for something never seen must be this sure
_IMPLIED = 0.55
_FADES = 400.0  # gratitude may come late
_SPOKEN_OF = 0.7  # at this fit the thanks or the outcome speak of the favor itself
_A_WORD = 0.6  # in common with the matter, and the thanks are not just anything's
_NEXT_DAYS = 45.0  # thanks without a word of the matter are for what was done this recently
_WAITING_DAYS = 365.0
_OUTCOME_DAYS = 540.0
_NEWS_TAKE_DAYS = 3.0
_WEEKS_LATER, _AT_LENGTH = 14.0, 25
_UNSEEN, _UNSEEN_ROUTINE = 0.7, 0.5  # weight of a favor known from its thanks alone


def gratitude(book: Book, reading: Reading, asked: Set[int], used: Set[Act]) -> None:
    """Bring the outcomes, news and thanks of ``reading`` into the book.

    ``asked`` are the drafts that the same mail asks for: thanks for those are thanks ahead. ``used`` are acts that
    have been understood already.
    """
    spoken_of: set[int] = set()
    for act in reading.of(ActName.OUTCOME, ActName.NEWS):
        spoken_of |= _outcome(book, reading, act, asked)
    asking = {each.start: each.confidence for each in reading.of(ActName.ASK) if each.certain}
    for act in reading.of(ActName.THANKS):
        # "Your thoughts are appreciated" asks; it thanks for nothing.
        if act not in used and not thanks_ahead(act.quote) and asking.get(act.start, 0.0) < act.confidence:
            spoken_of |= _thanks(book, reading, act, asked, spoken_of)


def _thanks(book: Book, reading: Reading, act: Act, asked: Set[int], spoken_of: Set[int]) -> set[int]:
    """What one sentence of thanks is for; ``spoken_of`` are drafts that the mail has been about so far."""
    drafts = _for_thanks(book, reading, act, spoken_of)
    drafts = [d for d in drafts if d.number not in asked or d.status is Status.DELIVERED]
    done = [d for d in drafts if d.status is Status.DELIVERED and not d.thanked]
    thanked: set[int] = set()
    for draft in _closest(book, reading, act, done):
        odds = shifted(act.confidence, _place(reading, draft))
        if odds >= _ENOUGH:
            because = f"{book.calls(reading.author)} thanked {book.called(reading.other)} for it."
            evidence = act_evidence(reading.mail, act, odds)
            days = days_between(delivered_at(draft), reading.mail.at)
            book.take(draft, "thanked", reading.mail, evidence, 0.5, because, said(act))
            _tells_too(book, reading, draft, days)
            thanked.add(draft.number)
    if done or any(d.thanked and (near_by_thread(d, reading.mail) or d.number in spoken_of) for d in drafts):
        return thanked
    pending = [d for d in drafts if d.open and (_for_a_deed(act, d) or not _only_promised_there(d, reading))]
    if pending:
        _implies(book, reading, act, pending[0])
    elif not drafts:
        _unseen(book, reading, act)
    return thanked


def _tells_too(book: Book, reading: Reading, draft: Draft, days: float) -> None:
    """Who writes at length weeks later to say thanks tells what came of it, in whatever words."""
    at_length = reading.mail.words >= _AT_LENGTH and reading.mail.answers not in draft.mails
    if days >= _WEEKS_LATER and at_length and draft.type not in NO_OUTCOME and not draft.told:
        receiver, giver = book.calls(reading.author), book.called(reading.other)
        because = f"{receiver} wrote to {giver} about it again, {round(days)} days after it was done."
        draft.move("outcome_told", reading.mail.at, len(draft.evidence) - 1, because)


def _for_thanks(book: Book, reading: Reading, act: Act, spoken_of: Set[int]) -> list[Draft]:
    """The favors that thanks can be for, best fit first: near by thread, words or type, else recent."""
    mail = reading.mail
    words = {**around(mail.topic), **said(act)}
    kind = kind_of(act)
    scored = []
    for draft in book.near(reading.other, mail, words):
        if draft.lapsed or draft.status is Status.DECLINED:
            continue
        score = fit(book, draft, mail, words, kind, _FADES) + (1.0 if draft.number in spoken_of else 0.0)
        recent = days_between(draft.touched, mail.at) <= _NEXT_DAYS and draft.status is Status.DELIVERED
        if score >= _SPOKEN_OF or (recent and score > 0.0):
            scored.append((score, draft))
    if not scored and act.confidence >= _DOUBTFUL:
        return _alone(book, reading)
    scored.sort(key=lambda pair: (-pair[0], -pair[1].number))
    return [draft for _, draft in scored]


def _alone(book: Book, reading: Reading) -> list[Draft]:
    """The one favor of weight that has been waiting for thanks, where there is only one."""
    waiting = [
        draft
        for draft in book.recent(reading.other)
        if draft.status is Status.DELIVERED
        and not (draft.thanked or draft.lapsed or draft.type in MINOR)
        and draft.confidence >= FAVOR_THRESHOLD
        and days_between(draft.touched, reading.mail.at) <= _WAITING_DAYS
    ]
    return waiting if len(waiting) == 1 else []


def _closest(book: Book, reading: Reading, act: Act, done: list[Draft]) -> list[Draft]:
    """Of the delivered favors, those that the thanks name; without a name, all of the answered mail or the best one."""
    if len(done) < 2:
        return done
    shared = {d.number: book.shared_words(d, said(act)) for d in done}
    most = max(shared.values())
    if most > 0:
        return [d for d in done if shared[d.number] >= most - 0.5][:2]
    together = [d for d in done if reading.mail.answers in d.mails]
    return together or done[:1]


def _place(reading: Reading, draft: Draft) -> float:
    if reading.mail.answers in draft.mails:
        return 1.4
    return 0.9 if near_by_thread(draft, reading.mail) else 0.4


def _only_promised_there(draft: Draft, reading: Reading) -> bool:
    """Whether the mail that is answered was only a promise or an offer: thanks for that are no proof of more."""
    answered = reading.mail.answers
    at_that_time = draft.mails.get(answered) if answered else None
    return at_that_time is not None and days_between(draft.touched, reading.mail.at) <= 4.0


def _for_a_deed(act: Act, draft: Draft) -> bool:
    """Whether the thanks are for having done the very thing."""
    return thanks_for_deed(act.quote) and spoken_of_type(act.quote) is draft.type


def _implies(book: Book, reading: Reading, act: Act, draft: Draft) -> None:
    """Thanks for something still open: it was done where no mail shows it."""
    spoken_of = min(2.0, book.shared_words(draft, said_itself(act)))
    odds = shifted(act.confidence, _place(reading, draft) - 0.4 + 0.6 * spoken_of + (0.5 if reading.direct else 0.0))
    if odds < _IMPLIED or (act.confidence < _DOUBTFUL and spoken_of < 1.0):
        return
    receiver, giver = book.called(reading.author), book.called(reading.other)
    evidence = act_evidence(reading.mail, act, odds, *((SPEAKS_OF_IT,) if spoken_of >= _A_WORD else ()))
    done = f"{capital(receiver)} thanked {giver} for it, so it had been done where no mail shows it."
    book.take(draft, "delivered", reading.mail, evidence, 0.6, done, said(act))
    draft.move("thanked", reading.mail.at, len(draft.evidence) - 1, f"{capital(receiver)} thanked {giver} for it.")


def _unseen(book: Book, reading: Reading, act: Act) -> None:
    """Specific thanks for something that no mail shows at all."""
    kind = kind_of(act)
    if not act.certain or act.confidence < _SURE_THANKS or kind is None:
        return
    receiver, giver = book.called(reading.author), book.called(reading.other)
    because = f"{capital(receiver)} thanked {giver} for this; no mail shows how it came about."
    draft = book.start(
        giver=reading.other, kind=kind, status=Status.DELIVERED, reading=reading, act=act,
        weight=reading.weight * (_UNSEEN_ROUTINE if kind in MINOR else _UNSEEN), because=because,
    )  # fmt: skip
    draft.move("thanked", reading.mail.at, 0, f"{capital(receiver)} thanked {giver} for it.")


def _outcome(book: Book, reading: Reading, act: Act, asked: Set[int]) -> set[int]:
    """How it turned out: for the best fitting favor that was delivered, or that this shows to be."""
    draft, score = _for_outcome(book, reading, act, asked)
    if draft is None:
        return set()
    thanked_too = reading.strongest(ActName.THANKS) >= 0.5
    shift = 0.9 * min(score, 3.0) - 0.9 + (0.8 if thanked_too else 0.0) - (0.8 if act.act is ActName.NEWS else 0.0)
    odds = shifted(act.confidence, shift)
    if odds < _ENOUGH:
        return set()
    receiver, giver = book.called(reading.author), book.called(reading.other)
    evidence = act_evidence(reading.mail, act, odds)
    if draft.status is not Status.DELIVERED:
        if act.confidence < 0.5 or odds < _SURE_THANKS or act.act is ActName.NEWS:
            return set()
        because = f"{capital(receiver)} told what came of it, so it had been done where no mail shows it."
        book.take(draft, "delivered", reading.mail, evidence, 0.5, because, said(act))
    because = f"{capital(receiver)} told {giver} how it turned out."
    book.take(draft, "outcome_told", reading.mail, evidence, 0.4, because, said(act))
    return {draft.number}


def _for_outcome(book: Book, reading: Reading, act: Act, asked: Set[int]) -> tuple[Draft | None, float]:
    mail = reading.mail
    words = {**around(mail.topic), **said(act)}
    kind = kind_of(act)
    chosen: Draft | None = None
    highest = 0.0
    for draft in book.near(reading.other, mail, words):
        if not _can_be_told(draft, mail) or draft.number in asked:
            continue
        if act.act is ActName.NEWS and not _spoken_of(book, draft, act, mail):
            continue
        score = fit(book, draft, mail, words, kind, _FADES) + (0.0 if draft.type in MINOR else 0.5)
        if score > highest:
            chosen, highest = draft, score
    return chosen, highest


def _spoken_of(book: Book, draft: Draft, act: Act, mail: Mail) -> bool:
    """Whether news are about the favor: told in its words, or some days later in answer to it."""
    if book.shared_words(draft, said_itself(act)) >= 1.0:
        return True
    return mail.answers in draft.mails and days_between(draft.touched, mail.at) >= _NEWS_TAKE_DAYS


def _can_be_told(draft: Draft, mail: Mail) -> bool:
    if draft.told or draft.lapsed or draft.type in NO_OUTCOME:
        return False
    if draft.status not in (Status.DELIVERED, Status.PROMISED, Status.ASKED):
        return False
    return days_between(draft.touched, mail.at) <= _OUTCOME_DAYS
