"""The owner's word in, rows out, and back: it survives every re-inference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from daemon.store.database import Access
from daemon.store.encoding import encode, moment, time_of
from daemon.store.forgotten import redacted
from daemon.store.stirred import Stirred, stir
from inference.acts.act import FavorType
from inference.corrections import Example, FavorCorrection, Verdict

_TEXTS: Final = msgspec.json.Decoder(tuple[str, ...])
_EXAMPLE: Final = msgspec.json.Decoder(Example)


class CorrectionKind(StrEnum):
    """What a correction is about; its subject is named in the comment."""

    FAVOR = "favor"  # what opened the favor, as inference.corrections.opening tells it
    MERGE = "merge"  # two addresses
    SPLIT = "split"  # two addresses
    ME = "me"  # an address
    NOT_ME = "not_me"  # an address
    MUTE = "mute"  # an address, or a domain with "@" before it
    UNMUTE = "unmute"  # the same
    MACHINE = "machine"  # an address
    HUMAN = "human"  # an address
    SNOOZE = "snooze"  # what opened the favor; the verdict is the last day on which letters leave it out
    SNOOZE_PERSON = "snooze_person"  # a section of the letter and an address; the verdict as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One thing that the owner said.

    ``verdict`` (of snoozes too), ``type``, ``email`` (an address of the person whose ledger the favor is in) and ``example`` (the favor
    as it was inferred then) are of favors only, "" and None otherwise. ``letter`` is the token of the letter that was
    answered with it, "" where it was said on the command line.
    """

    id: int = 0
    kind: CorrectionKind
    subject: tuple[str, ...]
    verdict: str = ""
    type: FavorType | None = None
    email: str = ""
    at: datetime
    example: Example | None = None
    letter: str = ""

    @property
    def favor(self) -> FavorCorrection | None:
        """This correction as one of a favor, None where it is about something else."""
        if self.kind is not CorrectionKind.FAVOR:
            return None
        verdict = msgspec.convert(self.verdict, Verdict)
        return FavorCorrection(evidence=self.subject, verdict=verdict, type=self.type, at=self.at, example=self.example)


def corrections(access: Access) -> list[Correction]:
    """Everything the owner said, in the order of saying it."""
    rows = access.rows(
        "SELECT id, kind, subject, verdict, type, email, at, example, letter FROM corrections ORDER BY id"
    )
    return [
        Correction(
            id=number,
            kind=CorrectionKind(kind),
            subject=_TEXTS.decode(subject),
            verdict=verdict,
            type=None if type_ is None else FavorType(type_),
            email=email,
            at=time_of(at),
            example=None if shown is None else _EXAMPLE.decode(shown),
            letter=letter,
        )
        for number, kind, subject, verdict, type_, email, at, shown, letter in rows
    ]


#: What takes back, wholly or in part, what was said of a favor before; retyping also takes back another retyping.
_TAKES_BACK: Final[Mapping[str, frozenset[str]]] = {
    "confirm": frozenset({"reject"}),
    "reject": frozenset({"confirm", "retype", "done", "undone", "thanked", "told"}),
    "retype": frozenset({"reject", "retype"}),
    "done": frozenset({"reject", "undone"}),
    "undone": frozenset({"reject", "done", "thanked", "told"}),
    "thanked": frozenset({"reject", "undone"}),
    "told": frozenset({"reject", "undone"}),
}
_OPPOSITE: Final = {
    CorrectionKind.MERGE: CorrectionKind.SPLIT,
    CorrectionKind.SPLIT: CorrectionKind.MERGE,
    CorrectionKind.ME: CorrectionKind.NOT_ME,
    CorrectionKind.NOT_ME: CorrectionKind.ME,
    CorrectionKind.MUTE: CorrectionKind.UNMUTE,
    CorrectionKind.UNMUTE: CorrectionKind.MUTE,
    CorrectionKind.MACHINE: CorrectionKind.HUMAN,
    CorrectionKind.HUMAN: CorrectionKind.MACHINE,
}


