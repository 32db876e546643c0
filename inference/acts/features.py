"""Sentences of a mail in, the names of their features out: what the model weighs, at training and at run time alike.

A feature is a string; the model's vocabulary is a plain dictionary over them. Own words are bare ("please"), pairs
of words have a space ("could you"), everything else has a prefix with a colon: ``c:`` cues, ``p:``/``n:`` cues of the
sentence before and after, ``g:`` concepts in a row, ``f:`` how the sentence begins, ``m:`` the mail, ``q:`` what the
mail answers, ``t:`` structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from inference.acts.concepts import Concepts
from inference.acts.lexicon import Cues
from inference.words import fold

#: Longer sentences are cut: what no person writes must not cost more than what one does.
SENTENCE_CHARS: Final = 2000
#: Nor do more words of one sentence count than this.
SENTENCE_TOKENS: Final = 400
#: More sentences than this of one mail are not looked at.
MAX_SENTENCES: Final = 400
#: How much of the answered text is looked at, in characters.
QUOTED_CHARS: Final = 1500

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|0+|[?!]")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rif|ref|r)\s*(?:\[\d+\])?:", re.IGNORECASE)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i)\s*:", re.IGNORECASE)
#: One quote, one space, one digit.
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys("’‘`´", "'"), **dict.fromkeys("\n\t\r", " "), **dict.fromkeys("123456789", "0")}
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, read once: its place in the text, its folded text, tokens, and the numbers of its cues."""

    start: int
    end: int
    folded: str
    tokens: Sequence[str]
    cues: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all sentences of one mail share: ready features, and the longer words of what the mail answers."""

    features: frozenset[str]
    answered: frozenset[str]


def plain(text: str) -> str:
    """``text`` folded, with one kind of quote and every digit a 0."""
    return fold(text.translate(_PLAIN))


def read_sentences(text: str, spans: Sequence[tuple[int, int]], cues: Cues) -> list[Sentence]:
    """The sentences at ``spans`` of ``text``, each cut at ``SENTENCE_CHARS`` characters."""
    # Folding keeps the places of characters in ASCII text, so that it can be done at once.
    whole = plain(text) if text.isascii() else None
    found = []
    for start, end in spans[:MAX_SENTENCES]:
        last = min(end, start + SENTENCE_CHARS)
        folded = whole[start:last] if whole is not None else plain(text[start:last])
        tokens = _TOKEN.findall(folded)[:SENTENCE_TOKENS]
        found.append(Sentence(start, end, folded, tokens, cues.match(folded)))
    return found


def surroundings(subject: str, recipients: int, quoted: str, cues: Cues) -> Surroundings:
    """The shared features of a mail's sentences: how many it goes to, whether it is a reply, and what it answers."""
    found = {f"m:to{min(recipients, 4)}"}
    if _REPLY.match(subject):
        found.add("m:re")
    elif _FORWARD.match(subject):
        found.add("m:fw")
    answered: frozenset[str] = frozenset()
    if quoted:
        folded = plain(quoted[:QUOTED_CHARS])
        answered = frozenset(word for word in _TOKEN.findall(folded) if len(word) > 3)
        found.add("q:some")
        found.update(f"q:{cues.named[index].feature}" for index in cues.match(folded))
    return Surroundings(features=frozenset(found), answered=answered)


def shallow(own: Sentence, cues: Cues) -> set[str]:
    """The features that are cheap enough for every sentence: its words and its cues."""
    found = set(own.tokens)
    names = cues.own
    found.update([names[index] for index in own.cues])
    return found


def features(
    sentences: Sequence[Sentence], index: int, around: Surroundings, cues: Cues, concepts: Concepts
) -> set[str]:
    """All features of the sentence ``index`` of a mail."""
    own = sentences[index]
    tokens = own.tokens
    found = shallow(own, cues)
    found.update(map("{} {}".format, ["^", *tokens], [*tokens, "$"]))
    _add_concepts(found, [concepts[token] for token in tokens])
    if index:
        found.update([cues.before[cue] for cue in sentences[index - 1].cues])
    if index + 1 < len(sentences):
        found.update([cues.after[cue] for cue in sentences[index + 1].cues])
    found |= around.features
    found.add("t:bias")
    found.add(f"t:at{min(index, 4)}")
    found.add(f"t:left{min(len(sentences) - index, 4)}")
    found.add(f"t:long{len(tokens).bit_length()}")
    if around.answered:
        found.add(f"t:echo{min(len(around.answered.intersection(tokens)), 4)}")
    return found


def _add_concepts(found: set[str], row: list[str]) -> None:
    """Add the concepts of a sentence: each, each two in a row with other words left out, and how it begins."""
    found.add("f:" + " ".join(row[:2]))
    found.add("f:" + " ".join(row[:3]))
    row = ["^", *filter(None, row), "$"]
    found.update(["g:" + one for one in row])
    found.update([f"g:{one} {two}" for one, two in pairwise(row)])
