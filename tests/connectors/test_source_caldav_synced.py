"""A CalDAV account as its owner has it: by ``kith sync``, beside the mails that invite to its meetings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.protocol import Surroundings
from connectors.sources import mbox
from connectors.sources.caldav import CONNECTOR, CaldavSettings
from daemon.cli import run
from daemon.pipeline import sync_account
from tests.daemon.conftest import sqlite_stores, store  # noqa: F401  # fixtures are found by their names
from tests.daemon.store_dump import dump
from tests.services.caldav import radicale  # noqa: F401

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
EVENT = """BEGIN:VEVENT
UID:harbour@quist.example
DTSTAMP:20240301T090000Z
SEQUENCE:{sequence}
DTSTART:20240310T{hour:02}0000Z
DURATION:PT1H
SUMMARY:Harbour plan
ORGANIZER:mailto:ada@quist.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@quist.example
ATTENDEE;PARTSTAT={answer}:mailto:maya@lindqvist.example
END:VEVENT
"""
MAIL = """From ada@quist.example Fri Mar  1 10:00:00 2024
Message-ID: <{number}@quist.example>
Date: Fri, 01 Mar 2024 1{number}:00:00 +0000
From: Ada Quist <ada@quist.example>
To: Maya Lindqvist <maya@lindqvist.example>
Subject: Invitation: Harbour plan
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
{event}END:VCALENDAR

"""
CONFIG = """
[owner]
name = "Maya Lindqvist"
addresses = ["maya@lindqvist.example"]
[store]
url = "sqlite:///kith.db"
[[accounts]]
name = "calendar"
kind = "caldav"
url = "{url}"
username = "{user}"
password_file = "{secret}"
exclude = ["Holidays"]
"""


def event(sequence=0, hour=9, answer="NEEDS-ACTION"):
    return EVENT.format(sequence=sequence, hour=hour, answer=answer)


@pytest.fixture
def account(radicale, tmp_path):  # noqa: F811
    """Reads a user's calendars and a mailbox into a store, whichever is named first first."""

    class Account:
        user = radicale.new_user()
        folder = radicale.make(user, "work", title="Work")
        secret = radicale.secret(tmp_path)

        def put(self, text):
            radicale.put(self.folder, {"harbour": text.replace("\n", "\r\n")})

        def mail(self, *events):
            text = "".join(MAIL.format(number=number, event=each) for number, each in enumerate(events))
            (tmp_path / "Inbox.mbox").write_text(text)

        def sync(self, into, *names):
            around = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"))
            for name in names:
                if name == "mail":
                    connector = mbox.CONNECTOR.open(mbox.MboxSettings(path="Inbox.mbox"), around)
                else:
                    connector = CONNECTOR.open(
                        CaldavSettings(url=radicale.url, username=self.user, password_file=self.secret), around
                    )
                outcome = sync_account(name, name, connector, into, now=lambda: NOW)
                assert outcome.problem is None

    return Account()


@pytest.mark.parametrize("order", [("mail", "calendar"), ("calendar", "mail")])
def test_an_invitation_and_its_copy_in_the_calendar_are_one_meeting(account, sqlite_stores, order):  # noqa: F811
    stores = [sqlite_stores() for _ in range(2)]
    for each, names in zip(stores, (order, order[::-1]), strict=True):
        account.put(event(answer="ACCEPTED"))
        account.mail(event())
        account.sync(each, *names)
        assert len(dump(each)["meetings"]) == 1
        account.mail(event(), event(sequence=1, hour=14))
        account.put(event(sequence=1, hour=14, answer="ACCEPTED"))
        account.sync(each, *names)
    first, second = (dump(each)["meetings"] for each in stores)
    assert first == second
    (meeting,) = first
    assert "harbour@quist.example" in meeting
    assert "accepted" in str(meeting)


def test_a_meeting_that_left_the_calendar_is_gone_though_it_was_invited_to(account, store):  # noqa: F811
    account.put(event(answer="ACCEPTED"))
    (account.folder / "other.ics").write_bytes(
        (account.folder / "harbour.ics").read_bytes().replace(b"harbour@", b"other@")
    )
    account.mail(event())
    account.sync(store, "mail", "calendar")
    assert len(dump(store)["meetings"]) == 2
    (account.folder / "harbour.ics").unlink()
    account.sync(store, "mail", "calendar")
    assert len(dump(store)["meetings"]) == 1


def test_what_went_while_the_server_forgot_its_token_is_gone_all_the_same(account, radicale, store):  # noqa: F811
    for name in ("a", "b", "c"):
        radicale.put(account.folder, {name: event().replace("harbour@", f"{name}@").replace("\n", "\r\n")})
    account.sync(store, "calendar")
    before = dump(store)["meetings"]
    (account.folder / "b.ics").unlink()
    radicale.forget_tokens(account.folder)
    account.sync(store, "calendar")
    assert dump(store)["meetings"] == [row for row in before if "b@quist.example" not in row]
    assert len(before) == 3


def test_kith_sync_reads_the_calendars_and_then_only_what_is_new(radicale, tmp_path, capsys, monkeypatch):  # noqa: F811
    user = radicale.new_user()
    work = radicale.make(user, "work", title="Work")
    radicale.put(work, {"a": event().replace("\n", "\r\n")})
    radicale.put(radicale.make(user, "h", title="Holidays"), {"b": event().replace("\n", "\r\n")})
    config = tmp_path / "kith.toml"
    config.write_text(CONFIG.format(url=radicale.url, user=user, secret=radicale.secret(tmp_path)))
    config.chmod(0o600)

    def sync(*more):
        code = run(["--config", str(config), "sync", *more])
        return code, capsys.readouterr()

    code, said = sync()
    assert (code, said.out.splitlines()[0][:23]) == (0, "calendar: 1 new, 0 chan")
    assert sync("--full")[1].out.startswith("calendar: 0 new, 0 changed, 0 removed")
    radicale.put(work, {"c": event().replace("harbour@", "c@").replace("\n", "\r\n")})
    assert sync()[1].out.startswith("calendar: 1 new")
    code, said = sync("--json")
    assert json.loads(said.out)["accounts"][0]["new"] == 0
    assert run(["--config", str(config), "doctor"]) in (0, 1)
    assert "account calendar" in capsys.readouterr().out
    (tmp_path / "password").write_text("wrong-secret\n")
    code, said = sync()
    assert code != 0
    assert "refuses the login" in said.out + said.err
    assert "wrong-secret" not in said.out + said.err


def test_a_config_may_not_hold_a_password_itself(tmp_path, capsys):
    config = tmp_path / "kith.toml"
    config.write_text(CONFIG.format(url="https://dav.example.org/", user="ada", secret="x") + 'password = "secret"\n')
    config.chmod(0o600)
    assert run(["--config", str(config), "sync"]) == 2
    assert "password" in capsys.readouterr().err
