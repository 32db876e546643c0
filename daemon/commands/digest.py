"""``kith digest``: the store as of a day in, the letter out: to the terminal or a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from daemon.failure import Failure, Unavailable
from daemon.invocation import invocation, now, opened

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
    send: Annotated[bool, typer.Option("--send", help="Mail it to you.")] = False,
) -> None:
    """Show this week's letter: whom to answer, to thank, to tell; what you promised; who drifts away."""
    from daemon.dates import moment
    from daemon.digest.build import build
    from daemon.digest.render import render
    from daemon.private_files import write_private
    from daemon.unfinished import with_unfinished

    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    if send:
        raise Unavailable("sending the letter is not available in this version: use --output and mail it yourself")
    with opened(config) as store:
        network = store.network(at, config.owner.zone, config.owner.name)
    network = with_unfinished(network, config.accounts)
    text = render(build(network, config.digest.thresholds, everything=everything), form.value)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        write_private(output, text)
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror}") from error
    typer.echo(f"written to {output}", err=True)
