"""The store in; one file a kind of thing out, as JSON (for programs) and CSV (for spreadsheets). All files are 0600."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from daemon.config import Config
from daemon.entries import Entry, Ledger, as_json
from daemon.private_files import write_private
from daemon.roster import Line, roster
from daemon.store import Store
from daemon.tables import Cell, Column, csv_text

LEDGER_COLUMNS = (
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
PEOPLE_COLUMNS = (
    "key",
    "name",
    "address",
    "strength",
    "layer",
    "state",
    "first_contact",
    "last_contact",
    "rhythm_days",
    "silent_days",
    "given",
    "received",
    "balance",
)


def export_all(config: Config, store: Store, folder: Path, now: datetime) -> Iterator[tuple[str, int]]:
    """Write everything into ``folder`` and yield the name of each file with how many things are in it.

    Raises:
        OSError: a file cannot be written.
    """
    network = store.network(now, config.owner.zone, config.owner.name)
    lines = roster(network, confidence=config.digest.thresholds.confidence)
    entries = Ledger.of(store.people(), config.owner, store.owner_emails()).entries(store.favors(), now, least=0.0)
    tables: tuple[tuple[str, str, int], ...] = (
        ("people.json", as_json(lines), len(lines)),
        ("people.csv", people_csv(lines), len(lines)),
        ("ledger.json", as_json(entries), len(entries)),
        ("ledger.csv", ledger_csv(entries), len(entries)),
        ("days_of_contact.json", *_counted(_contacts(store))),
        ("address_book.json", *_counted(map(asdict, store.cards()))),
        ("corrections.json", *_counted(map(asdict, store.corrections()))),
        ("letters.json", *_counted(map(asdict, store.claims()))),
        ("replies.json", *_counted(map(asdict, store.replies()))),
        ("accounts.json", *_counted(map(asdict, store.account_states()))),
        ("rejected.json", *_counted(map(asdict, store.rejections()))),
        ("left_out.json", *_counted(map(asdict, store.filtered()))),
        ("owner.json", as_json({"name": config.owner.name, "addresses": store.owner_emails()}), 1),
    )
    for name, text, count in tables:
        write_private(folder / name, text)
        yield name, count
    yield "mails.jsonl", _write_lines(folder / "mails.jsonl", store.exported_mails())
    yield "meetings.jsonl", _write_lines(folder / "meetings.jsonl", store.exported_meetings())


def _counted(things: Iterable[object]) -> tuple[str, int]:
    listed = list(things)
    return as_json(listed), len(listed)


def _contacts(store: Store) -> Iterator[dict[str, object]]:
    for person in store.people():
        days = [asdict(day) for day in store.contacts(person.id)]
        if days:
            yield {"key": person.key, "name": person.name, "days": days}


def _write_lines(path: Path, things: Iterable[object]) -> int:
    """One JSON line each, without holding them all; how many."""
    encode: Callable[[object], bytes] = msgspec.json.Encoder().encode
    count = 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        for thing in things:
            file.write(encode(thing) + b"\n")
            count += 1
    return count


def ledger_csv(entries: Iterable[Entry]) -> str:
    """The ledger for a spreadsheet; times are ISO 8601, UTC."""
    return csv_text([Column(title=title) for title in LEDGER_COLUMNS], map(_entry_cells, entries))


def _entry_cells(entry: Entry) -> list[Cell]:
    times = [None if at is None else at.isoformat() for at in entry.times]
    return [
        entry.id,
        entry.type.value,
        entry.giver.name,
        next(iter(entry.giver.addresses), ""),
        entry.receiver.name,
        next(iter(entry.receiver.addresses), ""),
        entry.status.value,
        *times,
        entry.confidence,
        entry.matter,
        entry.evidence[0].quote if entry.evidence else "",
    ]


def people_csv(lines: Iterable[Line]) -> str:
    """The people for a spreadsheet; days are UTC days."""
    return csv_text([Column(title=title) for title in PEOPLE_COLUMNS], map(_line_cells, lines))


def _line_cells(line: Line) -> list[Cell]:
    return [
        line.key,
        line.name,
        line.addresses[0],
        line.strength,
        line.layer,
        line.state,
        None if line.first_contact is None else line.first_contact.isoformat(),
        None if line.last_contact is None else line.last_contact.isoformat(),
        line.rhythm_days,
        line.silent_days,
        line.given,
        line.received,
        line.balance,
    ]
