"""Labelled mails in (JSON lines, or notes as in ``invented/``), typed values out; docs/model-card.md has both formats."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_LABELS = re.compile(r"((?:\s*\{[a-z:]*\})+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One labelled act: what, of which type ("" where it has none), and the span of its sentence."""

    act: str
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMail:
    """One mail with the spans of its sentences and the acts in them. ``language`` is "" where the file gives none."""

    identity: str
    modern: bool
    language: str
    subject: str
    recipients: tuple[str, ...]
    answers: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    acts: tuple[Label, ...]


def read(path: Path) -> list[LabelledMail]:
    """The mails of one file.

    Raises:
        OSError: the file cannot be read.
        KeyError, TypeError, ValueError: a line is not a labelled mail.
    """
    return [_mail(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _mail(row: dict[str, object]) -> LabelledMail:
    acts = row["acts"]
    spans = row["sentences"]
    recipients = row["to"]
    if not isinstance(acts, list) or not isinstance(spans, list) or not isinstance(recipients, list):
        raise TypeError(f"{row['id']}: acts, sentences and to must be lists")
    return LabelledMail(
        identity=str(row["id"]),
        modern=row["source"] == "modern",
        language=str(row.get("lang", "")),
        subject=str(row["subject"]),
        recipients=tuple(map(str, recipients)),
        answers=str(row.get("answers", "")),
        text=str(row["text"]),
        sentences=tuple((start, end) for start, end in spans),
        acts=tuple(Label(act=act["act"], type=act["type"] or "", start=act["start"], end=act["end"]) for act in acts),
    )


def read_notes(path: Path) -> list[LabelledMail]:
    """The mails of a file of notes.

    Blank lines part the mails. The first line of each is ``# language | subject`` and, where it answers another
    mail, ``| what it answers``; every other line is one sentence with its labels, ``{act}`` or ``{act:type}``.

    Raises:
        OSError: the file cannot be read.
        ValueError: a mail has no head line.
    """
    blocks = re.split(r"\n{2,}", path.read_text(encoding="utf-8").strip())
    return [_noted(f"{path.stem}-{number}", block.splitlines()) for number, block in enumerate(blocks, 1)]


def _noted(identity: str, lines: list[str]) -> LabelledMail:
    if not lines[0].startswith("# "):
        raise ValueError(f"{identity}: the first line must be '# language | subject'")
    language, subject, answers = [*map(str.strip, lines[0][2:].split("|", 2)), ""][:3]
    sentences: list[tuple[int, int]] = []
    labels: list[Label] = []
    parts: list[str] = []
    at = 0
    for line in lines[1:]:
        found = _LABELS.search(line)
        sentence = line[: found.start()] if found else line
        span = (at, at + len(sentence))
        for act, kind in re.findall(r"\{([a-z]+):?([a-z]*)\}", found.group() if found else ""):
            labels.append(Label(act=act, type=kind, start=span[0], end=span[1]))
        sentences.append(span)
        parts.append(sentence)
        at = span[1] + 1
    return LabelledMail(
        identity=identity,
        modern=True,
        language="" if language == "en" else language,
        subject=subject,
        recipients=("a", "b") if any(label.act == "intro" for label in labels) else ("a",),
        answers=answers,
        text="\n".join(parts),
        sentences=tuple(sentences),
        acts=tuple(labels),
    )
