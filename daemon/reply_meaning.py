"""What a reply says of a letter's numbers in, corrections as the store keeps them out.

``wrong`` rejects the favor that the line shows. ``done`` says what would settle the line: that it was done, thanked, or
told. Where a line is about no favor, or nothing settles it, it is left out of letters for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from daemon.reply_words import SNOOZE_DAYS, Commands, Said, Word
from daemon.store import Correction, CorrectionKind, Letter, LetterItem, Meant, Store
from inference.corrections import Example, Verdict, example

#: How ``done`` is said of the favors of a section, and whether of all of them or of the one that is shown.
_DONE: Final[dict[str, tuple[Verdict, bool]]] = {
    "answer": ("done", False),
    "keep_promise": ("done", False),
    "waiting_on": ("done", False),
    "thank": ("thanked", True),
    "tell_outcome": ("told", True),
}
#: A line about no favor that is wrong is not said again for so long.
_WRONG_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """``applied`` counts what was said of numbers that the letter has; ``puzzling`` are the lines that mean nothing."""

    corrections: tuple[Correction, ...]
    applied: int
    puzzling: tuple[str, ...]


def corrections_of(store: Store, letter: Letter, said: Commands, at: datetime) -> Meaning:
    """What ``said`` means for the items of ``letter``; ``at`` is when it was said (aware)."""
    items = {item.code: item for item in letter.items}
    found: list[Correction] = []
    unknown: list[str] = []
    for each in said.said:
        item = items.get(each.code)
        if item is None or not item.emails:
            unknown.append(f"{each.word} {each.code}")
        else:
            found += _Meaner(store=store, letter=letter, item=item, at=at).mean(each)
    return Meaning(
        corrections=tuple(found),
        applied=len(said.said) - len(unknown),
        puzzling=(*said.puzzling, *unknown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaner:
    """Says things of one item."""

    store: Store
    letter: Letter
    item: LetterItem
    at: datetime

    def mean(self, said: Said) -> Iterator[Correction]:
        """The corrections that ``said`` is."""
        ways: dict[Word, Callable[[], Iterator[Correction]]] = {
            Word.WRONG: self._wrong,
            Word.DONE: self._done,
            Word.SNOOZE: lambda: self._rest(said.until or self._in(SNOOZE_DAYS)),
            Word.NOT_A_PERSON: lambda: self._about_all(CorrectionKind.MACHINE),
            Word.MUTE: lambda: self._about_all(CorrectionKind.MUTE),
        }
        return ways[said.word]()

    def _wrong(self) -> Iterator[Correction]:
        if self.item.favors:
            yield self._favor(self.item.favors[0], "reject")
        else:
            yield from self._rest(self._in(_WRONG_DAYS))

    def _done(self) -> Iterator[Correction]:
        verdict, all_of_them = _DONE.get(self.item.section, (None, False))
        if verdict is None or not self.item.favors:
            yield from self._rest(self._in(SNOOZE_DAYS))
            return
        for favor in self.item.favors if all_of_them else self.item.favors[:1]:
            yield self._favor(favor, verdict)

    def _rest(self, until: date) -> Iterator[Correction]:
        """Leave the line out until then: its favors where it is about some that are owed, else person and section."""
        if self.item.section in _DONE and self.item.favors:
            for favor in self.item.favors:
                yield self._correction(
                    CorrectionKind.SNOOZE, favor.opening, verdict=until.isoformat(), example=self._example(favor)
                )
        else:
            subject = (self.item.section, self.item.emails[0])
            yield self._correction(CorrectionKind.SNOOZE_PERSON, subject, verdict=until.isoformat())

    def _about_all(self, kind: CorrectionKind) -> Iterator[Correction]:
        for email in self.item.emails:
            yield self._correction(kind, (email,), email="")

    def _favor(self, favor: Meant, verdict: Verdict) -> Correction:
        return self._correction(CorrectionKind.FAVOR, favor.opening, verdict=verdict, example=self._example(favor))

    def _example(self, favor: Meant) -> Example | None:
        """The favor as it is inferred now, unless it is no more."""
        now = self.store.favor(favor.id)
        return None if now is None else example(self.store.inferred(now))

    def _correction(
        self,
        kind: CorrectionKind,
        subject: tuple[str, ...],
        *,
        verdict: str = "",
        email: str | None = None,
        example: Example | None = None,
    ) -> Correction:
        return Correction(
            kind=kind,
            subject=subject,
            verdict=verdict,
            email=self.item.emails[0] if email is None else email,
            at=self.at,
            example=example,
            letter=self.letter.token,
        )

    def _in(self, days: int) -> date:
        return self.at.date() + timedelta(days=days)
