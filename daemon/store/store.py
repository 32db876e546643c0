"""The store as the rest of the daemon sees it: what connectors yield and inference finds in, what reports need out.

Each method is one transaction unless it says otherwise, and raises ``StoreError`` where the database fails and
``StoreBusy`` where it writes while another process does. What the methods do lies in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.records import Batch, Message
from daemon.store import (
    accounts,
    cards,
    corrections,
    exporting,
    findings,
    forget,
    people,
    records,
    reinfer,
    statements,
    streams,
    texts,
    views,
)
from daemon.store.accounts import Claim, Rejection
from daemon.store.addresses import AddressBook
from daemon.store.applying import Applied, apply
from daemon.store.corrections import Correction
from daemon.store.database import Access, Database
from daemon.store.exporting import ExportedMail, ExportedMeeting
from daemon.store.findings import WorkedOut
from daemon.store.people import StoredPerson
from daemon.store.streams import Place, UnderWay
from daemon.store.timelines import Reader
from daemon.store.upgrade import upgraded
from daemon.store.views import LeftOut
from inference.cards import Card
from inference.favor import Favor
from inference.findings import MessageFindings
from inference.interactions import Day
from inference.lessons import Lesson
from inference.moves import Move
from inference.network import AccountState, Network
from inference.people import Identity, People, Suggestion
from inference.timeline import Timeline


def open_store(url: str, base: Path) -> Store:
    """Open the store at ``url`` (a relative file lies in ``base``), made or migrated as needed.

    A new file is readable by the owner alone (0600), and so is a folder made for it (0700).

    Raises:
        StoreError: it cannot be opened; the message is one line for the owner.
    """
    database = Database(url, base)
    upgraded(database)
    return Store(database)


class Store:
    """An open store. Not for use by several threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = AddressBook()
        self._taken = 0

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    @contextmanager
    def writing(self, patience_s: float | None = None) -> Iterator[None]:
        """Be the only one who writes for a while (a pass), waiting ``patience_s`` for another process to finish.

        Raises:
            StoreBusy: it did not.
        """
        lock = self._database.lock
        if patience_s is not None:
            lock.patience_s = patience_s
        with lock.held():
            yield

    @contextmanager
    def _write(self) -> Iterator[Access]:
        with self._database.writing() as access:
            yield access

    # What a pass does.

    def place(self, account: str, stream: str) -> Place:
        """How far a stream was read, and whether a pull from its beginning is still under way."""
        with self._database.reading() as access:
            return streams.place(access, account, stream)

    def streams_read(self, account: str) -> list[str]:
        """The streams of an account of which something was read, by name."""
        with self._database.reading() as access:
            return streams.read(access, account)

    def begin_pulls(self, account: str, named: Sequence[str], under_way: UnderWay) -> None:
        """Pulls of these streams from the beginning start now, or with the next pass; their cursors are dropped."""
        with self._write() as access:
            for stream in named:
                streams.begin(access, account, stream, under_way)

    def finish_pull(self, account: str, stream: str) -> int:
        """A pull from the beginning came to its end: meetings that it did not show go; how many those were."""
        with self._writing_addresses() as access:
            return streams.finish(access, self._book, account, stream)

    def unknown(self, messages: Sequence[Message]) -> set[str]:
        """The identities of those of these messages that must be read: new ones, and better copies of known ones."""
        with self._database.reading() as access:
            return records.unknown(access, messages)

    def apply(
        self,
        account: str,
        stream: str,
        batch: Batch,
        findings: Mapping[str, MessageFindings],
        *,
        now: datetime,
        keep_text: bool,
    ) -> Applied:
        """Write a batch, what was found in its mails (by identity), and its cursor.

        ``findings`` must hold what ``unknown`` named; a known mail whose findings are given is taken as read anew.
        The order of batches, how changes are cut into them, and how often they come make no difference.
        """
        with self._writing_addresses() as access:
            return apply(access, self._book, account, stream, batch, findings, now=now, keep_text=keep_text)

    @contextmanager
    def _writing_addresses(self) -> Iterator[Access]:
        """A transaction for which ``_book`` holds; a new book where others may have written, or this one fails."""
        try:
            with self._write() as access:
                if self._database.lock.taken != self._taken:
                    self._book = AddressBook()
                    self._taken = self._database.lock.taken
                yield access
        except BaseException:
            self._book = AddressBook()
            raise

    def sync_finished(
        self, account: str, kind: str, *, at: datetime, problem: str | None = None, error: str | None = None
    ) -> None:
        """Record how a pass over an account ended: ``problem`` is a line for the owner, ``error`` its class.

        Without an error the account was read to its end, whatever the problem.
        """
        with self._write() as access:
            accounts.finished(access, account, kind, at=at, problem=problem, error=error)

    def account_states(self) -> tuple[AccountState, ...]:
        """How the accounts that were ever read stand, by name."""
        with self._database.reading() as access:
            return accounts.states(access)

    def rejections(self) -> list[Rejection]:
        """Everything that could not be read."""
        with self._database.reading() as access:
            return accounts.rejections(access)

    # What a refresh does.

    def people_stirred(self) -> bool:
        """Whether something was seen or corrected since ``save_people`` that who-is-who depends on."""
        with self._database.reading() as access:
            return findings.people_stirred(access)

    def note(self, name: str) -> str | None:
        """A value that a refresh keeps for the next one (see ``save_people``)."""
        with self._database.reading() as access:
            row = access.row("SELECT value FROM meta WHERE name = ?", (name,))
            return None if row is None else str(row[0])

    def identities(self) -> list[Identity]:
        """Every address with the names seen beside it and how often."""
        with self._database.reading() as access:
            return list(people.identities(access))

    def cards(self) -> list[Card]:
        """What the owner's address books say."""
        with self._database.reading() as access:
            return cards.cards(access)

    def own_sent(self) -> list[str]:
        """The From addresses in Sent mail that are the owner's; not those of others whose mail lies there too."""
        with self._database.reading() as access:
            return people.own_sent(access)

    def moves(self) -> list[Move]:
        """What was said about changes of address by whoever may be heard."""
        with self._database.reading() as access:
            return list(statements.moves(access))

    def names_in_own_mail(self) -> list[str]:
        """The names under which the owner's mail goes out, the most used first."""
        with self._database.reading() as access:
            return people.names_in_own_mail(access)

    def save_people(self, found: People, owner_names: Sequence[str], settings: str = "") -> None:
        """Make who-is-who true and mark whom that touches; ``settings`` is kept as the note "people"."""
        with self._write() as access:
            people.save_people(access, found, owner_names)
            access.run(
                "INSERT INTO meta (name, value) VALUES ('people', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (settings,),
            )

    def settle(self) -> None:
        """Turn the marks of what has changed into persons to be worked out again."""
        with self._database.reading() as access:
            if not findings.anything_stirred(access):
                return
        with self._write() as access:
            findings.settle(access)

    def touched(self) -> list[int]:
        """The persons who are to be worked out again."""
        with self._database.reading() as access:
            return findings.touched(access)

    def acquainted(self, numbers: Sequence[int]) -> set[int]:
        """Those of these persons who wrote, were written to by the owner, or were invited; others have no ledger."""
        with self._database.reading() as access:
            return findings.acquainted(access, numbers)

    def timelines(self, numbers: Sequence[int], chunk: int = 50) -> Iterator[list[Timeline]]:
        """The timelines of these persons, loaded for ``chunk`` of them at a time (each chunk is a transaction)."""
        reader: Reader | None = None
        for start in range(0, len(numbers), chunk):
            with self._database.reading() as access:
                reader = Reader(access) if reader is None else reader.again(access)
                loaded = list(reader.timelines(numbers[start : start + chunk]))
            yield loaded

    def save_findings(self, found: Sequence[WorkedOut], done: Sequence[int]) -> None:
        """Replace what is known of ``done``, of whom nothing is left but ``found``, and clear their marks."""
        with self._write() as access:
            findings.save(access, found, done)

    # What reports read.

    def people(self) -> list[StoredPerson]:
        """Everybody but the owner."""
        with self._database.reading() as access:
            return sorted(people.persons(access), key=lambda person: (person.name.casefold(), person.emails))

    def suggestions(self) -> list[Suggestion]:
        """Addresses that may be one person's, for the owner to decide."""
        with self._database.reading() as access:
            return people.suggestions(access)

    def written_for(self, emails: Sequence[str]) -> list[tuple[str, int]]:
        """For whom (a name, in how many mails) whoever has these addresses says that they write."""
        with self._database.reading() as access:
            return statements.written_for(access, emails)

    def owner_emails(self) -> tuple[str, ...]:
        """The owner's addresses that were seen."""
        with self._database.reading() as access:
            return tuple(row[0] for row in access.rows("SELECT email FROM addresses WHERE person = 0 ORDER BY email"))

    def timeline(self, person: int) -> Timeline | None:
        """One person's mails and meetings."""
        with self._database.reading() as access:
            return next(Reader(access).timelines([person]), None)

    def contacts(self, person: int) -> tuple[Day, ...]:
        """One person's days of contact."""
        with self._database.reading() as access:
            return findings.contacts_of(access, person)

    def network(self, as_of: datetime, zone: ZoneInfo, owner_name: str) -> Network:
        """The snapshot that the letter and the health of the network are made from."""
        with self._database.reading() as access:
            return views.network(access, as_of, zone, owner_name)

    def favors(self, person: int | None = None) -> tuple[Favor, ...]:
        """All favors, or one person's, with the owner's corrections applied, in order of opening."""
        with self._database.reading() as access:
            return views.favors(access, person)

    def favor(self, id_: str) -> Favor | None:
        """The favor whose id begins so; None where there is none, or more than one."""
        with self._database.reading() as access:
            return views.favor(access, id_)

    def inferred(self, favor: Favor) -> Favor:
        """This favor without what the owner said about it."""
        with self._database.reading() as access:
            return views.inferred(access, favor)

    def lessons(self) -> dict[str, Lesson]:
        """By the act that opens a favor: what the owner's corrections teach about such favors."""
        with self._database.reading() as access:
            return views.learned(access)

    def filtered(self) -> list[LeftOut]:
        """Mail that was left out: by sender, what it was taken for, and why."""
        with self._database.reading() as access:
            return views.left_out(access)

    # The owner's word.

    def corrections(self) -> list[Correction]:
        """Everything the owner said, in the order of saying it."""
        with self._database.reading() as access:
            return corrections.corrections(access)

    def add_correction(self, said: Correction, *, on_that_day: bool = False) -> int:
        """Keep what the owner said (``id`` does not matter), once however often it is said; its number.

        ``on_that_day`` says that the same of another day would be something else.
        """
        with self._write() as access:
            return corrections.add(access, said, on_that_day=on_that_day)

    def remove_correction(self, number: int) -> bool:
        """Take a correction back; whether there was one."""
        with self._write() as access:
            return corrections.remove(access, number)

    def forget(self, emails: Iterable[str]) -> int:
        """Erase the person with these addresses for good; how many addresses were known and not the owner's.

        A refresh must follow: it works out anew whoever shared mail with them. Two transactions.
        """
        with self.writing():
            with self._write() as access:
                self._database.shred(access)
                count = forget.forget(access, emails)
            self._book = AddressBook()
            self._database.compact()
        return count

    # Starting again from what was read.

    def drop_conclusions(self) -> None:
        """Drop people, favors and ties, to be worked out anew by a refresh; corrections stay."""
        with self._write() as access:
            reinfer.drop_conclusions(access)

    def kept_messages(self, after: int, limit: int) -> list[tuple[int, Message]]:
        """The next whole mails that were kept, with the numbers of their rows; ``after`` is the last number seen."""
        with self._database.reading() as access:
            return texts.batch_after(access, after, limit)

    def save_readings(self, readings: Sequence[tuple[int, Message, MessageFindings]]) -> None:
        """Replace what was found in these mails (number of the row, the mail, the new findings)."""
        with self._write() as access:
            reinfer.save_readings(access, AddressBook(), readings)

    # Letters.

    def claim_digest(self, period: str, message_id: str, now: datetime) -> bool:
        """Claim the letter of a period before sending it; False where it was claimed already."""
        with self._write() as access:
            return accounts.claim_digest(access, period, message_id, now)

    def digest_sent(self, period: str, now: datetime) -> None:
        """Record that the letter of a period was handed over."""
        with self._write() as access:
            accounts.digest_sent(access, period, now)

    def release_digest(self, period: str) -> None:
        """Give a claim back: its letter was refused and is to be sent again."""
        with self._write() as access:
            accounts.release_digest(access, period)

    def claims(self) -> Sequence[Claim]:
        """All letters, by period."""
        with self._database.reading() as access:
            return accounts.claims(access)

    # Everything, for the owner to take away.

    def exported_mails(self) -> Iterator[ExportedMail]:
        """Every mail that is kept; one transaction until the end."""
        with self._database.reading() as access:
            yield from exporting.mails(access)

    def mails_called(self, wanted: str) -> list[ExportedMail]:
        """The mails with this Message-ID, or whose identity begins so; two at most."""
        with self._database.reading() as access:
            return exporting.mails_called(access, wanted)

    def exported_meetings(self) -> Iterator[ExportedMeeting]:
        """Every meeting that is kept; one transaction until the end."""
        with self._database.reading() as access:
            yield from exporting.meetings(access)
