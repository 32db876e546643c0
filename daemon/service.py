"""The config and an open store in; all accounts read and the letter sent, until the system says stop, out.

The main thread only hears signals, feeds the watchdog and tells how things stand; it never waits for a server or for
the store.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from threading import Thread
from time import CLOCK_BOOTTIME, CLOCK_MONOTONIC, clock_gettime, monotonic
from typing import Final

from daemon.bell import Bell
from daemon.config import Account, Config, load
from daemon.desk import Desk
from daemon.failure import ConfigError
from daemon.letters import Letters
from daemon.logs import Log
from daemon.notify import Notifier
from daemon.pulse import STUCK_S
from daemon.schedule import next_time, weekly
from daemon.status import AccountNow, summary
from daemon.store import Store, StoreError, open_store
from daemon.surroundings import clock
from daemon.worker import Office, Worker

#: How often the main thread looks around when nothing rings.
_TICK_S: Final = 30.0
#: Threads have so long to end: longer than a batch takes that is being written. Then they are left.
_END_S: Final = 4.0
#: A machine that slept for longer than this has lost its connections.
_SLEPT_S: Final = 20.0
#: How long another process may write before an account says that the store is busy.
_PATIENCE_S: Final = 60.0
STOPS: Final = (signal.SIGTERM, signal.SIGINT)


class Service:
    """``kith run``: one thread an account, one for all else."""

    def __init__(self, config: Config, store: Store, *, journal: Log, notifier: Notifier, bell: Bell) -> None:
        self.config = config
        self.store = store
        self._journal = journal
        self._notifier = notifier
        self._bell = bell
        self._workers: dict[str, Worker] = {}
        self._ending: list[Worker] = []
        self._cut: set[str] = set()
        self._told = ""
        self._slept = _asleep()
        self._config_looked = _look(config)
        self.stopping = False
        #: Threads that did not end in time: the store is not to be closed under them.
        self.left_behind = False
        self._desk = Desk(
            store,
            journal,
            self._letters(config),
            config,
            accounts=self.accounts,
            read_since=self._read_since,
            read_all=self._read_all,
            changed=self._changed,
        )

    # What others ask, from any thread.

    def accounts(self) -> Sequence[AccountNow]:
        """What is being done with each account."""
        return [worker.now for worker in list(self._workers.values())]

    def stuck(self) -> list[str]:
        """Which threads do not move though they should: names of accounts, "favors" for the rest."""
        names = [name for name, worker in list(self._workers.items()) if worker.pulse.stuck()]
        return [*names, "favors"] if self._desk.pulse.stuck() else names

    @property
    def desk(self) -> Desk:
        """The thread that minds everything but the reading."""
        return self._desk

    # The main thread.

    def run(self) -> Config | None:
        """Work until a signal says stop (None), or a config with another store is to be gone on with (that one)."""
        self.store.be_patient(_PATIENCE_S)
        self._begin()
        after: Config | None = None
        while not self.stopping:
            rung = self._bell.wait(self._tick_s())
            if rung & set(STOPS):
                self.stopping = True
            elif signal.SIGHUP in rung or self._config_changed_while_paused():
                after = self._reload()
                if after is not None:
                    break
            self._tick()
        self._end()
        return after

    def _begin(self) -> None:
        names = ", ".join(account.name for account in self.config.accounts)
        self._journal.info("start", f"reading {names} every {self.config.run.poll}")
        try:
            self._desk.letters.begin()
        except StoreError as error:
            self._journal.error("store", str(error))
        for account in self.config.accounts:
            self._hire(account)
        self._desk.start()
        self._notifier.ready()
        self._tick()

    def _hire(self, account: Account) -> None:
        office = Office(journal=self._journal, changed=self._changed, read=self._desk.passed)
        worker = self._workers[account.name] = Worker(self.config, account, self.store, office)
        worker.start()

    def _tick_s(self) -> float:
        return min(_TICK_S, self._notifier.watchdog_s / 3 or _TICK_S)

    def _tick(self) -> None:
        stuck = self.stuck()
        if not stuck:
            self._notifier.moving()
        for name, worker in self._workers.items():
            self._mind(name, worker)
        asleep = _asleep()
        if asleep - self._slept > _SLEPT_S:
            self._journal.info("woken", "the machine slept: connecting anew")
            for worker in self._workers.values():
                worker.read_now(reconnect=True)
        self._slept = asleep
        self._ending = [worker for worker in self._ending if not worker.ended(0)]
        self._tell()

    def _mind(self, name: str, worker: Worker) -> None:
        """Cut the connection of a thread that does not move; if that does not help, the watchdog starves."""
        if worker.pulse.still_for() < STUCK_S * 2 / 3:
            self._cut.discard(name)
        elif name not in self._cut:
            self._cut.add(name)
            self._journal.error("stuck", "has not moved for long: closing its connection", account=name)
            Thread(target=worker.cut_off, name=f"kith cut {name}", daemon=True).start()

    def _tell(self) -> None:
        zone = self.config.owner.zone
        letter = None
        if self.config.mailed:
            letter = next_time(weekly(self.config.digest.every), zone, clock()).astimezone(zone)
        line = summary(
            self.accounts(), letter, working_out=self._desk.working_out, zone_name=self.config.owner.timezone
        )
        if line != self._told:
            self._told = line
            self._notifier.status(line)

    # Reloading.

    def _config_changed_while_paused(self) -> bool:
        """Whether the owner has changed the config while an account waits for just that."""
        if not any(each.doing in ("paused", "stopped") for each in self.accounts()):
            return False
        return _look(self.config) != self._config_looked

    def _reload(self) -> Config | None:
        """Read the config anew and do what it says now; it itself where that needs another store."""
        self._notifier.reloading()
        self._config_looked = _look(self.config)
        try:
            fresh = load(self.config.path)
            if not fresh.accounts:
                raise ConfigError(f"no account is left in {fresh.path}")
            if fresh.store.url != self.config.store.url:
                open_store(fresh.store.url, fresh.folder).close()
        except (ConfigError, StoreError) as error:
            self._journal.error("config", f"{error}; going on with the config as it was")
            self._again()
            return None
        self._journal.info("config", "config read anew")
        if fresh.store.url != self.config.store.url:
            return fresh
        before, self.config = self.config, fresh
        self._dismiss(before)
        self._desk.reconfigured(fresh, self._letters(fresh))
        for account in fresh.accounts:
            if account.name not in self._workers:
                self._hire(account)
        names = ", ".join(account.name for account in fresh.accounts)
        self._journal.info("start", f"reading {names} every {fresh.run.poll}")
        self._again()
        return None

    def _dismiss(self, before: Config) -> None:
        """Let those end whose account is gone or changed, or whose surroundings have."""
        same = (before.owner, before.run.poll, before.store) == (
            self.config.owner,
            self.config.run.poll,
            self.config.store,
        )
        wanted = {account.name: account for account in self.config.accounts}
        for name, worker in list(self._workers.items()):
            if not same or wanted.get(name) != worker.account:
                worker.stop()
                self._ending.append(self._workers.pop(name))

    def _again(self) -> None:
        """The owner has looked after things: try everything once more."""
        for worker in self._workers.values():
            worker.read_now()
        self._notifier.ready()

    def _letters(self, config: Config) -> Letters:
        return Letters(config, self.store, self._journal, now=clock)

    # The end.

    def _end(self) -> None:
        """Ask all threads to end, and leave those that wait for a server: what they wrote is written."""
        if self.stopping:
            self._notifier.stopping()
        workers = [*self._workers.values(), *self._ending]
        for worker in workers:
            worker.stop()
        self._desk.stop()
        until = monotonic() + _END_S
        late = [worker for worker in workers if not worker.ended(until - monotonic())]
        self.left_behind = bool(late) or not self._desk.ended(until - monotonic())
        for worker in late:
            self._journal.info("stop", "left in the middle; goes on there next time", account=worker.account.name)

    # What the threads call.

    def _changed(self) -> None:
        self._desk.note_soon()
        self._bell.ring()

    def _read_since(self, moment: float) -> bool:
        """Whether every account was looked at, well or not, in a pass that began after ``moment`` (monotonic)."""
        return all(worker.looked_at >= moment for worker in list(self._workers.values()))

    def _read_all(self) -> None:
        for worker in list(self._workers.values()):
            worker.read_now()


def _asleep() -> float:
    """For how many seconds the machine has slept since it was started."""
    return clock_gettime(CLOCK_BOOTTIME) - clock_gettime(CLOCK_MONOTONIC)


def _look(config: Config) -> object:
    try:
        there = config.path.stat()
    except OSError:
        return None
    return there.st_ino, there.st_mtime_ns, there.st_size
