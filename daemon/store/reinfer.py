"""What was worked out in, nothing of it left out: people, favors and ties are to be made again from stored acts."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.records import Message
from daemon.store import statements
from daemon.store.addresses import AddressBook
from daemon.store.appearances import enter, kept, stored, withdraw
from daemon.store.database import Access
from daemon.store.encoding import READERS, storable
from daemon.store.stirred import Stirred, stir
from inference.acts.act import ActName
from inference.findings import MessageFindings


def drop_conclusions(access: Access) -> None:
    """Drop people, favors and ties; corrections and everything that was read stay."""
    for statement in (
        "DELETE FROM persons",
        "DELETE FROM person_names",
        "DELETE FROM suggestions",
        "DELETE FROM favors",
        "DELETE FROM contacts",
        "DELETE FROM touched",
        "DELETE FROM stirred",
    ):
        access.run(statement)
    access.run("UPDATE addresses SET person = NULL")
    stir(access, Stirred.PEOPLE, [0])


def save_readings(access: Access, book: AddressBook, readings: Sequence[tuple[int, Message, MessageFindings]]) -> None:
    """Replace what was found in these mails (number of the row, the kept mail, the new findings)."""
    numbers = [number for number, *_ in readings]
    for sender, readers in access.pick("SELECT sender, readers FROM messages WHERE id IN (?*)", numbers):
        who = READERS.decode(readers)
        book.recall(access, (sender, *who.to, *who.cc, *who.bcc))
    withdraw(access, stored(access, numbers, book.address_of))
    statements.withdraw(access, numbers)
    rows = []
    for number, message, found in readings:
        news = message.own and any(act.certain and act.act is ActName.NEWS for act in found.acts)
        subject, findings = kept(message, found)
        rows.append((found.kind.value, storable(found.kind_because), subject, findings, int(news), number))
    access.many(
        "UPDATE messages SET kind = ?, kind_because = ?, subject = ?, findings = ?, news = ? WHERE id = ?", rows
    )
    enter(access, stored(access, numbers, book.address_of))
    statements.enter(access, ((number, found.statements) for number, _, found in readings))
