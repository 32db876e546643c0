"""``kith run``: the accounts read again and again, the letter sent when due, until SIGTERM or SIGINT; a log out."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.failure import Failure, Incomplete
from daemon.invocation import invocation
from daemon.logs import Log, LogForm

if TYPE_CHECKING:
    from daemon.bell import Bell
    from daemon.config import Config
    from daemon.notify import Notifier
    from daemon.service import Service

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def run(
    ctx: typer.Context,
    log: Annotated[LogForm, typer.Option(help="Plain lines, or a JSON object a line.")] = LogForm.PLAIN,
) -> None:
    """Keep reading: every account when it says so or each [run] poll interval; send the letter when it is due.

    SIGTERM and Ctrl-C stop it within seconds; nothing is lost, the next start goes on there. SIGHUP reads the config
    anew and tries again what failed. Under systemd it says when it is ready, what it does, and that it moves.
    """
    from daemon.bell import Bell
    from daemon.collector import few_arenas
    from daemon.notify import notifier

    config: Config | None = invocation(ctx).config()
    if config is None or not config.accounts:
        where = invocation(ctx).config_path()
        raise Failure(f"no account is set up: add an [[accounts]] table to {where}, or run kith init")
    few_arenas()
    lines = Log(log)
    told = notifier(os.environ)
    bell = Bell((signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    try:
        while config is not None:
            config = _served(config, lines, told, bell)
    finally:
        bell.close()
        told.close()
    lines.info("stop", "stopped")


def _served(config: Config, lines: Log, told: Notifier, bell: Bell) -> Config | None:
    """Serve one store; the config to go on with, or None at the end."""
    from daemon.collector import collect_seldom
    from daemon.service import Service
    from daemon.store import StoreBusy, StoreError, open_store

    with ExitStack() as stack:
        try:
            store = open_store(config.store.url, config.folder)
            stack.callback(store.close)
            stack.enter_context(store.running())
        except StoreBusy as error:
            raise Failure(str(error)) from error
        except StoreError as error:
            raise Incomplete(str(error)) from error
        collect_seldom()
        service = Service(config, store, journal=lines, notifier=told, bell=bell)
        with _listening(service, config, lines):
            after = service.run()
        if service.left_behind and after is None:
            _leave(lines)
        if service.left_behind:  # threads still have the old store
            stack.pop_all()
        return after


def _listening(service: Service, config: Config, lines: Log) -> ExitStack:
    """The pages for this machine's tools, where the config asks for them."""
    stack = ExitStack()
    address = config.run.address
    if address is not None:
        from daemon.health import pages
        from daemon.web import Listener

        try:
            listener = Listener(address, pages(service))
        except OSError as error:
            raise Failure(f"cannot listen on {config.run.listen}: {error.strerror}; change [run] listen") from error
        stack.callback(listener.close)
        lines.info("listen", f"/healthz and /metrics on {config.run.listen}")
    return stack


def _leave(lines: Log) -> None:
    """End at once: a thread still waits for its server, and the store must not be closed under it.

    Whatever was written is written; the system gives back the rest.
    """
    lines.info("stop", "stopped")
    sys.stdout.flush()
    os._exit(0)
