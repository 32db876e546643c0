"""``kith login``: an account's name in, a login kept safely, looked at, carried over or given up out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from daemon.failure import LOGIN_NEEDED, SOME_FAILED, Failure, Incomplete, Interrupted, LoginNeeded
from daemon.invocation import invocation

if TYPE_CHECKING:
    from connectors.login import Login, LoginState
    from connectors.passwords import Secret
    from daemon.config import Account, Config

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Outcome = TypeVar("Outcome")
_LONGEST: Final = 1024 * 1024


@app.command()
def login(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Argument(help="The account's name in the config.")] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say how the logins stand.")] = False,
    export: Annotated[
        str | None,
        typer.Option("--export", metavar="FILE", help="Write the login to a file, to carry it over (-: print)."),
    ] = None,
    import_: Annotated[
        str | None, typer.Option("--import", metavar="FILE", help="Keep a login that was exported elsewhere (-: read).")
    ] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Give the login up, at the provider too.")] = False,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="Use a browser on this machine, or one elsewhere.")
    ] = None,
    sending: Annotated[bool, typer.Option("--sending", help="Also ask for the right to send the letter.")] = False,
) -> None:
    """Log in to an account that needs it; files on this machine need none."""
    config = invocation(ctx).config()
    if sum(map(bool, (status, export, import_, revoke))) > 1:
        raise Failure("--status, --export, --import and --revoke are different things: give one of them")
    asked = _asked(config, account)
    if not asked:
        typer.echo("No account in the config needs a login." if account is None else f"{account} needs no login.")
        return
    if status:
        raise typer.Exit(_status(config, asked))
    if len(asked) > 1:
        raise Failure(f"which account? kith login NAME, with one of {', '.join(each.name for each in asked)}")
    chosen = asked[0]
    if sending and config.digest.via != chosen.name:
        raise Failure(f'--sending is for the account that sends the letter: write via = "{chosen.name}" below [digest]')
    try:
        if export is not None:
            _export(config, chosen, export)
        elif import_ is not None:
            _report(chosen, _done(chosen, lambda login: login.imported(_read(import_)), config))
        elif revoke:
            typer.echo(f"{chosen.name}: {_done(chosen, lambda login: login.revoke(), config)}")
        else:
            _log_in(config, chosen, browser=browser, sending=sending)
    except KeyboardInterrupt:
        raise Interrupted("stopped; nothing was changed") from None


def _asked(config: Config, account: str | None) -> list[Account]:
    """The accounts with a login that are meant."""
    names = [each.name for each in config.accounts]
    if account is not None and account not in names:
        raise Failure(f"there is no account {account!r}; the config has {', '.join(names) or 'none'}")
    return [each for each in config.accounts if each.spec.needs_login and account in (None, each.name)]


def _log_in(config: Config, account: Account, *, browser: bool | None, sending: bool) -> None:
    from daemon.talk import Terminal

    _report(account, _done(account, lambda login: login.log_in(Terminal(), browser=browser, sending=sending), config))
    if config.digest.via == account.name and not sending:
        typer.echo(f"{account.name}: it may read only; to let it send the letter: kith login {account.name} --sending")


def _status(config: Config, accounts: Sequence[Account]) -> int:
    """Say how the logins stand; the exit code."""
    from connectors.errors import ConnectorError, NeedsOwner

    wanted = 0
    for account in accounts:
        try:
            state = _login(config, account).state()
        except ConnectorError as error:
            typer.echo(f"{account.name}: {_line(error)}")
            wanted = LOGIN_NEEDED if isinstance(error, NeedsOwner) else wanted or SOME_FAILED
            continue
        _report(account, state)
        if not state.logged_in or state.problem:
            wanted = LOGIN_NEEDED
    return wanted


def _report(account: Account, state: LoginState) -> None:
    """One line about a login, and one about what is wrong with it."""
    if state.logged_in:
        who = f" as {state.who}" if state.who else ""
        scopes = f", may use {', '.join(state.scopes)}" if state.scopes else ""
        until = f", until {state.expires:%Y-%m-%d %H:%M} UTC" if state.expires else ""
        typer.echo(f"{account.name}: logged in{who}{scopes}{until}")
    elif not state.problem:
        typer.echo(f"{account.name}: not logged in: kith login {account.name}")
    if state.problem:
        typer.echo(f"{account.name}: {state.problem}")


def _export(config: Config, account: Account, file: str) -> None:
    from daemon.private_files import write_private

    secret = _done(account, lambda login: login.exported(), config)
    if file == "-":
        typer.echo(secret.reveal())
        return
    path = Path(file).expanduser()
    try:
        write_private(path, secret.reveal())
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(
        f"{account.name}: {path} now holds the login, readable by you alone. On the other machine: "
        f"kith login {account.name} --import {path.name}; then delete the file on both."
    )


def _read(file: str) -> Secret:
    from connectors.passwords import Secret

    path = Path(file).expanduser()
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_LONGEST + 1)
        else:
            with path.open("rb") as opened:
                content = opened.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise Failure(f"{path} is too long to be a login")
        return Secret(content.decode("utf-8"))
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not a login that kith login --export wrote") from error


def _done(account: Account, step: Callable[[Login], Outcome], config: Config) -> Outcome:
    """What ``step`` makes of the account's login.

    Raises:
        Failure: it did not work; one line, with the exit code that fits.
    """
    from connectors.errors import ConnectorError, NeedsOwner

    try:
        return step(_login(config, account))
    except NeedsOwner as error:
        raise LoginNeeded(f"account {account.name}: {_line(error)}") from error
    except ConnectorError as error:
        raise Incomplete(f"account {account.name}: {_line(error)}") from error


def _login(config: Config, account: Account) -> Login:
    from daemon.surroundings import surroundings

    if account.spec.login is None:
        raise Failure(f"{account.name} needs no login")
    return account.spec.login(account.settings, surroundings(config, account.name))


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
