"""The cue families as one matcher: a folded sentence in, the numbers of the cues that it shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import re2

import inference.acts.cues as families
from connectors.discovery import members
from inference.acts.cue import Cue, Family

#: What the matcher may use for its automaton, in bytes; RE2 rebuilds it when it grows beyond.
_MEMORY: Final = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCue:
    """A cue with its family; ``feature`` is its name as a feature of the model (``ask.please``)."""

    family: Family
    cue: Cue
    feature: str


def _named() -> tuple[NamedCue, ...]:
    found = members(families, "CUES", Family)
    return tuple(
        NamedCue(family=family, cue=cue, feature=f"{family.name}.{cue.name}") for family in found for cue in family.cues
    )


class Cues:
    """All cues of all families, matched in one linear pass over a sentence."""

    def __init__(self) -> None:
        self.named: Final = _named()
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        self._single: dict[int, re2._Regexp] = {}
        self._set = re2.Set.SearchSet(options)
        for each in self.named:
            self._set.Add(_either(each.cue.patterns))
        self._set.Compile()
        self.own: Final = tuple(f"c:{each.feature}" for each in self.named)
        self.before: Final = tuple(f"p:{each.feature}" for each in self.named)
        self.after: Final = tuple(f"n:{each.feature}" for each in self.named)

    def match(self, folded: str) -> Sequence[int]:
        """The indexes into ``named`` of the cues in a folded sentence, in no particular order."""
        return self._set.Match(folded) or ()  # None where no cue is there

    def words(self, index: int, folded: str) -> str:
        """The words of a folded sentence that are the cue ``index``; "" where it is not there."""
        pattern = self._single.get(index)
        if pattern is None:
            pattern = self._single[index] = re2.compile(_either(self.named[index].cue.patterns))
        found = pattern.search(folded)
        return found.group() if found else ""


def _either(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)
