"""A mail by somebody who owes an answer in; promises, deliveries and refusals of open favors out."""

from __future__ import annotations

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Status
from inference.matters.book import Book, Draft, act_evidence, mail_evidence
from inference.matters.matching import best, near_by_thread
from inference.matters.reading import Reading
from inference.matters.types import MINOR, kinship, spoken_of
from inference.matters.verdicts import Verdict, verdict
from inference.matters.vocabulary import said
from inference.matters.wording import capital
from inference.timeline import Mail

_ON_TOP = 0.9  # what is given beside what was asked for must be this sure
_WEIGHT = 0.6  # what an answer adds to the confidence that there is a favor at all
_NAMING = frozenset({FavorType.INFO, FavorType.REFERRAL})
_SURELY_NAMES = 0.8  # and then the favor is what was given: nobody was brought together
_NAMED = 3.0
_GIVING = (ActName.DELIVER, ActName.INTRO, ActName.COMMIT, ActName.OFFER, ActName.SCHEDULE, ActName.DECLINE)


def answers(book: Book, reading: Reading) -> set[Act]:
    """Bring what ``reading`` answers into the book; the acts that were used up by that."""
    found: dict[int, list[Act]] = {}
    for act in reading.of(*_GIVING):
        draft = _meant(book, reading, act, _answered_otherwise(found, act))
        if draft is not None:
            found.setdefault(draft.number, []).append(act)
    for draft in book.of_mail(reading.mail.answers):
        if draft.giver == reading.author and draft.status is Status.ASKED:
            found.setdefault(draft.number, [])
    used: set[Act] = set()
    for number, acts in found.items():
        draft = book.drafts[number]
        acts = _to_the_matter(draft, acts)
        settled = verdict(reading, draft, acts)
        if settled is not None:
            _settle(book, reading, draft, settled)
            used.update(acts)
    return used


def _to_the_matter(draft: Draft, acts: list[Act]) -> list[Act]:
    """``acts`` without what is plainly given on top: help of weight of quite another kind, beside what was asked for."""
    gives = [act for act in acts if act.act is ActName.DELIVER]
    if not any(kinship(act.type, draft.type) > 0 for act in gives):
        return acts
    on_top = [
        act
        for act in gives
        if act.type not in MINOR and kinship(act.type, draft.type) == 0.0 and act.confidence >= _ON_TOP
    ]
    return [act for act in acts if act not in on_top]


def _answered_otherwise(found: dict[int, list[Act]], act: Act) -> set[int]:
    """The drafts that have had an answer of another kind than ``act`` in this mail."""
    return {number for number, acts in found.items() if all(other.act is not act.act for other in acts)}


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


def _settle(book: Book, reading: Reading, draft: Draft, settled: Verdict) -> None:
    """Let the answer make its step."""
    mail, act, giver = reading.mail, settled.act, book.calls(reading.author)
    if act is None:
        evidence = mail_evidence(mail, ActName.DELIVER, settled.odds, *_context(reading))
    else:
        evidence = act_evidence(mail, act, settled.odds, *_context(reading))
    words = said(act) if act is not None else {}
    if settled.what == "promised" and draft.status is Status.PROMISED:
        book.note(draft, mail, evidence, _WEIGHT, words)
        return
    because = {
        "delivered": _delivered_because(book, reading, draft),
        "promised": f"{giver} said that {'they' if reading.author == book.person else 'you'} would do it.",
        "declined": f"{giver} turned it down.",
    }[settled.what]
    book.take(draft, settled.what, mail, evidence, _WEIGHT, because, words)
    if settled.what == "delivered" and act is not None and act.type is not None:
        draft.vote(act.type, _NAMED if _only_names(draft, mail, act) else _WEIGHT * act.confidence)


def _only_names(draft: Draft, mail: Mail, act: Act) -> bool:
    """Whether somebody who was asked for an introduction ("do you know anybody who …") only says a name."""
    alone = len(mail.to) + len(mail.cc) == 1
    return draft.type is FavorType.INTRO and alone and act.type in _NAMING and act.confidence >= _SURELY_NAMES


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
