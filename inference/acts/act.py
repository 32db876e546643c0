"""The words of the domain for what an author does with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActName(StrEnum):
    """What the author of a sentence does with it; defined in docs/domain.md."""

    ASK = "ask"
    SCHEDULE = "schedule"
    OFFER = "offer"
    COMMIT = "commit"
    DELIVER = "deliver"
    INTRO = "intro"
    DECLINE = "decline"
    THANKS = "thanks"
    OUTCOME = "outcome"
    NEWS = "news"
    CONGRATS = "congrats"


class FavorType(StrEnum):
    """What a favor is about; ``ask`` and ``deliver`` carry one."""

    INTRO = "intro"
    ADVICE = "advice"
    REFERRAL = "referral"
    FEEDBACK = "feedback"
    INFO = "info"
    ACTION = "action"
    TIME = "time"
    SUPPORT = "support"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: what a stretch of an author's new text does.

    ``start``/``end`` are character offsets into that text and ``quote == text[start:end]``. ``confidence`` is a
    calibrated probability. An act below its act's threshold is a *candidate* (``certain`` is False): the favor
    ledger may use it where the context calls for it (an answer to an open ask), nobody else does.
    ``reasons`` are short phrases for people (cues and features that weighed most). ``topic`` are hashed stems of
    the content words in and around the sentence, by which matters are matched without keeping text.
    """

    act: ActName
    type: FavorType | None = None
    start: int
    end: int
    quote: str
    confidence: float
    certain: bool = True
    reasons: tuple[str, ...] = ()
    topic: tuple[int, ...] = ()
