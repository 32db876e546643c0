"""Mails in order of time in, the same mails out, those without reply headers placed by their subject.

Some programs and archives lose In-Reply-To. A mail "Re: counter" then answers the last mail called "counter" (or
"Re: counter") that one of its recipients wrote to its author.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from inference.timeline import Mail

_REPLY = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|ref|rif|rép|res|r|odp|ynt|回复|回覆)(?:\[\d{1,3}\]|\^\d{1,3})?\s*[:：]\s*", re.IGNORECASE
)
_MOST_PREFIXES = 10
_WITHIN, _WITHIN_NAMELESS = timedelta(days=30), timedelta(days=3)


def base_subject(subject: str) -> tuple[str, bool]:
    """``subject`` without its reply prefixes, folded for comparison; and whether it had any."""
    replied = False
    for _ in range(_MOST_PREFIXES):
        prefix = _REPLY.match(subject)
        if prefix is None:
            break
        subject, replied = subject[prefix.end() :], True
    return " ".join(subject.lower().split()), replied


class Conversations:
    """Remembers the last mail of each author under each subject."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], Mail] = {}

    def placed(self, mail: Mail) -> Mail:
        """``mail``, with what it answers and its thread filled in where only its subject tells."""
        base, replied = base_subject(mail.subject)
        if mail.answers is None and replied:
            answered = self._answered(mail, base)
            if answered is not None:
                mail = replace(mail, answers=answered.identity, thread=answered.thread)
        self._last[base, mail.author] = mail
        return mail

    def _answered(self, mail: Mail, base: str) -> Mail | None:
        patience = _WITHIN if base else _WITHIN_NAMELESS
        earlier = (self._last.get((base, who)) for who in (*mail.to, *mail.cc))
        fitting = [
            other
            for other in earlier
            if other is not None and mail.author in (*other.to, *other.cc) and mail.at - other.at <= patience
        ]
        return max(fitting, key=lambda other: (other.at, other.identity)) if fitting else None
