"""What a cue is: a name, the act it speaks for, and patterns over folded text in several languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One way of doing an act.

    ``patterns`` are RE2 expressions over folded text (lower case, no accents, straight quotes), usually one a
    language; any of them is the same cue, which is how a language with few labelled mails learns from another.
    """

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The cues of one kind. ``says`` begins the reason given to people: "asks with 'could you'"."""

    name: str
    says: str
    cues: tuple[Cue, ...]
