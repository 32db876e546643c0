"""``kith login`` for any kind that has a login: what it says, what it keeps, and its exit codes."""

from __future__ import annotations

import io
import stat
import sys
from datetime import UTC, datetime

import msgspec
import pytest

import daemon.config
from connectors.errors import NeedsOwner, Transient
from connectors.login import LoginState
from connectors.passwords import Secret
from connectors.protocol import ConnectorSpec
from daemon.cli import run
from daemon.talk import Terminal

CONFIG = """
[owner]
name = "Maya"
addresses = ["maya@lindqvist.example"]

[[accounts]]
name = "post"
kind = "letterbox"

[[accounts]]
name = "files"
kind = "mbox"
path = "."

[digest]
via = "{via}"
"""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


class FakeLogin:
    """Keeps a login in the account's own place; the word to say is 'sesame'."""

    trouble: Exception | None = None

    def __init__(self, settings, around):
        self.around = around

    def log_in(self, talk, *, browser, sending):
        if self.trouble:
            raise self.trouble
        talk.say(f"browser {browser}, opened {talk.browse('https://login.example/') if browser else None}")
        if talk.ask("What is the word?") != "sesame":
            raise NeedsOwner("that is not the word: ask for it again")
        return self.imported(Secret("sending" if sending else "reading"))

    def state(self):
        if self.trouble:
            raise self.trouble
        kept = self.around.logins.read(self.around.account)
        if kept is None:
            return LoginState(logged_in=False)
        return LoginState(
            logged_in=True,
            who="maya@lindqvist.example",
            scopes=(kept.reveal(),),
            expires=datetime(2030, 1, 8, tzinfo=UTC),
            problem="it ends soon: kith login post" if kept.reveal() == "old" else None,
        )

    def exported(self):
        kept = self.around.logins.read(self.around.account)
        if kept is None:
            raise NeedsOwner("there is no login: kith login post")
        return kept

    def imported(self, text):
        with self.around.logins.changing(self.around.account) as slot:
            slot.write(text)
        return self.state()

    def revoke(self):
        with self.around.logins.changing(self.around.account) as slot:
            slot.remove()
        return "given up"


@pytest.fixture
def kith(tmp_path, monkeypatch, capsys):
    """``kith(*arguments, says="typed")`` is (exit code, stdout, stderr), with a config that has an account ``post``."""
    kinds = daemon.config.members

    def more(package, name, kind):
        found = kinds(package, name, kind)
        if kind is not ConnectorSpec:
            return found
        return (*found, ConnectorSpec(kind="letterbox", settings=Settings, open=lambda *_: None, login=FakeLogin))

    monkeypatch.setattr(daemon.config, "members", more)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments, says="", via="smtp"):
        (tmp_path / "kith.toml").write_text(CONFIG.format(via=via))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(says.encode())))
        code = run(["--config", "kith.toml", "login", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_logging_in_keeps_the_login_and_says_how_it_stands(kith):
    assert kith("post", "--status") == (3, "post: not logged in: kith login post\n", "")
    code, out, err = kith("post", says="sesame\n")
    assert (code, "What is the word? " in out, err) == (0, True, "")
    state = "post: logged in as maya@lindqvist.example, may use reading, until 2030-01-08 00:00 UTC\n"
    assert out.endswith(state)
    assert kith("--status") == (0, state, "")


def test_the_only_account_with_a_login_need_not_be_named(kith):
    assert kith(says="sesame")[0] == 0


def test_a_refused_login_needs_the_owner_and_says_why(kith):
    code, _, err = kith("post", says="simsalabim")
    assert (code, "that is not the word: ask for it again" in err) == (3, True)
    code, _, err = kith("post")
    assert (code, "nobody answers here: run kith login in a terminal" in err) == (3, True)


def test_a_provider_that_is_away_is_not_the_owners_trouble(kith, monkeypatch):
    monkeypatch.setattr(FakeLogin, "trouble", Transient("the provider does not answer"))
    code, _, err = kith("post")
    assert (code, err) == (1, "kith: account post: the provider does not answer\n")
    assert kith("--status") == (1, "post: the provider does not answer\n", "")


def test_a_login_that_ends_soon_is_said_with_code_3(kith):
    kith("post", "--import", "-", says="old")
    code, out, _ = kith("post", "--status")
    assert (code, "post: it ends soon: kith login post" in out) == (3, True)


def test_a_login_is_carried_over_in_a_private_file(kith, tmp_path):
    kith("post", says="sesame")
    code, out, _ = kith("post", "--export", "carried")
    assert (code, "kith login post --import carried" in out) == (0, True)
    assert stat.S_IMODE((tmp_path / "carried").stat().st_mode) == 0o600
    assert kith("post", "--revoke") == (0, "post: given up\n", "")
    assert kith("post", "--status")[0] == 3
    assert kith("post", "--export", "again")[0] == 3
    assert kith("post", "--import", "carried")[0] == 0
    assert kith("post", "--export", "-")[1] == "reading\n"


def test_a_file_that_cannot_be_read_is_said(kith, tmp_path):
    assert "nowhere cannot be read" in kith("post", "--import", "nowhere")[2]
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    assert "is not a login" in kith("post", "--import", "picture")[2]
    (tmp_path / "long").write_bytes(b"x" * (1024 * 1024 + 1))
    assert "too long" in kith("post", "--import", "long")[2]


def test_sending_is_only_for_the_account_that_sends_the_letter(kith):
    code, _, err = kith("post", "--sending", says="sesame")
    assert (code, 'write via = "post" below [digest]' in err) == (2, True)
    assert "may use sending" in kith("post", "--sending", says="sesame", via="post")[1]
    assert "kith login post --sending" in kith("post", says="sesame", via="post")[1]


def test_only_one_thing_is_done_at_once(kith):
    assert "give one of them" in kith("post", "--status", "--revoke")[2]


def test_no_browser_is_started_without_a_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert Terminal().browse("https://login.example/") is False
