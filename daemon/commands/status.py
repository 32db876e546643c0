"""``kith status``: the store and what a running daemon noted in it in; how everything stands out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from daemon.failure import SOME_FAILED
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.config import Config
    from daemon.status import AccountStatus, Status

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def status(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
    running: Annotated[
        bool, typer.Option("--running", help="Only ask whether kith run runs: exit code 0 if so, 1 if not.")
    ] = False,
) -> None:
    """How the accounts, the service and the letter stand, whether kith run runs or not.

    The exit code is 1 where an account is in trouble, or was never read to its end.
    """
    from daemon import status as standing

    config = invocation(ctx).config()
    with opened(config) as store:
        found = standing.status(config, store, now())
    if json:
        typer.echo(msgspec.json.encode(found))
    else:
        for line in _lines(found, config, now()):
            typer.echo(line)
    well = found.daemon is not None if running else found.well
    raise typer.Exit(0 if well else SOME_FAILED)


def _lines(found: Status, config: Config, at: datetime) -> Iterator[str]:
    zone = config.owner.zone
    since = f" since {_when(found.since, at, zone)}" if found.since else ""
    yield f"kith run: {found.daemon}{since}" if found.daemon else "kith run: not running (kith sync reads once)"
    if found.working_out:
        yield "          working out favors and ties"
    for each in found.accounts:
        yield from _account(each, at, zone)
    if not found.accounts:
        yield "accounts: none is set up (kith init)"
    yield from _letter(found, at, zone)


def _account(each: AccountStatus, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    read = f"read {_when(each.last_success, at, zone)}" if each.last_success else "not read completely yet"
    doing = f"; {_doing(each, at, zone)}" if each.doing else ""
    yield f"{each.name} ({each.kind}): {read}{doing}"
    if each.problem:
        yield f"    problem: {each.problem}"
    if each.rejected:
        yield f"    {each.rejected} {'item' if each.rejected == 1 else 'items'} could not be read (kith doctor lists them)"


def _doing(each: AccountStatus, at: datetime, zone: ZoneInfo) -> str:
    due = f", again {_when(each.due, at, zone)}" if each.due else ""
    if each.doing == "reading":
        of = f" of {each.total}" if each.total else ""
        return f"reading now{f', {each.done}{of} done' if each.done else ''}"
    words = {"watching": "watching for news", "waiting": "waiting", "paused": "paused", "stopped": "stopped"}
    return f"{words.get(each.doing or '', str(each.doing))}{due}"


def _letter(found: Status, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    letter = found.letter
    last = f"last sent {_when(letter.last_sent, at, zone)}" if letter.last_sent else "none sent yet"
    if letter.next is None:
        yield f"letter: not mailed, for there is no [smtp] in the config (kith digest shows it); {last}"
    elif letter.problem:
        yield f"letter: due since {_when(letter.next, at, zone)}; {last}"
        yield f"    problem: {letter.problem}"
    else:
        by = "" if found.daemon else ", if kith run or its timer runs then"
        yield f"letter: next {_when(letter.next, at, zone)}{by}; {last}"


def _when(moment: datetime | None, at: datetime, zone: ZoneInfo) -> str:
    """A moment on the owner's clock: the time alone today, with the day otherwise."""
    if moment is None:
        return "never"
    local, today = moment.astimezone(zone), at.astimezone(zone).date()
    if local.date() == today:
        return f"today {local:%H:%M}"
    near = abs(local.date() - today) < timedelta(days=7)
    return f"{local:%a %H:%M}" if near and moment > at else f"{local:%Y-%m-%d %H:%M}"
