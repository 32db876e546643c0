"""One mail in, what it does between the owner and one person out: who speaks, how directly, which acts are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from inference.acts.act import Act, ActName
from inference.findings import MailKind
from inference.timeline import OWNER, Mail, Timeline
from inference.words import fold

#: A mail to more people than this is nobody's to answer.
CROWD = 25
#: Up to so many people an ask in To is each one's; beyond, it thins out.
_FEW = 5
_LIST_WEIGHT = 0.6

_VOCATIVE = re.compile(r"^\W*([^\W\d_][\w'’.-]{1,20})(?: ([^\W\d_])[\w'’-]{0,20})?\s*[,:–—-]\s")
_NAME = re.compile(r"[^\W\d_][\w'’-]+")
# Words that stand before a comma at the start of a sentence and call nobody.
_NOT_NAMES = frozenset(
    [
        "also",
        "actually",
        "after",
        "again",
        "alas",
        "anyway",
        "and",
        "as",
        "at",
        "because",
        "before",
        "but",
        "by",
        "congratulations",
        "dear",
        "first",
        "finally",
        "for",
        "from",
        "great",
        "hello",
        "hey",
        "hi",
        "however",
        "if",
        "in",
        "indeed",
        "last",
        "lastly",
        "maybe",
        "meanwhile",
        "my",
        "no",
        "now",
        "oh",
        "ok",
        "okay",
        "on",
        "one",
        "or",
        "perhaps",
        "please",
        "right",
        "second",
        "secondly",
        "separately",
        "so",
        "sorry",
        "still",
        "sure",
        "thank",
        "thanks",
        "then",
        "third",
        "though",
        "tomorrow",
        "today",
        "tonight",
        "two",
        "unfortunately",
        "well",
        "when",
        "while",
        "yes",
        "yesterday",
        "yet",
        "bon",
        "merci",
        "oui",
        "non",
        "alors",
        "sinon",
        "danke",
        "ja",
        "nein",
        "also",
        "ubrigens",
        "gracias",
        "si",
        "no",
        "bueno",
        "ps",
        "nb",
        "re",
        "fyi",
        "btw",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "everyone",
        "everybody",
        "all",
        "folks",
        "team",
        "both",
        "guys",
        "anyhow",
        "honestly",
        "frankly",
        "seriously",
        "truly",
    ]
)


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
        acts = self._meant(mail, other, in_copy=weight == 0.0)
        if weight == 0.0:
            if not acts:
                return None
            weight = 0.9
        return Reading(mail=mail, author=mail.author, other=other, weight=weight, direct=direct, acts=acts)

    def _meant(self, mail: Mail, other: int, *, in_copy: bool) -> tuple[Act, ...]:
        """The acts meant for ``other``; in a copy, only those that name them (or that introduce people)."""
        acts = tuple(sorted(mail.acts, key=lambda act: (act.start, act.end, act.act, act.type or "")))
        names = self._names[other]
        if in_copy:
            return tuple(act for act in acts if act.act is ActName.INTRO or self._names_any(act.quote, names))
        if len(mail.to) + len(mail.cc) < 2:
            return acts
        return tuple(act for act in acts if act.act is ActName.INTRO or not self._calls_another(act.quote, names))

    @staticmethod
    def _names_any(quote: str, names: frozenset[str]) -> bool:
        return any(fold(word) in names for word in _NAME.findall(quote[:600]))

    @staticmethod
    def _calls_another(quote: str, names: frozenset[str]) -> bool:
        called = _VOCATIVE.match(quote)
        if called is None or not called.group(1)[0].isupper() or not (called.group(2) or "X").isupper():
            return False
        word = fold(called.group(1)).rstrip(".")
        return word not in names and word not in _NOT_NAMES


def _words(names: Iterable[str]) -> frozenset[str]:
    """The single names, folded, of full names as they are written."""
    return frozenset(word for name in names for word in _NAME.findall(fold(name)) if len(word) > 1)
