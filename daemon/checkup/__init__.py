"""A config's path in; what is well and what is not, one finding at a time, each with what to do, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path

from daemon.checkup import accounts, letter, machine, store_state
from daemon.checkup.finding import Finding, Verdict, counted, fail, ok, privacy, warn
from daemon.config import load
from daemon.failure import ConfigError


def checkup(path: Path, *, rejections: int | None) -> Iterator[Finding]:
    """Look at everything; ``rejections`` is how many unreadable items are listed (None: all)."""
    yield from machine.names(packages_distributions())
    yield machine.clock(datetime.now(UTC))
    try:
        config = load(path)
    except ConfigError as error:
        yield fail("config", str(error))
        return
    yield ok("config", f"{path}, {counted(len(config.accounts), 'account', 'accounts')}")
    yield privacy(path, "config")
    if not config.accounts:
        yield warn("accounts", f"there is none: add one with kith init --add, or an [[accounts]] table to {path}")
    said = set()
    for finding in accounts.looked_at(config):
        said.add(finding.says)
        yield finding
    yield from letter.sending(config)
    yield from store_state.kept(config, rejections, said)
    yield from machine.units()


__all__ = ["Finding", "Verdict", "checkup"]
