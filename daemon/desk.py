"""What the passes brought in; people, favors and ties worked out, the letter sent, the daemon's note written, out.

One thread does all of that, so that accounts never wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Final

import msgspec

from daemon.collector import give_back
from daemon.config import Config
from daemon.letters import Letters
from daemon.logs import Log
from daemon.passes import owner_of
from daemon.pipeline import forget_sentences
from daemon.pulse import Pulse
from daemon.refresh import refresh
from daemon.status import NOTE, AccountNow, DaemonNow
from daemon.store import Store, StoreError
from daemon.surroundings import clock

#: Passes that end within this time of one another are worked out together.
_TOGETHER_S: Final = 0.5
#: The note is written this long after something has changed, once for all that changed meanwhile.
_NOTE_S: Final = 2.0
#: How often it looks at the clock, which may have been set.
_LOOK_S: Final = 60.0
_AFTER_TROUBLE_S: Final = 30.0


class Desk:
    """The thread that minds everything but the reading."""

    def __init__(
        self,
        store: Store,
        journal: Log,
        letters: Letters,
        config: Config,
        *,
        accounts: Callable[[], Sequence[AccountNow]],
        read_since: Callable[[float], bool],
        read_all: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self.pulse = Pulse()
        self.working_out = False
        self.started = clock()
        self.letters = letters
        self._config = config
        self._store = store
        self._journal = journal
        self._accounts = accounts
        self._read_since = read_since
        self._read_all = read_all
        self._changed = changed
        self._stopping = Event()
        self._woken = Event()
        self._wanted = True  # what an earlier run read may not be worked out yet
        self._note_at: float | None = None
        self._pause_until = 0.0
        self._thread = Thread(target=self._run, name="kith desk", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    # What others tell it.

    def passed(self, brought: bool) -> None:
        """A pass has ended; whether it brought anything."""
        self._wanted = self._wanted or brought
        self._woken.set()

    def note_soon(self) -> None:
        """What the daemon does has changed."""
        if self._note_at is None:
            self._note_at = monotonic() + _NOTE_S
            self._woken.set()

    def reconfigured(self, config: Config, letters: Letters) -> None:
        """The config was read anew."""
        self._config, self.letters = config, letters
        self._wanted = True
        self._woken.set()

    def stop(self) -> None:
        """End after the persons that are being worked out."""
        self._stopping.set()
        self._woken.set()

    def ended(self, seconds: float) -> bool:
        """Wait for the end at most so long; whether it came."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    # What it does.

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.pulse.beat()
            try:
                self._work()
            except StoreError as error:
                self._trouble(str(error))
            except Exception as error:  # whatever it is, the reading goes on and so does the next try
                self._trouble(f"unexpected {type(error).__name__}: {error}; please report it")
            self.pulse.rest()
            self._woken.wait(self._wait_s())
            self._woken.clear()

    def _trouble(self, line: str) -> None:
        self._pause_until = monotonic() + _AFTER_TROUBLE_S
        self._journal.error("store", line)

    def _wait_s(self) -> float:
        waits = [_LOOK_S, self.letters.wait_s() or _LOOK_S]
        if self._note_at is not None:
            waits.append(self._note_at - monotonic())
        if self._wanted:
            waits.append(0.0)
        return max(0.0, min(waits), self._pause_until - monotonic())

    def _work(self) -> None:
        if monotonic() < self._pause_until:
            return
        if self._wanted:
            self._stopping.wait(_TOGETHER_S)
            self._work_out()
        self._letter()
        self._note()

    def _note(self) -> None:
        """Leave what the daemon does in the store, where that has changed."""
        if self._note_at is not None and monotonic() >= self._note_at:
            self._note_at = None
            self._store.take_note(NOTE, msgspec.json.encode(self.now()).decode())

    def _work_out(self) -> None:
        if self._stopping.is_set():
            return
        self._wanted = False
        try:
            self._show(working_out=True)
            done = refresh(self._store, owner_of(self._config), progress=self._moved, stop=self._told_to_stop)
        except BaseException:
            self._wanted = True
            raise
        finally:
            self._show(working_out=False)
        if done.persons:
            self._store.rest()
            forget_sentences()
            give_back()
            self._journal.info("people", f"favors and ties of {done.persons} people worked out", people=done.persons)

    def _letter(self) -> None:
        time = self.letters.due()
        if time is None or self._stopping.is_set():
            return
        if self.letters.gathered(self._read_since, self._read_all):
            self._work_out()
            self.pulse.beat()
            self.letters.send(time)
            self.note_soon()

    def now(self) -> DaemonNow:
        """What the daemon does."""
        return DaemonNow(
            pid=os.getpid(),
            started=self.started,
            at=_whole(clock()),
            accounts=tuple(self._accounts()),
            working_out=self.working_out,
            letter=self.letters.problem,
        )

    def _told_to_stop(self) -> bool:
        self.pulse.beat()
        return self._stopping.is_set()

    def _moved(self, _done: int, _total: int) -> None:
        self.pulse.beat()
        self._note()  # working out many people takes long

    def _show(self, *, working_out: bool) -> None:
        self.working_out = working_out
        self._changed()


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
