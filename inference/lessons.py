"""What the owner said about favors in; by how much each kind of opening is to be believed more or less, and why, out.

A correction is a labelled example: a favor that was believed so much, and was one or was none. Where favors that begin
with one act turn out to be right less often than they were believed, more is asked of such favors, and less where they
turn out right more often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from inference.corrections import Example, FavorCorrection, in_order
from inference.favor import Favor, bar

#: Fewer corrections of favors that began with one act teach nothing.
FEWEST: Final = 3
#: What corrections add to a threshold, or take from it, at most.
MOST: Final = 0.15
# The prior: so many corrections that came out just as believed. One outburst of rejections must not silence an act.
_PRIOR: Final = 4.0
# How much of the difference between belief and truth goes into the threshold: half, for the owner corrects what is
# wrong sooner than what is right.
_SHARE: Final = 0.5

# Whether there was such a favor, by the owner's verdict; "undone" speaks of something else.
_LABELS: Final[Mapping[str, bool]] = {
    "reject": False,
    "confirm": True,
    "retype": True,
    "done": True,
    "thanked": True,
    "told": True,
}
_BEGINNINGS: Final[Mapping[str, tuple[str, str]]] = {
    "ask": ("such an ask", "asks"),
    "schedule": ("such a date", "dates"),
    "offer": ("such an offer", "offers"),
    "commit": ("such a promise", "promises"),
    "deliver": ("help like this", "favors that begin with help"),
    "intro": ("such an introduction", "introductions"),
    "thanks": ("such thanks", "favors that begin with thanks"),
    "outcome": ("such an outcome", "favors that begin with an outcome"),
    "meeting": ("such a meeting", "favors that begin with a meeting"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What favors that begin with ``act`` need beyond the usual threshold (less than 0: what they may lack).

    ``rejected`` of ``corrected`` such favors were none.
    """

    act: str
    corrected: int
    rejected: int
    shift: float

    def because(self, threshold: float) -> str:
        """The lesson in a sentence, for a usual threshold of ``threshold``."""
        such, those = _BEGINNINGS.get(self.act, ("the same act", "such favors"))
        now = f"now need {bar(threshold, self.shift):.2f} instead of {threshold:.2f}"
        if self.shift > 0:
            return f"You rejected {self.rejected} of {self.corrected} favors that began with {such}, so {those} {now}."
        right = self.corrected - self.rejected
        return f"You confirmed {right} of {self.corrected} favors that began with {such}, so {those} {now}."


def lessons(corrections: Iterable[FavorCorrection]) -> dict[str, Lesson]:
    """By act: what the owner's corrections teach, in whatever order they come; of several of one favor the last counts."""
    last: dict[str, tuple[Example, bool]] = {}
    for each in in_order(corrections):
        if each.example is not None and each.verdict in _LABELS:
            last[each.example.favor] = (each.example, _LABELS[each.verdict])
    by_act: dict[str, list[tuple[float, bool]]] = {}
    for example, right in last.values():
        by_act.setdefault(example.act, []).append((example.believed, right))
    found = (_lesson(act, outcomes) for act, outcomes in sorted(by_act.items()))
    return {lesson.act: lesson for lesson in found if lesson.shift}


def _lesson(act: str, outcomes: list[tuple[float, bool]]) -> Lesson:
    """The difference between truth and belief, by the mean of a Beta posterior whose prior is what was believed."""
    count = len(outcomes)
    surprise = sum(right - believed for believed, right in sorted(outcomes)) / (count + _PRIOR)
    shift = 0.0 if count < FEWEST else round(min(MOST, max(-MOST, -_SHARE * surprise)), 2)
    return Lesson(act=act, corrected=count, rejected=sum(not right for _, right in outcomes), shift=shift)


def taught(favors: Iterable[Favor], learned: Mapping[str, Lesson]) -> tuple[Favor, ...]:
    """``favors``, each with what is asked of it for the act that it began with."""
    if not learned:
        return tuple(favors)
    return tuple(
        replace(favor, asked_more=lesson.shift) if (lesson := learned.get(favor.evidence[0].act)) else favor
        for favor in favors
    )
