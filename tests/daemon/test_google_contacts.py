"""Google Contacts from the command line: they name and merge the people of the mail; deleted, they no longer do."""

from __future__ import annotations

import io
import json
import sys

import pytest

from daemon.cli import run
from tests.services.google import CONTACTS_SCOPES, google  # noqa: F401

CONFIG = """
[owner]
name = "Maya Lindqvist"
addresses = ["maya@lindqvist.example"]

[store]
url = "sqlite:///kith.db"

[[accounts]]
name = "mail"
kind = "mbox"
path = "mail.mbox"

[[accounts]]
name = "book"
kind = "google_contacts"
endpoint = "{url}"
"""
MAIL = """From x
Message-ID: <{number}@x.example>
Date: Tue, 05 Mar 2024 10:00:0{number} +0100
From: {sender}
To: maya@lindqvist.example
Subject: The plan {number}

Could you have a look at the harbour plan by Friday?

"""


@pytest.fixture
def kith(google, tmp_path, monkeypatch, capsys):  # noqa: F811
    """``kith(*arguments, says=…)`` is (exit code, stdout, stderr) with two mails of one person from two addresses."""
    (tmp_path / "kith.toml").write_text(CONFIG.format(url=google.url))
    (tmp_path / "kith.toml").chmod(0o600)
    senders = ("Ada Quist <ada@quist.example>", "harbourmaster@port.example")
    box = "".join(MAIL.format(number=number, sender=sender) for number, sender in enumerate(senders, 1))
    (tmp_path / "mail.mbox").write_text(box)
    monkeypatch.chdir(tmp_path)

    def call(*arguments, says=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(says.encode())))
        code = run(["--config", "kith.toml", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    call.people = google.fake.people
    call.fake = google.fake
    assert call("login", "book", "--import", "-", says=google.fake.login(CONTACTS_SCOPES))[0] == 0
    return call


def known(kith):
    """The people by name, with their addresses, after another pass."""
    code, out, err = kith("sync", "--json")
    assert (code, err) == (0, "")
    assert [each["problem"] for each in json.loads(out)["accounts"]] == [None, None]
    code, out, _ = kith("people", "--all", "--format", "json")
    assert code == 0
    return {each["name"]: sorted(each["addresses"]) for each in json.loads(out)}


def test_contacts_name_and_merge_the_people_of_the_mail_and_nobody_else(kith):
    ada = kith.people.put("Ada of the Harbour", "ada@quist.example", "Harbourmaster@port.example")
    kith.people.put("The Dentist", "dentist@teeth.example")
    both = ["ada@quist.example", "harbourmaster@port.example"]
    assert known(kith) == {"Ada of the Harbour": both}
    kith.people.forget()  # as every seven days
    assert known(kith) == {"Ada of the Harbour": both}
    kith.people.remove(ada)
    assert set(map(tuple, known(kith).values())) == {(each,) for each in both}


def test_what_was_deleted_while_the_token_ended_is_gone_too(kith):
    ada = kith.people.put("Ada of the Harbour", "ada@quist.example")
    kith.people.put("The Dentist", "dentist@teeth.example")
    assert "Ada of the Harbour" in known(kith)
    kith.people.remove(ada)
    kith.people.forget()
    assert "Ada of the Harbour" not in known(kith)


def test_the_doctor_asks_whether_contacts_may_be_read(kith):
    kith.people.put("Ada", "ada@quist.example")
    said = kith("doctor")[1]
    assert "google_contacts, 1 address book" in said
    assert "Google Contacts holds 1, those without an address too" in said
    kith.fake.trouble("403-off", times=9, where="connections")
    assert "the API of Google Contacts is off in your project: enable it" in kith("doctor")[1]
