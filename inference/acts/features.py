"""Sentences of a mail in, the names of their features out: what the model weighs, at training and at run time alike.

A feature is a string; the model's vocabulary is a plain dictionary over them. Own words are bare ("please"), pairs
of words have a space ("could you"), concepts and pairs of them are in capitals ("YOU", "COULD YOU"), everything else
has a prefix with a colon: ``c:`` cues, ``p:``/``n:`` cues of the sentence before and after, ``f:`` how the sentence
begins, ``m:`` the mail, ``q:`` what the mail answers, ``t:`` structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from inference.acts.concepts import Concepts
from inference.acts.lexicon import Cues
from inference.words import fold

#: The feature that every sentence has: its weight is the intercept.
BIAS: Final = "t:bias"
#: Longer sentences are cut: what no person writes must not cost more than what one does.
SENTENCE_CHARS: Final = 2000
#: Nor do more words of one sentence count than this.
SENTENCE_TOKENS: Final = 400
#: Of a long mail the first and the last so many sentences are looked at: what lies between is a pasted report or an
#: article, which was most of all sentences in some boxes and shows nothing of what its sender does for anybody.
FIRST_SENTENCES: Final = 40
LAST_SENTENCES: Final = 10
#: How much of the answered text is looked at, in characters.
QUOTED_CHARS: Final = 600

_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rif|ref|r)\s*(?:\[\d+\])?:", re.IGNORECASE)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i)\s*:", re.IGNORECASE)
#: One quote, one space, one digit.
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys("’‘`´", "'"), **dict.fromkeys("\n\t\r", " "), **dict.fromkeys("123456789", "0")}
)
#: What parts words; apostrophes do not, question and exclamation marks are words of their own.
_APART: Final = str.maketrans(dict.fromkeys('"#$%&()*+,-./:;<=>@[\\]^_{|}~…–—“”„«»¿¡•·€£', " "))


class Sentence(NamedTuple):
    """One sentence, read once: its place in the text, its folded text, tokens, and the numbers of its cues."""

    start: int
    end: int
    folded: str
    tokens: list[str]
    cues: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all sentences of one mail share: ready features, and the longer words of what the mail answers."""

    features: frozenset[str]
    answered: frozenset[str]


def plain(text: str) -> str:
    """``text`` folded, with one kind of quote and every digit a 0."""
    return fold(text.translate(_PLAIN))


def words(folded: str) -> list[str]:
    """The tokens of folded text: words, numbers, and its question and exclamation marks."""
    apart = folded.translate(_APART)
    if "?" in apart or "!" in apart:
        apart = apart.replace("?", " ? ").replace("!", " ! ")
    return apart.split()[:SENTENCE_TOKENS]


def cut(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """The first and last of the sentences at ``spans``, each with its folded text up to ``SENTENCE_CHARS``."""
    if len(spans) > FIRST_SENTENCES + LAST_SENTENCES:
        spans = [*spans[:FIRST_SENTENCES], *spans[-LAST_SENTENCES:]]
    # Folding keeps the places of characters in ASCII text, so that it can be done at once.
    if text.isascii():
        whole = plain(text)
        return [(start, end, whole[start : min(end, start + SENTENCE_CHARS)]) for start, end in spans]
    return [(start, end, plain(text[start : min(end, start + SENTENCE_CHARS)])) for start, end in spans]


def read_sentences(text: str, spans: Sequence[tuple[int, int]], cues: Cues) -> list[Sentence]:
    """The sentences at ``spans`` of ``text``, as far as they are looked at."""
    return [
        Sentence(start, end, folded, words(folded), cues.match(folded.encode()))
        for start, end, folded in cut(text, spans)
    ]


def surroundings(subject: str, recipients: int, quoted: str, cues: Cues) -> Surroundings:
    """The shared features of a mail's sentences: how many it goes to, whether it is a reply, and what it answers."""
    found = {BIAS, f"m:to{min(recipients, 4)}"}
    if _REPLY.match(subject):
        found.add("m:re")
    elif _FORWARD.match(subject):
        found.add("m:fw")
    answered: frozenset[str] = frozenset()
    if quoted:
        folded = plain(quoted[:QUOTED_CHARS])
        answered = frozenset(word for word in words(folded) if len(word) > 3)
        found.add("q:some")
        found.update([cues.answered[index] for index in cues.match(folded.encode())])
    return Surroundings(features=frozenset(found), answered=answered)


def features(
    sentences: Sequence[Sentence], index: int, around: Surroundings, cues: Cues, concepts: Concepts
) -> set[str]:
    """The features of the sentence ``index`` of a mail, without those that it shares with the whole mail."""
    own = sentences[index]
    tokens = own.tokens
    found = set(tokens)
    found.update([cues.own[cue] for cue in own.cues])
    found.update([f"{one} {two}" for one, two in zip(["^", *tokens], [*tokens, "$"], strict=True)])
    row = [concepts[token] for token in tokens]
    found.add("f:" + " ".join(row[:2]))
    found.add("f:" + " ".join(row[:3]))
    row = ["^", *filter(None, row), "$"]
    found.update(row)
    found.update([f"{one} {two}" for one, two in pairwise(row)])
    if index:
        found.update([cues.before[cue] for cue in sentences[index - 1].cues])
    if index + 1 < len(sentences):
        found.update([cues.after[cue] for cue in sentences[index + 1].cues])
    found.add(f"t:at{min(index, 4)}")
    found.add(f"t:left{min(len(sentences) - index, 4)}")
    found.add(f"t:long{len(tokens).bit_length()}")
    if around.answered:
        found.add(f"t:echo{min(len(around.answered.intersection(tokens)), 4)}")
    return found
