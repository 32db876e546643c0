"""The new text of a mail and its context in, the acts of its author out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from inference.acts import model as weights
from inference.acts.act import Act, ActName, FavorType
from inference.acts.concepts import Concepts
from inference.acts.features import (
    Sentence,
    features,
    read_sentences,
    surroundings,
)
from inference.acts.lexicon import Cues
from inference.acts.model import SCALE, Model
from inference.acts.reasons import reasons
from inference.language import language
from inference.sentences import sentences
from inference.words import TOPIC_SIZE, topic_of_words
from inference.words import topic as topic_of_text

#: The least confidence of an act that is returned at all.
CANDIDATE: Final = 0.15
#: The languages of the mails that the model was trained on; others give no acts rather than guesses.
LANGUAGES: Final = frozenset({"en", "de", "fr", "es"})
#: A text of more words than this has function words of its language, or its language is not known.
_FEW_WORDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a mail besides its new text.

    ``quoted`` is the text that the mail answers ("" if none), ``language`` an ISO code; "" has it found out.
    """

    subject: str = ""
    recipients: tuple[str, ...] = ()
    quoted: str = ""
    language: str = ""


class Recogniser:
    """Finds acts with one model; the same text and context give the same acts on every machine."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._cues = Cues()
        gate = model.gate.heads[0]
        self._gate = int((gate.threshold - gate.intercept) * SCALE)
        self._concepts = {code: Concepts(code) for code in sorted(LANGUAGES)}
        self._acts = tuple(ActName(head.name) for head in model.acts.heads)
        self._least = tuple(_least_score(head.slope, head.intercept) for head in model.acts.heads)
        self._types = {name: _types(model, name) for name in (ActName.ASK, ActName.DELIVER)}
        self.thresholds: Mapping[ActName, float] = {ActName(head.name): head.threshold for head in model.acts.heads}

    def acts(self, text: str, context: Context) -> tuple[Act, ...]:
        """The acts in ``text``, in order, each with a confidence of at least ``CANDIDATE``."""
        code = context.language or language(text) or _guess(text)
        if code not in LANGUAGES:
            return ()
        read = read_sentences(text, sentences(text), self._cues)
        passing = [index for index, own in enumerate(read) if self._may_act(own)]
        if not passing:
            return ()
        around = surroundings(context.subject, len(context.recipients), context.quoted, self._cues)
        shared = self._model.acts.total(around.features)
        found: list[Act] = []
        for index in passing:
            shown = features(read, index, around, self._cues, self._concepts[code])
            scores = self._model.acts.scores(shown, shared)
            heads = [head for head, score in enumerate(scores) if score >= self._least[head]]
            if heads:
                topic = _topic(read, index, context.subject)
                quote = text[read[index].start : read[index].end]
                found.extend(self._act(read[index], quote, shown, head, scores[head], topic) for head in heads)
        return tuple(found)

    def _may_act(self, own: Sentence) -> bool:
        gate = self._model.gate
        return gate.total(own.tokens) + gate.total([self._cues.own[cue] for cue in own.cues]) >= self._gate

    def _act(self, own: Sentence, quote: str, shown: set[str], head: int, score: int, topic: tuple[int, ...]) -> Act:
        name = self._acts[head]
        table = self._model.acts
        confidence = round(table.heads[head].probability(score / SCALE), 4)
        certain = confidence >= self.thresholds[name]
        return Act(
            act=name,
            type=self._type(name, shown),
            start=own.start,
            end=own.end,
            quote=quote,
            confidence=confidence,
            certain=certain,
            # Finding out why takes time that candidates are not worth.
            reasons=reasons(name, own, table, head, self._cues) if certain else (),
            topic=topic,
        )

    def _type(self, name: ActName, shown: set[str]) -> FavorType | None:
        if name not in self._types:
            return FavorType.INTRO if name is ActName.INTRO else None
        scores = self._model.types.scores(shown)
        return max((scores[head], kind) for head, kind in self._types[name])[1]


def _types(model: Model, name: ActName) -> list[tuple[int, FavorType]]:
    """The heads that tell the types of one act, each with its type."""
    named = [head.name.partition(":") for head in model.types.heads]
    return [(number, FavorType(kind)) for number, (act, _, kind) in enumerate(named) if act == name]


def _guess(text: str) -> str:
    """English for a text too short to show its language, which then has to be recognised by its words; else ""."""
    return "en" if len(text) < _FEW_WORDS * 20 and len(text.split()) <= _FEW_WORDS else ""


def _least_score(slope: float, intercept: float) -> int:
    """The least score whose probability reaches ``CANDIDATE``."""
    return int((math.log(CANDIDATE / (1 - CANDIDATE)) - intercept) / slope * SCALE)


def _topic(read: Sequence[Sentence], index: int, subject: str) -> tuple[int, ...]:
    """The topic of a sentence: its own words first, then the subject's, then its neighbours'."""
    own = topic_of_words(read[index].tokens)
    if len(own) < TOPIC_SIZE:
        near = [each.tokens for each in (*read[index + 1 : index + 2], *read[max(0, index - 1) : index])]
        own = tuple(dict.fromkeys((*own, *topic_of_text(subject), *topic_of_words(*near))))
    return own[:TOPIC_SIZE]


@cache
def load() -> Recogniser:
    """The recogniser with the shipped weights."""
    return Recogniser(weights.read(resources.files("inference.acts").joinpath("model.bin").read_bytes()))
