"""A config's path in; what is well and what is not, one finding at a time, each with what to do, out."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from importlib.metadata import packages_distributions
from itertools import islice
from pathlib import Path
from typing import Final

from connectors.errors import ConnectorError
from connectors.protocol import Stream
from daemon.config import Account, Config, load
from daemon.failure import ConfigError
from daemon.sent_boxes import listed, own_boxes, sent_globs, unmatched
from daemon.store import Store, StoreError, open_store
from daemon.surroundings import surroundings

#: The names at the top of the installation, and the distribution that each must belong to alone.
TOP_LEVEL: Final = ("connectors", "inference", "daemon")
DISTRIBUTION: Final = "kithkeeper"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
#: No clock that is right says less than this.
_BUILT: Final = datetime(2025, 1, 1, tzinfo=UTC)


class Verdict(IntEnum):
    """How bad it is."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: ``says`` is how it is and, where it is not well, what to do."""

    verdict: Verdict
    what: str
    says: str


def checkup(path: Path, *, rejections: int | None) -> Iterator[Finding]:
    """Look at everything; ``rejections`` is how many unreadable items are listed (None: all)."""
    yield from names(packages_distributions())
    yield from _clock(datetime.now(UTC))
    try:
        config = load(path)
    except ConfigError as error:
        yield Finding(verdict=Verdict.FAIL, what="config", says=str(error))
        return
    yield Finding(
        verdict=Verdict.OK, what="config", says=f"{path}, {_counted(len(config.accounts), 'account', 'accounts')}"
    )
    yield from _private(path, "config")
    if not config.accounts:
        yield Finding(verdict=Verdict.WARN, what="accounts", says=f"there is none: add an [[accounts]] table to {path}")
    said = set()
    for account in config.accounts:
        for finding in _account(config, account):
            said.add(finding.says)
            yield finding
    yield from _store(config, rejections, said)
    yield from _units()


