"""The store as the rest of the daemon sees it: what connectors yield and inference finds in, what reports need out.

Each method is one transaction unless it says otherwise, and raises ``StoreError`` where the database fails and
``StoreBusy`` where it writes while another process does. What the methods do lies in the modules beside this one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    letters,
    people,
    records,
    reinfer,
    statements,
    streams,
    texts,
    views,
)
from daemon.store.accounts import Rejection
from daemon.store.addresses import AddressBook
from daemon.store.applying import Applied, apply
from daemon.store.corrections import Correction
from daemon.store.database import Access, Database
from daemon.store.errors import StoreBusy
from daemon.store.exporting import ExportedMail, ExportedMeeting
from daemon.store.findings import WorkedOut
from daemon.store.letters import Claim, Letter, Reply
from daemon.store.locks import RUNNER, account_lock
from daemon.store.people import StoredPerson
from daemon.store.streams import Place, UnderWay
from daemon.store.timelines import Reader
from daemon.store.turns import waited
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


def _note(access: Access, name: str, value: str) -> None:
    access.run(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


class Store:
    """An open store, for several threads: they write in turns (see ``turns``)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = AddressBook()
        self._mark = os.urandom(8).hex()

    def close(self) -> None:
        """Give the database and every lock back."""
        self._database.close()

    def rest(self) -> None:
        """Give back what the connections remember; whoever uses the store next opens anew, other threads go on."""
        self._database.rest()

    @contextmanager
    def writing(self, patience_s: float | None = None) -> Iterator[None]:
        """Be the only one who writes for a turn, waiting ``patience_s`` for another process to end its own.

        Several methods called in one turn see what they wrote and nothing of others. A turn is short.

        Raises:
            StoreBusy: the other did not end.
        """
        with self._database.lock.held(patience_s):
            yield

    def give_way(self) -> bool:
        """Within a turn that is long: let others write, if any wait; whether so, and the store may have changed.

        Raises:
            StoreBusy: another process writes and does not end.
        """
        return self._database.lock.give_way()

    def be_patient(self, seconds: float) -> None:
        """From now on wait so long for another process to end its turn: what the daemon does has time."""
        self._database.lock.patience_s = seconds

    @contextmanager
    def reading(
        self, account: str, *, told: Callable[[str], None], stop: Callable[[], bool] = lambda: False
    ) -> Iterator[bool]:
        """Be the only one who reads an account, waiting as long as another process does; False where ``stop`` held.

        ``told`` gets a line if there is something to wait for.
        """
        locks = self._database.locks

        def tell() -> None:
            runner = locks.holder(RUNNER)
            who = f"kith run ({runner})" if runner else "another kith"
            told(f"{who} is reading {account}; waiting")

        with waited(locks, account_lock(account), told=tell, stop=stop) as alone:
            yield alone

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the one daemon of this store.

        Raises:
            StoreBusy: another one is; the line says which.
        """
        locks = self._database.locks
        if not locks.take(RUNNER):
            who = locks.holder(RUNNER) or "another process"
            raise StoreBusy(f"kith run is running on this store already ({who}): one is enough, stop that one first")
        try:
            yield
        finally:
            locks.give_back(RUNNER)

    def runner(self) -> str:
        """Who is the daemon of this store, for people: "process 123"; "" where none runs."""
        return self._database.locks.holder(RUNNER)

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
                if self._marked(access):
                    self._book = AddressBook()
                yield access
        except BaseException:
            self._book = AddressBook()
            raise

    def _marked(self, access: Access) -> bool:
        """Leave the mark of this store, and say whether another's was there: others wrote addresses since."""
        row = access.row("SELECT value FROM meta WHERE name = 'writer'")
        if row is not None and row[0] == self._mark:
            return False
        _note(access, "writer", self._mark)
        return True

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
        """A value that somebody keeps for the next time (see ``save_people``, ``take_note``)."""
        with self._database.reading() as access:
            row = access.row("SELECT value FROM meta WHERE name = ?", (name,))
            return None if row is None else str(row[0])

    def take_note(self, name: str, value: str) -> None:
        """Keep a value of the daemon's own: since when letters are sent, what it is doing."""
        with self._write() as access:
            _note(access, name, value)

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
            _note(access, "people", settings)

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
                self._marked(access)
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

    # Letters and replies to them.

    def claim_letter(self, period: str, letter: Letter, told: Collection[str], now: datetime) -> bool:
        """Claim a period for ``letter`` before it is sent; False where it was claimed already.

        ``told`` are the identities of the replies that it confirms.
        """
        with self._write() as access:
            return letters.claim(access, period, letter, told, now)

    def take_over_letter(self, claimed: Claim, now: datetime) -> bool:
        """Claim an unsent letter anew, to send it once more; False where somebody else did so meanwhile."""
        with self._write() as access:
            return letters.take_over(access, claimed, now)

    def letter_sent(self, period: str, now: datetime) -> None:
        """Record that the letter of a period was handed over."""
        with self._write() as access:
            letters.sent(access, period, now)

    def release_letter(self, period: str) -> None:
        """Give a claim back: its letter was refused, and one is to be made anew."""
        with self._write() as access:
            letters.release(access, period)

    def keep_letter(self, letter: Letter) -> None:
        """Keep a letter of no period, so that replies to it are understood."""
        with self._write() as access:
            letters.keep(access, letter)

    def claims(self) -> Sequence[Claim]:
        """The letters of all periods, by period."""
        with self._database.reading() as access:
            return letters.claims(access)

    def letter(self, token: str) -> Letter | None:
        """The letter with this token."""
        with self._database.reading() as access:
            return letters.letter(access, token)

    def letter_called(self, message_id: str) -> Letter | None:
        """The letter with this Message-ID."""
        with self._database.reading() as access:
            return letters.letter_called(access, message_id)

    def letter_days(self) -> dict[str, datetime]:
        """By token: the moment that each letter was about."""
        with self._database.reading() as access:
            return letters.days(access)

    def unconfirmed_replies(self) -> list[Reply]:
        """The replies of which no letter has told yet."""
        with self._database.reading() as access:
            return letters.replies(access, unconfirmed=True)

    def replies(self) -> list[Reply]:
        """All replies to letters that were read."""
        with self._database.reading() as access:
            return letters.replies(access)

    def apply_reply(self, reply: Reply, said: Sequence[Correction], now: datetime) -> bool:
        """Note a reply and keep what it says; False, with nothing kept, where it was noted before."""
        with self._write() as access:
            if not letters.answered(access, reply, now):
                return False
            for each in said:
                corrections.add(access, each)
            return True

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
