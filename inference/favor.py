"""The entries of the ledger: a favor, what proves it, and how it stood on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from inference.acts.act import ActName, FavorType

#: Favors below this confidence stay out of the digest and out of the default ledger.
FAVOR_THRESHOLD = 0.5
#: The reason that evidence bears if its own words speak of the matter.
SPEAKS_OF_IT = "speaks of the matter itself"
# No lesson raises a threshold beyond this: what the owner confirmed passes.
_HIGHEST_BAR = 0.95

Proof = ActName | Literal["meeting"]
StepName = Literal[
    "offered", "asked", "promised", "delivered", "declined", "reopened", "lapsed", "thanked", "outcome_told",
    "maybe_delivered", "maybe_thanked", "maybe_told",
]  # fmt: skip


class Status(StrEnum):
    """How far a favor has come."""

    OFFERED = "offered"
    ASKED = "asked"
    PROMISED = "promised"
    DELIVERED = "delivered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen: one act of one mail, or one meeting.

    ``author`` is who acted (for a meeting the giver); ``message`` is the mail's identity, ``message_id`` its
    RFC 5322 Message-ID. ``quote`` is the sentence as it stands in the mail; it is empty where a whole answer
    counts and no single sentence of it, and for a meeting it is the meeting's summary. ``confidence`` is the
    probability that this shows what it is taken for, context included.
    """

    act: Proof
    at: datetime
    author: int
    message: str | None = None
    message_id: str | None = None
    meeting_uid: str | None = None
    quote: str = ""
    confidence: float
    reasons: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move of a favor; ``evidence`` is an index into the favor's evidence, ``because`` a sentence for people.

    ``lapsed`` ends an ask to several people that somebody else has answered: nothing is owed from then on. A step
    called ``maybe_`` changes nothing; it says that something may have happened that was not understood.
    """

    what: StepName
    at: datetime
    evidence: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Favor:
    """One thing that one person does for another; giver or receiver is ``OWNER``, the other is ``person``.

    ``steps`` are in order of time; ``evidence[0]`` is what opened the favor. ``matter`` is the subject under which
    it was opened, ``topic`` the hashed words by which it is recognised elsewhere. ``asked_more`` is what the owner's
    corrections of such favors add to the confidence that is asked of it (see ``inference.lessons``).
    """

    id: str
    person: int
    type: FavorType
    giver: int
    receiver: int
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    matter: str = ""
    topic: tuple[int, ...] = ()
    asked_more: float = 0.0

    def reaches(self, threshold: float) -> bool:
        """Whether it is believed enough where ``threshold`` is usually asked; 0 asks for nothing."""
        return threshold <= 0.0 or self.confidence >= bar(threshold, self.asked_more)


def bar(threshold: float, more: float) -> float:
    """What is asked of a favor of which ``more`` than the usual ``threshold`` is asked; certainty always passes."""
    return min(max(threshold + more, 0.0), max(threshold, _HIGHEST_BAR))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A favor as it stood on a day; a time is None where that had not happened (or does not hold any more).

    ``doubts`` are the steps that may have been taken since in words that were not understood: what nobody should be
    accused of having left out.
    """

    status: Status
    opened_at: datetime
    offered_at: datetime | None = None
    asked_at: datetime | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = None
    declined_at: datetime | None = None
    thanked_at: datetime | None = None
    outcome_told_at: datetime | None = None
    doubts: frozenset[StepName] = frozenset()
