"""A mail that may have settled a favor though nobody can be sure in; doubts, which keep the letter from accusing, out.

The ledger goes by what was seen. The letter must not say "you never thanked her" where a reply may well have been
the thanks, in words that were not understood: a doubt changes no status, it only silences that line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from inference.acts.act import Act, ActName
from inference.favor import Status, StepName
from inference.matters.book import Book, Draft, mail_evidence
from inference.matters.matching import days_between
from inference.matters.reading import Reading
from inference.matters.types import DOCUMENTS

_GIVES = (ActName.DELIVER, ActName.INTRO)
_TELLS = (ActName.OUTCOME, ActName.NEWS)
_SAYS_SOMETHING, _ANSWERS_SOMETHING = 2, 12  # words of a reply in which no act was understood
_TELLS_SOMETHING = 15
_WEEKS_LATER = 14.0
_BARELY = 0.1  # how sure a doubt is; it is never weighed
_LIKE: Mapping[StepName, ActName] = {
    "maybe_delivered": ActName.DELIVER,
    "maybe_thanked": ActName.THANKS,
    "maybe_told": ActName.OUTCOME,
}


def doubts(book: Book, reading: Reading, used: Set[Act]) -> None:
    """Note what ``reading`` may have settled of the favors in its thread that it is no evidence of.

    Acts in ``used`` were about something else. A mail in which no act at all was understood may be anything.
    """
    understood, left = bool(reading.acts), reading.without(used)
    for draft in _beside(book, reading):
        for what, because in _may_be(book, left, draft, understood=understood):
            if what not in draft.doubts:
                draft.doubts.add(what)
                evidence = mail_evidence(reading.mail, _LIKE[what], _BARELY)
                draft.move(what, reading.mail.at, draft.keep(evidence), because)


def _beside(book: Book, reading: Reading) -> Iterator[Draft]:
    mail = reading.mail
    near = {draft.number: draft for draft in (*book.of_thread(mail.thread), *book.of_mail(mail.answers))}
    for draft in near.values():
        if not draft.lapsed and mail.identity not in draft.mails:
            yield draft


def _may_be(book: Book, reading: Reading, draft: Draft, *, understood: bool) -> Iterator[tuple[StepName, str]]:
    who = book.calls(reading.author)
    if draft.giver == reading.author and draft.status in (Status.ASKED, Status.PROMISED):
        if _may_give(reading, draft, understood=understood):
            yield "maybe_delivered", f"{who} wrote something that may have been it."
    elif draft.receiver == reading.author and draft.status is Status.DELIVERED:
        if not draft.thanked and _may_thank(reading, draft, understood=understood):
            yield "maybe_thanked", f"{who} wrote something that may have been the thanks."
        if not draft.told and _may_tell(reading, draft):
            yield "maybe_told", f"{who} wrote something that may have told how it turned out."


def _may_give(reading: Reading, draft: Draft, *, understood: bool) -> bool:
    if reading.of(*_GIVES) or (reading.mail.attachments and draft.type in DOCUMENTS):
        return True
    return reading.mail.answers in draft.mails and not understood and reading.mail.words >= _ANSWERS_SOMETHING


def _may_thank(reading: Reading, draft: Draft, *, understood: bool) -> bool:
    if reading.of(ActName.THANKS):
        return True
    return reading.mail.answers in draft.mails and not understood and reading.mail.words >= _SAYS_SOMETHING


def _comes_back_to_it(reading: Reading) -> bool:
    """Whether the mail goes on in the favor's conversation at some length, and not to ask for more."""
    return reading.mail.words >= _TELLS_SOMETHING and reading.strongest(ActName.ASK) < 0.5


def _may_tell(reading: Reading, draft: Draft) -> bool:
    later = days_between(draft.touched, reading.mail.at)
    if later >= _WEEKS_LATER and (reading.of(ActName.THANKS) or _comes_back_to_it(reading)):
        return True
    return later >= 1.0 and bool(reading.of(*_TELLS))
