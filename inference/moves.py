"""What mails say about a change of address in; which addresses are one person's for it, or may be, out.

Anybody can write "this is my new address". It is believed only from the old address, proven to be its own, of somebody
to whom the owner was writing before, about an address that nobody had seen before and that goes by the same name.
So nobody can move into another's name: an address that says it *was* somebody else's is at most asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from inference.mailboxes import domain_of, in_disguise, looks_like, organisation

#: So many mails the owner has written to an address before its word about another one is taken.
LEAST_WRITTEN: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One mail that says that ``old`` and ``new`` are addresses of its author.

    ``by_old``: it came from the old one. ``proven``: an authentication of the sender passed. ``written_before``: mails of
    the owner to the old address until then; ``new_unseen``: the new one was in no mail until then. ``quote`` is the
    sentence.
    """

    old: str
    new: str
    by_old: bool
    proven: bool
    written_before: int
    new_unseen: bool
    quote: str

    @property
    def because(self) -> str:
        """The reason in words, for the owner to judge."""
        if self.by_old:
            return f"{self.old} wrote “{self.quote}”"
        return f"{self.new} wrote “{self.quote}”, which {self.old} has not confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """An address with the keys of the full names that it goes by; ``usual`` are those of the most used one."""

    email: str
    names: frozenset[tuple[str, ...]]
    usual: frozenset[tuple[str, ...]]
    role: bool


class Belief(Enum):
    """How far a change of address is believed."""

    SURE = auto()
    POSSIBLE = auto()
    NOT = auto()


def belief(move: Move, old: Bearer, new: Bearer, namesakes: int) -> Belief:
    """How far ``move`` is believed; ``namesakes`` bear the same name at addresses that are neither's."""
    if old.role or new.role or _in_disguise(move):
        return Belief.NOT
    if old.names and new.names and old.names.isdisjoint(new.names):
        return Belief.NOT
    one_name = not old.usual.isdisjoint(new.usual)
    known = move.written_before >= LEAST_WRITTEN and move.new_unseen and not namesakes
    return Belief.SURE if move.by_old and move.proven and known and one_name else Belief.POSSIBLE


def _in_disguise(move: Move) -> bool:
    """Whether one of the domains pretends to be another one."""
    one, other = (organisation(email) or domain_of(email) for email in (move.old, move.new))
    return in_disguise(one) or in_disguise(other) or looks_like(one, other)


def most_telling(moves: Iterable[Move]) -> Iterator[Move]:
    """Of several mails about one pair of addresses the one that proves most, whatever their order."""
    best: dict[tuple[str, str], Move] = {}
    for move in sorted(moves, key=_weight):
        best[move.old, move.new] = move
    for pair in sorted(best):
        yield best[pair]


def _weight(move: Move) -> tuple[bool, bool, bool, int, str]:
    return (move.by_old, move.proven, move.new_unseen, move.written_before, move.quote)
