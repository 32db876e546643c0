"""What the daemon did in, a line of the log out: plain for people and the journal, or one JSON object.

Errors of sources come from strangers: whatever they say is one line without control characters. Secrets are never in
it, for no message has them.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TextIO

import msgspec

from connectors.harmless import one_line

_LONGEST: Final = 1_000


class Level(StrEnum):
    """How much it matters; the journal's own numbers are in ``_PRIORITY``."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogForm(StrEnum):
    """How lines are written."""

    PLAIN = "plain"
    JSON = "json"


_PRIORITY: Final = {Level.INFO: 6, Level.WARNING: 4, Level.ERROR: 3}


class Log:
    """Writes lines, from any thread, whole; never stops the work because it cannot."""

    def __init__(self, form: LogForm = LogForm.PLAIN, out: TextIO | None = None) -> None:
        self._form = form
        self._out = out or sys.stdout
        self._guard = threading.Lock()
        self._priorities = form is LogForm.PLAIN and _is_journal(self._out)

    def info(self, event: str, line: str, *, account: str | None = None, **counts: float) -> None:
        """Something happened as it should."""
        self._write(Level.INFO, event, line, account, counts)

    def warning(self, event: str, line: str, *, account: str | None = None, **counts: float) -> None:
        """Something is not as it should be, and is tried again or waits for the owner."""
        self._write(Level.WARNING, event, line, account, counts)

    def error(self, event: str, line: str, *, account: str | None = None, **counts: float) -> None:
        """Something failed that should not."""
        self._write(Level.ERROR, event, line, account, counts)

    def _write(self, level: Level, event: str, line: str, account: str | None, counts: dict[str, float]) -> None:
        said = one_line(line, _LONGEST)
        if self._form is LogForm.JSON:
            text = _json(level, event, said, account, counts)
        else:
            mark = f"<{_PRIORITY[level]}>" if self._priorities else ""
            text = f"{mark}{said if account is None or said.startswith(f'{account}: ') else f'{account}: {said}'}"
        with self._guard:
            try:
                print(text, file=self._out, flush=True)
            except (OSError, ValueError):  # whoever read it is gone, or its disk is full
                return


def _json(level: Level, event: str, line: str, account: str | None, counts: dict[str, float]) -> str:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry: dict[str, object] = {"time": at, "level": level.value, "event": event}
    if account is not None:
        entry["account"] = one_line(account, _LONGEST)
    return msgspec.json.encode({**entry, "message": line, **counts}).decode()


def _is_journal(out: TextIO) -> bool:
    """Whether ``out`` goes to the journal, which says so in JOURNAL_STREAM by device and inode."""
    try:
        there = os.fstat(out.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM", "") == f"{there.st_dev}:{there.st_ino}"
