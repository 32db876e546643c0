"""A folder of labelled mails in, precision and recall of each act out: ``python -m inference.acts.evaluate FOLDER``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inference.acts.act import Act, ActName
from inference.acts.labelled import LabelledMail, read
from inference.acts.recogniser import Context, load

#: Acts that fewer messages show are left out of the mean.
ENOUGH: Final = 10

Span = tuple[int, int]


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed findings of one act."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, *, right: int, said: int, wanted: int) -> None:
        """Count ``right`` of ``said`` findings where ``wanted`` were to be found."""
        self.right += right
        self.wrong += said - right
        self.missed += wanted - right

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.wanted)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def wanted(self) -> int:
        return self.right + self.missed


@dataclass(slots=True)
class Score:
    """Tallies by act, for sentences and for messages, and how often the type was right."""

    sentences: dict[ActName, Tally] = field(default_factory=lambda: {act: Tally() for act in ActName})
    messages: dict[ActName, Tally] = field(default_factory=lambda: {act: Tally() for act in ActName})
    types: Counter[tuple[str, bool]] = field(default_factory=Counter)

    @property
    def macro(self) -> float:
        """The mean message F1 of the acts that at least ``ENOUGH`` messages show."""
        counted = [tally.f1 for tally in self.messages.values() if tally.wanted >= ENOUGH]
        return sum(counted) / max(1, len(counted))


def home(span: Span, sentences: Sequence[Span]) -> int | None:
    """The number of the labelled sentence that a span overlaps most; None if it touches none."""
    overlaps = [(min(end, span[1]) - max(start, span[0]), -number) for number, (start, end) in enumerate(sentences)]
    best = max(overlaps, default=(0, 0))
    return -best[1] if best[0] > 0 else None


def score(mails: Iterable[LabelledMail], recognise: Callable[[LabelledMail], Sequence[Act]]) -> Score:
    """What ``recognise`` finds in ``mails``, against their labels; candidates do not count."""
    result = Score()
    for mail in mails:
        found = [act for act in recognise(mail) if act.certain]
        for name in ActName:
            wanted = {
                home((label.start, label.end), mail.sentences): label.type
                for label in mail.acts
                if label.act == name.value
            }
            said: dict[int | None, str] = {}
            for act in found:
                if act.act is name:
                    said.setdefault(home((act.start, act.end), mail.sentences), act.type.value if act.type else "")
            both = wanted.keys() & said.keys()
            result.sentences[name].add(right=len(both), said=len(said), wanted=len(wanted))
            result.messages[name].add(right=bool(wanted and said), said=bool(said), wanted=bool(wanted))
            if name in (ActName.ASK, ActName.DELIVER):
                result.types.update((name.value, wanted[place] == said[place]) for place in both)
    return result


def shipped(mail: LabelledMail) -> tuple[Act, ...]:
    """The acts that the shipped recogniser finds in a whole mail, with its own sentences."""
    context = Context(subject=mail.subject, recipients=mail.recipients, quoted=mail.answers)
    return load().acts(mail.text, context)


def table(title: str, result: Score) -> str:
    """The score as text."""
    lines = [title, f"{'act':10}{'sentence P':>11}{'R':>7}{'F1':>7}{'n':>6}{'message P':>12}{'R':>7}{'F1':>7}{'n':>6}"]
    for name in ActName:
        sentence, message = result.sentences[name], result.messages[name]
        lines.append(
            f"{name.value:10}{sentence.precision:11.3f}{sentence.recall:7.3f}{sentence.f1:7.3f}{sentence.wanted:6}"
            f"{message.precision:12.3f}{message.recall:7.3f}{message.f1:7.3f}{message.wanted:6}"
        )
    types = ", ".join(
        f"{act} {result.types[act, True] / max(1, result.types[act, True] + result.types[act, False]):.3f}"
        for act in ("ask", "deliver")
    )
    lines.append(f"macro message F1 {result.macro:.3f}; types right: {types}")
    return "\n".join(lines)


def main() -> None:
    """Print the tables of the development mails in the folder named on the command line."""
    folder = Path(sys.argv[1])
    real, modern = read(folder / "dev.jsonl"), read(folder / "modern_dev.jsonl")
    parts = {
        "real mail": real,
        "modern mail, English": [mail for mail in modern if mail.language in ("", "en")],
        "modern mail, German, French, Spanish": [mail for mail in modern if mail.language not in ("", "en")],
    }
    for title, mails in parts.items():
        print(table(f"{title} ({len(mails)} mails)", score(mails, shipped)), end="\n\n")


if __name__ == "__main__":
    main()
