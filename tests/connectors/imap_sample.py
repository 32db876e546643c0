"""Connectors for a test server's mailbox, and what a pull by one brings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.errors import CursorExpired
from connectors.protocol import Surroundings
from connectors.records import Message, Rejected, Removed
from connectors.sources import imap

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
VARIABLE = "KITH_TEST_IMAP_PASSWORD"


def imap_connector(port, folder=Path(), **settings):
    """A connector for alice's mailbox; her password is in the variable."""
    chosen = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "alice"}
    if not any(name.startswith("password") for name in settings):
        chosen["password_env"] = VARIABLE
    around = Surroundings(base=folder, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
    return imap.CONNECTOR.open(imap.ImapSettings(**{**chosen, **settings}), around)


def pulled(connector, name="INBOX", since=None):
    """All changes of a pull of one folder, and the cursor after it."""
    stream = next(stream for stream in connector.streams() if stream.name == name)
    changes, cursor = [], since
    for batch in connector.pull(stream, since):
        changes += batch.changes
        cursor = batch.cursor or cursor
    return changes, cursor


def pulled_as_by_daemon(connector, name="INBOX", since=None):
    """The same; an expired cursor means one pull of everything."""
    try:
        return pulled(connector, name, since)
    except CursorExpired:
        return pulled(connector, name)


def names(changes):
    """The Message-IDs of the mails among changes, in their order."""
    return [change.message_id for change in changes if isinstance(change, Message)]


def removed(changes):
    """The keys of what is gone."""
    return [change.key for change in changes if isinstance(change, Removed)]


def rejected(changes):
    """The reasons for what was rejected."""
    return [change.reason for change in changes if isinstance(change, Rejected)]


def rich(name, text="Could you have a look?", attachment=b"x" * 3000):
    """A mail with an HTML alternative and an attachment."""
    return (
        f"Message-ID: <{name}>\r\n"
        "Date: Tue, 05 Mar 2024 10:00:00 +0100\r\n"
        "From: Ada Quist <ada@quist.example>\r\n"
        "To: Maya Lindqvist <maya@lindqvist.example>\r\n"
        f"Subject: About {name}\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="m"\r\n\r\n'
        '--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        f"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>\r\n--a--\r\n"
        "--m\r\nContent-Type: application/pdf; name=plan.pdf\r\n"
        'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\n'
    ).encode() + attachment + b"\r\n--m--\r\n"  # fmt: skip
