"""``kith run``: the accounts read again and again until SIGTERM or SIGINT; lines for the journal out."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import typer

from daemon.failure import ConfigError, Failure
from daemon.invocation import invocation, opened

if TYPE_CHECKING:
    from daemon.config import Config

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@dataclass(slots=True, kw_only=True)
class _Signals:
    """What the system has said: ``heard`` ends the loop, which begins again unless ``stopped``."""

    heard: Event = field(default_factory=Event)
    stopped: bool = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopped = True
        self.heard.set()

    def again(self, _number: int, _frame: FrameType | None) -> None:
        self.heard.set()


@app.command()
def run(ctx: typer.Context) -> None:
    """Keep reading: every account each [run] poll interval, until told to stop (SIGTERM, Ctrl-C).

    Stopping waits for the batch that is being stored, so nothing is lost; the next start goes on there. SIGHUP reads
    the config anew.
    """
    from daemon.collector import collect_seldom
    from daemon.service import Loop

    config = invocation(ctx).config()
    if not config.accounts:
        raise Failure(f"no account is set up: add an [[accounts]] table to {config.path}, or run kith init")
    collect_seldom()
    signals = _Signals()
    signal.signal(signal.SIGTERM, signals.stop)
    signal.signal(signal.SIGINT, signals.stop)
    signal.signal(signal.SIGHUP, signals.again)
    while True:
        signals.heard.clear()
        if signals.stopped:  # perhaps said just before the line above
            break
        with opened(config) as store:
            Loop(config=config, store=store, say=_say, stopping=signals.heard).run()
        if not signals.stopped:
            config = _reloaded(config.path, config)
    _say("stopped")


def _reloaded(path: Path, before: Config) -> Config:
    """The config as it is now; the one before where it is wrong."""
    from daemon.config import load

    try:
        config = load(path)
    except ConfigError as error:
        _say(f"{error}; going on with the config as it was")
        return before
    _say("config read anew")
    return config


def _say(line: str) -> None:
    print(line, flush=True)
