"""Google accounts from the command line: login, sync, doctor, the letter by Gmail; a login that ended."""

from __future__ import annotations

import io
import json
import sys

import pytest

from daemon.cli import run
from tests.services.google import CALENDAR_SCOPES, SCOPE, google  # noqa: F401

CONFIG = """
[owner]
name = "Maya Lindqvist"
addresses = ["maya@lindqvist.example"]

[store]
url = "sqlite:///kith.db"

[[accounts]]
name = "gmail"
kind = "gmail"
client_file = "client.json"
endpoint = "{url}"

[[accounts]]
name = "diary"
kind = "google_calendar"
client_file = "client.json"
endpoint = "{url}"

[digest]
to = "maya@lindqvist.example"
via = "gmail"
"""
ASK = (
    b"Message-ID: <ask@quist.example>\r\nDate: Tue, 05 Mar 2024 10:00:00 +0100\r\nFrom: Ada Quist <ada@quist.example>\r\n"
    b"To: maya@lindqvist.example\r\nSubject: The plan\r\n\r\nCould you have a look at the harbour plan by Friday?\r\n"
)


@pytest.fixture
def kith(google, tmp_path, monkeypatch, capsys):  # noqa: F811
    """``kith(*arguments, says=…)`` is (exit code, stdout, stderr) with two accounts of the fake Google."""
    (tmp_path / "kith.toml").write_text(CONFIG.format(url=google.url))
    (tmp_path / "kith.toml").chmod(0o600)
    (tmp_path / "client.json").write_text(google.fake.client_file())
    monkeypatch.chdir(tmp_path)

    def call(*arguments, says=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(says.encode())))
        code = run(["--config", "kith.toml", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    def logged_in(scopes=(f"{SCOPE}gmail.readonly", f"{SCOPE}gmail.send")):
        assert call("login", "gmail", "--import", "-", says=google.fake.login(scopes))[0] == 0
        assert call("login", "diary", "--import", "-", says=google.fake.login(CALENDAR_SCOPES))[0] == 0

    call.fake = google.fake
    call.logged_in = logged_in
    return call


def test_accounts_without_a_login_ask_for_one(kith):
    code, _, err = kith("sync")
    assert code == 3
    assert "account gmail: there is no login for Gmail yet: kith login gmail" in err
    assert kith("login", "--status")[0] == 3


def test_both_accounts_are_read_and_a_second_pass_brings_nothing(kith):
    kith.logged_in()
    kith.fake.mailbox.deliver(ASK)
    kith.fake.calendars.put({"id": "c", "summary": "Coffee", "start": {"dateTime": "2026-03-05T10:00:00Z"}, "end": {"dateTime": "2026-03-05T11:00:00Z"}})  # fmt: skip
    code, out, err = kith("sync", "--json")
    assert (code, err) == (0, "")
    assert {each["name"]: each["new"] for each in json.loads(out)["accounts"]} == {"gmail": 1, "diary": 1}
    code, out, _ = kith("sync", "--json")
    assert {each["name"]: each["new"] + each["changed"] for each in json.loads(out)["accounts"]} == {
        "gmail": 0,
        "diary": 0,
    }


def test_a_login_that_ended_is_named_with_the_command_that_mends_it(kith):
    kith.logged_in()
    assert kith("sync")[0] == 0
    kith.fake.revoke_all()
    code, _, err = kith("sync")
    assert code == 3
    assert (
        "account gmail: Google no longer accepts the login (Token has been expired or revoked): kith login gmail" in err
    )
    assert "kith login gmail" in kith("digest")[1]


def test_the_doctor_says_what_is_wrong_with_a_client_file_and_a_scope(kith, tmp_path):
    kith.logged_in()
    code, out, _ = kith("doctor")
    assert "it is the mailbox of maya@lindqvist.example" in out
    assert "your own mail is in All Mail" in out
    (tmp_path / "client.json").write_text('{"web": {"client_id": "x"}}')
    code, out, _ = kith("doctor")
    assert (code, "make a client of type “Desktop app”" in out) == (1, True)
    (tmp_path / "client.json").write_text(kith.fake.client_file())
    kith.fake.trouble("403-scope", times=9, where="profile")
    assert "kith login gmail, and tick every box" in kith("doctor")[1]


def test_the_letter_goes_by_gmail_once(kith):
    kith.logged_in()
    kith.fake.mailbox.deliver(ASK)
    kith("sync")
    code, out, err = kith("digest", "--send")
    assert code == 0, (out, err)
    kith("digest", "--send")
    [letter] = kith.fake.mailbox.sent
    assert b"\nTo: maya@lindqvist.example" in letter
    assert json.loads(kith("sync", "--json")[1])["accounts"][0]["problem"] is None
