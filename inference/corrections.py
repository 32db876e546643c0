"""Favors and what the owner said about them in; the favors as the owner knows them to be out.

A correction names a favor by what opened it, not by its id or its place in the ledger, so it holds when everything
is inferred anew, by a better model too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zlib import crc32

from inference.acts.act import FavorType
from inference.favor import Favor, Status, Step, StepName
from inference.favors import state
from inference.matters.wording import retold
from inference.timeline import OWNER

Verdict = Literal["confirm", "reject", "retype", "done", "undone", "thanked", "told"]

_OWNER_SAID = 1.0
_SAID: dict[str, tuple[StepName, str]] = {
    "done": ("delivered", "You said that this was done."),
    "thanked": ("thanked", "You said that the thanks were given."),
    "told": ("outcome_told", "You said that the outcome was told."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a favor looked like when the owner spoke of it: its id, what opened it, and how much it was believed.

    ``act`` is the opening act or "meeting", ``confidence`` that of the opening act, ``believed`` that of the whole favor,
    both as inferred.
    """

    favor: str
    act: str
    type: FavorType
    quote: str
    confidence: float
    believed: float


def example(favor: Favor) -> Example:
    """``favor``, as it was inferred, as an example; what the owner says about it is the label."""
    first = favor.evidence[0]
    return Example(
        favor=favor.id,
        act=str(first.act),
        type=favor.type,
        quote=first.quote,
        confidence=round(first.confidence, 4),
        believed=favor.confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FavorCorrection:
    """What the owner said about one favor.

    ``evidence`` is what :func:`opening` gave for it then; ``type`` is set for ``retype`` only; ``at`` (aware) is
    when the owner said so, or the day that they named. ``example`` is the favor as it was inferred then.
    """

    evidence: tuple[str, ...]
    verdict: Verdict
    type: FavorType | None = None
    at: datetime
    example: Example | None = None


def in_order(corrections: Iterable[FavorCorrection]) -> list[FavorCorrection]:
    """``corrections`` in the order in which they hold."""
    return sorted(corrections, key=lambda c: (c.at, c.verdict, c.evidence))


def opening(favor: Favor) -> tuple[str, ...]:
    """The opening evidence of ``favor``, by which a correction finds it again, most telling first.

    Its source with act and quote, its source with act, and its source: a later model may name the act otherwise.
    """
    first = favor.evidence[0]
    source = first.message or first.meeting_uid or ""
    side = "gave" if favor.giver == OWNER else "got"
    quote = crc32(first.quote.encode("utf-8", "surrogatepass"))
    return (f"{source}:{first.act}:{side}:{quote:08x}", f"{source}:{first.act}", f"{source}:{side}")


def corrected(favors: Iterable[Favor], corrections: Iterable[FavorCorrection]) -> tuple[Favor, ...]:
    """``favors`` after all ``corrections``, in the order in which they were given; rejected ones are gone."""
    book = {favor.id: favor for favor in favors}
    rejected: set[str] = set()
    for correction in in_order(corrections):
        favor = named(book, correction.evidence)
        if favor is None:
            continue
        if correction.verdict == "reject":
            rejected.add(favor.id)
        else:
            rejected.discard(favor.id)
            book[favor.id] = _apply(favor, correction)
    return tuple(favor for favor in book.values() if favor.id not in rejected)


def named(book: Mapping[str, Favor], evidence: Sequence[str]) -> Favor | None:
    """The one favor of ``book`` (by id) that ``evidence`` names; a weaker name counts only where it is one favor's alone."""
    for name in evidence:
        found = [favor for favor in book.values() if name in opening(favor)]
        if len(found) == 1:
            return found[0]
    return None


def _apply(favor: Favor, correction: FavorCorrection) -> Favor:
    """``favor`` with one correction; whatever the owner says about it also confirms that there is such a favor."""
    sure = replace(favor, confidence=_OWNER_SAID)
    if correction.verdict == "retype":
        return sure if correction.type is None else _of_type(sure, correction.type)
    if correction.verdict == "undone":
        return replace(sure, steps=_without_delivery(sure.steps))
    if correction.verdict in _SAID:
        return replace(sure, steps=_with_step(sure, correction))
    return sure


def _of_type(favor: Favor, kind: FavorType) -> Favor:
    """``favor`` as one of type ``kind``; its steps no longer speak of the type that it was taken for."""
    steps = tuple(replace(step, because=retold(step.because, kind)) for step in favor.steps)
    return replace(favor, type=kind, steps=steps)


def _with_step(favor: Favor, correction: FavorCorrection) -> tuple[Step, ...]:
    """The steps with what the owner said added at its day; thanks and outcome of something open say it was done."""
    what, because = _SAID[correction.verdict]
    at = max(correction.at, favor.steps[0].at)
    now = state(favor, at)
    added = [Step(what=what, at=at, evidence=0, because=because)]
    if what != "delivered" and (now is None or now.status is not Status.DELIVERED):
        added.insert(0, Step(what="delivered", at=at, evidence=0, because=because))
    undone = ("declined", "lapsed") if what == "delivered" else ()
    kept = (step for step in favor.steps if step.what not in undone)
    return tuple(sorted((*kept, *added), key=lambda step: step.at))


def _without_delivery(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps before the delivery; a favor that began with it is one that is asked for since then."""
    kept = tuple(step for step in steps if step.what not in ("delivered", "thanked", "outcome_told"))
    if kept:
        return kept
    first = steps[0]
    return (replace(first, what="asked", because="You said that this was not done yet."),)