def names(owners: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Whether another distribution has put its files into a folder of ours (see docs/adr/0001)."""
    for name in TOP_LEVEL:
        others = set(owners.get(name, [])) - {DISTRIBUTION}
        if others:
            says = (
                f"{', '.join(sorted(others))} installs files of the same name: install kithkeeper in an environment "
                "of its own (pipx, uv tool)"
            )
            yield Finding(verdict=Verdict.FAIL, what=f"package {name}", says=says)
    if not any(set(owners.get(name, [])) - {DISTRIBUTION} for name in TOP_LEVEL):
        yield Finding(verdict=Verdict.OK, what="packages", says=f"{', '.join(TOP_LEVEL)} are Kithkeeper's own")


def _clock(now: datetime) -> Iterator[Finding]:
    if now < _BUILT:
        yield Finding(
            verdict=Verdict.FAIL, what="clock", says=f"it says {now:%Y-%m-%d}: set it, all that is due depends on it"
        )
    else:
        yield Finding(verdict=Verdict.OK, what="clock", says=f"{now:%Y-%m-%d %H:%M} UTC")


def _private(path: Path, what: str) -> Iterator[Finding]:
    mode = path.stat().st_mode
    if mode & _OTHERS:
        says = f"{path} can be read or written by others on this machine: chmod 600 {path}"
        yield Finding(verdict=Verdict.WARN, what=f"{what} permissions", says=says)
    else:
        yield Finding(verdict=Verdict.OK, what=f"{what} permissions", says="yours alone")


def _account(config: Config, account: Account) -> Iterator[Finding]:
    what = f"account {account.name}"
    try:
        streams = account.spec.open(account.settings, surroundings(config, account.name)).streams()
    except ConnectorError as error:
        yield Finding(verdict=Verdict.FAIL, what=what, says=str(error))
        return
    if not streams:
        yield Finding(verdict=Verdict.WARN, what=what, says="nothing to read is there: look at its path")
        return
    yield Finding(verdict=Verdict.OK, what=what, says=f"{account.kind}, {_counted(len(streams), 'box', 'boxes')}")
    if streams[0].holds == "mail":
        yield from _sent(account, streams, what)


def _sent(account: Account, streams: Sequence[Stream], what: str) -> Iterator[Finding]:
    """Whether some box holds the owner's own mail; what is not in one does not count as written by the owner."""
    globs = sent_globs(account.settings)
    own, wrong = own_boxes(streams, globs), unmatched(streams, globs)
    if own:
        yield Finding(verdict=Verdict.OK, what=what, says=f"your own mail is in {', '.join(own[:5])}")
    elif wrong:
        yield Finding(verdict=Verdict.WARN, what=what, says=wrong)
    else:
        says = (
            f'no box of sent mail, so nothing you wrote counts: name it with sent = ["…"] (there are {listed(streams)})'
        )
        yield Finding(verdict=Verdict.WARN, what=what, says=says)


def _store(config: Config, rejections: int | None, said: Collection[str]) -> Iterator[Finding]:
    try:
        store = open_store(config.store.url, config.folder)
    except StoreError as error:
        yield Finding(verdict=Verdict.FAIL, what="store", says=str(error))
        return
    try:
        yield from _store_file(config)
        yield from _addresses(config, store)
        yield from _state(config, store, said)
        yield from _rejected(store, rejections)
    except StoreError as error:
        yield Finding(verdict=Verdict.FAIL, what="store", says=str(error))
    finally:
        store.close()


def _store_file(config: Config) -> Iterator[Finding]:
    path = config.folder / Path(config.store.url.removeprefix("sqlite:///")).expanduser()
    if config.store.url.startswith("sqlite:///") and path.is_file():
        yield Finding(verdict=Verdict.OK, what="store", says=f"{path}, {path.stat().st_size / 1e6:.1f} MB")
        yield from _private(path, "store")
    else:
        yield Finding(verdict=Verdict.OK, what="store", says="it opens")


def _addresses(config: Config, store: Store) -> Iterator[Finding]:
    """The owner's addresses: those of the config, and those that sent mail has shown."""
    more = [each for each in store.owner_emails() if each not in config.owner.addresses]
    seen = f"; from your sent mail also {', '.join(more[:8])} (not yours? kith correct not-me ADDRESS)" if more else ""
    yield Finding(verdict=Verdict.OK, what="your addresses", says=f"{', '.join(config.owner.addresses)}{seen}")


def _state(config: Config, store: Store, said: Collection[str]) -> Iterator[Finding]:
    """How the last passes went, and accounts of the config that were never read; not what was ``said`` before."""
    states = {state.name: state for state in store.account_states()}
    for account in config.accounts:
        state = states.get(account.name)
        what = f"last sync of {account.name}"
        if state is None:
            yield Finding(verdict=Verdict.WARN, what=what, says="never: run kith sync")
        elif state.problem and state.problem not in said:
            yield Finding(verdict=Verdict.FAIL, what=what, says=state.problem)
        elif state.last_success:
            at = state.last_success.astimezone(config.owner.zone)
            yield Finding(verdict=Verdict.OK, what=what, says=f"{at:%Y-%m-%d %H:%M}")


def _rejected(store: Store, limit: int | None) -> Iterator[Finding]:
    """Items that could not be read, with the reason of each."""
    found = store.rejections()
    if not found:
        yield Finding(verdict=Verdict.OK, what="items", says="every item could be read")
        return
    for each in islice(found, limit):
        what = f"{each.account}, {each.stream}"
        yield Finding(verdict=Verdict.WARN, what=what, says=f"item {each.key} was left out: {each.reason}")
    if limit is not None and len(found) > limit:
        yield Finding(
            verdict=Verdict.WARN, what="items", says=f"{len(found) - limit} more were left out: kith doctor --all"
        )


def _units() -> Iterator[Finding]:
    """Unit files of ours that are installed, and whether the program that they start is there."""
    folders = (Path("/etc/systemd/system"), Path.home() / ".config/systemd/user")
    installed = [unit for folder in folders for unit in sorted(folder.glob("kithkeeper*.service"))]
    for unit in installed:
        started = re.search(r"^ExecStart=[-@:+!]*(\S+)", unit.read_text(errors="replace"), re.MULTILINE)
        if started and Path(started[1]).exists():
            yield Finding(verdict=Verdict.OK, what="unit file", says=str(unit))
        else:
            program = started[1] if started else "nothing"
            says = f"{unit} starts {program}, which is not there: write the path of kith into its ExecStart"
            yield Finding(verdict=Verdict.FAIL, what="unit file", says=says)
    if not installed:
        yield Finding(verdict=Verdict.OK, what="unit file", says="none installed: kith reads when you call it")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
