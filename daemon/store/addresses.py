"""Addresses as mail shows them in, the numbers of their rows out; counts how often each was seen.

Numbers are remembered between batches (bounded), so that the database is asked only for those that are new. What is
remembered is true while no other process writes addresses and no transaction fails; after that a new book is due.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Final

from connectors.records import Address
from daemon.store.database import Access
from daemon.store.encoding import storable

#: How many spellings are remembered before starting afresh.
_REMEMBERED: Final = 20_000
#: Nobody's name is longer.
_MAX_NAME: Final = 120


class AddressBook:
    """The spellings that one process knows, and the counts that one transaction adds up.

    A *spelling* is an address with one name beside it ("" without one); ``address_of`` tells its address.
    """

    def __init__(self) -> None:
        self.address_of: dict[int, int] = {}
        self._spellings: dict[tuple[str, str], int] = {}
        self._addresses: dict[str, int] = {}
        self._forgotten: dict[bytes, int] = {}
        self._salt = b""
        self._seen: Counter[int] = Counter()
        self._own: Counter[int] = Counter()
        self._sent: Counter[int] = Counter()
        self._received: Counter[int] = Counter()

    def begin(self, access: Access) -> None:
        """Start a transaction: nothing counted yet, and those who asked to be forgotten known."""
        for counter in (self._seen, self._own, self._sent, self._received):
            counter.clear()
        if len(self._spellings) > _REMEMBERED:
            self._spellings.clear()
            self._addresses.clear()
            self.address_of.clear()
        self._salt = salt(access)
        self._forgotten = {bytes(mark): address for mark, address in access.rows("SELECT hash, address FROM forgotten")}

    def is_forgotten(self, email: str) -> bool:
        """Whether this address asked to be forgotten."""
        return bool(self._forgotten) and mark_of(email, self._salt) in self._forgotten

    @property
    def any_forgotten(self) -> bool:
        """Whether anybody asked to be forgotten."""
        return bool(self._forgotten)

    def alias_of(self, email: str) -> str:
        """The address under which a forgotten person goes on taking part."""
        return forgotten_email(self._forgotten[mark_of(email, self._salt)])

    def learn(self, access: Access, seen: Iterable[Address]) -> None:
        """Give every spelling in ``seen`` a row and a number."""
        wanted: dict[tuple[str, str], None] = {}
        for each in seen:
            key = (each.email, each.name)
            if key not in self._spellings:
                wanted[key] = None
        if wanted:
            self._learn_addresses(access, {email for email, _ in wanted})
            self._learn_spellings(access, list(wanted))

    def number(self, seen: Address) -> int:
        """The number of a spelling that was learned."""
        return self._spellings[seen.email, seen.name]

    def _learn_addresses(self, access: Access, emails: Iterable[str]) -> None:
        wanted = {}
        for email in sorted(emails):
            if self.is_forgotten(email):
                self._addresses[email] = self._forgotten[mark_of(email, self._salt)]
            elif email not in self._addresses:
                wanted[storable(email)] = email
        for stored, number in access.pick("SELECT email, id FROM addresses WHERE email IN (?*)", wanted):
            self._addresses[wanted.pop(stored)] = number
        rows = []
        for number, (stored, email) in enumerate(wanted.items(), start=_highest(access, "addresses") + 1):
            self._addresses[email] = number
            rows.append((number, stored))
        access.many("INSERT INTO addresses (id, email, sent, received) VALUES (?, ?, 0, 0)", rows)

    def _learn_spellings(self, access: Access, wanted: list[tuple[str, str]]) -> None:
        known: dict[tuple[int, str], int] = {}
        addresses = {self._addresses[email] for email, _ in wanted}
        for number, address, name in access.pick(
            "SELECT id, address, name FROM spellings WHERE address IN (?*)", addresses
        ):
            known[address, name] = number
        rows = []
        next_number = _highest(access, "spellings") + 1
        for email, name in wanted:
            address = self._addresses[email]
            spelled = "" if self.is_forgotten(email) else storable(name[:_MAX_NAME])
            number = known.get((address, spelled), 0)
            if not number:
                number = known[address, spelled] = next_number
                next_number += 1
                rows.append((number, address, spelled))
            self._spellings[email, name] = number
            self.address_of[number] = address
        access.many("INSERT INTO spellings (id, address, name, seen, own) VALUES (?, ?, ?, 0, 0)", rows)

    def recall(self, access: Access, spellings: Iterable[int]) -> None:
        """Make ``address_of`` know these spellings, which have rows."""
        unknown = [number for number in spellings if number not in self.address_of]
        for number, address in access.pick("SELECT id, address FROM spellings WHERE id IN (?*)", unknown):
            self.address_of[number] = address

    def count_mail(self, sender: int, readers: Iterable[int], *, own: bool, times: int = 1) -> None:
        """Count one mail from ``sender`` to ``readers`` (spellings); ``times=-1`` takes it back."""
        self._sent[self.address_of[sender]] += times
        self._seen[sender] += times
        if own:
            self._own[sender] += times
        for reader in readers:
            self._seen[reader] += times
            if own:
                self._received[self.address_of[reader]] += times

    def count_invitation(self, spellings: Iterable[int], times: int = 1) -> None:
        """Count the names in one meeting; ``times=-1`` takes it back."""
        for number in spellings:
            self._seen[number] += times

    def write_counts(self, access: Access) -> bool:
        """Write what was counted; whether there was anything."""
        spelled = [(self._seen[n], self._own[n], n) for n in sorted(self._seen) if self._seen[n] or self._own[n]]
        mailed = sorted(self._sent.keys() | self._received.keys())
        counts = [(self._sent[n], self._received[n], n) for n in mailed if self._sent[n] or self._received[n]]
        access.many("UPDATE spellings SET seen = seen + ?, own = own + ? WHERE id = ?", spelled)
        access.many("UPDATE addresses SET sent = sent + ?, received = received + ? WHERE id = ?", counts)
        return bool(spelled or counts)


def salt(access: Access) -> bytes:
    """This store's own salt, by which forgotten addresses are recognised but cannot be looked up elsewhere."""
    row = access.row("SELECT value FROM meta WHERE name = 'salt'")
    return bytes.fromhex(row[0]) if row else b""


def mark_of(email: str, salt: bytes) -> bytes:
    """What is kept of a forgotten address: 16 bytes."""
    return hashlib.blake2b(email.encode("utf-8", "surrogatepass"), digest_size=16, key=salt).digest()


def forgotten_email(address: int) -> str:
    """The address that stands for a forgotten one in row ``address``."""
    return f"forgotten-{address}@forgotten.invalid"


def _highest(access: Access, table: str) -> int:
    statements = {
        "addresses": "SELECT max(id) FROM addresses",
        "spellings": "SELECT max(id) FROM spellings",
    }
    row = access.row(statements[table])
    return int(row[0]) if row and row[0] is not None else 0
