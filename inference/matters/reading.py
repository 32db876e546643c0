"""One mail in, what it does between the owner and one person out: who speaks, how directly, which acts are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from inference.acts.act import Act, ActName
from inference.findings import MailKind
from inference.matters.wording import lies_ahead
from inference.timeline import OWNER, Mail, Timeline
from inference.words import fold

#: A mail to more people than this is nobody's to answer.
CROWD = 25
#: Up to so many people an ask in To is each one's; beyond, it thins out.
_FEW = 5
_LIST_WEIGHT = 0.6
_MOST_ACTS = 100  # nobody means more with one mail; somebody hostile may write more

_VOCATIVE = re.compile(r"^\W*([^\W\d_][\w'’.-]{1,20})(?: ([^\W\d_][\w'’-]{0,20}))?\s*[,:–—-]\s")
# "Thanks to Tomas", "merci à Claire", "please thank Dana"; a comma before the name would make it a call.
_THANKS_SOMEBODY = re.compile(
    r"\b(?:(?:[Tt]hanks|[Tt]hank you|[Dd]ank|[Gg]racias|[Mm]erci)(?: \w+){0,2} (?:to|an|à|a)|[Tt]hank(?! [Yy]ou| [Gg]od| [Hh]eaven))"
    r" ([A-ZÀ-Þ][\w'’-]{1,20})"
)
_HARDLY = 0.1
_ALSO = 0.3  # a promise less sure than this does not rival the delivery that its sentence is taken for
_NAME = re.compile(r"[^\W\d_][\w'’-]+")
# Words that stand before a comma at the start of a sentence and call nobody.
_SENTENCE_STARTS = """
    absolutely actually after afterwards again agreed alas all also although always and anyhow anyway apologies as at
    attached because before below besides bless brilliant but by certainly cheers congratulations dear definitely done
    enclosed evening everybody everyone finally first firstly folks for forgiven forwarded frankly friday from fyi great
    guys happily hello hey hi honestly hopefully however if in indeed instead last lastly later lovely luckily maybe
    meanwhile monday morning my naturally next no not noted nothing now obviously oh ok okay on once one or otherwise
    people perfect perhaps please ps received regards ta thx regrettably right sadly same saturday second secondly sent
    separately seriously sorry still strangely sunday sure team thank thanks then there third though thursday today
    tomorrow tonight truly tuesday two unfortunately update usually wednesday well when while wonderful yes yesterday yet
    you yours
    aber alors also apropos bien bitte bon bueno claro danke de deshalb donc entonces gracias gut hallo heute hola ja jetzt
    leider merci morgen naturlich nein no non ok oui pero por pues sans si sinon ubrigens und voila vorhin y ya
"""
_NOT_NAMES = frozenset(_SENTENCE_STARTS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A mail as one person's ledger reads it.

    ``author`` spoke to ``other`` (one of them is OWNER). ``weight`` (0–1) says how much the mail is meant for
    ``other``; ``acts`` are those meant for them, in order. ``direct``: it answers a mail that ``other`` wrote.
    """

    mail: Mail
    author: int
    other: int
    weight: float
    direct: bool
    acts: tuple[Act, ...]

    def of(self, *names: ActName) -> tuple[Act, ...]:
        """The acts of these names, in the order of the text."""
        return tuple(act for act in self.acts if act.act in names)

    def without(self, acts: Set[Act]) -> Reading:
        """The same mail with ``acts`` taken out."""
        return replace(self, acts=tuple(act for act in self.acts if act not in acts))

    def strongest(self, *names: ActName) -> float:
        """The confidence of the surest act of these names, 0 without one."""
        return max((act.confidence for act in self.acts if act.act in names), default=0.0)


