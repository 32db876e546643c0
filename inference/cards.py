"""The owner's address book in, what it says of who is who out: names for addresses, and addresses that are one person's.

It is the owner's own word, but not about people alone: a card may be a firm's, with everybody's address on it, or a
family's. So only cards of few addresses make one person of them, and none does that has an address of the owner's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from inference.names import full_name_key

#: A card with more addresses is hardly one person's.
MAX_EMAILS: Final = 8


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Card:
    """One entry: what the owner calls somebody ("" where nothing) and that person's addresses, in lower case."""

    name: str
    emails: tuple[str, ...]


def named(cards: Iterable[Card]) -> Mapping[str, str]:
    """What each address is called; where cards differ, by the one with a full name, then the first by name."""
    found: dict[str, str] = {}
    for card in sorted(cards, key=lambda card: (not full_name_key(card.name), card.name, card.emails)):
        if card.name:
            for email in card.emails:
                found.setdefault(email, card.name)
    return found


def joined(cards: Sequence[Card], known: Collection[str], own: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Pairs of ``known`` addresses that one card has, with its name (or first address)."""
    for card in cards:
        if len(card.emails) <= MAX_EMAILS and not any(email in own for email in card.emails):
            there = sorted(email for email in card.emails if email in known)
            for one, other in pairwise(there):
                yield one, other, card.name or card.emails[0]
