"""The new text of a reply in, the corrections that it writes and the lines that are none out.

A correction is a line of its own: what to say and the numbers it is said of, in either order, several of them where
the owner likes: ``wrong 3``, ``done 2, 4``, ``snooze 4 30d``, ``3: not a person; mute 6``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """What can be said of a line of a letter."""

    WRONG = "wrong"
    DONE = "done"
    SNOOZE = "snooze"
    NOT_A_PERSON = "not a person"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing said of one number. ``until`` is the last day of a snooze, None of everything else."""

    word: Word
    code: int
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What a reply says, each once, and the lines that nobody can make sense of."""

    said: tuple[Said, ...] = ()
    puzzling: tuple[str, ...] = ()


#: How long something is left out where the reply does not say.
SNOOZE_DAYS: Final = 30
_LONGEST_SNOOZE_DAYS: Final = 3_660
_MOST_LINES: Final = 200
_MOST_SAID: Final = 100
_LONGEST_LINE: Final = 200
_MOST_PUZZLING: Final = 10

_SPELLINGS: Final[dict[Word, str]] = {
    Word.WRONG: "wrong, falsch, stimmt nicht, faux, incorrect, mal, incorrecto",
    Word.DONE: "done, erledigt, gemacht, fait, hecho",
    Word.SNOOZE: "snooze, later, spater, spaeter, verschieben, plus tard, luego, mas tarde, posponer",
    Word.NOT_A_PERSON: "not a person, no person, not person, bot, keine person, kein mensch, pas une personne, "
    "no es una persona, no persona",
    Word.MUTE: "mute, stumm, ignorieren, muet, ignorer, silenciar",
}
_WORDS: Final = {
    tuple(spelling.split()): word for word, said in _SPELLINGS.items() for spelling in map(str.strip, said.split(","))
}
_LONGEST_SPELLING: Final = max(map(len, _WORDS))
_FILLERS: Final = frozenset({"and", "und", "et", "y", "for", "fur", "fuer", "pour", "por", "until", "bis", "is", "are"})
_UNIT_DAYS: Final[dict[str, int]] = {
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen", "t", "jour", "jours", "j", "dia", "dias"), 1),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas"), 7),
    **dict.fromkeys(("m", "month", "months", "monat", "monate", "monaten", "mois", "mes", "meses"), 30),
    **dict.fromkeys(("y", "year", "years", "jahr", "jahre", "jahren", "an", "ans", "ano", "anos"), 365),
}
_TOKEN: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{1,4}(?![\d])|[^\W\d_]+")
_RANGE: Final = re.compile(r"(?<![\d-])(\d{1,2}) ?[-–—] ?(\d{1,2})(?![\d-])")
#: What may stand between words: nothing that a sentence, a quote or an address would hold.
_BETWEEN: Final = re.compile(r"[\s,;:.#&+/*\-–—!()\[\]]*")


@dataclass(slots=True)
class _Line:
    """One line being read: words and numbers from left to right."""

    today: date
    words: list[str]
    said: list[Said] = field(default_factory=list)
    word: Word | None = None
    codes: list[int] = field(default_factory=list)
    until: date | None = None
    waiting: list[int] = field(default_factory=list)

    def read(self) -> bool:
        """Whether the whole line is corrections."""
        place = 0
        while place < len(self.words):
            step = self._word(place) or self._stretch(place) or self._code(place)
            if not step and self.words[place] not in _FILLERS:
                return False
            place += step or 1
        return self._finish() and not self.waiting and bool(self.said)

    def _word(self, place: int) -> int:
        """Take the words at ``place`` for what is said; how many those are."""
        for length in range(min(_LONGEST_SPELLING, len(self.words) - place), 0, -1):
            word = _WORDS.get(tuple(self.words[place : place + length]))
            if word is not None:
                if self.word is not None and self.codes and not self._finish():
                    return 0
                self.word, self.codes, self.waiting = word, self.waiting, []
                return length
        return 0

    def _stretch(self, place: int) -> int:
        """Take the words at ``place`` for how long a snooze lasts; how many those are."""
        now, then = self.words[place], self.words[place + 1] if place + 1 < len(self.words) else ""
        if re.fullmatch(r"\d{4}-\d\d-\d\d", now):
            return self._day(now)
        if not now.isdigit() or then not in _UNIT_DAYS:
            return 0
        days = int(now) * _UNIT_DAYS[then]
        if not 0 < days <= _LONGEST_SNOOZE_DAYS:
            return 0
        self.until = self.today + timedelta(days=days)
        return 2

    def _day(self, named: str) -> int:
        try:
            until = date.fromisoformat(named)
        except ValueError:
            return 0
        if not 0 < (until - self.today).days <= _LONGEST_SNOOZE_DAYS:
            return 0
        self.until = until
        return 1

    def _code(self, place: int) -> int:
        """Take the word at ``place`` for a number of the letter."""
        if not self.words[place].isdigit():
            return 0
        (self.waiting if self.word is None or self._closed(place) else self.codes).append(int(self.words[place]))
        return 1

    def _closed(self, place: int) -> bool:
        """Whether the numbers of the word before are complete: the next word is said of this number."""
        return bool(self.codes) and self._leads(place + 1)

    def _leads(self, place: int) -> bool:
        """Whether what is said follows its number here, as it did at the beginning of the line."""
        return self.words[0].isdigit() and any(
            tuple(self.words[place : place + length]) in _WORDS for length in range(1, _LONGEST_SPELLING + 1)
        )

    def _finish(self) -> bool:
        """Note what was said so far; False where that is not complete."""
        if self.word is None or not self.codes or (self.until is not None and self.word is not Word.SNOOZE):
            return False
        until = self.until
        if self.word is Word.SNOOZE and until is None:
            until = self.today + timedelta(days=SNOOZE_DAYS)
        self.said += [Said(word=self.word, code=code, until=until) for code in self.codes]
        self.word, self.codes, self.until = None, [], None
        return True


def commands(text: str, today: date) -> Commands:
    """What ``text`` says.

    Args:
        text: what the owner newly wrote, without quotes.
        today: the owner's day on which it was written; snoozes count from it.

    A line that is no correction is named where it looks as if it were meant to be one (it has a number, or a word
    that is nearly one of ours), or where the whole text has none; a greeting beside corrections is none.
    """
    said: dict[Said, None] = {}
    strange: list[str] = []
    other: list[str] = []
    for line in _lines(text):
        found = _read(line, today)
        if found:
            said.update(dict.fromkeys(found))
        elif _meant(line):
            strange.append(line)
        else:
            other.append(line)
    puzzling = strange if said or strange else other
    return Commands(said=tuple(said)[:_MOST_SAID], puzzling=tuple(puzzling[:_MOST_PUZZLING]))


def last_day(lasts: str, today: date) -> date | None:
    """The last day of a snooze of ``lasts`` (``30d``, ``2 weeks``, ``2026-09-01``); None where it is no time to come."""
    found = _read(f"{Word.SNOOZE} 1 {lasts}", today)
    return found[0].until if len(found) == 1 else None


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n")[:_MOST_LINES]:
        plain = " ".join(line.split())
        if any(char.isalnum() for char in plain):
            yield plain[:_LONGEST_LINE]


def _read(line: str, today: date) -> Sequence[Said]:
    """What one line says, empty where it is not corrections from end to end."""
    words, place = [], 0
    folded = _RANGE.sub(_spelled_out, _folded(line))
    for found in _TOKEN.finditer(folded):
        if not _BETWEEN.fullmatch(folded, place, found.start()):
            return ()
        words.append(found[0])
        place = found.end()
    if not words or not _BETWEEN.fullmatch(folded, place):
        return ()
    reading = _Line(today=today, words=words)
    return reading.said if reading.read() else ()


def _spelled_out(found: re.Match[str]) -> str:
    """``2-4`` as ``2 3 4``; a range that runs backwards is left, for nobody to understand."""
    first, last = int(found[1]), int(found[2])
    return " ".join(map(str, range(first, last + 1))) if first < last else f"{found[0]}?"


def _folded(line: str) -> str:
    """Without case and accents."""
    parts = unicodedata.normalize("NFKD", line.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _meant(line: str) -> bool:
    """Whether a line that says nothing was perhaps meant to."""
    words = re.findall(r"\w+", _folded(line))
    single = [spelling[0] for spelling in _WORDS if len(spelling) == 1]
    if any(get_close_matches(word, single, n=1, cutoff=0.75) for word in words[:3]):
        return True
    numbers = [word for word in words if word.isdigit()]
    return 0 < len(numbers) < 3 and all(len(number) < 3 for number in numbers)  # more of them are a telephone's
