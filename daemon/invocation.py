"""What every command may ask for: the config, the open store, the clock. One value made of the global options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from daemon.failure import Failure, Incomplete

if TYPE_CHECKING:
    from daemon.config import Config
    from daemon.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The global options of one command line."""

    named_config: Path | None = None

    def config_path(self) -> Path:
        """The config named on the command line, or the usual one."""
        from daemon.config import default_path

        return self.named_config or default_path()

    def config(self) -> Config:
        """The checked config.

        Raises:
            ConfigError: it is missing or wrong.
        """
        from daemon.config import load

        return load(self.config_path())


def invocation(ctx: typer.Context) -> Invocation:
    """The global options that ``ctx`` was called with."""
    found = ctx.find_object(Invocation)
    if found is None:
        raise Failure("commands are run by kith")
    return found


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store of ``config``, closed afterwards.

    Raises:
        Incomplete: it failed; one line for the owner.
    """
    from daemon.store import StoreError, open_store

    try:
        store = open_store(config.store.url, config.folder)
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise Incomplete(str(error)) from error


def now() -> datetime:
    """The clock: aware, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
