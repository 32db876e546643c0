"""A store in, a folder with everything that it holds about the owner out: JSON lines, and the same in CSV tables.

Nothing is left out but the texts of mails, which lie in the mailboxes themselves. The files can be read by their
owner alone.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import msgspec

from daemon.store import ExportedMail, ExportedMeeting, Store, StoredPerson
from inference.favor import Favor
from inference.interactions import Day
from inference.timeline import OWNER

_encode: Final = msgspec.json.Encoder().encode
#: A cell that begins so would be a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file of the export and how many things it holds."""

    path: Path
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contact:
    """One day of contact with one person (named by their key)."""

    person: str
    day: Day


def export(store: Store, folder: Path) -> tuple[Written, ...]:
    """Write everything into ``folder`` (made if it is not there, readable by the owner alone).

    Raises:
        OSError: a file cannot be written.
        StoreError: the store failed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    people = store.people()
    keys = {person.id: person.key for person in people} | {OWNER: "owner"}
    contacts = (_Contact(person=person.key, day=day) for person in people for day in store.contacts(person.id))
    return (
        *_both(folder / "people", people, _person_cells),
        *_both(folder / "favors", store.favors(), lambda favor: _favor_cells(favor, keys)),
        *_both(folder / "contacts", contacts, _contact_cells),
        *_both(folder / "mails", store.exported_mails(), _mail_cells),
        *_both(folder / "meetings", store.exported_meetings(), _meeting_cells),
        *_both(folder / "corrections", store.corrections(), None),
        *_both(folder / "accounts", store.account_states(), None),
        *_both(folder / "unreadable", store.rejections(), None),
        *_both(folder / "left_out", store.filtered(), None),
    )


_Cells = Callable[[Any], Sequence[tuple[str, object]]]


def _both(stem: Path, things: Iterable[Any], cells: _Cells | None) -> Iterator[Written]:
    """``stem``.jsonl and ``stem``.csv with one line a thing."""
    lines, table = stem.with_suffix(".jsonl"), stem.with_suffix(".csv")
    count = 0
    with open(_private(lines), "wb") as json_file, open(_private(table), "w", encoding="utf-8", newline="") as csv_file:
        writer = csv.writer(csv_file)
        for thing in things:
            row = cells(thing) if cells else _plain_cells(thing)
            if not count:
                writer.writerow(name for name, _ in row)
            writer.writerow(_harmless(value) for _, value in row)
            json_file.write(_encode(thing) + b"\n")
            count += 1
    yield Written(path=lines, count=count)
    yield Written(path=table, count=count)


def _private(path: Path) -> int:
    """A new file that its owner alone can read, open for writing."""
    path.unlink(missing_ok=True)
    return os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)


def _harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, tuple | list):
        value = "; ".join(map(str, value))
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def _plain_cells(thing: Any) -> Sequence[tuple[str, object]]:  # any of the flat dataclasses
    return [(each.name, getattr(thing, each.name)) for each in fields(thing)]


def _person_cells(person: StoredPerson) -> Sequence[tuple[str, object]]:
    return [
        ("key", person.key),
        ("name", person.name),
        ("addresses", person.emails),
        ("shared_mailbox", person.role),
        ("because", person.because),
    ]


def _favor_cells(favor: Favor, keys: dict[int, str]) -> Sequence[tuple[str, object]]:
    return [
        ("id", favor.id),
        ("type", favor.type.value),
        ("giver", keys.get(favor.giver, "")),
        ("receiver", keys.get(favor.receiver, "")),
        ("steps", [f"{step.what} {step.at.isoformat()}" for step in favor.steps]),
        ("confidence", favor.confidence),
        ("matter", favor.matter),
        ("quote", favor.evidence[0].quote),
    ]


def _contact_cells(contact: _Contact) -> Sequence[tuple[str, object]]:
    return [("person", contact.person), *_plain_cells(contact.day)]


def _mail_cells(mail: ExportedMail) -> Sequence[tuple[str, object]]:
    cells = [cell for cell in _plain_cells(mail) if cell[0] != "acts"]
    return [*cells, ("acts", [f"{act.act.value}: {act.quote}" for act in mail.acts if act.certain])]


def _meeting_cells(meeting: ExportedMeeting) -> Sequence[tuple[str, object]]:
    cells = [cell for cell in _plain_cells(meeting) if cell[0] != "attendees"]
    return [*cells, ("attendees", [f"{email} ({answer})" for email, answer in meeting.attendees])]
