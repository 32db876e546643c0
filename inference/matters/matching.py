"""A draft and a mail in, how well they fit out: thread, words of the matter, type, time."""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import datetime

from inference.acts.act import Act, FavorType
from inference.matters.book import Book, Draft
from inference.matters.types import MINOR, kinship, spoken_of
from inference.matters.vocabulary import Words, around, said
from inference.timeline import Mail

#: At this fit a mail is about a draft: in the same thread nearly always, elsewhere only with words in common.
FITS = 1.2
_ANSWERS, _SAME_THREAD, _PER_WORD, _MOST_WORDS = 3.0, 2.2, 0.7, 4.0
_DAYS_A_POINT, _MOST_TIME = 60.0, 1.0
_FRESH_DAYS, _FRESH = 14.0, 0.3
_JUST_THAT = 0.2  # just the kind of help, other than routine, that is still to come
_TAKEN = 0.3


def days_between(earlier: datetime, later: datetime) -> float:
    """Days from ``earlier`` to ``later``."""
    return (later - earlier).total_seconds() / 86_400


def kind_of(act: Act) -> FavorType | None:
    """The act's own type, else the one that its words name."""
    return act.type if act.type is not None else spoken_of(act.quote)


def fit(
    book: Book, draft: Draft, mail: Mail, words: Words, kind: FavorType | None, fades: float = _DAYS_A_POINT
) -> float:
    """How well ``mail`` fits ``draft``: points for answering it, its thread, shared words, type.

    With time it loses up to a point, a whole one after ``fades`` days.
    """
    score = draft.confidence - 0.5 + kinship(kind, draft.type) - 0.5
    if mail.answers in draft.mails:
        score += _ANSWERS
    elif mail.thread in draft.threads:
        score += _SAME_THREAD
    if days_between(draft.touched, mail.at) <= _FRESH_DAYS:
        score += _FRESH
    if draft.open and kind is draft.type and kind not in MINOR:
        score += _JUST_THAT
    score += _PER_WORD * min(_MOST_WORDS, book.shared_words(draft, words))
    return score - min(_MOST_TIME, days_between(draft.touched, mail.at) / fades)


def best(
    book: Book,
    giver: int,
    mail: Mail,
    act: Act,
    kind: FavorType | None,
    wanted: Callable[[Draft], bool],
    taken: Set[int] = frozenset(),
) -> tuple[Draft | None, float]:
    """The draft of ``giver`` that ``act`` is most likely about, with its fit; None where nothing fits.

    Those in ``taken`` have had an answer in the same mail: others go first where nothing tells them apart.
    """
    words = {**around(mail.topic), **said(act)}
    chosen, highest = None, FITS
    for draft in book.near(giver, mail, words):
        if wanted(draft):
            score = fit(book, draft, mail, words, kind) - (_TAKEN if draft.number in taken else 0.0)
            if score > highest:
                chosen, highest = draft, score
    return chosen, highest


def near_by_thread(draft: Draft, mail: Mail) -> bool:
    """Whether the mail is of one of the draft's conversations."""
    return mail.thread in draft.threads or mail.answers in draft.mails
