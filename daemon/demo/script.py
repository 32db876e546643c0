"""The hand-written texts of the sample network in, its people, mails and events as values out.

A text file is a list of conversations: ``# Subject``, then for each mail a line ``> DATE TIME from -> to, to; options``
and its body. Each mail answers the one before it; the options are ``cc a, b``, ``attach file, file``, ``via 2`` (the
sender's other address) and ``re N`` (it answers the N-th mail of the conversation). The calendar says its own format.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final, Literal
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")
OWNER: Final = "maya"
TEXTS: Final = ("studio", "work", "craft", "friends", "machines")

_MAIL: Final = re.compile(r"> (\d{4}-\d\d-\d\d \d\d:\d\d) (\S+) -> ([^;]+)((?:; [^;]+)*)")
_EVENT: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) (\d+) (\S+): ?([^|]*)\| (.+)")
_FLAGS: Final = re.compile(r"(x |mail |note |weekly \d+ |skip \d{4}-\d\d-\d\d )")
_ANSWERS: Final[Mapping[str, str]] = {"-": "DECLINED", "~": "TENTATIVE", "?": "NEEDS-ACTION"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Somebody or something that writes; ``authentication`` replaces the passing results of a genuine sender."""

    name: str
    email: str
    other: str = ""
    quote: Literal["gmail", "outlook", "apple", "swedish", ""] = ""
    html: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    authentication: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail of the script; ``answers`` is the index of the mail it answers, in the conversation's ``letters``."""

    subject: str
    at: datetime
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    attachments: tuple[str, ...]
    second_address: bool
    answers: int | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The mails under one subject, in order."""

    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the calendar; ``repeats`` counts weekly occurrences, ``skipped`` are days left out."""

    start: datetime
    minutes: int
    organizer: str
    answers: Mapping[str, str]
    title: str
    cancelled: bool = False
    mailed: bool = False
    whole_day: bool = False
    repeats: int = 1
    skipped: tuple[date, ...] = ()

    @property
    def end(self) -> datetime:
        """When it ends, in the owner's zone."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def uid(self) -> str:
        """What the calendar calls it."""
        return f"{digest(f'{self.start.isoformat()} {self.title}')[:20]}@strak.example"


def digest(text: str) -> str:
    """A stable hex digest: whatever looks random in the sample comes from one."""
    return hashlib.sha256(text.encode()).hexdigest()


def cast() -> dict[str, Character]:
    """Everybody in the sample, by their name in the script."""
    entries = tomllib.loads(_text("cast.toml"))
    return {key: Character(**entry) for key, entry in entries.items()}


def conversations() -> Iterator[Conversation]:
    """All conversations of the script, file by file."""
    for name in TEXTS:
        for block in re.split(r"^# ", _text(f"{name}.txt"), flags=re.MULTILINE)[1:]:
            subject, _, rest = block.partition("\n")
            yield Conversation(letters=tuple(_letters(subject.strip(), rest)))


def _letters(subject: str, text: str) -> Iterator[Letter]:
    for number, part in enumerate(re.split(r"^(?=> \d{4}-)", text, flags=re.MULTILINE)[1:]):
        head, _, body = part.partition("\n")
        found = _MAIL.fullmatch(head.strip())
        if found is None:
            raise ValueError(f"not a mail of the script: {head}")
        options = dict(option.strip().split(" ", 1) for option in found[4].split(";") if option.strip())
        answers = int(options["re"]) - 1 if "re" in options else number - 1
        yield Letter(
            subject=subject,
            at=_local(found[1]),
            sender=found[2],
            to=_names(found[3]),
            cc=_names(options.get("cc", "")),
            attachments=_names(options.get("attach", "")),
            second_address="via" in options,
            answers=answers if answers >= 0 else None,
            body=body.strip(),
        )


def events() -> Iterator[Event]:
    """All entries of the calendar."""
    for line in _text("calendar.txt").splitlines():
        if not line or line.startswith("#"):
            continue
        found = _EVENT.fullmatch(line)
        if found is None:
            raise ValueError(f"not an event of the calendar: {line}")
        title, flags = _FLAGS.sub("", found[5]), _FLAGS.findall(found[5])
        yield Event(
            start=_local(found[1]),
            minutes=int(found[2]),
            organizer=found[3],
            answers={name.rstrip("-~?"): _ANSWERS.get(name[-1], "ACCEPTED") for name in _names(found[4])},
            title=title,
            cancelled="x " in flags,
            mailed="mail " in flags,
            whole_day="note " in flags,
            repeats=max((int(flag.split()[1]) for flag in flags if flag.startswith("weekly")), default=1),
            skipped=tuple(date.fromisoformat(flag.split()[1]) for flag in flags if flag.startswith("skip")),
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@cache
def _text(name: str) -> str:
    return resources.files("daemon.demo").joinpath("texts", name).read_text(encoding="utf-8")
