"""``kith doctor``: config, permissions, clock, accounts, sending and store in; ok, warn or fail and what to do out."""

from __future__ import annotations

import json
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
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of {verdict, what, says}.")] = False,
) -> None:
    """Check config, permissions, clock, accounts, sending and store; each line says ok, warn or fail, and what to do.

    Accounts on servers are logged in to, and the server that sends the letter; nothing is read or sent.
    """
    from daemon.checkup import Verdict, checkup

    code = 0
    findings = []
    for finding in checkup(invocation(ctx).config_path(), rejections=None if all_rejected else _LISTED):
        verdict = finding.verdict.name.lower()
        if as_json:
            findings.append({"verdict": verdict, "what": finding.what, "says": finding.says})
        else:
            typer.echo(f"{verdict:<5} {finding.what}: {finding.says}")
        if finding.verdict is Verdict.FAIL:
            code = max(code, USAGE if finding.what == "config" else SOME_FAILED)
    if as_json:
        typer.echo(json.dumps(findings, ensure_ascii=False, indent=2))
    raise typer.Exit(code)
