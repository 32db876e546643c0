"""A file of labelled mails in (JSON lines, as docs/model-card.md describes them), typed values out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


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
