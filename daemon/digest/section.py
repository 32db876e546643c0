"""What a section of the letter is, and the thresholds that sections ask.

A new section is one new file in ``daemon/digest/sections`` that defines ``SECTION``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daemon.digest.document import Item
from inference.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When something is due. Days are days of the owner's calendar; the config may change each of them.

    ``confidence``: favors below it stay out of the letter. ``give_back_balance``: given minus received, at or below
    which a person is named. ``stale_days``: an ask or promise older than this has settled itself somehow;
    ``gratitude_days``: so has what was received longer ago. ``news_days``: how long own news is news.
    ``close_layer``: who should have heard it (the 5, 15, 50 or 150 closest). ``one_sided_asks``: how many asks
    make a count worth telling. ``few_asks``: below it no follow-through is told. ``shown``: items in the letter.
    """

    answer_days: int = 2
    keep_promise_days: int = 5
    thank_days: int = 3
    tell_outcome_days: int = 21
    waiting_on_days: int = 5
    give_back_balance: int = -2
    confidence: float = 0.5
    stale_days: int = 180
    gratitude_days: int = 365
    news_days: int = 45
    close_layer: int = 15
    dormant: int = 2
    one_sided_asks: int = 4
    few_asks: int = 3
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
