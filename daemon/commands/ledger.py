"""``kith ledger``: the store as of a day in, the favors between the owner and others out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from daemon.config import Config
    from daemon.entries import Entry
    from daemon.store import Store

app = typer.Typer(rich_markup_mode=None)

_TITLES: Final = (
    "id",
    "type",
    "giver",
    "giver_address",
    "receiver",
    "receiver_address",
    "status",
    "opened_at",
    "asked_at",
    "promised_at",
    "delivered_at",
    "declined_at",
    "thanked_at",
    "outcome_told_at",
    "confidence",
    "matter",
    "quote",
)


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

    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    with opened(config) as store:
        entries = _entries(config, store, at, person, everything=everything)
    if open_only:
        entries = [entry for entry in entries if entry.is_open]
    _print(entries, form, at, config.owner.zone)


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
    from daemon.tables import Column, csv_text

    if form is Form.JSON:
        typer.echo(as_json(entries), nl=False)
    elif form is Form.CSV:
        typer.echo(csv_text([Column(title=title) for title in _TITLES], map(_cells, entries)), nl=False)
    elif entries:
        typer.echo(_table(entries, zone))
    else:
        typer.echo(f"No favors are known as of {at.astimezone(zone):%Y-%m-%d}. kith sync reads what is new.", err=True)


def _cells(entry: Entry) -> list[str | int | float | None]:
    times = [None if at is None else at.isoformat() for at in entry.times]
    return [
        entry.id,
        entry.type.value,
        entry.giver.name,
        entry.giver.addresses[0] if entry.giver.addresses else "",
        entry.receiver.name,
        entry.receiver.addresses[0] if entry.receiver.addresses else "",
        entry.status.value,
        *times,
        entry.confidence,
        entry.matter,
        entry.evidence[0].quote if entry.evidence else "",
    ]


def _table(entries: list[Entry], zone: ZoneInfo) -> str:
    from daemon.tables import Column, table, terminal_width

    columns = (
        Column(title="id"),
        Column(title="since"),
        Column(title="giver", give=True),
        Column(title="receiver", give=True),
        Column(title="type"),
        Column(title="status"),
        Column(title="matter", give=True),
    )
    rows = (
        (
            entry.id,
            f"{entry.opened_at.astimezone(zone):%Y-%m-%d}",
            "you" if entry.giver.is_owner else entry.giver.name,
            "you" if entry.receiver.is_owner else entry.receiver.name,
            entry.type.value,
            entry.said,
            entry.matter,
        )
        for entry in entries
    )
    return table(columns, rows, width=terminal_width())
