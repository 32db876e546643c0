"""Ties and days of contact in; the ties that alone lead to people whom nobody else leads to out.

A bridge is watched apart from its strength: such ties are weak by nature, nine in ten are gone within a year
(Burt 2002, "Bridge decay"), and they carry the news that one's own circle does not have (Granovetter 1973).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from inference.interactions import Day
from inference.ties import Tie

#: Fewer people behind a tie than this are chance and no circle.
FEWEST_BEHIND: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A tie that alone leads to the people ``behind`` it."""

    person: int
    behind: tuple[int, ...]
    because: str


def bridges(ties: Mapping[int, Tie], contacts: Mapping[int, Sequence[Day]], as_of: date) -> tuple[Bridge, ...]:
    """The bridges among the two-way ties, those with the most people behind them first.

    Who stood beside whom in mails and meetings of small groups (``Day.beside``) makes the connections. A tie is a
    bridge if no other tie of the owner was ever beside it, and at least ``FEWEST_BEHIND`` people were.
    """
    close = {person for person, tie in ties.items() if tie.two_way}
    beside: dict[int, set[int]] = {person: set() for person in close}
    led_by: dict[int, set[int]] = {}
    for person in close:
        for day in contacts.get(person, ()):
            if day.on <= as_of:
                beside[person].update(day.beside)
    for person, others in beside.items():
        for other in others:
            led_by.setdefault(other, set()).add(person)
    found = []
    for person, others in beside.items():
        if others & close or person in led_by:
            continue
        behind = sorted(other for other in others if led_by[other] == {person})
        if len(behind) >= FEWEST_BEHIND:
            because = f"{len(behind)} people you see only with them, and none of your other ties was ever there."
            found.append(Bridge(person=person, behind=tuple(behind), because=because))
    return tuple(sorted(found, key=lambda bridge: (-len(bridge.behind), bridge.person)))
