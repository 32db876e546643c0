"""What a section of the letter is, and the thresholds that sections ask.

A new section is one new file in ``daemon/digest/sections`` that defines ``SECTION``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daemon.digest.document import Item
from inference.debts import ANSWER_DAYS, GRATITUDE_DAYS, OUTCOME_DAYS, PROMISE_DAYS, STALE_DAYS, THANKS_DAYS
from inference.favor import FAVOR_THRESHOLD
from inference.network import Network
from inference.reciprocity import FEWEST_ASKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When something is due. Days are days of the owner's calendar; the config may change each of them.

    ``confidence``: favors below it stay out of the letter. ``give_back_balance``: given minus received, at or below
    which a person is named. ``stale_days``: an ask or promise older than this has settled itself somehow,
    one of information or a small action (routine) already after ``routine_stale_days``;
    ``gratitude_days``: so has what was received longer ago. ``news_days``: how long own news is news.
    ``close_layer``: who should have heard it (the 5, 15, 50 or 150 closest). ``one_sided_asks``: how many asks
    make a count worth telling. ``few_asks``: below it nothing is said about how asks were answered. ``dormant``: how many
    sleeping ties are named. ``period_days``: what the letter looks back on. ``shown``: items in the letter.
    """

    answer_days: int = ANSWER_DAYS
    keep_promise_days: int = PROMISE_DAYS
    thank_days: int = THANKS_DAYS
    tell_outcome_days: int = OUTCOME_DAYS
    waiting_on_days: int = 5
    give_back_balance: int = -2
    confidence: float = FAVOR_THRESHOLD
    stale_days: int = STALE_DAYS
    routine_stale_days: int = 60
    gratitude_days: int = GRATITUDE_DAYS
    news_days: int = 45
    close_layer: int = 15
    dormant: int = 2
    one_sided_asks: int = 4
    few_asks: int = FEWEST_ASKS
    period_days: int = 7
    shown: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """One section: its id in JSON, its heading, its place, and what fills it.

    ``build`` returns every due item; the letter then shows those of greatest ``worth``.
    """

    id: str
    title: str
    order: int
    build: Callable[[Network, Thresholds], Sequence[Item]]
