"""A mail that may have settled a favor though nobody can be sure in; doubts, which keep the letter from accusing, out.

The ledger goes by what was seen. The letter must not say "you never thanked her" where a mail may well have been
the thanks, in words that were not understood: a doubt changes no status, it only silences that line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from inference.acts.act import Act, ActName
from inference.favor import Status, StepName
from inference.matters.book import Book, Draft, delivered_at, mail_evidence
from inference.matters.matching import days_between, near_by_thread
from inference.matters.reading import Reading
from inference.matters.types import DOCUMENTS, MINOR, NO_OUTCOME, thanks_ahead
from inference.matters.vocabulary import around, said_itself

_GIVES = (ActName.DELIVER, ActName.INTRO)
_TELLS = (ActName.OUTCOME, ActName.NEWS)
# How many words that were not understood may be thanks, an answer, a word on how it turned out; greeting included.
_SAYS_SOMETHING, _TAKES_BACK, _ANSWERS_SOMETHING, _TELLS_SOMETHING = 2, 4, 12, 15
_DONE_IN_FEW_WORDS = 5  # of a direct answer in which nothing was understood at all
_NEXT_WORD_DAYS = 45.0  # the next mail to a helper, within this time, is mostly where the thanks are
_A_NIGHT, _DAYS_LATER, _WEEKS_LATER = 0.4, 2.0, 14.0
_UNDERSTOOD = 0.5  # an act less sure than this may as well have been another one
_SURELY_ASKS = 0.3  # a sentence less sure to ask than this hardly does
# What is hardly taken for anything else; gladness is often taken for news, a delivery, even an introduction.
_PLAIN = frozenset({ActName.ASK, ActName.SCHEDULE, ActName.COMMIT, ActName.DECLINE})
_ALSO_ASKED = 0.9  # what is left of a mail that had an answer must be asked for as surely as this
_TELLS_PLAINLY = 0.15  # an outcome this likely is one of something, whatever its words
_A_WORD = 0.6  # a word in common, at least of the subject
_TO_THEM, _OFTEN = 0.5, 3  # mails that are to them, and how many of these without a word of it are telling
_BARELY = 0.1  # how sure a doubt is; it is never weighed
_LIKE: Mapping[StepName, ActName] = {
    "maybe_delivered": ActName.DELIVER,
    "maybe_thanked": ActName.THANKS,
    "maybe_told": ActName.OUTCOME,
}


def doubts(book: Book, reading: Reading, used: Set[Act]) -> None:
    """Note what ``reading`` may have settled of the favors between the two that it is no evidence of.

    Acts in ``used`` were about something else.
    """
    left, unread = reading.without(used), words_unread(reading)
    beside = list(_beside(book, reading))
    thanked = any(draft.thanked and reading.mail.identity in draft.mails for draft in beside)
    for draft in beside:
        for what, because in _may_be(book, left, draft, unread, used=bool(used), thanked=thanked):
            if what not in draft.doubts:
                draft.doubts.add(what)
                evidence = mail_evidence(reading.mail, _LIKE[what], _BARELY)
                draft.move(what, reading.mail.at, draft.keep(evidence), because)


def words_unread(reading: Reading) -> int:
    """How many words of the mail stand in no sentence that was surely understood."""
    understood = {
        act.start: act.quote for act in reading.mail.acts if act.confidence >= _UNDERSTOOD and act.act in _PLAIN
    }
    return reading.mail.words - sum(len(quote.split()) for quote in understood.values())


def _beside(book: Book, reading: Reading) -> Iterator[Draft]:
    """The drafts of this conversation, and the latest ones."""
    mail = reading.mail
    near = (
        *book.of_thread(mail.thread),
        *book.of_mail(mail.answers),
        *book.recent(reading.other),
        *book.recent(reading.author),
    )
    for draft in {draft.number: draft for draft in near}.values():
        if not draft.lapsed:
            yield draft


def _may_be(
    book: Book, reading: Reading, draft: Draft, unread: int, *, used: bool, thanked: bool
) -> Iterator[tuple[StepName, str]]:
    who, known = book.calls(reading.author), reading.mail.identity in draft.mails
    if draft.status in (Status.ASKED, Status.PROMISED):
        if draft.giver == reading.author and not known and _may_give(reading, draft, unread, used):
            yield "maybe_delivered", f"{who} wrote something that may have been it."
        if draft.giver == reading.author or draft.evidence[0].message == reading.mail.identity or thanked:
            return
        if _may_thank_for_open(reading, draft):
            yield "maybe_delivered", f"{who} wrote thanks that may have been for it."
        elif _may_withdraw(book, reading, draft, unread):
            yield "maybe_delivered", f"{who} wrote about it once more and did not ask for it again."
        elif draft.type in MINOR and _passes_over(reading, draft):
            yield "maybe_delivered", f"{who} wrote about other things since and never came back to it."
    elif draft.receiver == reading.author and draft.status is Status.DELIVERED:
        if not (draft.thanked or known) and _may_thank(reading, draft):
            yield "maybe_thanked", f"{who} wrote something that may have been the thanks."
        if (
            not draft.told
            and draft.type not in NO_OUTCOME
            and (not known or draft.thanked)
            and _may_tell(book, reading, draft, unread)
        ):
            yield "maybe_told", f"{who} wrote something that may have told how it turned out."


def _may_thank_for_open(reading: Reading, draft: Draft) -> bool:
    """Whether thanks from who waits may be for what was done unseen; thanks for a promise are not."""
    thanks = [act for act in reading.of(ActName.THANKS) if act.certain and not thanks_ahead(act.quote)]
    return bool(thanks) and reading.mail.answers not in draft.mails


def _may_withdraw(book: Book, reading: Reading, draft: Draft, unread: int) -> bool:
    """Whether who waits comes back to it, and not to ask: unasked, or in words that may be glad of it.

    What is said at once in answer to a promise or to a question is no sign of that.
    """
    if unread < _TAKES_BACK or reading.strongest(ActName.ASK) >= _SURELY_ASKS:
        return False
    if reading.mail.answers == draft.evidence[0].message and not reading.direct:
        return True
    later = days_between(draft.touched, reading.mail.at)
    if later < _DAYS_LATER or not reading.of(ActName.THANKS, ActName.OUTCOME, ActName.CONGRATS):
        return False
    return near_by_thread(draft, reading.mail) or book.shared_words(draft, around(reading.mail.topic)) > 0.0


def _passes_over(reading: Reading, draft: Draft) -> bool:
    """Whether who waits has written often enough since: routine is done without a word."""
    if reading.mail.identity not in draft.mails and draft.status is Status.ASKED and reading.weight >= _TO_THEM:
        draft.passed_over += 1
    return draft.passed_over >= _OFTEN


def _may_give(reading: Reading, draft: Draft, unread: int, used: bool) -> bool:
    if not near_by_thread(draft, reading.mail):
        return False
    if reading.of(*_GIVES) or (reading.mail.attachments and draft.type in DOCUMENTS):
        return True
    if _asks(reading):
        return False
    if reading.mail.answers in draft.mails and used:
        return draft.type in MINOR and draft.evidence[0].confidence < _ALSO_ASKED
    if reading.mail.answers in draft.mails:
        return unread >= (_ANSWERS_SOMETHING if reading.acts else _DONE_IN_FEW_WORDS)
    # The conversation went on, and who was asked has spoken in it again; who has promised may speak of anything.
    return not used and draft.status is Status.ASKED and unread >= _ANSWERS_SOMETHING


def _may_thank(reading: Reading, draft: Draft) -> bool:
    thanks = bool(reading.of(ActName.THANKS))
    if near_by_thread(draft, reading.mail):
        nothing_read = not reading.mail.acts and reading.mail.words >= _SAYS_SOMETHING
        return thanks or (reading.mail.answers in draft.mails and nothing_read)
    return thanks and days_between(draft.touched, reading.mail.at) <= _NEXT_WORD_DAYS


def _may_tell(book: Book, reading: Reading, draft: Draft, unread: int) -> bool:
    near, tells = near_by_thread(draft, reading.mail), bool(reading.of(*_TELLS))
    if tells and reading.mail.identity in draft.mails:
        return True
    later = days_between(delivered_at(draft), reading.mail.at)
    if later >= _A_NIGHT and tells and (near or _speaks_of(book, reading, draft)):
        return True
    told_of_another = any(each.told and reading.mail.identity in each.mails for each in book.recent(draft.giver))
    if later >= _A_NIGHT and reading.strongest(ActName.OUTCOME) >= _TELLS_PLAINLY and not told_of_another:
        return True
    if later < _WEEKS_LATER or not (near or _speaks_of(book, reading, draft)):
        return False
    return tells or bool(reading.of(ActName.THANKS)) or (near and unread >= _TELLS_SOMETHING and not _asks(reading))


def _speaks_of(book: Book, reading: Reading, draft: Draft) -> bool:
    """Whether a sentence of the mail itself has a word of the favor's matter."""
    for act in reading.mail.acts:
        words = {word: weight for word, weight in said_itself(act).items() if word not in book.names}
        if book.shared_words(draft, words) >= _A_WORD:
            return True
    return False


def _asks(reading: Reading) -> bool:
    return reading.strongest(ActName.ASK) >= 0.5
