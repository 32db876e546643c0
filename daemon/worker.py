"""One account in; a thread that reads it when it is due, again and again, out.

Between passes the source is watched where it can say that something is new, else waited for. What failed is tried
again by the class of the error: soon, seldom, or when the owner has changed something.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final

import msgspec

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.protocol import Connector, Watches
from connectors.records import Message
from daemon import passes
from daemon.config import Account, Config
from daemon.logs import Log
from daemon.pipeline import read_with_default
from daemon.pulse import Pulse
from daemon.schedule import PAUSED, STOPPED, backoff, jittered
from daemon.status import AccountNow, Doing
from daemon.store import Store, StoreError
from daemon.surroundings import clock, surroundings
from inference.findings import MessageFindings

#: How often a waiting thread looks at whether a file that a paused account depends on has changed.
_LOOK_S: Final = 5.0
#: A source that says again and again that something is new is not read more often than this.
_SHORTEST_GAP_S: Final = 1.0
#: A watch that broke sooner than this is a failure; a later one is a connection that has had its time.
_SOUND_WATCH_S: Final = 60.0
#: The same problem is said again in the log after so long.
_SAY_AGAIN_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What a worker needs of the rest of the daemon. ``changed`` is called when what it does changes, ``read`` after
    each pass with whether it brought anything."""

    journal: Log
    changed: Callable[[], None]
    read: Callable[[bool], None]
    chance: Callable[[], float] = random.random


