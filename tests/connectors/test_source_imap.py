"""A mailbox on a real Dovecot: what is read of it, and what a later pull brings."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.protocol import Surroundings
from connectors.records import Message, Removed
from connectors.sources import imap
from tests.contract.contract_mail import mail
from tests.services.dovecot import any_dovecot, dovecot  # noqa: F401  # fixtures are found by their names

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """``connect(server, **settings)`` is a connector for alice's mailbox; all are closed in the end."""
    monkeypatch.setenv("IMAP_PASSWORD", "secret")
    opened = []

    def connect(server, **settings):
        chosen = {"port": server.port, "tls": "none", "host": "127.0.0.1", "username": "alice"}
        if not any(name.startswith("password") for name in settings):
            chosen["password_env"] = "IMAP_PASSWORD"
        around = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
        connector = imap.CONNECTOR.open(imap.ImapSettings(**{**chosen, **settings}), around)
        opened.append(connector)
        return connector

    yield connect
    for connector in opened:
        connector.close()


def pulled(connector, name="INBOX", since=None):
    """All changes of a pull, and the cursor after it."""
    stream = next(stream for stream in connector.streams() if stream.name == name)
    changes, cursor = [], since
    for batch in connector.pull(stream, since):
        changes += batch.changes
        cursor = batch.cursor or cursor
    return changes, cursor


def names(changes):
    return [change.message_id for change in changes if isinstance(change, Message)]


def test_the_newest_mail_comes_first(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    changes, _ = pulled(connect(any_dovecot))
    assert names(changes) == [f"m{number}@x.example" for number in (4, 3, 2, 1, 0)]


def test_only_what_came_or_went_is_told_later(any_dovecot, connect):  # noqa: F811
    any_dovecot.append(mail(f"m{number}@x.example") for number in range(5))
    connector = connect(any_dovecot)
    first, cursor = pulled(connector)
    assert pulled(connector, since=cursor) == ([], cursor)
    any_dovecot.append([mail("late@x.example")])
    with any_dovecot.client() as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", r"(\Deleted)")
        client.store("3", "+FLAGS", r"(\Seen)")
        client.expunge()
    changes, cursor = pulled(connector, since=cursor)
    keys = {change.message_id: change.key for change in first}
    assert names(changes) == ["late@x.example"]
    assert [change for change in changes if isinstance(change, Removed)] == [Removed(key=keys["m1@x.example"])]
    assert pulled(connector, since=cursor) == ([], cursor)
