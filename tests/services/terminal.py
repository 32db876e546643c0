"""A program under test at a terminal of its own: what it asks is awaited, answers are typed, what it said is kept."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_S = 60.0


class Terminal:
    """``said`` is everything that came, with what the terminal echoed."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process, self.said, self._terminal, self._seen = process, "", terminal, 0

    def await_(self, text: str) -> None:
        """Wait until ``text`` is said after what was awaited before."""
        until = time.monotonic() + _PATIENCE_S
        while text not in self.said[self._seen :]:
            assert self._more(until), f"{text!r} was not said, but: {self.said}"
        self._seen = self.said.index(text, self._seen) + len(text)

    def answer(self, question: str, words: str) -> None:
        """Wait for a question and type the answer to it."""
        self.await_(question)
        self.await_(": ")
        # What is typed before the echo is switched off for a password would be shown.
        time.sleep(0.05)
        os.write(self._terminal, words.encode() + b"\n")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for the program's end; its exit code."""
        until = time.monotonic() + _PATIENCE_S
        while self._more(until):
            pass
        return self.process.wait(timeout=_PATIENCE_S)

    def _more(self, until: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, until - time.monotonic()))
        try:
            data = os.read(self._terminal, 4096) if ready else b""
        except OSError:  # the other side is closed
            data = b""
        self.said += data.decode("utf-8", "replace").replace("\r", "")
        return bool(data)


@contextmanager
def terminal(words: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """``words`` running at a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(word) for word in words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, **(env or {})},
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
