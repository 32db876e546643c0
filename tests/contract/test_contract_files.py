"""The file sources keep the connector contract."""

from __future__ import annotations

import shutil

import pytest

from connectors.sources import ics, maildir, mbox, vcard
from tests.contract.contract_mail import BAD_CARD, BAD_EVENT, BAD_MAIL, card, event, mail
from tests.contract.contract_suite import PROMISES, Case

each_promise = pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)


class MboxCase(Case):
    """One box."""

    def connector(self):
        return mbox.CONNECTOR.open(mbox.MboxSettings(path="Inbox.mbox"), self.surroundings())

    def append(self, raw):
        with (self.folder / "Inbox.mbox").open("ab") as box:
            box.write(b"From ada@quist.example Tue Mar  5 10:00:00 2024\n" + raw + b"\n")

    def add(self, names):
        for name in names:
            self.append(mail(name))
        self.items.extend(names)

    def add_bad(self):
        self.append(BAD_MAIL)

    def take_out(self, name):
        self.items.remove(name)
        kept, self.items = self.items, []
        (self.folder / "Inbox.mbox").unlink()
        self.add(kept)

    def empty(self):
        (self.folder / "Inbox.mbox").write_bytes(b"")

    def vanish(self):
        (self.folder / "Inbox.mbox").unlink()


class MaildirCase(Case):
    """One maildir without subfolders."""

    def connector(self):
        return maildir.CONNECTOR.open(maildir.MaildirSettings(path="Mail"), self.surroundings())

    def build(self, names):
        for part in ("new", "cur", "tmp"):
            (self.folder / "Mail" / part).mkdir(parents=True)
        self.add(names)

    def file_of(self, name):
        return self.folder / "Mail" / "cur" / f"1700000000.{name.partition('@')[0]}.host:2,S"

    def add(self, names):
        for name in names:
            self.file_of(name).write_bytes(mail(name))
        self.items.extend(names)

    def add_bad(self):
        (self.folder / "Mail" / "new" / "1700000000.zzz.host").write_bytes(BAD_MAIL)

    def take_out(self, name):
        self.items.remove(name)
        self.file_of(name).unlink()

    def empty(self):
        for path in (self.folder / "Mail").glob("*/*"):
            path.unlink()

    def vanish(self):
        shutil.rmtree(self.folder / "Mail")


class IcsCase(Case):
    """One calendar file."""

    bad = ""

    def connector(self):
        return ics.CONNECTOR.open(ics.IcsSettings(path="calendar.ics"), self.surroundings())

    def write(self):
        events = "".join(map(event, self.items)) + self.bad
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"
        (self.folder / "calendar.ics").write_bytes(text.encode())

    def add(self, names):
        self.items.extend(names)
        self.write()

    def add_bad(self):
        self.bad = BAD_EVENT
        self.write()

    def take_out(self, name):
        self.items.remove(name)
        self.write()

    def empty(self):
        self.items = []
        self.write()

    def vanish(self):
        (self.folder / "calendar.ics").unlink()


class VcardCase(Case):
    """One address book."""

    bad = ""

    def connector(self):
        return vcard.CONNECTOR.open(vcard.VcardSettings(path="book.vcf"), self.surroundings())

    def write(self):
        (self.folder / "book.vcf").write_bytes((self.bad + "".join(map(card, self.items))).encode())

    def add(self, names):
        self.items.extend(names)
        self.write()

    def add_bad(self):
        self.bad = BAD_CARD
        self.write()

    def take_out(self, name):
        self.items.remove(name)
        self.write()

    def empty(self):
        self.items = []
        self.write()

    def vanish(self):
        (self.folder / "book.vcf").unlink()


@each_promise
def test_mbox_keeps_the_contract(promise, tmp_path):
    promise(MboxCase(tmp_path))


@each_promise
def test_maildir_keeps_the_contract(promise, tmp_path):
    promise(MaildirCase(tmp_path))


@each_promise
def test_ics_keeps_the_contract(promise, tmp_path):
    promise(IcsCase(tmp_path))


@each_promise
def test_vcard_keeps_the_contract(promise, tmp_path):
    promise(VcardCase(tmp_path))
