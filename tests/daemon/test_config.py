"""The config: what is right is read, what is wrong is named with its place and the nearest known key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.config import Config, default_path, default_store_url, load
from daemon.failure import ConfigError

OWNER = """
[owner]
name = "Maya Lindqvist"
addresses = ["Maya@Lindqvist.example"]
timezone = "Europe/Stockholm"
"""
MAIL = """
[[accounts]]
name = "mail"
kind = "mbox"
path = "mail"
sent = ["Sent*"]
"""


@pytest.fixture
def read(tmp_path):
    """``read(text)`` is the config of a file with that text."""

    def of(text: str) -> Config:
        path = tmp_path / "kith.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return of


@pytest.fixture
def fault(read):
    """``fault(text)`` is what is said about a file with that text."""

    def of(text: str) -> str:
        with pytest.raises(ConfigError) as caught:
            read(text)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return of


def test_a_short_config_is_enough(read, tmp_path):
    config = read(OWNER + MAIL)
    assert config.owner.addresses == ("maya@lindqvist.example",)
    assert config.owner.zone.key == "Europe/Stockholm"
    assert config.folder == tmp_path
    assert [(account.name, account.kind, account.settings.path) for account in config.accounts] == [
        ("mail", "mbox", "mail")
    ]
    assert config.store.keep_text == "evidence"
    assert config.run.every == timedelta(minutes=5)


def test_every_table_is_read(read):
    config = read(
        OWNER
        + MAIL
        + """
