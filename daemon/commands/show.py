"""``kith show``: one person in; timeline, ledger, rhythm, and why each number is what it is, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, now, opened

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from daemon.config import Config
    from daemon.store import Store, StoredPerson
    from inference.network import Network
    from inference.timeline import Timeline

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LATEST: Final = 20
_WRITES_FOR: Final = 3


@app.command()
def show(
    ctx: typer.Context,
    person: Annotated[str | None, typer.Argument(help="A key, an address or a name.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As of the end of this day, e.g. 2026-06-01 (default: now).")
    ] = None,
    filtered: Annotated[
        bool, typer.Option("--filtered", help="List what was left out as not personal, and why.")
    ] = False,
) -> None:
    """One person: timeline, ledger, rhythm, and why each number is what it is."""
    from daemon import whois
    from daemon.dates import moment

    if (person is None) == (not filtered):
        raise Failure("name one person (a key, an address or a name), or say --filtered")
    config = invocation(ctx).config()
    at = moment(as_of, config.owner.zone, now())
    with opened(config) as store:
        if person is None:
            lines = _left_out(store, config.owner.zone)
        else:
            lines = _person(config, store, whois.person(store.people(), person), at)
        for line in lines:
            typer.echo(line)


def _left_out(store: Store, zone: ZoneInfo) -> Iterator[str]:
    from daemon.dates import day
    from daemon.tables import Column, table, terminal_width

    left = store.filtered()
    rows = [(each.email, each.kind, each.mails, day(each.last, zone), each.because) for each in left]
    if not rows:
        yield "Nothing was left out."
        return
    columns = (
        Column(title="sender", give=True),
        Column(title="taken for"),
        Column(title="mails", right=True),
        Column(title="last"),
        Column(title="because", give=True),
    )
    yield table(columns, rows, width=terminal_width())


def _person(config: Config, store: Store, who: StoredPerson, at: datetime) -> Iterator[str]:
    from daemon.digest.plain import one_line

    network = store.network(at, config.owner.zone, config.owner.name)
    muted = ", muted" if network.people[who.id].muted else ""
    yield f"{one_line(who.name)}  {' '.join(f'<{email}>' for email in who.emails)}  ({who.key}{muted})"
    for because in who.because:
        yield f"  one person: {one_line(because)}"
    for name, mails in store.written_for(who.emails)[:_WRITES_FOR]:
        yield f"  writes for {one_line(name)}, say the signatures of their mails ({mails})"
    if who.role:
        yield "  a shared or functional mailbox: never in the letter"
    yield from _tie(network, who.id)
    yield from _reciprocity(config, network, who.id)
    yield from _ledger(config, store, who, at)
    timeline = store.timeline(who.id)
    if timeline is not None:
        yield from _timeline(timeline, at, config.owner.zone)


def _tie(network: Network, number: int) -> Iterator[str]:
    from daemon.roster import all_ties, tie_state

    tie = all_ties(network)[number]
    because = tie.because
    yield ""
    yield f"Tie: {tie_state(tie)}"
    yield f"  strength {tie.strength:.2f}. {because.get('strength', '')}"
    for name in ("layer", "two_way", "rhythm", "drifting", *(("dormant",) if tie.dormant else ())):
        if name in because:
            yield f"  {because[name]}"


def _reciprocity(config: Config, network: Network, number: int) -> Iterator[str]:
    from inference.reciprocity import ask_share, balance, follow_through, usual_reply_days
    from inference.timeline import OWNER

    least = config.digest.thresholds.confidence
    favors = [each for each in network.favors if each.person == number and each.reaches(least)]
    days, today = network.contacts.get(number, ()), network.as_of.date()
    yield ""
    yield "Give and take"
    yield f"  {balance(favors, network.as_of).because}"
    yield f"  {follow_through(favors, network.as_of, giver=number).because}"
    yield f"  {follow_through(favors, network.as_of, giver=OWNER).because}"
    yield f"  {ask_share(days, today).because}"
    reply = usual_reply_days(days, today)
    if reply is not None:
        yield f"  Nine in ten of their replies come within {reply:.1f} days."


def _ledger(config: Config, store: Store, who: StoredPerson, at: datetime) -> Iterator[str]:
    from daemon.entries import Ledger
    from daemon.ledger_table import ledger_table

    book = Ledger.of([who], config.owner, store.owner_emails())
    entries = book.entries(store.favors(who.id), at, least=config.digest.thresholds.confidence)
    unsure = len(book.entries(store.favors(who.id), at, least=0.0)) - len(entries)
    yield ""
    yield f"Ledger: {len(entries)} favors" + (
        f" (and {unsure} too uncertain for the letter: kith ledger --all)" if unsure else ""
    )
    if entries:
        yield ledger_table(entries, config.owner.zone)


def _timeline(timeline: Timeline, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    from daemon.digest.plain import one_line, shortened
    from inference.timeline import OWNER

    events: list[tuple[datetime, str]] = []
    for mail in timeline.mails:
        everybody = (mail.author, *mail.to, *mail.cc)
        if OWNER not in everybody or timeline.person not in everybody or mail.at > at:
            continue
        by = {OWNER: "you wrote", timeline.person: "they wrote"}.get(mail.author, "another wrote")
        does = ", ".join(dict.fromkeys(act.act.value for act in mail.acts if act.certain))
        mark = "" if mail.trusted else " (not authenticated: changes nothing)"
        line = f"{by:<13} {shortened(one_line(mail.subject), 60) or '(no subject)'}{f' [{does}]' if does else ''}{mark}"
        events.append((mail.at, f"{mail.identity[:8]}  {line}"))
    for meeting in timeline.encounters:
        if meeting.start <= at and timeline.person in {each.person for each in meeting.participants}:
            what = "met" if meeting.status == "confirmed" else meeting.status
            events.append((meeting.start, f"{'':8}  {what:<13} {shortened(one_line(meeting.summary), 60)}"))
    events.sort()
    yield ""
    older = f", the latest {_LATEST}" if len(events) > _LATEST else ""
    yield f"Timeline: {len(events)} mails and meetings{older} (kith explain ID says more)"
    for when, line in events[-_LATEST:]:
        yield f"  {when.astimezone(zone):%Y-%m-%d}  {line}"
