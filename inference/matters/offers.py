"""What nobody had asked for: offers, promises and help out of the blue, and the taking up or refusing of an offer."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from inference.acts.act import Act, ActName, FavorType
from inference.favor import Status
from inference.matters.book import Book, Draft, act_evidence
from inference.matters.matching import best, kind_of, near_by_thread
from inference.matters.odds import shifted, together
from inference.matters.reading import Reading
from inference.matters.types import MINOR, accepts, kinship, spoken_of
from inference.matters.vocabulary import said
from inference.matters.wording import capital

# What an unprompted act weighs; routine (info, action) must not fill the ledger by itself.
_OFFER, _DELIVERY, _PROMISE = 0.8, 0.8, 0.6
_OPINION = 0.65  # advice is given all day
_ROUTINE = 0.6
_UNNAMED = 0.7  # nothing says what kind of help it is
_UNNAMED_VOTE = 0.2  # and whoever names it later is right
_STRANGER = 0.7  # the owner has never written to them: cold mail offers a lot
_A_COUPLE = 2  # what is done for more people at once is done for each of them less
_OWN_ASK = 0.3  # what comes along with one's own ask serves that ask
_SECOND = 0.6  # what a second sentence of one kind adds
_LEAST = {ActName.OFFER: 0.5, ActName.DELIVER: 0.6, ActName.COMMIT: 0.6}
_LEAST_BY_NAME = 0.45  # "I put in a good word for you" needs less
_TAKES_UP, _TURNS_DOWN = 0.5, 0.5
# What the other's reaction adds to the belief that there was an offer.
_ACKNOWLEDGED = 0.5
_PLAYED_ALONG = {ActName.COMMIT: 0.25, ActName.SCHEDULE: 0.25, ActName.THANKS: 0.5}


def reactions(book: Book, reading: Reading, answered: Set[Act]) -> set[Act]:
    """What the receiver of an offer says to it, in acts that have not ``answered`` something; the acts used up."""
    used: set[Act] = set()
    for act in reading.of(ActName.COMMIT, ActName.SCHEDULE, ActName.THANKS, ActName.DECLINE):
        if act in answered:
            continue
        draft, _ = best(book, reading.other, reading.mail, act, None, lambda d: _offered(d, reading))
        if draft is None:
            continue
        place = 1.0 if reading.mail.answers in draft.mails else 0.5
        odds = shifted(act.confidence, place)
        evidence = act_evidence(reading.mail, act, odds)
        receiver, giver = book.called(reading.author), book.called(reading.other)
        if act.act is ActName.DECLINE and odds >= _TURNS_DOWN:
            because = f"{capital(receiver)} turned down what {giver} had offered."
            book.take(draft, "declined", reading.mail, evidence, _ACKNOWLEDGED, because, said(act))
            used.add(act)
        elif odds >= _TAKES_UP and (act.act is not ActName.THANKS or accepts(act.quote)):
            because = f"{capital(receiver)} took up what {giver} had offered."
            book.take(draft, "asked", reading.mail, evidence, _PLAYED_ALONG[act.act], because, said(act))
            used.add(act)
    return used


def _offered(draft: Draft, reading: Reading) -> bool:
    return draft.status is Status.OFFERED and near_by_thread(draft, reading.mail)


def unprompted(book: Book, reading: Reading, used: Set[Act]) -> None:
    """Open favors for the offers, promises and help of ``reading`` that answered nothing (not in ``used``)."""
    for act in reading.of(ActName.OFFER, ActName.COMMIT, ActName.DELIVER):
        small_part = act.act is ActName.DELIVER and act.type in MINOR and bool(used)
        if act in used or small_part or not act.certain:
            continue
        borne_out = _borne_out(reading, act)
        if borne_out.confidence >= (_LEAST_BY_NAME if _by_name(act) else _LEAST[act.act]):
            _open(book, reading, borne_out)


def _by_name(act: Act) -> bool:
    """Whether the words themselves name the favor of weight that the recogniser takes it for."""
    return act.act is ActName.DELIVER and act.type not in MINOR and spoken_of(act.quote) is act.type


def _borne_out(reading: Reading, act: Act) -> Act:
    """An act of weight, surer by the other sentences of its mail that do the same."""
    if act.type is None or act.type in MINOR:
        return act
    same = [other.confidence for other in reading.of(act.act) if other is not act and other.type is act.type]
    return replace(act, confidence=round(together([act.confidence, _SECOND * max(same)]), 4)) if same else act


def _open(book: Book, reading: Reading, act: Act) -> None:
    named = kind_of(act)
    kind = named or FavorType.ACTION
    mail, giver = reading.mail, reading.author
    known, _ = best(book, giver, mail, act, kind, lambda d: _same(d, act, kind))
    if known is not None:
        book.note(known, mail, act_evidence(mail, act, act.confidence), 0.4, said(act))
        return
    weight = reading.weight * _weight(book, reading, act, kind) * (_UNNAMED if named is None else 1.0)
    name, other = book.called(giver), book.called(reading.other)
    if act.act is ActName.OFFER:
        status, because = Status.OFFERED, f"{capital(name)} offered {other} this, unasked."
    elif act.act is ActName.COMMIT:
        status, because = Status.PROMISED, f"{capital(name)} promised {other} this, unasked."
    else:
        status, because = Status.DELIVERED, f"{capital(name)} did this for {other}, and no mail had asked for it."
    draft = book.start(giver=giver, kind=kind, status=status, reading=reading, act=act, weight=weight, because=because)
    if named is None:
        draft.votes[kind] *= _UNNAMED_VOTE
    # What the author goes on saying proves little more; what the other says to it counts in full.
    draft.scale, draft.own_scale = 1.0, weight


def _same(draft: Draft, act: Act, kind: FavorType) -> bool:
    """Whether an unprompted act is one more word about a favor that is in the book already."""
    if draft.lapsed or kinship(kind, draft.type) == 0.0:
        return False
    if act.act is ActName.DELIVER:
        return draft.status is Status.DELIVERED
    return draft.status in (Status.OFFERED, Status.PROMISED, Status.DELIVERED)


def _weight(book: Book, reading: Reading, act: Act, kind: FavorType) -> float:
    weight = {ActName.OFFER: _OFFER, ActName.COMMIT: _PROMISE, ActName.DELIVER: _DELIVERY}[act.act]
    if kind in MINOR:
        weight *= _ROUTINE
    elif kind is FavorType.ADVICE:
        weight = min(weight, _OPINION)
    if reading.author == book.person and not book.written_to:
        weight *= _STRANGER
    weight *= min(1.0, _A_COUPLE / max(1, len(reading.mail.to)))
    return weight * _OWN_ASK if _serves_own_ask(book, reading) else weight


def _serves_own_ask(book: Book, reading: Reading) -> bool:
    """Whether the author is asking in this very mail or waiting for help in this very thread."""
    if reading.strongest(ActName.ASK) >= 0.5:
        return True
    return any(draft.giver == reading.other and draft.open for draft in book.of_thread(reading.mail.thread))