class Worker:
    """Reads one account in a thread of its own."""

    def __init__(self, config: Config, account: Account, store: Store, office: Office) -> None:
        self.account = account
        self.pulse = Pulse()
        self._config = config
        self._store = store
        self._office = office
        self._connector: Connector | None = None
        self._guard = Lock()
        self._stopping = Event()
        self._woken = Event()
        self._due = monotonic()
        self._said: tuple[str | None, float] = (None, 0.0)
        self._warned: str | None = None
        self._depended_on: tuple[object, ...] = ()
        self._reconnect = False
        #: When the latest pass began that came to an end, on the monotonic clock.
        self.looked_at = 0.0
        self.now = AccountNow(name=account.name, doing="starting", since=clock())
        self._thread = Thread(target=self._run, name=f"kith {account.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    # What others ask of it.

    def read_now(self, *, reconnect: bool = False) -> None:
        """Read as soon as possible, paused or not; with a new connection where the old one cannot be trusted."""
        self._reconnect = self._reconnect or reconnect
        self._due = monotonic()
        self._woken.set()

    def stop(self) -> None:
        """End after what is being written; a batch that is only being looked at is left to the next start."""
        self._stopping.set()
        self._woken.set()

    def cut_off(self) -> None:
        """Close the connection under a thread that does not move: the last means before a restart. May take a while."""
        with self._guard:
            opened: object = self._connector
        passes.closed(opened)

    def ended(self, seconds: float) -> bool:
        """Wait for the end at most so long; whether it came."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    # What it does.

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._read()
                self._rest()
        except Exception as error:  # a bug here stops one account, in plain sight
            self._office.journal.error("bug", f"unexpected {type(error).__name__}: {error}", account=self.account.name)
            self._show("stopped", problem=f"unexpected {type(error).__name__}; please report it")
        finally:
            self.pulse.rest()
            self._close()

    def _read(self) -> None:
        """One pass, and when the next is due."""
        self._woken.clear()
        self.pulse.beat()
        began = monotonic()
        if self._reconnect:
            self._reconnect = False
            self._close()
        try:
            with self._store.reading(self.account.name, told=self._waits, stop=self._told_to_stop) as alone:
                if not alone:
                    return
                self._show("reading", done=0, total=None)
                done = passes.one_pass(
                    self._config,
                    self._store,
                    self.account,
                    self._opened,
                    progress=self._progress,
                    stop=self._told_to_stop,
                    read=self._find,
                )
        except StoreError as error:
            self._failed(str(error), Transient(""), partly=False)
            return
        if done.outcome.stopped:
            return
        self.looked_at = began
        self._note(done)

    def _note(self, done: passes.Pass) -> None:
        outcome, counts = done.outcome, done.outcome.applied
        sums = {
            "passes": self.now.passes + 1,
            "failed": self.now.failed + (outcome.problem is not None),
            **{name: getattr(self.now, name) + getattr(counts, name) for name in ("new", "changed", "removed")},
            "rejected": self.now.rejected + counts.rejected,
        }
        self.now = msgspec.structs.replace(self.now, **sums)
        journal, name = self._office.journal, self.account.name
        brought = bool(counts.new or counts.changed or counts.removed)
        if brought or counts.rejected:
            tally = {key: getattr(counts, key) for key in ("new", "changed", "removed", "rejected")}
            journal.info("pass", passes.pass_line(done), account=name, seconds=round(done.seconds, 3), **tally)
        for line in outcome.notes:
            journal.warning("note", line, account=name)
        if outcome.warning and outcome.warning != self._warned:
            journal.warning("note", outcome.warning, account=name)
        self._warned = outcome.warning
        if outcome.problem is None:
            self._fine()
        else:
            self._failed(outcome.problem, outcome.error, partly=outcome.partly)
        self._office.read(brought)

    def _fine(self) -> None:
        if self.now.problem is not None:
            self._office.journal.info("recovered", "is read again", account=self.account.name)
        self._said = (None, 0.0)
        wait = jittered(self._config.run.every, self._office.chance())
        self._plan(wait, "waiting", failures=0, problem=None)

    def _failed(self, problem: str, error: Exception | None, *, partly: bool) -> None:
        """Plan the next try by the class of the error, and say what is wrong, unless that was said already."""
        self._close()
        failures = self.now.failures + 1
        every, chance = self._config.run.every, self._office.chance()
        doing: Doing = "waiting"
        if isinstance(error, NeedsOwner) and not partly:
            wait, doing = max(PAUSED, every), "paused"
        elif isinstance(error, NeedsOwner):
            wait = jittered(every, chance)  # the rest of the account is read as ever
        elif isinstance(error, ProtocolViolation):
            wait, doing = STOPPED, "stopped"
        else:
            asked = error.retry_after if isinstance(error, Transient) else None
            wait = backoff(failures, every=every, asked=asked, chance=chance)
        self._plan(wait, doing, failures=failures, problem=problem)
        said, at = self._said
        if said != problem or monotonic() - at > _SAY_AGAIN_S:
            self._said = (problem, monotonic())
            again = {"paused": "paused until that is mended", "stopped": "stopped; tried again in a day"}.get(
                doing, f"tried again in {_roughly(wait)}"
            )
            self._office.journal.warning("problem", f"{problem} ({again})", account=self.account.name)

    def _plan(self, wait: timedelta, doing: Doing, *, failures: int, problem: str | None) -> None:
        self._due = monotonic() + wait.total_seconds()
        self._depended_on = self._files() if problem else ()
        self._show(doing, due=clock() + wait, failures=failures, problem=problem)

    # Between passes.

    def _rest(self) -> None:
        began = monotonic()
        while not self._woken.is_set() and (left := self._due - monotonic()) > 0:
            opened: object = self._connector
            if isinstance(opened, Watches) and not self.now.failures:
                if self._watched(opened, left):
                    break
            else:
                self.pulse.rest()
                self._woken.wait(min(left, _LOOK_S) if self._depended_on else left)
                if self._depended_on and self._files() != self._depended_on:
                    break
        if not self._stopping.is_set() and not self._woken.is_set():
            self._stopping.wait(max(0.0, began + _SHORTEST_GAP_S - monotonic()))

    def _watched(self, opened: Watches, seconds: float) -> bool:
        """Watch the source; whether it is to be read now."""
        began = monotonic()
        if self.now.doing != "watching":
            self._show("watching", due=self.now.due)
        try:
            new = opened.watch(seconds, self._is_woken)
        except ConnectorError as error:
            if self._stopping.is_set():
                return True
            if monotonic() - began < _SOUND_WATCH_S:
                self._failed(str(error), error, partly=False)
                return False
            self._close()
            return True
        except Exception as error:  # see ``passes.one_pass``
            if not self._stopping.is_set():
                said = f"unexpected {type(error).__name__}: {error}; please report it"
                self._failed(said, None, partly=False)
            return False
        if not new and not self._woken.is_set() and monotonic() - began < min(seconds, _SHORTEST_GAP_S):
            self._woken.wait(_SHORTEST_GAP_S)  # it does not wait: then this does
        return new

    def _is_woken(self) -> bool:
        self.pulse.beat()
        return self._woken.is_set()

    def _files(self) -> tuple[object, ...]:
        """What the files that the account depends on look like: a change may be the owner's mending."""
        names = [self._config.path]
        if self.account.spec.needs_login:
            names.append(surroundings(self._config, self.account.name).logins.path(self.account.name))
        for key in ("path", "password_file", "client_file"):
            named: Any = getattr(self.account.settings, key, "")
            if isinstance(named, str) and named:
                names.append(self._config.folder / Path(named).expanduser())
        return tuple(_look(name) for name in names)

    # Small things.

    def _told_to_stop(self) -> bool:
        self.pulse.beat()
        return self._stopping.is_set()

    def _waits(self, line: str) -> None:
        self._office.journal.info("waiting", line, account=self.account.name)

    def _find(self, message: Message) -> MessageFindings:
        if self._told_to_stop():  # nothing of this batch is written yet: the next start reads it
            raise Transient("stopped")
        return read_with_default(message)

    def _progress(self, done: int, total: int | None) -> None:
        self.pulse.beat()
        self.now = msgspec.structs.replace(self.now, done=done, total=total)
        self._office.changed()

    def _opened(self) -> Connector:
        with self._guard:
            if self._connector is None:
                self._connector = passes.connector(self._config, self.account)
            return self._connector

    def _close(self) -> None:
        with self._guard:
            opened, self._connector = self._connector, None
        passes.closed(opened)

    def _show(self, doing: Doing, **more: Any) -> None:
        since: datetime = self.now.since if doing == self.now.doing else clock()
        self.now = msgspec.structs.replace(self.now, doing=doing, since=since, **more)
        self._office.changed()


def _look(path: Path) -> object:
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_ino, there.st_mtime_ns, there.st_size


def _roughly(wait: timedelta) -> str:
    seconds = wait.total_seconds()
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
