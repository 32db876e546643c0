"""The new text of a mail and its context in, the acts of its author out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple

from inference.acts import model as weights
from inference.acts.act import Act, ActName, FavorType
from inference.acts.features import Surroundings, cut, surroundings, words
from inference.acts.keys import Numbers, Said, Weights
from inference.acts.lexicon import Cues
from inference.acts.model import SCALE, Model, Table
from inference.acts.reasons import reasons
from inference.language import language
from inference.sentences import sentences
from inference.words import TOPIC_SIZE, topic, topic_of_words

#: The least confidence of an act that is returned at all.
CANDIDATE: Final = 0.15
#: Of acts whose absence the letter remarks on, the likeliest sentence of a mail is returned from here on, where no
#: surer one is: of mails that do say thanks in some way 96 % have one, of the others one in five.
FAINT: Final[Mapping[ActName, float]] = {ActName.THANKS: 0.03, ActName.OUTCOME: 0.04}
#: The languages of the mails that the model was trained on; others give no acts rather than guesses.
LANGUAGES: Final = frozenset({"en", "de", "fr", "es"})
#: So many sentences are remembered.
_REMEMBERED: Final = 512
_TYPED: Final = (ActName.ASK, ActName.DELIVER)
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
        self._cues = Cues()
        self._numbers = Numbers((model.acts, model.types), sorted(LANGUAGES))
        self._acts = model.acts.words()
        self._weights = Weights(model.acts, self._numbers, self._cues)
        self._gate = model.gate
        gate = model.gate.heads[0]
        self._enough = int((gate.threshold - gate.intercept) * SCALE)
        self._gate_cues = tuple(map(model.gate.packed, self._cues.own))
        self._names = tuple(ActName(head.name) for head in model.acts.heads)
        self._least = tuple(
            _least_score(head.slope, head.intercept, FAINT.get(name, CANDIDATE))
            for name, head in zip(self._names, model.acts.heads, strict=True)
        )
        self._start = model.acts.start(self._least)
        self._types = {name: _Types(model.types, name, self._numbers, self._cues) for name in _TYPED}
        # Greetings, thanks and sign-offs come again and again, and so do whole mails in several folders.
        self._said = lru_cache(maxsize=_REMEMBERED)(self._look)
        self.thresholds: Mapping[ActName, float] = {ActName(head.name): head.threshold for head in model.acts.heads}

    def forget(self) -> None:
        """Forget the sentences that are remembered only for speed."""
        self._said.cache_clear()

    def acts(self, text: str, context: Context) -> tuple[Act, ...]:
        """The acts in ``text``, in order, each with a confidence of at least ``CANDIDATE`` or a ``FAINT`` one."""
        code = context.language or language(text) or _guess(text)
        if code not in LANGUAGES:
            return ()
        spans = cut(text, sentences(text))
        said = [self._said(folded) for _, _, folded in spans]
        passing = [index for index, own in enumerate(said) if own.may_act]
        if not passing:
            return ()
        around = surroundings(context.subject, len(context.recipients), context.quoted, self._cues)
        least = self._start + self._acts.total(around.features)
        topics = _Topics(said, context.subject)
        found: list[Act] = []
        for index in passing:
            heads = self._acts.reached(self._own(said[index], code) + self._weights.place(said, index, around) + least)
            if heads:
                start, end, _ = spans[index]
                place = _Place(start, end, text[start:end], topics.of(index), said, index, around)
                found.extend([self._act(place, head, over) for head, over in heads])
        return _without_lesser_faint(found)

    def _own(self, said: Said, language: str) -> int:
        if said.language != language:
            said.own, said.language = self._weights.own(said, language), language
        return said.own

    def _look(self, folded: str) -> Said:
        tokens, cues = words(folded), self._cues.match(folded.encode())
        score = self._gate.total(tokens) + sum([self._gate_cues[cue] for cue in cues])
        return Said(folded, tokens, cues, score >= self._enough)

    def _act(self, place: _Place, head: int, over: int) -> Act:
        """The act of a head whose score is ``over`` the least one."""
        own = place.said[place.number]
        name = self._names[head]
        confidence = round(self._acts.heads[head].probability((over + self._least[head]) / SCALE), 4)
        certain = confidence >= self.thresholds[name]
        types = self._types.get(name)
        return Act(
            act=name,
            type=types.best(place) if types else FavorType.INTRO if name is ActName.INTRO else None,
            start=place.start,
            end=place.end,
            quote=place.quote,
            confidence=confidence,
            certain=certain,
            # Finding out why takes time that candidates are not worth.
            reasons=self._reasons(own, head) if certain else (),
            topic=place.topic,
        )

    def _reasons(self, own: Said, head: int) -> tuple[str, ...]:
        if head not in own.reasons:
            own.reasons[head] = reasons(self._names[head], own, self._acts, head, self._cues)
        return own.reasons[head]


class _Place(NamedTuple):
    """A sentence in its mail."""

    start: int
    end: int
    quote: str
    topic: tuple[int, ...]
    said: Sequence[Said]
    number: int
    around: Surroundings


class _Types:
    """Tells the types of one act."""

    def __init__(self, table: Table, act: ActName, numbers: Numbers, cues: Cues) -> None:
        named = [head.name.partition(":") for head in table.heads]
        heads = [number for number, (name, _, _) in enumerate(named) if name == act]
        self._kinds = tuple(FavorType(named[head][2]) for head in heads)
        self._table = table.part(heads)
        self._weights = Weights(self._table, numbers, cues)

    def best(self, place: _Place) -> FavorType:
        """The type with the highest score; of equals the last by name."""
        own = place.said[place.number]
        total = self._weights.own(own, own.language) + self._weights.place(place.said, place.number, place.around)
        return max(zip(self._table.lanes(total), self._kinds, strict=True))[1]


class _Topics:
    """The topics of the sentences of one mail."""

    def __init__(self, said: Sequence[Said], subject: str) -> None:
        self._said = said
        self._subject = subject
        self._of_subject: tuple[int, ...] | None = None

    def of(self, index: int) -> tuple[int, ...]:
        """The topic of a sentence: its own words first, then the subject's, then its neighbours'."""
        own = _topic(self._said[index])
        if len(own) < TOPIC_SIZE:
            if self._of_subject is None:
                self._of_subject = topic(self._subject)
            after = _topic(self._said[index + 1]) if index + 1 < len(self._said) else ()
            before = _topic(self._said[index - 1]) if index else ()
            own = tuple(dict.fromkeys((*own, *self._of_subject, *after, *before)))
        return own[:TOPIC_SIZE]


def _topic(said: Said) -> tuple[int, ...]:
    if said.topic is None:
        said.topic = topic_of_words(said.tokens)
    return said.topic


def _guess(text: str) -> str:
    """English for a text too short to show its language, which then has to be recognised by its words; else ""."""
    return "en" if len(text) < _FEW_WORDS * 20 and len(text.split()) <= _FEW_WORDS else ""


def _without_lesser_faint(found: list[Act]) -> tuple[Act, ...]:
    """``found`` with at most one act of a name that is below ``CANDIDATE``, and none beside a surer one."""
    best: dict[ActName, Act] = {}
    for act in found:
        known = best.get(act.act)
        if known is None or act.confidence > known.confidence:
            best[act.act] = act
    return tuple([act for act in found if act.confidence >= CANDIDATE or best[act.act] is act])


def _least_score(slope: float, intercept: float, least: float) -> int:
    """The least score whose probability reaches ``least``."""
    return int((math.log(least / (1 - least)) - intercept) / slope * SCALE)


@cache
def load() -> Recogniser:
    """The recogniser with the shipped weights."""
    return Recogniser(weights.read(resources.files("inference.acts").joinpath("model.bin").read_bytes()))
