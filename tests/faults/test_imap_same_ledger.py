"""A real mailbox read over IMAP, and the same mails read as files: one ledger.

What stands beyond the first 32 KB of a text is not fetched (reports and newsletters, three of these mails), so these are
left out: they are the same mail by ``Message.identity``, but of what they say there nothing can be known.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.mime import parse
from connectors.protocol import Surroundings
from connectors.records import Message
from connectors.sources import maildir
from daemon.pipeline import sync_account
from daemon.refresh import Owner, refresh
from daemon.store import open_store
from tests.connectors.imap_sample import NOW, VARIABLE, imap_connector
from tests.daemon.store_dump import dump
from tests.services.dovecot import PASSWORD, any_dovecot  # noqa: F401  # a fixture is found by its name

OWNER = Owner(name="Phillip Allen", addresses=("phillip.allen@enron.com",))
CUT = 31_000
#: What a store says of where it found a mail, rather than of the mail.
PLACES = {"sightings", "rejections"}


def mails(box):
    """``(folder, mail)`` of a published box, without those whose date nobody can believe."""
    for raw in re.split(rb"(?m)^(?=From MAILER-DAEMON )", gzip.decompress(box.read_bytes()))[1:]:
        mail = raw.partition(b"\n")[2]
        read = parse(mail, key="", now=NOW, zone=ZoneInfo("UTC"))
        if isinstance(read, Message) and len(read.text) < CUT:
            named = re.search(rb"(?m)^X-Folder: (.*)$", mail)[1].lower()
            yield "Sent" if b"sent" in named else "Archive" if b"inbox" not in named else "INBOX", mail


def ledger(connector, folder):
    store = open_store("sqlite:///kith.db", folder)
    try:
        outcome = sync_account("post", "post", connector, store, now=lambda: datetime(2002, 6, 1, tzinfo=UTC))
        assert outcome.problem is None
        refresh(store, OWNER)
        return {table: rows for table, rows in dump(store).items() if table not in PLACES}
    finally:
        store.close()


def test_the_same_mails_over_imap_and_as_files_give_one_ledger(any_dovecot, shared, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv(VARIABLE, PASSWORD)
    found = list(mails(shared / "data/mail/enron" / "allen-p.mbox.gz"))[::5]
    for folder in ("INBOX", "Sent", "Archive"):
        any_dovecot.load((mail for where, mail in found if where == folder), folder=folder)
    over_imap = imap_connector(any_dovecot.port)
    box = any_dovecot.folder / "mail/alice/Maildir"
    around = Surroundings(base=Path("/"), now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
    as_files = maildir.CONNECTOR.open(maildir.MaildirSettings(path=str(box)), around)
    for part in ("imap", "files"):
        (tmp_path / part).mkdir()
    got = ledger(over_imap, tmp_path / "imap")
    over_imap.close()
    wanted = ledger(as_files, tmp_path / "files")
    assert len(wanted["messages"]) > 500
    for table, rows in wanted.items():
        assert got[table] == rows, table
