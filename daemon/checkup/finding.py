"""What a look at one thing finds: how bad it is, and what to do."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Verdict(IntEnum):
    """How bad it is."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: ``says`` is how it is and, where it is not well, what to do."""

    verdict: Verdict
    what: str
    says: str


def ok(what: str, says: str) -> Finding:
    """It is well."""
    return Finding(verdict=Verdict.OK, what=what, says=says)


def warn(what: str, says: str) -> Finding:
    """It works, and should be otherwise."""
    return Finding(verdict=Verdict.WARN, what=what, says=says)


def fail(what: str, says: str) -> Finding:
    """It does not work."""
    return Finding(verdict=Verdict.FAIL, what=what, says=says)


def privacy(path: Path, what: str) -> Finding:
    """Whether a file that is there is the owner's alone."""
    if path.stat().st_mode & _OTHERS:
        says = f"{path} can be read or written by others on this machine: chmod 600 {path}"
        return warn(f"{what} permissions", says)
    return ok(f"{what} permissions", "yours alone")


def kept_by_service(settings: object) -> str:
    """The credential with the password, where only the service has it and so nothing can be tried from here; or none."""
    return "" if os.environ.get("CREDENTIALS_DIRECTORY") else getattr(settings, "password_credential", "")


def counted(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else several}"
