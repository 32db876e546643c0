"""One writer a store: turns of the threads of this process, and among processes a lock that is handed on fairly.

A turn is short: a batch, some persons, one correction. Nobody waits for a network in one. Whoever is next in another
process stands in a queue of one, which a long work can see and give way to.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from daemon.store.errors import StoreBusy
from daemon.store.locks import NEXT, WRITER, Locks

_LOOK_AGAIN_S: Final = 0.05
#: How long a command waits for another process to end its turn.
PATIENCE_S: Final = 10.0


class _Line:
    """A re-entrant lock for threads that is handed to whoever has waited longest; ``depth`` is its owner's."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: int | None = None
        self._waiting: deque[tuple[int, threading.Event]] = deque()
        self.depth = 0

    @property
    def longed_for(self) -> bool:
        """Whether another thread waits."""
        return bool(self._waiting)

    def mine(self) -> bool:
        """Whether the calling thread has it."""
        return self._owner == threading.get_ident()

    def enter(self) -> None:
        """Wait for it; at once where the thread has it already."""
        me = threading.get_ident()
        with self._guard:
            if self._owner is None or self._owner == me:
                self._owner = me
                self.depth += 1
                return
            called = threading.Event()
            self._waiting.append((me, called))
        try:
            called.wait()
        except BaseException:
            with self._guard:
                if (me, called) in self._waiting:
                    self._waiting.remove((me, called))
                else:
                    self._pass_on()
            raise

    def leave(self) -> None:
        """Give it back, or one level of it."""
        with self._guard:
            self.depth -= 1
            if self.depth == 0:
                self._pass_on()

    def _pass_on(self) -> None:
        self.depth = 0
        self._owner = None
        if self._waiting:
            self._owner, called = self._waiting.popleft()
            self.depth = 1
            called.set()


class Turns:
    """Who may write now."""

    def __init__(self, locks: Locks) -> None:
        self.locks = locks
        self.patience_s = PATIENCE_S
        self._line = _Line()

    @contextmanager
    def held(self, patience_s: float | None = None) -> Iterator[None]:
        """Be the only one who writes; within a turn of the same thread that is so already.

        Args:
            patience_s: how long to wait for another process; ``self.patience_s`` where None. Threads of this process
                are waited for, however long they take.

        Raises:
            StoreBusy: another process wrote for longer than that.
        """
        self._line.enter()
        try:
            if self._line.depth == 1:
                self._take(self.patience_s if patience_s is None else patience_s)
            yield
        finally:
            if self._line.depth == 1:
                self.locks.give_back(WRITER)
            self._line.leave()

    def give_way(self) -> bool:
        """Within a turn: let those who wait have theirs, if anybody does; whether so, and the store may have changed.

        Raises:
            StoreBusy: whoever came next does not end.
        """
        if not self._line.mine() or self._line.depth != 1:
            return False
        if not (self._line.longed_for or self.locks.wanted(NEXT)):
            return False
        self.locks.give_back(WRITER)
        self._line.leave()
        self._line.enter()
        self._take(self.patience_s)
        return True

    def _take(self, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        is_next = False
        try:
            while True:
                is_next = is_next or self.locks.take(NEXT)
                if is_next and self.locks.take(WRITER):
                    return
                if time.monotonic() >= until:
                    raise StoreBusy(self._refusal())
                time.sleep(_LOOK_AGAIN_S)
        finally:
            if is_next:
                self.locks.give_back(NEXT)

    def _refusal(self) -> str:
        holder = self.locks.holder(WRITER)
        who = f" ({holder})" if holder else ""
        return f"another kith{who} is writing to this store: try again when it is done"


@contextmanager
def waited(
    locks: Locks, number: int, *, told: Callable[[], None], stop: Callable[[], bool], beat_s: float = 0.25
) -> Iterator[bool]:
    """Hold a lock, waiting as long as another has it; False where ``stop`` held before it was free.

    ``told`` is called once if there is something to wait for.
    """
    taken = locks.take(number)
    if not taken:
        told()
    while not taken and not stop():
        time.sleep(beat_s)
        taken = locks.take(number)
    try:
        yield taken
    finally:
        if taken:
            locks.give_back(number)
