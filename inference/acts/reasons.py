"""A recognised act's sentence in, why it was recognised out: short phrases for people."""

from __future__ import annotations

from typing import Final

from inference.acts.act import ActName
from inference.acts.features import Sentence
from inference.acts.lexicon import Cues
from inference.acts.model import SCALE, Table

#: A cue's words are shown up to this many characters.
_CUE_CHARS: Final = 40
_WORDS: Final = 3
_LEAST_WEIGHT: Final = SCALE // 20


def reasons(act: ActName, own: Sentence, table: Table, head: int, cues: Cues) -> tuple[str, ...]:
    """Up to two phrases: the cue that the sentence shows for this act, and the words that weighed most for it."""
    found = []
    for index in own.cues:
        named = cues.named[index]
        if named.family.name == act.value and table.weight(cues.own[index], head) > 0:
            words = cues.words(index, own.folded).strip()[:_CUE_CHARS]
            found.append(f"{named.family.says} '{words}'")
            break
    weighed = sorted(((table.weight(word, head), word) for word in set(own.tokens)), reverse=True)
    strongest = [word for weight, word in weighed[:_WORDS] if weight > _LEAST_WEIGHT]
    if strongest:
        found.append("strongest words: " + ", ".join(strongest))
    return tuple(found)
