"""A snapshot of the network in; a line a person out: the tie, its rhythm, and what was given and received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from inference.favor import Favor
from inference.network import Network, PersonView
from inference.reciprocity import balance
from inference.ties import Tie, tie, ties


class Sorting(StrEnum):
    """Orders of the list; each puts first what one looks for."""

    STRENGTH = "strength"
    NAME = "name"
    LAST = "last"
    SILENT = "silent"
    BALANCE = "balance"
    GIVEN = "given"
    RECEIVED = "received"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One person. ``balance`` is given minus received; ``state`` is alive, drifting, dormant, quiet or one-way.

    Days are UTC days; ``because`` says why each number is what it is.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    strength: float
    layer: int
    two_way: bool
    state: str
    first_contact: date | None
    last_contact: date | None
    rhythm_days: float
    silent_days: int | None
    given: int
    received: int
    balance: int
    muted: bool
    role: bool
    because: Mapping[str, str]


def roster(network: Network, *, confidence: float) -> list[Line]:
    """A line for everybody who was seen by ``network.as_of``; favors below ``confidence`` do not count."""
    favors: dict[int, list[Favor]] = defaultdict(list)
    for favor in network.favors:
        if favor.reaches(confidence):
            favors[favor.person].append(favor)
    found = all_ties(network)
    return [_line(network, view, found[number], favors[number]) for number, view in network.people.items()]


def all_ties(network: Network) -> dict[int, Tie]:
    """Everybody's tie; muted people and shared mailboxes have none of the places among the closest."""
    today = network.as_of.date()
    counted = {number for number, view in network.people.items() if not view.muted and not view.role}
    found = ties({number: network.contacts.get(number, ()) for number in counted}, today)
    for number in network.people.keys() - counted:
        found[number] = tie(number, network.contacts.get(number, ()), today)
    return found


def _line(network: Network, view: PersonView, its: Tie, favors: Sequence[Favor]) -> Line:
    done = balance(favors, network.as_of)
    return Line(
        key=view.key,
        name=view.name,
        addresses=view.emails,
        strength=round(its.strength, 3),
        layer=its.layer,
        two_way=its.two_way,
        state=tie_state(its),
        first_contact=its.first_contact,
        last_contact=its.last_contact,
        rhythm_days=its.rhythm_days,
        silent_days=its.silent_days,
        given=done.given,
        received=done.received,
        balance=done.net,
        muted=view.muted,
        role=view.role,
        because={**its.because, "balance": done.because},
    )


def tie_state(its: Tie) -> str:
    """The tie in a word."""
    if not its.two_way:
        return "one-way"
    if its.dormant:
        return "dormant"
    if its.drifting:
        return "drifting"
    return "alive" if its.alive else "quiet"


_NEVER: Final = date.min


def sorted_by(lines: Sequence[Line], how: Sorting) -> list[Line]:
    """The lines in an order; equals by name and key."""
    plain = sorted(lines, key=lambda line: (line.name.casefold(), line.key))
    if how is Sorting.NAME:
        return plain
    if how is Sorting.STRENGTH:
        return sorted(plain, key=lambda line: -line.strength)
    if how is Sorting.LAST:
        return sorted(plain, key=lambda line: line.last_contact or _NEVER, reverse=True)
    if how is Sorting.SILENT:
        return sorted(plain, key=lambda line: -(line.silent_days or 0))
    if how is Sorting.BALANCE:
        return sorted(plain, key=lambda line: line.balance)
    if how is Sorting.GIVEN:
        return sorted(plain, key=lambda line: -line.given)
    return sorted(plain, key=lambda line: -line.received)
