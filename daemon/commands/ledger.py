"""``kith ledger``: the store as of a day in, the favors between the owner and others out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from daemon.config import Config
    from daemon.entries import Entry
    from daemon.store import Store

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """How the ledger is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.command()
def ledger(
    ctx: typer.Context,
    as_of: Annotated[
        str | None, typer.Option(help="As of the end of this day, e.g. 2026-06-01 (default: now).")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Only with this person: a key, an address or a name.")] = None,
    open_only: Annotated[
        bool, typer.Option("--open", help="Only what is not settled: offered, asked, promised.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what is too uncertain for the letter.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to show it.")] = Form.TABLE,
) -> None:
    """The favors between you and others: who did what for whom, and how it stands."""
    from daemon.dates import moment
    from daemon.unfinished import unfinished

    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    with opened(config) as store:
        entries = _entries(config, store, at, person, everything=everything)
        hint = None if entries else unfinished(store.account_states(), config.accounts)
    if open_only:
        entries = [entry for entry in entries if entry.is_open]
    _print(entries, form, at, config.owner.zone)
    if hint:
        typer.echo(hint, err=True)


def _entries(config: Config, store: Store, at: datetime, wanted: str | None, *, everything: bool) -> list[Entry]:
    from daemon.entries import Ledger
    from daemon.whois import person

    people = store.people()
    chosen = None if wanted is None else person(people, wanted).id
    book = Ledger.of(people, config.owner, store.owner_emails())
    least = 0.0 if everything else config.digest.thresholds.confidence
    return book.entries(store.favors(chosen), at, least=least)


def _print(entries: list[Entry], form: Form, at: datetime, zone: ZoneInfo) -> None:
    from daemon.entries import as_json
    from daemon.export import ledger_csv
    from daemon.ledger_table import ledger_table

    if form is Form.JSON:
        typer.echo(as_json(entries), nl=False)
    elif form is Form.CSV:
        typer.echo(ledger_csv(entries), nl=False)
    elif entries:
        typer.echo(ledger_table(entries, zone))
    else:
        typer.echo(f"No favors are known as of {at.astimezone(zone):%Y-%m-%d}. kith sync reads what is new.", err=True)
