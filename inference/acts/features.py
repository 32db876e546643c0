"""Sentences of a mail in, the names of their features out: what the model weighs, at training and at run time alike.

A feature is a string; the model's vocabulary is a plain dictionary over them. Own words are bare ("please"), pairs
of words have a space ("could you"), everything else has a prefix with a colon: ``c:`` cues, ``p:``/``n:`` cues of the
sentence before and after, ``m:`` the mail, ``q:`` what the mail answers, ``s:`` the subject, ``t:`` structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.acts.lexicon import Cues
from inference.words import fold

#: Longer sentences are cut: what no person writes must not cost more than what one does.
SENTENCE_CHARS: Final = 2000
#: More sentences than this of one mail are not looked at.
MAX_SENTENCES: Final = 400
#: How much of the answered text is looked at, in characters.
QUOTED_CHARS: Final = 1500

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!]")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rif|ref|r)\s*(?:\[\d+\])?:", re.IGNORECASE)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i)\s*:", re.IGNORECASE)
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "\n": " ", "\t": " ", "\r": " "})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, read once: its place in the text, its folded text, tokens and cues."""

    start: int
    end: int
    folded: str
    tokens: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all sentences of one mail share, as ready features."""

    features: tuple[str, ...]
    answered: frozenset[str]


def read_sentence(text: str, start: int, end: int, cues: Cues) -> Sentence:
    """The sentence ``text[start:end]``, cut at ``SENTENCE_CHARS`` characters."""
    folded = fold(text[start : min(end, start + SENTENCE_CHARS)].translate(_QUOTES))
    tokens = ["0" * len(token) if token[0].isdigit() else token for token in _TOKEN.findall(folded)]
    names = [cues.named[index].feature for index in cues.match(folded)]
    return Sentence(start, end, folded, tuple(tokens), tuple(sorted(names)))


def surroundings(subject: str, recipients: int, quoted: str, cues: Cues) -> Surroundings:
    """The shared features of a mail's sentences: its subject, how many it goes to, and what it answers."""
    found = [f"m:to{min(recipients, 4)}"]
    if _REPLY.match(subject):
        found.append("m:re")
    elif _FORWARD.match(subject):
        found.append("m:fw")
    folded = fold(subject[:200].translate(_QUOTES))
    found.extend({f"s:{word}" for word in _TOKEN.findall(folded)})
    answered: frozenset[str] = frozenset()
    if quoted:
        folded = fold(quoted[:QUOTED_CHARS].translate(_QUOTES))
        answered = frozenset(word for word in _TOKEN.findall(folded) if len(word) > 3)
        found.append("q:some")
        found.extend(f"q:{cues.named[index].feature}" for index in cues.match(folded))
    return Surroundings(features=tuple(found), answered=answered)


def features(sentences: Sequence[Sentence], index: int, around: Surroundings) -> set[str]:
    """The features of the sentence ``index`` of a mail."""
    own = sentences[index]
    tokens = own.tokens
    found = set(tokens)
    previous = "^"
    for token in tokens:
        found.add(f"{previous} {token}")
        previous = token
    found.add(f"{previous} $")
    found.update([f"c:{cue}" for cue in own.cues])
    if index:
        found.update([f"p:{cue}" for cue in sentences[index - 1].cues])
    if index + 1 < len(sentences):
        found.update([f"n:{cue}" for cue in sentences[index + 1].cues])
    found.update(around.features)
    found.add("t:bias")
    found.add(f"t:at{min(index, 4)}")
    found.add(f"t:left{min(len(sentences) - index, 4)}")
    found.add(f"t:long{len(tokens).bit_length()}")
    if around.answered:
        shared = len(around.answered.intersection(tokens))
        found.add(f"t:echo{min(shared, 4)}")
    return found
