"""Favors and days of contact of one person in; who does what for whom, as counts with their reasons, out.

Facts with their denominators, never a label for a character: below a handful of cases there is no rate at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from inference.acts.act import FavorType
from inference.favor import Favor, Status
from inference.interactions import Day
from inference.network import favors_with_state
from inference.timeline import OWNER

#: Fewer asks than this say nothing about anybody.
FEWEST_ASKS: Final = 3
#: An open ask younger than this is still being answered and counts neither way.
GRACE_DAYS: Final = 5
#: Fewer own mails than this say nothing about how the owner writes to somebody.
FEWEST_MAILS: Final = 5
#: Fewer replies than this say nothing about how fast somebody answers.
FEWEST_REPLIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowThrough:
    """Of what was asked of somebody, how much they did; ``rate`` is None below ``FEWEST_ASKS`` asks."""

    asked: int
    delivered: int
    declined: int
    rate: float | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Favors done by the owner (``given``) and for the owner (``received``); ``by_type`` has (given, received)."""

    given: int
    received: int
    by_type: Mapping[FavorType, tuple[int, int]] = field(default_factory=dict)
    because: str = ""

    @property
    def net(self) -> int:
        """Given minus received: below 0 the owner is in debt."""
        return self.given - self.received


@dataclass(frozen=True, slots=True, kw_only=True)
class AskShare:
    """Of the owner's mails to a person, how many only ask and how many only tell own news.

    The shares are None below ``FEWEST_MAILS`` mails.
    """

    own_mails: int
    asks_only: int
    news_only: int
    asks_share: float | None
    news_share: float | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpent:
    """Hours in meetings (those of groups shared among their members) and mails both ways in a stretch of days."""

    hours: float
    own_mails: int
    their_mails: int


def follow_through(favors: Iterable[Favor], as_of: datetime, *, giver: int) -> FollowThrough:
    """How often ``giver`` did what the other side asked, as of a moment.

    Counted is what was asked for (an offer nobody took up is no ask); an ask that is open for less than
    ``GRACE_DAYS`` days is left out.
    """
    asked = delivered = declined = 0
    for favor, then in favors_with_state(favors, as_of):
        opened = then.status in (Status.ASKED, Status.PROMISED)
        if favor.giver != giver or then.asked_at is None:
            continue
        if opened and as_of - then.asked_at < timedelta(days=GRACE_DAYS):
            continue
        asked += 1
        delivered += then.status is Status.DELIVERED
        declined += then.status is Status.DECLINED
    rate = delivered / asked if asked >= FEWEST_ASKS else None
    whom, who = ("you", "You") if giver == OWNER else ("them", "They")
    because = f"{who} did {delivered} of {_count(asked, 'thing')} asked of {whom}"
    if declined:
        because += f" and said no to {declined}"
    return FollowThrough(asked=asked, delivered=delivered, declined=declined, rate=rate, because=f"{because}.")


def balance(favors: Iterable[Favor], as_of: datetime) -> Balance:
    """What was given and received by ``as_of``; only what was really delivered counts."""
    by_type: dict[FavorType, tuple[int, int]] = {}
    for favor, then in favors_with_state(favors, as_of):
        if then.status is Status.DELIVERED:
            given, received = by_type.get(favor.type, (0, 0))
            own = favor.giver == OWNER
            by_type[favor.type] = (given + own, received + (not own))
    given = sum(pair[0] for pair in by_type.values())
    received = sum(pair[1] for pair in by_type.values())
    listed = "; ".join(f"{kind.value}: {a} given, {b} received" for kind, (a, b) in sorted(by_type.items()))
    because = f"{given} given, {received} received" + (f" ({listed})." if listed else ".")
    return Balance(given=given, received=received, by_type=dict(sorted(by_type.items())), because=because)


def ask_share(days: Iterable[Day], as_of: date, *, within_days: int = 365) -> AskShare:
    """How the owner wrote to a person in the ``within_days`` days up to ``as_of``: only to ask, only of themselves."""
    own = asks = news = 0
    for day in _within(days, as_of, within_days):
        own += day.own_mails
        asks += day.asks_only
        news += day.news_only
    enough = own >= FEWEST_MAILS
    return AskShare(
        own_mails=own,
        asks_only=asks,
        news_only=news,
        asks_share=asks / own if enough else None,
        news_share=news / own if enough else None,
        because=f"Of your {_count(own, 'mail')} in {within_days} days {asks} only ask and {news} only tell your own news.",
    )


def usual_reply_days(days: Iterable[Day], as_of: date) -> float | None:
    """The days within which nine in ten of the person's replies came (nearest rank); None under ``FEWEST_REPLIES``."""
    hours = sorted(hours for day in days if day.on <= as_of for hours in day.reply_hours)
    if len(hours) < FEWEST_REPLIES:
        return None
    return hours[math.ceil(0.9 * len(hours)) - 1] / 24


def time_spent(days: Iterable[Day], as_of: date, *, within_days: int) -> TimeSpent:
    """What a tie cost in the ``within_days`` days up to ``as_of``."""
    counted = _within(days, as_of, within_days)
    return TimeSpent(
        hours=round(sum(day.met_minutes + day.group_minutes for day in counted) / 60, 2),
        own_mails=sum(day.own_mails for day in counted),
        their_mails=sum(day.their_mails for day in counted),
    )


def _within(days: Iterable[Day], as_of: date, within_days: int) -> Sequence[Day]:
    since = as_of - timedelta(days=within_days)
    return [day for day in days if since < day.on <= as_of]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
