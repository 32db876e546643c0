"""``kith people``: the store as of a day in, the people of the network and the owner's ties to them out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from daemon.roster import Line
    from inference.people import Suggestion

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """How the people are shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Order(StrEnum):
    """By what they are ordered."""

    STRENGTH = "strength"
    NAME = "name"
    LAST = "last"
    SILENT = "silent"
    BALANCE = "balance"
    GIVEN = "given"
    RECEIVED = "received"


@app.command()
def people(
    ctx: typer.Context,
    sort: Annotated[Order, typer.Option(help="By what to order them.")] = Order.STRENGTH,
    as_of: Annotated[
        str | None, typer.Option(help="As of the end of this day, e.g. 2026-06-01 (default: now).")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody seen, not only two-way ties.")] = False,
    suggestions: Annotated[bool, typer.Option("--suggestions", help="Addresses that may be one person's.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to show them.")] = Form.TABLE,
) -> None:
    """The people of your network: how close, how regular, who gave and who received."""
    from daemon.dates import moment
    from daemon.roster import Sorting, roster, sorted_by
    from daemon.unfinished import unfinished

    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    with opened(config) as store:
        may_be_one = store.suggestions()
        network = store.network(at, config.owner.zone, config.owner.name)
    if suggestions:
        _print_suggestions(may_be_one, form)
        return
    seen = sorted_by(roster(network, confidence=config.digest.thresholds.confidence), Sorting(sort.value))
    lines = [line for line in seen if everybody or (line.two_way and not line.role and not line.muted)]
    _print(lines, form)
    hint = None if lines else unfinished(network.accounts, config.accounts)
    if hint:
        typer.echo(hint, err=True)
    if form is Form.TABLE:
        more = f"; {len(may_be_one)} pairs may be one person: kith people --suggestions" if may_be_one else ""
        typer.echo(
            f"{len(lines)} of {len(seen)} people seen{'' if everybody else ' (--all shows all)'}{more}", err=True
        )


def _print(lines: Sequence[Line], form: Form) -> None:
    from daemon.entries import as_json
    from daemon.export import people_csv
    from daemon.tables import Column, table, terminal_width

    if form is Form.JSON:
        typer.echo(as_json(lines), nl=False)
    elif form is Form.CSV:
        typer.echo(people_csv(lines), nl=False)
    elif lines:
        columns = (
            Column(title="name", give=True),
            Column(title="address", give=True),
            Column(title="tie", right=True),
            Column(title="state"),
            Column(title="last"),
            Column(title="every", right=True),
            Column(title="gave", right=True),
            Column(title="got", right=True),
        )
        typer.echo(table(columns, map(_row, lines), width=terminal_width()))


def _row(line: Line) -> tuple[str | int | float | None, ...]:
    last = str(line.last_contact or "")
    rhythm = f"{line.rhythm_days:.0f} d" if line.two_way else ""
    return line.name, line.addresses[0], line.strength, line.state, last, rhythm, line.given, line.received


def _print_suggestions(suggestions: Sequence[Suggestion], form: Form) -> None:
    from daemon.digest.plain import one_line
    from daemon.entries import as_json

    if form is Form.JSON:
        typer.echo(as_json([{"addresses": each.emails, "because": each.because} for each in suggestions]), nl=False)
        return
    for each in suggestions:
        typer.echo(f"{one_line(each.because)}\n    kith correct merge {' '.join(each.emails)}")
    if not suggestions:
        typer.echo("No two addresses look like one person's.", err=True)
