"""The weights file in, scores of features out: linear models over a dictionary, in whole numbers.

One table serves several heads (acts, or types of favors). The weights of all heads for one feature are packed into
one integer, ``LANE`` bits a head, so that one addition adds them all; a sum over a sentence is exact, the same on
every machine, and needs no library.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Bits of one head in a packed integer, and bytes.
LANE_BYTES: Final = 3
LANE: Final = 8 * LANE_BYTES
#: A weight of 1.0 is stored as this.
SCALE: Final = 1024
#: The largest stored weight. A cut sentence has at most some 2,500 features, so no lane can overflow into the next.
LARGEST: Final = 2047
_HALF: Final = 1 << (LANE - 1)
_MASK: Final = (1 << LANE) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What one lane decides. The probability of a score is ``1 / (1 + exp(-(slope * score + intercept)))``.

    ``threshold`` is the probability from which it is believed (of a gate, the score in logits).
    """

    name: str
    slope: float = 1.0
    intercept: float = 0.0
    threshold: float = 0.5

    def probability(self, score: float) -> float:
        """The calibrated probability of a score (in logits)."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.slope * score + self.intercept))))


class Table:
    """Weights of several heads over one vocabulary."""

    def __init__(self, heads: Sequence[Head], weights: dict[str, int]) -> None:
        self.heads: Final = tuple(heads)
        self._weights: Final = weights
        self._get: Final = weights.get
        # Half a lane in each lane keeps the sums of the lanes positive, so that nothing is borrowed between them.
        self._zero: Final = sum(_HALF << (LANE * lane) for lane in range(len(heads)))
        self._shifts: Final = tuple(LANE * lane for lane in range(len(heads)))

    def names(self) -> Iterable[str]:
        """The features that the table knows."""
        return self._weights.keys()

    def packed(self, feature: str) -> int:
        """The weights of all heads for one feature, packed; 0 where the table does not know it."""
        return self._get(feature, 0)

    def part(self, heads: Sequence[int]) -> Table:
        """The table of some heads alone, which follow one another."""
        first, bits = heads[0], LANE * len(heads)
        mask, zero, own = (1 << bits) - 1, self._zero, sum(_HALF << (LANE * lane) for lane in range(len(heads)))
        cut = {name: ((each + zero) >> (LANE * first) & mask) - own for name, each in self._weights.items()}
        return Table([self.heads[head] for head in heads], {name: each for name, each in cut.items() if each})

    def words(self) -> Table:
        """The table without pairs of words and without how sentences begin."""
        return Table(self.heads, {name: each for name, each in self._weights.items() if " " not in name})

    def total(self, features: Iterable[str]) -> int:
        """The weights of ``features`` added up, packed; those that the table does not know count nothing."""
        return sum(filter(None, map(self._get, features)))

    def scores(self, features: Iterable[str], shared: int = 0) -> list[int]:
        """The score of each head, in units of 1/``SCALE``, for ``features`` and an earlier ``total``."""
        return self.lanes(sum(filter(None, map(self._get, features)), shared))

    def lanes(self, packed: int) -> list[int]:
        """What each head has in a packed sum, in units of 1/``SCALE``."""
        total = packed + self._zero
        return [(total >> shift & _MASK) - _HALF for shift in self._shifts]

    def start(self, least: Sequence[int]) -> int:
        """Where to begin a sum of which ``reached`` tells the heads that come to their ``least`` score."""
        return sum((_HALF - each) << shift for each, shift in zip(least, self._shifts, strict=True))

    def reached(self, total: int) -> list[tuple[int, int]]:
        """The heads whose score came to the least one or more, each with how much more."""
        found = []
        # The top bit of a lane is half a lane: it is set where the lane is zero or more.
        marks = total & self._zero
        while marks:
            mark = marks & -marks
            marks ^= mark
            shift = mark.bit_length() - LANE
            found.append((shift // LANE, (total >> shift & _MASK) - _HALF))
        return found

    def weight(self, feature: str, head: int) -> int:
        """The weight of one feature for one head, in units of 1/``SCALE``."""
        return ((self._get(feature, 0) + self._zero) >> (LANE * head) & _MASK) - _HALF

    def known(self, features: Iterable[str], head: int) -> list[tuple[int, str]]:
        """Those of ``features`` that the table knows, each after its weight for one head."""
        get, zero, shift = self._get, self._zero, LANE * head
        found = [(get(feature), feature) for feature in features]
        return [((each + zero >> shift & _MASK) - _HALF, feature) for each, feature in found if each is not None]

    def __len__(self) -> int:
        return len(self._weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All tables of the recogniser: its acts, the types of asks and deliveries, and the gate before both.

    The gate has one head over words and cues alone: where its score (plus its intercept, in logits) is below its
    threshold, the sentence shows no act and nothing else is computed.
    """

    acts: Table
    gate: Table
    types: Table


def pack(weights: Sequence[int]) -> int:
    """The weights of all heads for one feature as one integer."""
    return sum(weight << (LANE * lane) for lane, weight in enumerate(weights))


def dump(model: Mapping[str, tuple[Sequence[Head], Mapping[str, Sequence[int]]]]) -> bytes:
    """The weights file: a line of JSON with the heads, then the compressed tables in order of their names."""
    header, body = {}, []
    for name in sorted(model):
        heads, table = model[name]
        keys = sorted(table)
        width = LANE_BYTES * len(heads)
        rows = b"".join(pack(table[key]).to_bytes(width, "little", signed=True) for key in keys)
        header[name] = {
            "heads": [[head.name, head.slope, head.intercept, head.threshold] for head in heads],
            "features": len(keys),
        }
        body.append("\n".join(keys).encode() + b"\0" + rows)
    return json.dumps(header, sort_keys=True).encode() + b"\n" + zlib.compress(b"".join(body), 9)


def read(data: bytes) -> Model:
    """The model in a weights file that ``dump`` made."""
    line, _, packed = data.partition(b"\n")
    header = json.loads(line)
    body = zlib.decompress(packed)
    tables, at = {}, 0
    for name in sorted(header):
        heads = [
            Head(name=each, slope=slope, intercept=intercept, threshold=threshold)
            for each, slope, intercept, threshold in header[name]["heads"]
        ]
        end = body.index(b"\0", at)
        keys = body[at:end].decode().split("\n")
        width = LANE_BYTES * len(heads)
        at = end + 1 + width * len(keys)
        from_bytes = int.from_bytes
        weights = {
            key: from_bytes(body[start : start + width], "little", signed=True)
            for key, start in zip(keys, range(end + 1, at, width), strict=True)
        }
        tables[name] = Table(heads, weights)
    return Model(acts=tables["acts"], gate=tables["gate"], types=tables["types"])
