"""An act in, the words of its matter out: those of its own sentence whole, those around it for less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from inference.acts.act import Act
from inference.words import topic

#: Hashed stems, each with how much it says about the matter (0–1).
Words = Mapping[int, float]

OWN, AROUND = 1.0, 0.6


@lru_cache(maxsize=8192)
def said(act: Act) -> Words:
    """The words of ``act``'s sentence at weight 1, of its neighbours and its subject at less."""
    words = dict.fromkeys(act.topic, AROUND)
    own = set(topic(act.quote))
    words.update((word, OWN) for word in act.topic if word in own)
    return words


def around(hashes: Iterable[int]) -> Words:
    """Words that only stand near a matter."""
    return dict.fromkeys(hashes, AROUND)


def named(hashes: Iterable[int]) -> Words:
    """Words that name a matter."""
    return dict.fromkeys(hashes, OWN)


@lru_cache(maxsize=8192)
def said_itself(act: Act) -> Words:
    """The words of ``act``'s own sentence alone."""
    return {word: weight for word, weight in said(act).items() if weight == OWN}
