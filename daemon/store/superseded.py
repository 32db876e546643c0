"""Items of a stream that turn out to hold another mail than was read in, nothing of what was read of them left out.

The last mail of an mbox file may be read while it is written, and a better parser reads a known mail differently:
then the item comes again (or goes, and comes under another key in the same batch) with the same Message-ID and
author, or without a Message-ID with the same author and time. What was read first is erased, unless it is seen
elsewhere too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from daemon.store.addresses import AddressBook
from daemon.store.appearances import stored, withdraw
from daemon.store.database import Access
from daemon.store.encoding import READERS, hash64, moment, storable
from daemon.store.records import Intake
from daemon.store.rows import erase
from daemon.store.stirred import Stirred, stir

_Same = tuple[str | int, str]


def doubtful(access: Access, stream: int, mail: Intake, removed: Iterable[str]) -> set[int]:
    """The rows of mails that the items of this batch held and hold no more, where one of its mails may be the same.

    To be asked before the new sightings are written.
    """
    keys = {hash64(key) for key in (*mail.identities, *removed)}
    held = access.pick("SELECT message FROM sightings WHERE stream = ? AND key IN (?*)", keys, stream)
    numbers = {row for (row,) in held} - {each.row for each in mail.best.values()}
    if not numbers:
        return numbers
    arriving = {_same(each.message_id, moment(each.sent_at), each.sender.email) for each in mail.arriving}
    rows = access.pick(
        "SELECT messages.id, messages.message_id, messages.at, addresses.email FROM messages "
        "JOIN spellings ON spellings.id = messages.sender JOIN addresses ON addresses.id = spellings.address "
        "WHERE messages.id IN (?*)",
        numbers,
    )
    return {number for number, message_id, at, email in rows if _same(message_id, at, email) in arriving}


def _same(message_id: str | None, at: int, email: str) -> _Same:
    return (at if message_id is None else storable(message_id)), storable(email)


def erase_unseen(access: Access, book: AddressBook, rows: Iterable[int]) -> Sequence[bytes]:
    """Erase those of these mails that no stream holds any more; their identities."""
    wanted = set(rows)
    wanted -= {row for (row,) in access.pick("SELECT message FROM sightings WHERE message IN (?*)", wanted)}
    identities: list[bytes] = []
    threads: set[int] = set()
    for identity, sender, readers, own, thread in access.pick(
        "SELECT identity, sender, readers, own, thread FROM messages WHERE id IN (?*)", wanted
    ):
        who = READERS.decode(readers)
        spellings = [*chain(who.to, who.cc, who.bcc)]
        book.recall(access, [sender, *spellings])
        book.count_mail(sender, spellings, own=bool(own), times=-1)
        identities.append(bytes(identity))
        threads.add(thread)
    known = list(stored(access, sorted(wanted), book.address_of))
    withdraw(access, known)
    stir(access, Stirred.ADDRESS, set().union(*(each.concerned for each in known)))
    stir(access, Stirred.NAME, {name for each in known for name, _ in each.named()})
    stir(access, Stirred.THREAD, threads)
    erase(access, wanted)
    return identities
