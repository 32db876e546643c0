"""``kith run``: the accounts read again and again until SIGTERM or SIGINT; lines for the journal out."""

from __future__ import annotations

import signal
from threading import Event
from types import FrameType

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, opened

app = typer.Typer(rich_markup_mode=None)


@app.command()
def run(ctx: typer.Context) -> None:
    """Keep reading: every account each [run] poll interval, until told to stop (SIGTERM, Ctrl-C).

    Stopping waits for the batch that is being stored, so nothing is lost; the next start goes on there.
    """
    config = invocation(ctx).config()
    if not config.accounts:
        raise Failure(f"no account is set up: add an [[accounts]] table to {config.path}, or run kith init")
    stopping = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with opened(config) as store:
        from daemon.service import Loop

        Loop(config=config, store=store, say=_say, stopping=stopping).run()


def _say(line: str) -> None:
    print(line, flush=True)
