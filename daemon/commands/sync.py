"""``kith sync``: one pass over the accounts in, a line an account out; a progress bar on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from daemon.failure import LOGIN_NEEDED, SOME_FAILED, Failure, Interrupted
from daemon.invocation import invocation, opened

if TYPE_CHECKING:
    from daemon.config import Account, Config
    from daemon.passes import Pass
    from daemon.progress import Screen
    from daemon.store import Store

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class AccountReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` says of one account; ``notes`` are lines about an account that was read all the same."""

    name: str
    kind: str
    new: int
    changed: int
    removed: int
    rejected: int
    seconds: float
    problem: str | None
    notes: list[str]


class SyncReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints; ``people`` is how many were worked out anew."""

    accounts: list[AccountReport]
    people: int


@app.command()
def sync(
    ctx: typer.Context,
    account: Annotated[list[str] | None, typer.Option(help="Read only this account (can be given again).")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything from the beginning, known mail too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """Read what is new in all accounts, once, and work out what it means."""
    from daemon.progress import screen

    config = invocation(ctx).config()
    chosen = _chosen(config, account or [])
    if not chosen:
        raise Failure(f"no account is set up: add an [[accounts]] table to {config.path}, or run kith init")
    try:
        with opened(config) as store, screen() as shown:
            code = _sync(config, store, chosen, shown, full=full, json=json)
    except KeyboardInterrupt:
        raise Interrupted("stopped; run kith sync again to go on") from None
    raise typer.Exit(code)


def _sync(config: Config, store: Store, chosen: list[Account], shown: Screen, *, full: bool, json: bool) -> int:
    from daemon.collector import collect_seldom
    from daemon.passes import owner_of, pass_line, passes
    from daemon.refresh import refresh
    from daemon.store import Applied

    collect_seldom()
    done: list[Pass] = []
    for each in passes(config, store, chosen, progress=shown.account, full=full, waiting=_waiting):
        done.append(each)
        if not json and not (each.outcome.problem and each.outcome.applied == Applied()):
            shown.say(pass_line(each))
        for line in filter(None, (*each.outcome.notes, each.outcome.problem, each.outcome.warning)):
            print(f"kith: account {each.account.name}: {line}", file=sys.stderr)
    refreshed = refresh(store, owner_of(config), progress=shown.people)
    if json:
        report = SyncReport(accounts=[_report(each) for each in done], people=refreshed.persons)
        typer.echo(msgspec.json.encode(report))
    elif refreshed.persons:
        shown.say(f"favors and ties of {refreshed.persons} people worked out")
    if any(each.needs_login for each in done):
        return LOGIN_NEEDED
    return SOME_FAILED if any(each.outcome.problem for each in done) else 0


def _waiting(line: str) -> None:
    print(f"kith: {line} (Ctrl-C leaves it to that)", file=sys.stderr, flush=True)


def _chosen(config: Config, names: list[str]) -> list[Account]:
    known = [each.name for each in config.accounts]
    for name in names:
        if name not in known:
            raise Failure(f"there is no account {name!r}; the config has {', '.join(known) or 'none'}")
    return [each for each in config.accounts if not names or each.name in names]


def _report(done: Pass) -> AccountReport:
    counts = done.outcome.applied
    return AccountReport(
        name=done.account.name,
        kind=done.account.kind,
        new=counts.new,
        changed=counts.changed,
        removed=counts.removed,
        rejected=counts.rejected,
        seconds=round(done.seconds, 3),
        problem=done.outcome.problem,
        notes=[line for line in (*done.outcome.notes, done.outcome.warning) if line],
    )
