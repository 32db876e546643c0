"""The config and an open store in; passes over all accounts, once or for as long as nobody says stop, out.

An account that fails, however, never stops the others.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Final

from connectors.errors import ConnectorError, Transient
from daemon.config import Account, Config
from daemon.pipeline import Progress, SyncOutcome, sync_account
from daemon.refresh import Owner, refresh
from daemon.schedule import pause
from daemon.sent_boxes import sent_globs
from daemon.store import Applied, Store, StoreError
from daemon.surroundings import clock, surroundings

_LOG: Final = logging.getLogger("kithkeeper")

Say = Callable[[str], None]
ProgressOf = Callable[[Account], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass over one account: how it ended and how long it took."""

    account: Account
    outcome: SyncOutcome
    seconds: float

    @property
    def needs_login(self) -> bool:
        """Whether the owner must log in before it can go on."""
        return self.outcome.needs_owner and self.account.spec.needs_login


def owner_of(config: Config) -> Owner:
    """The owner as people and favors are worked out for."""
    return Owner(name=config.owner.name, addresses=config.owner.addresses)


def passes(
    config: Config,
    store: Store,
    accounts: Iterable[Account],
    *,
    progress: ProgressOf = lambda account: lambda done, total: None,
    full: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Pass]:
    """Read the accounts one after another and yield how each pass ended.

    Raises:
        StoreError: the store failed, so that no account can be read.
    """
    for account in accounts:
        if stop():
            return
        began = monotonic()
        outcome = _pass(config, store, account, progress(account), full=full, stop=stop)
        yield Pass(account=account, outcome=outcome, seconds=monotonic() - began)


def _pass(
    config: Config, store: Store, account: Account, progress: Progress, *, full: bool, stop: Callable[[], bool]
) -> SyncOutcome:
    try:
        return sync_account(
            account.name,
            account.kind,
            account.spec.open(account.settings, surroundings(config, account.name)),
            store,
            now=clock,
            keep_text=config.store.keep_text == "full",
            progress=progress,
            full=full,
            stop=stop,
            sent=sent_globs(account.settings),
            zone=config.owner.zone,
        )
    except StoreError:
        raise
    except ConnectorError as error:
        return _failed(store, account, str(error), error)
    except Exception as error:  # the one place for what nobody foresaw: it is one account's trouble, not everybody's
        _LOG.debug("account %s", account.name, exc_info=True)
        said = str(error).partition("\n")[0]
        return _failed(store, account, f"unexpected {type(error).__name__}: {said}; please report it", None)


def _failed(store: Store, account: Account, problem: str, error: ConnectorError | None) -> SyncOutcome:
    kind = type(error).__name__ if error else "Unexpected"
    store.sync_finished(account.name, account.kind, at=clock(), problem=problem, error=kind)
    return SyncOutcome(account=account.name, applied=Applied(), problem=problem, error=error)


@dataclass(slots=True, kw_only=True)
class Loop:
    """``kith run``: reads each account when it is due, until ``stopping`` is set.

    ``say`` takes a line for the journal.
    """

    config: Config
    store: Store
    say: Say
    stopping: Event
    chance: Callable[[], float] = random.random
    _due: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _warned: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        """Work until told to stop; a batch that was begun is finished and kept."""
        names = ", ".join(account.name for account in self.config.accounts)
        self.say(f"reading {names} every {self.config.run.poll}")
        while not self.stopping.is_set():
            self._round()
            wait = min(self._due.values(), default=monotonic() + self.config.run.every.total_seconds()) - monotonic()
            self.stopping.wait(max(0.0, wait))

    def _round(self) -> None:
        """Read what is due, and work out whom that touches; trouble with the store is waited out."""
        due = [each for each in self.config.accounts if self._due.get(each.name, 0.0) <= monotonic()]
        try:
            for done in passes(self.config, self.store, due, stop=self.stopping.is_set):
                self._note(done)
            if due and not self.stopping.is_set():
                refresh(self.store, owner_of(self.config), stop=self.stopping.is_set)
        except StoreError as error:
            self.say(str(error))
            for account in due:
                self._plan(account, failed=True)

    def _note(self, done: Pass) -> None:
        outcome = done.outcome
        error = outcome.error
        asked = error.retry_after if isinstance(error, Transient) else None
        self._plan(done.account, failed=outcome.problem is not None, asked=asked)
        counts = outcome.applied
        if counts.new or counts.changed or counts.removed or counts.rejected:
            self.say(pass_line(done))
        for line in filter(None, (*outcome.notes, outcome.problem, self._news(outcome))):
            self.say(f"{outcome.account}: {line}")

    def _news(self, outcome: SyncOutcome) -> str | None:
        """What the owner is warned of, unless the last pass over this account said the same."""
        before, self._warned[outcome.account] = self._warned.get(outcome.account), outcome.warning
        return None if outcome.warning == before else outcome.warning

    def _plan(self, account: Account, *, failed: bool, asked: timedelta | None = None) -> None:
        failures = self._failures.get(account.name, 0) + 1 if failed else 0
        self._failures[account.name] = failures
        every = self.config.run.every
        wait = pause(every, failures=failures, asked=asked, chance=self.chance())
        self._due[account.name] = monotonic() + wait.total_seconds()


def pass_line(done: Pass) -> str:
    """One line about a pass: what came, what went, what could not be read."""
    counts = done.outcome.applied
    return (
        f"{done.account.name}: {counts.new} new, {counts.changed} changed, {counts.removed} removed, "
        f"{counts.rejected} rejected in {done.seconds:.1f} s"
    )
