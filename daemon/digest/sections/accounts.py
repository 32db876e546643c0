"""Accounts that are not being read as they should: silence must not look like an all-clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from daemon.digest import entries, phrases
from daemon.digest.document import ACCOUNTS, Item, Who
from daemon.digest.section import SectionSpec, Thresholds
from inference.network import AccountState, Network

#: An account without trouble that was not read for longer than this is in trouble all the same.
_SILENT = timedelta(days=2)


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    troubled = [account for account in network.accounts if _in_trouble(account, network)]
    return [_item(account, network) for account in sorted(troubled, key=lambda account: account.name)]


def _in_trouble(account: AccountState, network: Network) -> bool:
    if account.problem or account.last_success is None:
        return True
    return network.as_of - account.last_success > _SILENT


def _item(account: AccountState, network: Network) -> Item:
    if account.last_success is None:
        since = None
        after = " has not been read yet." if account.problem else " has not been read completely yet."
        because = account.problem or "To start, or to go on where it stopped: kith sync."
    else:
        since = entries.local_day(network, account.last_success)
        after = f" was last read {phrases.lately(since, network.today)}."
        because = account.problem or "No error was reported; is the service running?"
    return Item(person=Who(name=account.name), after=after, because=because, since=since, worth=10.0)


SECTION = SectionSpec(id=ACCOUNTS, title="First, your accounts", order=0, build=_build)
