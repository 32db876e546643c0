"""Probabilities in, probabilities out: how context shifts what one act shows, and how evidence adds up."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log

_FLOOR, _CEILING = 0.02, 0.98


def shifted(probability: float, *shifts: float) -> float:
    """``probability`` after adding ``shifts`` to its log-odds (a naive Bayes update by likelihood ratios)."""
    held = min(max(probability, _FLOOR), _CEILING)
    return 1.0 / (1.0 + exp(-(log(held / (1.0 - held)) + sum(shifts))))


def together(probabilities: Iterable[float]) -> float:
    """Noisy-or: the chance that at least one of independent proofs holds; never falls as proofs are added."""
    against = 1.0
    for probability in probabilities:
        against *= 1.0 - min(max(probability, 0.0), 1.0)
    return min(1.0 - against, 0.99)
