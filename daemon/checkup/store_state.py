"""A config in; the store's file, the owner's addresses, how the last passes went and what could not be read, out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from daemon.checkup.finding import Finding, fail, ok, privacy, warn
from daemon.config import Config
from daemon.store import Store, StoreError, open_store


def kept(config: Config, rejections: int | None, said: Collection[str]) -> Iterator[Finding]:
    """What the store says of the last passes and of what could not be read; not what was ``said`` before."""
    try:
        store = open_store(config.store.url, config.folder)
    except StoreError as error:
        yield fail("store", str(error))
        return
    try:
        yield from _store_file(config)
        yield from _addresses(config, store)
        yield from _state(config, store, said)
        yield from _rejected(store, rejections)
    except StoreError as error:
        yield fail("store", str(error))
    finally:
        store.close()


def _store_file(config: Config) -> Iterator[Finding]:
    path = config.folder / Path(config.store.url.removeprefix("sqlite:///")).expanduser()
    if config.store.url.startswith("sqlite:///") and path.is_file():
        yield ok("store", f"{path}, {path.stat().st_size / 1e6:.1f} MB")
        yield privacy(path, "store")
    else:
        yield ok("store", "it opens")


def _addresses(config: Config, store: Store) -> Iterator[Finding]:
    """The owner's addresses: those of the config, and those that sent mail has shown."""
    more = [each for each in store.owner_emails() if each not in config.owner.addresses]
    seen = f"; from your sent mail also {', '.join(more[:8])} (not yours? kith correct not-me ADDRESS)" if more else ""
    yield ok("your addresses", f"{', '.join(config.owner.addresses)}{seen}")


def _state(config: Config, store: Store, said: Collection[str]) -> Iterator[Finding]:
    """How the last passes went, and accounts of the config that were never read; not what was ``said`` before."""
    states = {state.name: state for state in store.account_states()}
    for account in config.accounts:
        state = states.get(account.name)
        what = f"last sync of {account.name}"
        if state is None:
            yield warn(what, "never: run kith sync")
        elif state.problem and state.problem not in said:
            yield fail(what, state.problem)
        elif state.last_success:
            at = state.last_success.astimezone(config.owner.zone)
            yield ok(what, f"{at:%Y-%m-%d %H:%M}")


def _rejected(store: Store, limit: int | None) -> Iterator[Finding]:
    """Items that could not be read, with the reason of each."""
    found = store.rejections()
    if not found:
        yield ok("items", "every item could be read")
        return
    for each in islice(found, limit):
        what = f"{each.account}, {each.stream}"
        yield warn(what, f"item {each.key} was left out: {each.reason}")
    if limit is not None and len(found) > limit:
        yield warn("items", f"{len(found) - limit} more were left out: kith doctor --all")
