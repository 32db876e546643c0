"""A mail by somebody who owes an answer in; promises, deliveries and refusals of open favors out."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Status
from inference.matters.book import Book, Draft, act_evidence, mail_evidence
from inference.matters.matching import best, near_by_thread
from inference.matters.odds import shifted
from inference.matters.reading import Reading
from inference.matters.types import ANSWERED_IN_WORDS, DOCUMENTS, MINOR, kinship, spoken_of
from inference.matters.vocabulary import said
from inference.matters.wording import capital

#: From this probability on, an answer is taken for what it seems to be; elsewhere than in the thread, more.
_ENOUGH, _ENOUGH_ELSEWHERE = 0.5, 0.6
_DIRECT, _IN_THREAD = 1.0, 0.6
_WEIGHT = 0.6  # what an answer adds to the confidence that there is a favor at all
_A_FEW_WORDS, _MANY_WORDS = 4, 40
#: A direct answer of some length in which no act was recognised: how often it holds what was asked for.
_UNRECOGNISED = {FavorType.INFO: 0.6, FavorType.ADVICE: 0.5, FavorType.FEEDBACK: 0.35}
_WITH_ATTACHMENT = 0.65

GIVING = (ActName.DELIVER, ActName.INTRO, ActName.COMMIT, ActName.OFFER, ActName.SCHEDULE, ActName.DECLINE)


@dataclass(slots=True, kw_only=True)
class Answer:
    """The acts of one mail that answer one open favor."""

    draft: Draft
    acts: list[Act] = field(default_factory=list)


def answers(book: Book, reading: Reading) -> set[Act]:
    """Bring what ``reading`` answers into the book; the acts that were used up by that."""
    found: dict[int, Answer] = {}
    used: set[Act] = set()
    for act in reading.of(*GIVING):
        draft = _meant(book, reading, act, _answered_otherwise(found, act))
        if draft is not None:
            found.setdefault(draft.number, Answer(draft=draft)).acts.append(act)
    for answer in found.values():
        if _answer(book, reading, answer):
            used.update(answer.acts)
    for draft in book.of_mail(reading.mail.answers):
        if draft.number not in found and draft.giver == reading.author and draft.status is Status.ASKED:
            _unrecognised(book, reading, draft)
    return used


def _answered_otherwise(found: dict[int, Answer], act: Act) -> set[int]:
    """The drafts that have had an answer of another kind than ``act`` in this mail."""
    return {number for number, answer in found.items() if all(a.act is not act.act for a in answer.acts)}


def _meant(book: Book, reading: Reading, act: Act, taken: set[int]) -> Draft | None:
    """The open favor that an act of its giver is about."""
    kind = act.type if act.act is ActName.DELIVER else spoken_of(act.quote)
    if act.act is ActName.INTRO:
        kind = FavorType.INTRO

    def wanted(draft: Draft) -> bool:
        if not draft.open or (draft.status is Status.OFFERED and act.act is ActName.OFFER):
            return False
        if act.act is ActName.SCHEDULE:
            return near_by_thread(draft, reading.mail) and draft.type in (FavorType.TIME, FavorType.SUPPORT)
        if act.act is ActName.OFFER and kind is not None:
            return kinship(kind, draft.type) > 0
        if act.act is ActName.DELIVER and not near_by_thread(draft, reading.mail):
            return kinship(kind, draft.type) > 0
        return True

    return best(book, reading.author, reading.mail, act, kind, wanted, taken)[0]


def _answer(book: Book, reading: Reading, answer: Answer) -> bool:
    """Settle what the acts of one mail do to one open favor; False where they do nothing."""
    draft, mail = answer.draft, reading.mail
    given = _strongest(answer, (ActName.DELIVER, ActName.INTRO))
    promised = _strongest(answer, (ActName.COMMIT, ActName.OFFER, ActName.SCHEDULE))
    refused = _strongest(answer, (ActName.DECLINE,))
    odds = {
        "delivered": _delivered(reading, draft, given, promised),
        "promised": _promised(reading, draft, promised, given),
        "declined": _declined(reading, draft, refused, given),
    }
    verdict = max(odds, key=lambda name: (odds[name], name))
    if odds["delivered"] >= 0.75 and given is not None and kinship(given.type, draft.type) > 0:
        verdict = "delivered"
    enough = _ENOUGH if near_by_thread(draft, mail) else _ENOUGH_ELSEWHERE
    if odds[verdict] < enough:
        return False
    giver = book.called(reading.author)
    if verdict == "delivered" and given is not None:
        because = _delivered_because(book, reading, draft)
        evidence = act_evidence(mail, given, odds[verdict], *_context(reading))
        book.take(draft, "delivered", mail, evidence, _WEIGHT, because, said(given))
    elif verdict == "promised":
        act = promised or given
        if act is None:
            return False
        evidence = act_evidence(mail, act, odds[verdict], *_context(reading))
        if draft.status is Status.PROMISED:
            book.note(draft, mail, evidence, _WEIGHT, said(act))
        else:
            because = f"{capital(giver)} said that {_they(book, reading.author)} would do it."
            book.take(draft, "promised", mail, evidence, _WEIGHT, because, said(act))
    elif refused is not None:
        evidence = act_evidence(mail, refused, odds[verdict], *_context(reading))
        because = f"{capital(giver)} turned it down."
        book.take(draft, "declined", mail, evidence, _WEIGHT, because, said(refused))
    return True


def _strongest(answer: Answer, names: tuple[ActName, ...]) -> Act | None:
    acts = [act for act in answer.acts if act.act in names]
    return max(acts, key=lambda act: (act.confidence, -act.start)) if acts else None


def _place(reading: Reading, draft: Draft) -> float:
    if reading.mail.answers in draft.mails:
        return _DIRECT
    return _IN_THREAD if near_by_thread(draft, reading.mail) else 0.0


def _delivered(reading: Reading, draft: Draft, given: Act | None, promised: Act | None) -> float:
    """How likely the mail hands over what was asked for."""
    if given is None:
        return 0.0
    mail = reading.mail
    if draft.type is FavorType.TIME and not _helps_in_words(given, mail.words):
        return 0.0
    shifts = [_place(reading, draft)]
    if given.act is ActName.INTRO or given.type is draft.type:
        shifts.append(0.4)
    elif kinship(given.type, draft.type) == 0.0:
        shifts.append(-1.5)
    if mail.attachments and draft.type in DOCUMENTS:
        shifts.append(0.8)
    if mail.words >= _MANY_WORDS and draft.type in ANSWERED_IN_WORDS:
        shifts.append(0.5)
    if _only_informs(given, promised, draft):
        shifts.append(-3.0)
    if mail.words < _A_FEW_WORDS and not mail.attachments:
        shifts.append(-0.8)
    return shifted(given.confidence, *shifts)


def _helps_in_words(given: Act, words: int) -> bool:
    """Whether somebody asked for time has helped by mail at once."""
    return given.type in ANSWERED_IN_WORDS and given.confidence >= 0.6 and words >= _MANY_WORDS


def _only_informs(given: Act, promised: Act | None, draft: Draft) -> bool:
    """Whether the mail gives information about a thing that it promises: the thing itself is still to come."""
    if promised is None or promised.act is not ActName.COMMIT or promised.confidence < 0.5:
        return False
    return given.type is FavorType.INFO and draft.type not in ANSWERED_IN_WORDS


def _promised(reading: Reading, draft: Draft, act: Act | None, given: Act | None) -> float:
    """How likely the mail promises what was asked for."""
    if act is None:
        if draft.type is FavorType.TIME and given is not None:
            return shifted(given.confidence * 0.9, _place(reading, draft))
        return 0.0
    weight = 1.0 if act.act is ActName.COMMIT else 0.85
    return shifted(act.confidence * weight, _place(reading, draft))


def _declined(reading: Reading, draft: Draft, act: Act | None, given: Act | None) -> float:
    """How likely the mail refuses what was asked for; doing it all the same speaks against that."""
    if act is None or draft.status is Status.OFFERED:
        return 0.0
    place = _place(reading, draft)
    helped = -1.0 if given is not None and given.certain and kinship(given.type, draft.type) > 0 else 0.0
    return shifted(act.confidence, 1.2 * place, helped, -0.5 if draft.status is Status.PROMISED else 0.0)


def _unrecognised(book: Book, reading: Reading, draft: Draft) -> None:
    """A direct answer of some length in which no act was found: it may well be what was asked for."""
    mail = reading.mail
    odds = _UNRECOGNISED.get(draft.type, 0.0)
    if mail.attachments and draft.type in DOCUMENTS:
        odds = max(odds, _WITH_ATTACHMENT)
    elif mail.words < 2 * _A_FEW_WORDS:
        return
    if reading.strongest(ActName.ASK, ActName.SCHEDULE) >= 0.5:
        odds = shifted(odds, -1.0)
    if draft.type in ANSWERED_IN_WORDS and mail.words >= _MANY_WORDS:
        odds = shifted(odds, 0.4)
    if reading.strongest(ActName.DECLINE, ActName.COMMIT) >= 0.3:
        return
    if odds >= _ENOUGH:
        evidence = mail_evidence(mail, ActName.DELIVER, odds, *_context(reading))
        book.take(draft, "delivered", mail, evidence, _WEIGHT, _delivered_because(book, reading, draft))


def _context(reading: Reading) -> tuple[str, ...]:
    """What around an act made it count more."""
    phrases = []
    if reading.direct:
        phrases.append("answers the mail that asked")
    if reading.mail.attachments:
        phrases.append("something is attached")
    return tuple(phrases)


def _delivered_because(book: Book, reading: Reading, draft: Draft) -> str:
    giver, receiver = book.called(draft.giver), book.called(draft.receiver)
    if draft.type is FavorType.INTRO:
        return f"{capital(giver)} made the introduction."
    attached = " with something attached" if reading.mail.attachments else ""
    if reading.mail.answers in draft.mails:
        return f"{capital(giver)} answered what {receiver} had asked{attached}."
    if draft.type in MINOR:
        return f"{capital(giver)} wrote back{attached} with what {receiver} needed."
    return f"{capital(giver)} did what {receiver} had asked for{attached}."


def _they(book: Book, who: int) -> str:
    return "they" if who == book.person else "you"