class Ears:
    """Knows what the owner and the person are called, and so which sentences of a mail are meant for whom."""

    def __init__(self, timeline: Timeline) -> None:
        self._person = timeline.person
        self._names = {OWNER: _words(timeline.owner_names), timeline.person: _words(timeline.names)}

    def reading(self, mail: Mail, answered: Mail | None) -> Reading | None:
        """``mail`` between the owner and the person, None where it is nothing between these two.

        ``answered`` is the stored mail that it answers.
        """
        if mail.author == OWNER:
            other = self._person
        elif mail.author == self._person:
            other = OWNER
        else:
            return None
        direct = answered is not None and answered.author == other
        if len(mail.to) + len(mail.cc) > CROWD:
            return None
        if mail.kind is MailKind.LIST:
            weight = _LIST_WEIGHT if direct else 0.0
        elif other in mail.to:
            weight = min(1.0, _FEW / len(mail.to))
        elif direct:
            weight = 1.0
        elif other in mail.cc:
            weight = 0.0
        else:
            return None
        acts = self._naming(mail, other) if weight == 0.0 else self._meant(mail, other)
        if weight == 0.0:
            if not acts:
                return None
            weight = 0.9
        return Reading(mail=mail, author=mail.author, other=other, weight=weight, direct=direct, acts=acts)

    def _meant(self, mail: Mail, other: int) -> tuple[Act, ...]:
        """The acts of a mail to ``other``, without sentences that call somebody else."""
        names = self._names[other]
        acts = tuple(self._thanked(act, names) for act in _in_order(mail))
        if len(mail.to) + len(mail.cc) < 2:
            return acts
        return tuple(act for act in acts if act.act is ActName.INTRO or not self._calls_another(act.quote, names))

    def _naming(self, mail: Mail, other: int) -> tuple[Act, ...]:
        """The acts of a mail that ``other`` only has a copy of: those that name them, or introduce people."""
        names = self._names[other]
        return tuple(act for act in _in_order(mail) if act.act is ActName.INTRO or self._names_any(act.quote, names))

    @staticmethod
    def _thanked(act: Act, names: frozenset[str]) -> Act:
        """``act``; thanks that name somebody else hardly count, for a name may still be what a friend is called."""
        found = _THANKS_SOMEBODY.search(act.quote) if act.act is ActName.THANKS else None
        word = fold(found.group(1)) if found else ""
        if not word or word in names or word in _NOT_NAMES:
            return act
        return replace(act, confidence=min(act.confidence, _HARDLY), certain=False)

    @staticmethod
    def _names_any(quote: str, names: frozenset[str]) -> bool:
        return any(fold(word) in names for word in _NAME.findall(quote[:600]))

    @staticmethod
    def _calls_another(quote: str, names: frozenset[str]) -> bool:
        called = _VOCATIVE.match(quote)
        if called is None or not called.group(1)[0].isupper() or not (called.group(2) or "X")[0].isupper():
            return False
        # "Ta Mo, …" calls Mo, and "Mo Rahman, …" does too.
        words = {fold(word).rstrip(".") for word in called.groups("")}
        return words.isdisjoint(names) and fold(called.group(1)).rstrip(".") not in _NOT_NAMES


def _promised_or_done(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """``acts`` without the less likely of two that exclude each other: one sentence promises a thing or hands it over.

    Words of a time to come ("before the end of the month") tell that it promises.
    """
    sure = {(act.start, act.act): act.confidence for act in acts}
    kept = []
    for act in acts:
        promise = sure.get((act.start, ActName.COMMIT), 0.0)
        delivery = sure.get((act.start, ActName.DELIVER), 0.0)
        promises = promise >= _ALSO and (promise > delivery or lies_ahead(act.quote))
        if act.act is ActName.DELIVER and promises:
            continue
        if act.act is ActName.COMMIT and delivery > 0.0 and not promises:
            continue
        kept.append(act)
    return tuple(kept)


def _in_order(mail: Mail) -> tuple[Act, ...]:
    """The surest acts of a mail, in the order of its text."""
    surest = sorted(mail.acts, key=lambda act: (-act.confidence, act.start))[:_MOST_ACTS]
    return _promised_or_done(tuple(sorted(surest, key=lambda act: (act.start, act.end, act.act, act.type or ""))))


def _words(names: Iterable[str]) -> frozenset[str]:
    """The single names, folded, of full names as they are written."""
    return frozenset(word for name in names for word in _NAME.findall(fold(name)) if len(word) > 1)
