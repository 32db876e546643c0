"""A recognised act's sentence in, why it was recognised out: short phrases for people."""

from __future__ import annotations

from typing import Final

from inference.acts.act import ActName
from inference.acts.keys import Said
from inference.acts.lexicon import Cues
from inference.acts.model import SCALE, Table
from inference.words import STOPWORDS

#: A cue's words are shown up to this many characters.
_CUE_CHARS: Final = 40
_WORDS: Final = 3
#: Words of this length and less explain nothing to anybody.
_SHORT: Final = 2
_LEAST_WEIGHT: Final = SCALE // 20


def reasons(act: ActName, own: Said, table: Table, head: int, cues: Cues) -> tuple[str, ...]:
    """Up to two phrases: the cue that the sentence shows for this act, and the words that weighed most for it."""
    return _cue(act, own, table, head, cues) + _words(own, table, head)


def _cue(act: ActName, own: Said, table: Table, head: int, cues: Cues) -> tuple[str, ...]:
    """The cue that the sentence shows for this act, with its words; none where the model goes by words alone."""
    for index in own.cues:
        named = cues.named[index]
        if named.family.name == act.value and table.weight(cues.own[index], head) > 0:
            words = cues.words(index, own.folded).strip()[:_CUE_CHARS]
            # One letter, or a mark, tells nobody anything.
            if len(words) > 1:
                return (f"{named.family.says} '{words}'",)
    return ()


def _words(own: Said, table: Table, head: int) -> tuple[str, ...]:
    """The words of the sentence that weighed most for the act of this head; none where none of meaning weighs much."""
    telling = {token for token in own.tokens if len(token) > _SHORT and token not in STOPWORDS and token[0] != "0"}
    weighed = sorted(table.known(telling, head), reverse=True)
    strongest = [word for weight, word in weighed[:_WORDS] if weight > _LEAST_WEIGHT]
    return ("strongest words: " + ", ".join(strongest),) if strongest else ()
