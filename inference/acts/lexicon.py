"""The cue families as one matcher: a folded sentence in, the numbers of the cues that it shows out.

Sentences come as UTF-8, for so RE2 reads them: a sentence is encoded once, not for every automaton.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import re2

import inference.acts.cues as families
from connectors.discovery import members
from inference.acts.cue import Cue, Family

#: What one automaton may use, in bytes; RE2 throws it away and begins anew when it grows beyond, which it does on new
#: text for ever: this bounds what a long pass holds.
_MEMORY: Final = 1 << 24
_PARTS: Final = 3
#: So many cues share an automaton, whole families only. One of all cues grows out of bounds at once; three took 30 MB
#: after 29,000 sentences, six take half of that and less time, for what is alike in one family meets no other's.
_TOGETHER: Final = 12


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
    """All cues of all families, matched in a few linear passes over a sentence."""

    def __init__(self) -> None:
        self.named: Final = _named()
        self._single: dict[int, re2._Regexp] = {}
        starts = _starts(self.named)
        ends = [*starts[1:], len(self.named)]
        self._automata = [(first, _automaton(self.named[first:end])) for first, end in zip(starts, ends, strict=True)]
        self.own: Final = tuple(f"c:{each.feature}" for each in self.named)
        self.before: Final = tuple(f"p:{each.feature}" for each in self.named)
        self.after: Final = tuple(f"n:{each.feature}" for each in self.named)
        self.answered: Final = tuple(f"q:{each.feature}" for each in self.named)

    def match(self, folded: bytes) -> Sequence[int]:
        """The indexes into ``named`` of the cues in a folded sentence, in no particular order."""
        found: list[int] = []
        for first, automaton in self._automata:
            here = automaton.Match(folded)
            if here:  # None where no cue is there
                found.extend([first + each for each in here] if first else here)
        return found

    def words(self, index: int, folded: str) -> str:
        """The words of a folded sentence that are the cue ``index``; "" where it is not there."""
        pattern = self._single.get(index)
        if pattern is None:
            pattern = self._single[index] = re2.compile(_either(self.named[index].cue.patterns).encode())
        found = pattern.search(folded.encode())
        return found.group().decode() if found else ""


def _starts(named: Sequence[NamedCue]) -> list[int]:
    """Where in ``named`` each automaton begins: with a third of all, or with a family that is too much for the last.

    Cues are told by automaton, and the first of a family is given as a reason: cutting families only where thirds
    begin keeps that order.
    """
    third = -(-len(named) // _PARTS)
    starts = [0]
    for (part, _), cues in groupby(range(len(named)), key=lambda index: (index // third, named[index].family.name)):
        whole = list(cues)
        if whole[-1] >= starts[-1] + _TOGETHER or part > starts[-1] // third:
            starts.append(whole[0])
    return starts if starts[1:2] != [0] else starts[1:]


def _automaton(named: Sequence[NamedCue]) -> re2.Set:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.never_capture = True
    automaton = re2.Set.SearchSet(options)
    for each in named:
        automaton.Add(_either(each.cue.patterns))
    automaton.Compile()
    return automaton


def _either(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)
