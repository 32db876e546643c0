"""``kith digest``: the store as of a day in, the letter out: to the terminal, a file, or by mail."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.failure import Failure, Incomplete
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.config import Config

#: How often a server that is busy is asked before the owner is told.
_TRIES: Final = 3

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """The forms of the letter."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


@app.command()
def digest(
    ctx: typer.Context,
    as_of: Annotated[
        str | None, typer.Option(help="The letter as of the end of this day, e.g. 2026-06-01 (default: now).")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How to show it.")] = Form.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything that is due, not only what matters most.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Mail it to you, once a week however often you ask.")] = False,
    to: Annotated[
        str | None, typer.Option(help="With --send: a trial, mailed to this address whatever was sent before.")
    ] = None,
) -> None:
    """Show this week's letter: whom to answer, to thank, to tell; what you promised; who drifts away."""
    from daemon.dates import moment
    from daemon.digest.deliver import written
    from daemon.digest.render import render
    from daemon.private_files import write_private

    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    if send:
        if output is not None or everything or form is not Form.TEXT:
            raise Failure("--send mails the letter as it is: leave out --output, --format and --all")
        _send(config, at, to)
        return
    if to is not None:
        raise Failure("--to is for --send: kith digest --send --to " + to)
    with opened(config) as store:
        document, _ = written(config, store, at=at, everything=everything)
    text = render(document, form.value)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        write_private(output, text)
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror}") from error
    typer.echo(f"written to {output}", err=True)


def _send(config: Config, at: datetime, to: str | None) -> None:
    from connectors.errors import ConnectorError
    from daemon.config import is_address
    from daemon.digest.deliver import send_letter
    from daemon.digest.smtp import Unsure

    if to is not None and not is_address(to):
        raise Failure(f"--to {to!r} is no mail address")
    with opened(config) as store:
        try:
            done = send_letter(config, store, at=at, to=to, tries=_TRIES)
        except Unsure as error:
            raise Incomplete(str(error)) from error
        except ConnectorError as error:
            raise Incomplete(f"the letter was not sent: {error}") from error
    when = f"{done.at.astimezone(config.owner.zone):%Y-%m-%d at %H:%M}"
    said = {
        "sent": f"sent to {done.to}",
        "sent before": f"the letter of {done.period} was sent to {done.to} on {when}; a trial: --send --to {done.to}",
        "found": f"the letter of {done.period} is in your mail; it was sent on {when}",
    }
    typer.echo(said[done.outcome])
