"""``kith login``: an account's name in, tokens kept safely out, for kinds of accounts that have a login."""

from __future__ import annotations

from typing import Annotated

import typer

from daemon.failure import Failure, Unavailable
from daemon.invocation import invocation

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def login(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Argument(help="The account's name in the config.")] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say which accounts need a login.")] = False,
) -> None:
    """Log in to an account that needs it; files on this machine need none."""
    config = invocation(ctx).config()
    names = [each.name for each in config.accounts]
    if account is not None and account not in names:
        raise Failure(f"there is no account {account!r}; the config has {', '.join(names) or 'none'}")
    asked = [each for each in config.accounts if each.spec.needs_login and account in (None, each.name)]
    if asked and not status:
        raise Unavailable(f"logging in to {asked[0].name!r} is not available in this version")
    for each in asked:
        typer.echo(f"{each.name}: needs a login")
    if not asked:
        typer.echo("No account in the config needs a login." if account is None else f"{account} needs no login.")
