"""``kith doctor``: config, permissions, clock, accounts and store in; a line each, ok, warn or fail, and what to do, out."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from daemon.failure import SOME_FAILED, USAGE
from daemon.invocation import invocation

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LISTED: Final = 20


@app.command()
def doctor(
    ctx: typer.Context,
    all_rejected: Annotated[bool, typer.Option("--all", help="List every item that could not be read.")] = False,
) -> None:
    """Check config, permissions, clock, accounts and store; each line says ok, warn or fail, and what to do."""
    from daemon.checkup import Verdict, checkup

    code = 0
    for finding in checkup(invocation(ctx).config_path(), rejections=None if all_rejected else _LISTED):
        typer.echo(f"{finding.verdict.name.lower():<5} {finding.what}: {finding.says}")
        if finding.verdict is Verdict.FAIL:
            code = max(code, USAGE if finding.what == "config" else SOME_FAILED)
    raise typer.Exit(code)
