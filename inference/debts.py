"""Favors in; what the owner owes and waits for at a moment, as counts, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inference.acts.act import ActName, FavorType
from inference.favor import FAVOR_THRESHOLD, SPEAKS_OF_IT, Favor, State, Status
from inference.network import favors_with_state
from inference.timeline import OWNER

#: After how many days of waiting something counts as a debt, and after how many it has settled itself somehow.
ANSWER_DAYS: Final = 2
PROMISE_DAYS: Final = 5
THANKS_DAYS: Final = 3
OUTCOME_DAYS: Final = 21
STALE_DAYS: Final = 180
GRATITUDE_DAYS: Final = 365
#: Help that has an outcome its giver would like to hear of.
HAS_OUTCOME: Final = frozenset(
    {FavorType.INTRO, FavorType.REFERRAL, FavorType.ADVICE, FavorType.FEEDBACK, FavorType.SUPPORT, FavorType.TIME}
)


#: Help that opens a door turns out somehow though nobody had asked for it; unasked advice mostly ends there.
_OPENS_A_DOOR: Final = frozenset({FavorType.INTRO, FavorType.REFERRAL})


#: How sure the step must be on which a reminder rests: one that accuses must not rest on a sentence misread. Routine
#: is asked for all day, and misread more often than anything else.
_LEAST_SURE: Final = {Status.ASKED: 0.6, Status.PROMISED: 0.7, Status.DELIVERED: 0.6}
_ROUTINE_ASKED: Final = 0.65
_ROUTINE: Final = frozenset({FavorType.INFO, FavorType.ACTION})


def surely_stands(favor: Favor, then: State, asked_of_all: float = FAVOR_THRESHOLD) -> bool:
    """Whether the step that made ``favor`` what it was ``then`` was seen for sure.

    Who asks less of every favor than usual (``asked_of_all``) asks less of the step in proportion.
    """
    made = {
        Status.ASKED: ({"asked", "reopened"}, then.asked_at),
        Status.PROMISED: ({"promised"}, then.promised_at),
        Status.DELIVERED: ({"delivered"}, then.delivered_at),
    }.get(then.status)
    if made is None or then.thanked_at:
        return True
    names, at = made
    shown = [favor.evidence[step.evidence].confidence for step in favor.steps if step.what in names and step.at == at]
    routine = then.status is Status.ASKED and favor.type in _ROUTINE
    least = _ROUTINE_ASKED if routine else _LEAST_SURE[then.status]
    return max(shown, default=1.0) >= least * min(1.0, asked_of_all / FAVOR_THRESHOLD)


def _known_from_thanks(favor: Favor, then: State) -> bool:
    """Whether only thanks for nothing in particular tell that it was done: then nobody knows what there is to tell."""
    if then.delivered_at != then.thanked_at:
        return False
    shown = [favor.evidence[step.evidence] for step in favor.steps if step.what == "delivered"]
    return all(each.act is ActName.THANKS and SPEAKS_OF_IT not in each.reasons for each in shown)


def open_for_sure(favor: Favor, then: State, asked_of_all: float = FAVOR_THRESHOLD) -> bool:
    """Whether it is surely open, and nothing was seen that may have been what is still to come."""
    return "maybe_delivered" not in then.doubts and surely_stands(favor, then, asked_of_all)


def unthanked(favor: Favor, then: State, asked_of_all: float = FAVOR_THRESHOLD) -> bool:
    """Whether help surely was given and had no thanks. Who tells how it turned out has mostly said thanks with it."""
    thanked = then.thanked_at or then.outcome_told_at or "maybe_thanked" in then.doubts
    return then.status is Status.DELIVERED and not thanked and surely_stands(favor, then, asked_of_all)


def untold(favor: Favor, then: State, asked_of_all: float = FAVOR_THRESHOLD) -> bool:
    """Whether help that turns out somehow was given, and its giver surely has not heard how it did."""
    turns_out = favor.type in HAS_OUTCOME and (then.asked_at is not None or favor.type in _OPENS_A_DOOR)
    told = then.outcome_told_at or "maybe_told" in then.doubts
    seen = surely_stands(favor, then, asked_of_all) and not _known_from_thanks(favor, then)
    return then.status is Status.DELIVERED and turns_out and not told and seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Debts:
    """What is due and not stale: asks to answer, promises to keep, thanks and outcomes to tell; and what others owe."""

    asks_unanswered: int
    promises_open: int
    thanks_owed: int
    outcomes_untold: int
    waiting_on: int


def debts(favors: Sequence[Favor], as_of: datetime) -> Debts:
    """The debts as they stood at ``as_of``; what may have been settled is none."""
    standing = favors_with_state(favors, as_of)
    pending = [(favor, then) for favor, then in standing if open_for_sure(favor, then)]
    mine = [then for favor, then in pending if favor.giver == OWNER]
    others = [then for favor, then in pending if favor.giver != OWNER]
    helped = [(favor, then) for favor, then in standing if favor.giver != OWNER]

    def due(at: datetime | None, least: int, most: int) -> bool:
        return at is not None and timedelta(days=least) <= as_of - at <= timedelta(days=most)

    return Debts(
        asks_unanswered=sum(s.status is Status.ASKED and due(s.asked_at, ANSWER_DAYS, STALE_DAYS) for s in mine),
        promises_open=sum(s.status is Status.PROMISED and due(s.promised_at, PROMISE_DAYS, STALE_DAYS) for s in mine),
        thanks_owed=sum(unthanked(f, s) and due(s.delivered_at, THANKS_DAYS, GRATITUDE_DAYS) for f, s in helped),
        outcomes_untold=sum(untold(f, s) and due(s.delivered_at, OUTCOME_DAYS, GRATITUDE_DAYS) for f, s in helped),
        waiting_on=sum(
            s.status in (Status.ASKED, Status.PROMISED) and due(s.promised_at or s.asked_at, PROMISE_DAYS, STALE_DAYS)
            for s in others
        ),
    )
