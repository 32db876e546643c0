"""Sentences of a mail in, the weights of their features out: what ``features`` names, without making names of it.

Making and hashing the name of every pair of words took most of a sentence's time. Here each word and concept that a
table knows has a number; a pair is one number made of two, how a sentence begins is a tuple of them, and what needs no
look-up by name (cues, the place in the mail) lies in rows. ``tests/inference/test_acts_features.py`` holds both to the
same sums.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final

from inference.acts.concepts import Concepts
from inference.acts.features import Surroundings
from inference.acts.lexicon import Cues
from inference.acts.model import Table

#: So many words of one language have their concepts remembered.
_REMEMBERED: Final = 1 << 14
#: The first number of a pair is moved left by so many bits.
_BITS: Final = 20
#: What a word without a concept has for one.
_NONE: Final = 0
#: The number of every word and concept that no feature of any table is made of.
_STRANGE: Final = 1
#: Places in a mail, sentences left, and words that echo are counted up to this.
_COUNTED: Final = 4
#: More bits than the number of words of a cut sentence has.
_LENGTHS: Final = 12

Key = Hashable


@dataclass(slots=True)
class Said:
    """The words of one sentence, wherever they stand: what was found out of them, some of it only when it is needed.

    ``own`` is the sum of the weights of its own words, pairs, concepts and cues, packed, in the language ``language``.
    """

    folded: str
    tokens: Sequence[str]
    cues: Sequence[int]
    may_act: bool
    topic: tuple[int, ...] | None = None
    language: str = ""
    own: int = 0
    reasons: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by head


class Numbers:
    """The numbers of the words and concepts of some tables, and by them what a sentence shows."""

    def __init__(self, tables: Iterable[Table], languages: Iterable[str]) -> None:
        self._numbers: dict[str, int] = {"": _NONE}
        for part in chain("^$", (part for table in tables for name in table.names() for part in _parts(name))):
            self._numbers.setdefault(part, len(self._numbers) + _STRANGE)
        self._start, self._end = self._numbers["^"], self._numbers["$"]
        self._concepts = {code: _Concepts(code, self._numbers) for code in languages}

    def key(self, name: str) -> Key:
        """The key of words, of a pair, or of how a sentence begins, all of which a table must know."""
        parts = [self._numbers[part] for part in _parts(name)]
        if name.startswith("f:"):
            return tuple(parts)
        return parts[0] if len(parts) == 1 else parts[0] << _BITS | parts[1]

    def keys(self, tokens: Sequence[str], language: str) -> Collection[Key]:
        """The keys of the words, pairs and concepts of a sentence, and of how it begins."""
        concept = self._concepts[language]
        number = self._numbers.get
        start, end = self._start, self._end
        row = [start, *[number(token, _STRANGE) for token in tokens], end]
        meant = [concept[token] for token in tokens]
        told = [start, *filter(None, meant), end]
        return {
            *row,
            *[one << _BITS | two for one, two in pairwise(row)],
            *told,
            *[one << _BITS | two for one, two in pairwise(told)],
            tuple(meant[:2]) or (_NONE,),
            tuple(meant[:3]) or (_NONE,),
        }


class Weights:
    """A table by numbers: the sum of its weights for what a sentence shows."""

    def __init__(self, table: Table, numbers: Numbers, cues: Cues) -> None:
        weight = table.packed
        keyed = {numbers.key(name): weight(name) for name in table.names() if _parts(name)}
        self._numbers = numbers
        self._get = keyed.get
        self._own = tuple(map(weight, cues.own))
        self._before = tuple(map(weight, cues.before))
        self._after = tuple(map(weight, cues.after))
        self._at = tuple(weight(f"t:at{place}") for place in range(_COUNTED + 1))
        self._left = tuple(weight(f"t:left{count}") for count in range(_COUNTED + 1))
        self._long = tuple(weight(f"t:long{bits}") for bits in range(_LENGTHS))
        self._echo = tuple(weight(f"t:echo{count}") for count in range(_COUNTED + 1))

    def own(self, said: Said, language: str) -> int:
        """The weights of a sentence's own words and cues, wherever it stands, packed."""
        weights = self._own
        start = self._long[len(said.tokens).bit_length()] + sum([weights[cue] for cue in said.cues])
        return sum(filter(None, map(self._get, self._numbers.keys(said.tokens, language))), start)

    def place(self, said: Sequence[Said], index: int, around: Surroundings) -> int:
        """The weights of where the sentence ``index`` of a mail stands, packed."""
        left = len(said) - index
        total = self._at[min(index, _COUNTED)] + self._left[min(left, _COUNTED)]
        if index and (cues := said[index - 1].cues):
            weights = self._before
            total += sum([weights[cue] for cue in cues])
        if left > 1 and (cues := said[index + 1].cues):
            weights = self._after
            total += sum([weights[cue] for cue in cues])
        if around.answered:
            total += self._echo[min(len(around.answered.intersection(said[index].tokens)), _COUNTED)]
        return total


class _Concepts(dict[str, int]):
    """The numbers of the concepts of the words of one language, found when they are first asked for."""

    def __init__(self, language: str, numbers: Mapping[str, int]) -> None:
        super().__init__()
        self._named = Concepts(language)
        self._numbers = numbers

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = found = self._numbers.get(self._named[word], _STRANGE)
        self._named.clear()  # remembered here
        return found


def _parts(name: str) -> list[str]:
    """The words or concepts that a feature is made of; none where it goes by its whole name."""
    if name.startswith("f:"):
        return name[2:].split(" ")
    return [] if ":" in name else name.split(" ")