[store]
url = "postgresql+psycopg://kith@db.example/kith"
keep_text = "full"
[run]
poll = "2h"
[digest]
to = "maya@lindqvist.example"
every = "Fri 16:05"
[digest.thresholds]
thank_days = 10
confidence = 0.75
[smtp]
host = "smtp.lindqvist.example"
security = "tls"
"""
    )
    assert config.store.keep_text == "full"
    assert config.run.every == timedelta(hours=2)
    assert config.digest.thresholds.thank_days == 10
    assert config.digest.thresholds.confidence == 0.75
    assert config.digest.thresholds.answer_days == 2
    assert config.smtp is not None
    assert (config.smtp.host, config.smtp.port) == ("smtp.lindqvist.example", 465)


def test_the_config_and_what_is_in_it_cannot_be_changed(read):
    config = read(OWNER)
    with pytest.raises(AttributeError):
        config.owner = None
    with pytest.raises(AttributeError):
        config.owner.name = "Somebody"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[owner]\nname = "M"\nadresses = ["m@x.example"]', "line 3, in [owner]: unknown key 'adresses'; did you mean 'addresses'?"),
        (OWNER + '[stoer]\nurl = "x"', "line 6: unknown key 'stoer'; did you mean 'store'?"),
        (OWNER + MAIL + 'pth = "x"', "line 12, in [accounts]: unknown key 'pth'; did you mean 'path'?"),
        (OWNER + MAIL + MAIL.replace('"mail"', '"two"', 1) + "sentt = []", "line 18, in [accounts]: unknown key 'sentt'"),
        (OWNER + "[digest.thresholds]\nthanks_days = 3", "line 7, in [digest.thresholds]: unknown key 'thanks_days'; did you mean 'thank_days'?"),
        (OWNER + "[run]\nzzz = 1", "in [run]: unknown key 'zzz'; known are poll"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(fault, text, says):
    assert says in fault(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the table [owner] is missing"),
        ('[owner]\naddresses = ["m@x.example"]', "the key 'name' is missing"),
        ('[owner]\nname = 3\naddresses = ["m@x.example"]', "line 2, in [owner]: 'name': expected a text in quotes, got a whole number"),
        ('[owner]\nname = "M"\naddresses = "m@x.example"', "'addresses': expected a list in [brackets], got a text in quotes"),
        ('[owner]\nname = "M"\naddresses = []', "name at least one address"),
        ('[owner]\nname = " "\naddresses = ["m@x.example"]', "'name' is empty"),
        ('[owner]\nname = "M"\naddresses = ["maya"]', "'maya' is no mail address"),
        (OWNER.replace("Europe/Stockholm", "Europe/Stokholm"), "is no time zone; did you mean 'Europe/Stockholm'?"),
        (OWNER.replace("Europe/Stockholm", "/etc/passwd"), "is no time zone"),
        (OWNER.replace("Europe/Stockholm", "Europe"), "is no time zone"),
        (OWNER + '[store]\nkeep_text = "some"', "'keep_text' must be 'evidence' or 'full', not 'some'"),
        (OWNER + '[store]\nurl = "mysql://x"', "must begin with sqlite:/// (and a file) or postgresql+psycopg://"),
        (OWNER + '[run]\npoll = "soon"', 'write it like "30s", "5m" or "2h"'),
        (OWNER + '[run]\npoll = "1s"', "must be 5s at least"),
        (OWNER + '[digest]\nevery = "Mo 7:30"', 'write it like "Mon 07:30"'),
        (OWNER + '[digest]\nto = "maya"', "'maya' is no mail address"),
        (OWNER + "[digest.thresholds]\nconfidence = 2.0", "'confidence' must be from 0 to 1"),
        (OWNER + "[digest.thresholds]\nclose_layer = 7", "'close_layer' must be 5, 15, 50 or 150"),
        (OWNER + "[digest.thresholds]\ngive_back_balance = 2", "'give_back_balance' must be below 0"),
        (OWNER + "[digest.thresholds]\nthank_days = -1", "'thank_days' must be from 0 to 10000"),
        (OWNER + '[smtp]\nhost = "h"\nport = 70000', "70000 is no port"),
        (OWNER + "[smtp]\nport = 25", "the key 'host' is missing"),
        (OWNER + '[smtp]\nhost = " "', "'host' is empty"),
        (OWNER + '[smtp]\nhost = "h"\nport = 465', 'port 465 speaks TLS from the start: write security = "tls"'),
        (OWNER + '[smtp]\nhost = "h"\nsender = "me"', "'me' is no mail address"),
        (OWNER + '[smtp]\nhost = "h"\ntimeout = 0.0', "'timeout' must be from 1 to 600 seconds"),
        (OWNER + '[smtp]\nhost = "h"\npassword = "geheim"', "'password'"),
        (OWNER + '[digest]\nreply_to = "me"', "'me' is no mail address"),
        ('owner = "me"', "must be a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(fault, text, says):
    assert says in fault(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('accounts = "mail"', "are written [[accounts]]"),
        ("accounts = [3]", "an account is a table"),
        ('[[accounts]]\nkind = "mbox"\npath = "x"', "the key 'name' is missing"),
        ('[[accounts]]\nname = "a"\npath = "x"', "the key 'kind' is missing"),
        ('[[accounts]]\nname = "a"\nkind = "mbox"', "the key 'path' is missing"),
        ('[[accounts]]\nname = "a"\nkind = "mboxx"\npath = "x"', "there is no kind 'mboxx'; did you mean 'mbox'?"),
        ('[[accounts]]\nname = "a"\nkind = "fax"\npath = "x"', "there is no kind 'fax'; available are caldav, "),
        (MAIL + MAIL, "there are two accounts called 'mail': rename one"),
    ],
)  # fmt: skip
def test_an_account_must_be_whole(fault, text, says):
    assert says in fault(f"{text}\n{OWNER}" if not text.lstrip().startswith("[[") else OWNER + text)


def test_a_missing_config_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="kith init"):
        load(tmp_path / "none.toml")


def test_a_syntax_error_is_named_with_its_line(fault):
    assert "no valid TOML" in fault("[owner\n")
    assert "line 2" in fault("[owner]\nname = M\n")


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path):
    path = tmp_path / "kith.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path)


def test_a_folder_is_no_config(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path)


def test_the_usual_places_follow_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("KITH_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_path() == tmp_path / "config/kithkeeper/kith.toml"
    assert default_store_url() == f"sqlite:///{tmp_path}/data/kithkeeper/kith.db"
    monkeypatch.setenv("KITH_CONFIG", str(tmp_path / "mine.toml"))
    assert default_path() == tmp_path / "mine.toml"
    monkeypatch.delenv("KITH_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == Path(tmp_path / ".config/kithkeeper/kith.toml")
