"""What threads do in, whether one of them is stuck out: the watchdog is fed only while all of them move.

A thread that waits for its time is well however long it waits; one that works has to move: a batch, a mail, some
persons, a look at whether it is to stop.
"""

from __future__ import annotations

from time import monotonic
from typing import Final

#: A thread at work that has not moved for so long is stuck. Longer than any wait for one answer of a server.
STUCK_S: Final = 15 * 60.0


class Pulse:
    """One thread's sign of life. Written by that thread, read by others."""

    def __init__(self) -> None:
        self._working = False
        self._beat = monotonic()

    def beat(self) -> None:
        """The thread works and has moved."""
        self._beat = monotonic()
        self._working = True

    def rest(self) -> None:
        """The thread waits for its time."""
        self._working = False

    def still_for(self) -> float:
        """For how many seconds the thread has been at work without moving; 0 at rest."""
        return monotonic() - self._beat if self._working else 0.0

    def stuck(self) -> bool:
        """Whether that is too long."""
        return self.still_for() > STUCK_S
