"""The config, an open store and accounts in; one pass over each, and how it ended, out.

An account that fails never stops the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Final

from connectors.errors import ConnectorError
from connectors.harmless import one_line
from connectors.protocol import Closes, Connector
from daemon.config import Account, Config
from daemon.pipeline import Progress, Read, SyncOutcome, sync_account
from daemon.refresh import Owner
from daemon.sent_boxes import sent_globs
from daemon.store import Applied, Store, StoreError
from daemon.surroundings import clock, surroundings

_LOG: Final = logging.getLogger("kithkeeper")

ProgressOf = Callable[[Account], Progress]
Say = Callable[[str], None]


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


def connector(config: Config, account: Account) -> Connector:
    """The account's connector, as the config says.

    Raises:
        NeedsOwner: the settings are no good.
    """
    opened: Connector = account.spec.open(account.settings, surroundings(config, account.name))
    return opened


def closed(opened: object) -> None:
    """Let a connector give back what it holds open, if anything."""
    if isinstance(opened, Closes):
        try:
            opened.close()
        except Exception:  # it was to raise nothing, and whoever closes it has better to do
            _LOG.debug("closing a connector", exc_info=True)


def passes(
    config: Config,
    store: Store,
    accounts: Iterable[Account],
    *,
    progress: ProgressOf = lambda account: lambda done, total: None,
    full: bool = False,
    waiting: Say = lambda line: None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Pass]:
    """Read the accounts one after another and yield how each pass ended.

    Args:
        waiting: gets a line where an account is being read by another process, which is waited for.

    Raises:
        StoreError: the store failed, so that no account can be read.
    """
    for account in accounts:
        opened: list[Connector] = []

        def open_once(account: Account = account, opened: list[Connector] = opened) -> Connector:
            opened.append(connector(config, account))
            return opened[0]

        with store.reading(account.name, told=waiting, stop=stop) as alone:
            if not alone:
                return
            try:
                done = one_pass(config, store, account, open_once, progress=progress(account), full=full, stop=stop)
            finally:
                closed(next(iter(opened), None))
        yield done


def one_pass(
    config: Config,
    store: Store,
    account: Account,
    opened: Callable[[], Connector],
    *,
    progress: Progress,
    full: bool = False,
    stop: Callable[[], bool] = lambda: False,
    read: Read | None = None,
) -> Pass:
    """Read one account with the connector that ``opened`` gives; nobody else may read it at the time.

    Raises:
        StoreError: the store failed.
    """
    began = monotonic()
    try:
        outcome = sync_account(
            account.name,
            account.kind,
            opened(),
            store,
            now=clock,
            keep_text=config.store.keep_text == "full",
            progress=progress,
            full=full,
            stop=stop,
            read=read,
            sent=sent_globs(account.settings),
            zone=config.owner.zone,
        )
    except StoreError:
        raise
    except Exception as error:  # the one place for what nobody foresaw: it is one account's trouble, not everybody's
        outcome = _failed(store, account, error, stopped=stop())
    return Pass(account=account, outcome=outcome, seconds=monotonic() - began)


def _failed(store: Store, account: Account, error: Exception, *, stopped: bool) -> SyncOutcome:
    if stopped:  # its connection was closed from outside: that is no trouble of the account's
        return SyncOutcome(account=account.name, applied=Applied(), stopped=True)
    line = one_line(str(error).strip().partition("\n")[0], 500)
    known = isinstance(error, ConnectorError)
    problem = line if known else f"unexpected {type(error).__name__}: {line}; please report it"
    if not known:
        _LOG.debug("account %s", account.name, exc_info=True)
    name = type(error).__name__ if known else "Unexpected"
    store.sync_finished(account.name, account.kind, at=clock(), problem=problem, error=name)
    return SyncOutcome(
        account=account.name,
        applied=Applied(),
        problem=problem,
        error=error if isinstance(error, ConnectorError) else None,
    )


def pass_line(done: Pass) -> str:
    """One line about a pass: what came, what went, what could not be read."""
    counts = done.outcome.applied
    return (
        f"{done.account.name}: {counts.new} new, {counts.changed} changed, {counts.removed} removed, "
        f"{counts.rejected} rejected in {done.seconds:.1f} s"
    )
