"""What requests cost in, how long to wait before the next one out: so many units in any 60 seconds, never more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

_WINDOW_S: Final = 60.0


class Quota:
    """Counts the units of the last minute.

    A window that slides, not a bucket that fills: a full bucket and what flows in during the first minute would come to
    twice the limit.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """``clock`` is a monotonic clock in seconds."""
        self._limit, self._clock = max(1, per_minute), clock
        self._spent: deque[tuple[float, int]] = deque()
        self._sum = 0
        self.total = 0

    def wait(self, units: int) -> float:
        """Seconds until ``units`` may be spent; 0 where they may be now."""
        now = self._clock()
        while self._spent and self._spent[0][0] <= now - _WINDOW_S:
            self._sum -= self._spent.popleft()[1]
        over = self._sum + min(units, self._limit) - self._limit
        for at, spent in self._spent:
            if over <= 0:
                break
            over -= spent
            if over <= 0:
                return max(0.0, at + _WINDOW_S - now)
        return 0.0

    def spend(self, units: int) -> None:
        """Note that ``units`` are spent now."""
        self._spent.append((self._clock(), units))
        self._sum += units
        self.total += units
