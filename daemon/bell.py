"""Signals of the system and calls of other threads in; the main thread woken, with the signals that came, out.

A handler that sets an ``Event`` can lock itself out when the main thread is in the middle of waiting for it. Here a
signal is a byte in a pipe, and nothing happens but where the main thread reads it.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterable
from types import FrameType
from typing import Final

_CALL: Final = b"\0"


class Bell:
    """Rings by signals and by ``ring``. Made and waited for in the main thread, rung by any."""

    def __init__(self, signals: Iterable[signal.Signals]) -> None:
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before = {number: signal.signal(number, _heard) for number in signals}
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def ring(self) -> None:
        """Wake the main thread."""
        try:
            os.write(self._writer, _CALL)
        except OSError:  # it is full of calls, or nobody waits any more
            return

    def wait(self, seconds: float) -> set[int]:
        """Wait until it rings or ``seconds`` have passed; the numbers of the signals that came."""
        select.select([self._reader], [], [], max(0.0, seconds))
        try:
            return set(os.read(self._reader, 4096)) - {0}
        except BlockingIOError:
            return set()

    def close(self) -> None:
        """Put back how signals were handled before."""
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        writer, self._writer = self._writer, -1
        os.close(writer)


def _heard(_number: int, _frame: FrameType | None) -> None:
    """The number is in the pipe already."""
