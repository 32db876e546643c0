"""The accounts of the config and how the store knows them in, those that were never read to their end out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daemon.config import Account
from inference.network import AccountState, Network


def with_unfinished(network: Network, configured: Sequence[Account]) -> Network:
    """``network`` with the accounts of the config: those whose first pass never ended, or never began, of which the
    store has no word, too; without those that the config no longer has, which nobody is to look after."""
    known = {state.name: state for state in network.accounts}
    accounts = [known.get(each.name) or AccountState(name=each.name, kind=each.kind) for each in configured]
    return replace(network, accounts=tuple(sorted(accounts, key=lambda state: state.name)))


def unfinished(states: Sequence[AccountState], configured: Sequence[Account]) -> str | None:
    """A line about accounts that were never read to their end, so that what is not found may be there all the same."""
    finished = {state.name for state in states if state.last_success is not None}
    names = [each.name for each in configured if each.name not in finished]
    if not names:
        return None
    which = f"account {names[0]} has" if len(names) == 1 else f"accounts {', '.join(names)} have"
    return f"{which} not been read completely yet: kith sync starts, or goes on where it stopped"