def said_already(kept: Iterable[Correction], said: Correction, *, on_that_day: bool) -> int | None:
    """The number of the same thing said before and not taken back since by what was said later, if there is one.

    When it was said makes no difference, unless it was said of a day (``on_that_day``).
    """
    found = None
    for each in kept:
        if _about(each) != _about(said):
            continue
        same = (each.kind, each.verdict, each.type) == (said.kind, said.verdict, said.type)
        if same and (not on_that_day or each.at == said.at):
            found = each.id if found is None else found
        elif each.kind is _OPPOSITE.get(said.kind) or each.verdict in _TAKES_BACK.get(said.verdict, ()):
            found = None
        elif on_that_day and each.verdict == said.verdict:
            found = None  # it was said of another day since
    return found


def _about(said: Correction) -> tuple[bool, tuple[str, ...]]:
    ordered = said.subject if said.kind is CorrectionKind.FAVOR else tuple(sorted(said.subject))
    return said.kind is CorrectionKind.FAVOR, ordered


def add(access: Access, said: Correction, *, on_that_day: bool = False) -> int:
    """Keep a correction (its ``id`` does not matter) that was not said already; the number that it got."""
    known = said_already(corrections(access), said, on_that_day=on_that_day)
    if known is not None:
        return known
    highest = access.row("SELECT max(id) FROM corrections")
    number = int((highest[0] if highest else None) or 0) + 1
    shown = None if said.example is None else encode(said.example)
    access.run(
        "INSERT INTO corrections (id, kind, subject, verdict, type, email, at, example, letter) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            said.kind.value,
            encode(said.subject),
            said.verdict,
            said.type,
            said.email,
            moment(said.at),
            shown,
            said.letter,
        ),
    )
    stir(access, Stirred.PEOPLE, [0])
    return number


def remove(access: Access, number: int) -> bool:
    """Take a correction back; whether there was one."""
    stir(access, Stirred.PEOPLE, [0])
    return bool(access.run("DELETE FROM corrections WHERE id = ?", (number,)))


def blank_examples(access: Access, names: Sequence[str], mails: Collection[str]) -> None:
    """Blank these names in the sentences that are kept with corrections, and the sentences from these mails."""
    for number, subject, kept in access.rows("SELECT id, subject, example FROM corrections WHERE example IS NOT NULL"):
        shown = _EXAMPLE.decode(kept)
        gone = any(name.partition(":")[0] in mails for name in _TEXTS.decode(subject))
        blank = replace(shown, quote="" if gone else redacted(shown.quote, names))
        if blank != shown:
            access.run("UPDATE corrections SET example = ? WHERE id = ?", (encode(blank), number))


def pairs(said: Sequence[Correction], kind: CorrectionKind) -> list[tuple[str, str]]:
    """The pairs of addresses of one kind of correction; of two about one pair the later holds."""
    latest: dict[tuple[str, str], CorrectionKind] = {}
    for each in said:
        if each.kind in (CorrectionKind.MERGE, CorrectionKind.SPLIT) and len(each.subject) == 2:
            one, other = sorted(each.subject)
            latest[one, other] = each.kind
    return [pair for pair, last in latest.items() if last is kind]


def singles(said: Sequence[Correction], kind: CorrectionKind, opposite: CorrectionKind) -> list[str]:
    """The addresses of which ``kind`` was said last, not ``opposite``."""
    latest = {each.subject[0]: each.kind for each in said if each.kind in (kind, opposite) and each.subject}
    return [subject for subject, last in latest.items() if last is kind]


def snoozed(said: Sequence[Correction], kind: CorrectionKind, on: date) -> Iterator[Correction]:
    """The snoozes of one kind that last until ``on`` at least; of two of the same the later holds."""
    latest = {(each.subject, each.email): each for each in said if each.kind is kind}
    return (each for each in latest.values() if date.fromisoformat(each.verdict) >= on)


def is_muted(emails: Sequence[str], muted: frozenset[str]) -> bool:
    """Whether one of these addresses, or its domain, is muted."""
    return any(email in muted or "@" + email.rpartition("@")[2] in muted for email in emails)
