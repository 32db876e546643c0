"""What ``kith doctor`` says of accounts on servers and of the way that the letter goes."""

from __future__ import annotations

import json
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3.util.connection

from daemon.checkup.certificates import certificate
from daemon.checkup.finding import Verdict
from daemon.cli import run
from daemon.servers.probe import certificate_ends, server_clock
from tests.services.dovecot import Dovecot, dovecot, old_dovecot  # noqa: F401  # fixtures
from tests.services.smtp import PASSWORD as SMTP_PASSWORD
from tests.services.smtp import USER as SMTP_USER
from tests.services.smtp import smtp_servers  # noqa: F401  # a fixture
from tests.services.web import certificate as web_certificate
from tests.services.web import sites

OWNER = '[owner]\nname = "Maya"\naddresses = ["maya@example.org"]\n[store]\nurl = "sqlite:///kith.db"\n'


@pytest.fixture
def doctor(tmp_path, capsys):
    """``doctor(tables)`` is what it says of a config with these tables; ``code`` is what it must exit with."""

    def examine(tables: str, *flags: str, code: int = 0) -> str:
        path = tmp_path / "kith.toml"
        path.write_text(OWNER + tables)
        path.chmod(0o600)
        capsys.readouterr()
        found = run(["--config", str(path), "doctor", *flags])
        shown = capsys.readouterr()
        assert found == code, shown
        return shown.out

    return examine


@pytest.fixture
def secret(tmp_path):
    """A password file of the owner's alone, by its name."""

    def write(value: str, name: str = "secret", mode: int = 0o600) -> str:
        (tmp_path / name).write_text(value)
        (tmp_path / name).chmod(mode)
        return name

    return write


def imap(server: Dovecot, password_file: str, more: str = "") -> str:
    """An account at a server."""
    return (
        f'[[accounts]]\nname = "post"\nkind = "imap"\nhost = "localhost"\nport = {server.tls_port}\n'
        f'username = "alice"\npassword_file = "{password_file}"\nca_file = "{server.ca}"\n{more}'
    )


def smtp(port: int, password_file: str, folder: Path) -> str:
    """The table of a server that sends."""
    return (
        f'[smtp]\nhost = "localhost"\nport = {port}\nusername = "{SMTP_USER}"\npassword_file = "{password_file}"\n'
        f'ca_file = "{folder}/smtp-cert.pem"\n'
    )


def test_a_good_server_is_said_to_be_one(doctor, dovecot, secret):  # noqa: F811
    said = doctor(imap(dovecot, secret("secret\n")))
    assert "ok    account post: imap, 2 folders" in said
    assert "ok    account post: your own mail is in Sent" in said
    assert "tells of new mail at once (IDLE)" in said
    assert "QRESYNC, CONDSTORE, COMPRESS=DEFLATE" in said
    assert "the certificate of localhost holds until 20" in said
    assert "fail" not in said


def test_a_server_that_can_little_works_too(doctor, old_dovecot, secret):  # noqa: F811
    said = doctor(imap(old_dovecot, secret("secret\n"), 'tls = "implicit"\n'))
    assert "does not tell of new mail (no IDLE)" in said
    assert "QRESYNC" not in said


def test_starttls_servers_have_certificates_too(dovecot, smtp_servers, tmp_path):  # noqa: F811
    for port, protocol, authority in (
        (dovecot.port, "imap", dovecot.ca),
        (smtp_servers().port, "smtp", tmp_path / "smtp-cert.pem"),
    ):
        ends = certificate_ends("localhost", port, starttls=protocol, ca_file=authority)
        assert timedelta(days=28) < ends - datetime.now(UTC) < timedelta(days=31)
        assert certificate_ends("localhost", port, starttls=protocol, ca_file=None) is None


def test_a_wrong_password_fails_and_is_not_shown(doctor, dovecot, secret):  # noqa: F811
    said = doctor(imap(dovecot, secret("not-the-one\n")), code=1)
    assert "fail  account post: localhost does not take the password of alice" in said
    assert "not-the-one" not in said


def test_a_password_file_that_others_can_read_is_not_used(doctor, dovecot, secret):  # noqa: F811
    said = doctor(imap(dovecot, secret("secret\n", mode=0o644)), code=1)
    assert "can be read or written by others on this machine: chmod 600" in said


def test_a_server_that_is_away_does_not_hide_what_is_well(doctor, dovecot, secret):  # noqa: F811
    good = imap(dovecot, secret("secret\n"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bad = good.replace('"post"', '"away"').replace(str(dovecot.tls_port), str(free.getsockname()[1]))
        said = doctor(bad + good, code=1)
    assert said.index("fail  account away: ") < said.index("ok    account post: imap")


def test_a_server_that_never_answers_is_not_waited_for(doctor, dovecot, secret, monkeypatch):  # noqa: F811
    monkeypatch.setattr("daemon.checkup.accounts.DEADLINE_S", 1.0)
    good = imap(dovecot, secret("secret\n"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bad = good.replace('"post"', '"mute"').replace(str(dovecot.tls_port), str(silent.getsockname()[1]))
        said = doctor(bad, code=1)
    assert "fail  account mute: no answer within 1 s" in said


def test_the_way_of_the_letter_is_tried_without_sending_anything(doctor, smtp_servers, secret, tmp_path):  # noqa: F811
    server = smtp_servers()
    said = doctor(smtp(server.port, secret(SMTP_PASSWORD), tmp_path))
    assert f"takes mail as {SMTP_USER}; it goes to maya@example.org" in said
    assert "ok    letter: the certificate of localhost holds until" in said
    said = doctor(smtp(server.port, secret("not-the-one"), tmp_path), code=1)
    assert "fail  letter: " in said
    assert "refused the login" in said
    assert "not-the-one" not in said
    assert server.mails == []


def test_a_letter_that_nobody_sends_is_said(doctor):
    assert "ok    letter: it is shown by kith digest" in doctor("")
    assert "warn  letter: [digest] says where the letter goes" in doctor('[digest]\nto = "maya@example.org"\n')


def test_a_unit_of_your_own_and_a_program_that_is_gone(doctor, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".config/systemd/user"
    folder.mkdir(parents=True)
    (folder / "kithkeeper.service").write_text(f"[Service]\nExecStart={sys.executable} run\n")
    assert "loginctl enable-linger" in doctor("")
    (folder / "kithkeeper.service").write_text("[Service]\nExecStart=/nowhere/kith run\n")
    assert "starts /nowhere/kith, which is not there" in doctor("", code=1)


def test_findings_as_json(doctor, dovecot, secret):  # noqa: F811
    found = json.loads(doctor(imap(dovecot, secret("wrong\n")), "--json", code=1))
    assert {"verdict", "what", "says"} == set(found[0])
    assert [each["what"] for each in found if each["verdict"] == "fail"] == ["account post"]


@pytest.fixture
def web(tmp_path, monkeypatch):
    """A web server whose certificate ends in three days, for every host."""
    cert, key = web_certificate(tmp_path, days=3)
    with sites(cert, key) as found:
        monkeypatch.setattr(
            urllib3.util.connection,
            "create_connection",
            lambda _place, timeout=None, **_: socket.create_connection(("127.0.0.1", found.port), timeout),
        )
        yield found


def test_a_certificate_that_ends_soon_is_a_warning(web, tmp_path):
    (found,) = certificate("account x", "localhost", web.port, "implicit", None, tmp_path / "web.pem")
    assert found.verdict is Verdict.WARN
    assert "whoever runs the server must renew it" in found.says
    assert list(certificate("account x", "localhost", web.port, "implicit", None, None)) == []
    assert list(certificate("account x", "localhost", web.port, "none", None, None)) == []


def test_clocks_that_differ_are_a_warning(web, tmp_path, monkeypatch):
    from daemon.checkup.accounts import _clock

    authority = tmp_path / "web.pem"
    assert abs(server_clock("https://dav.example.org/", authority) - datetime.now(UTC)) < timedelta(minutes=1)
    assert list(_clock("account x", "https://dav.example.org/", authority)) == []
    monkeypatch.setattr(
        "http.server.BaseHTTPRequestHandler.date_time_string", lambda *_: "Thu, 01 Jan 2026 00:00:00 GMT"
    )
    (found,) = _clock("account x", "https://dav.example.org/", authority)
    assert "differ by" in found.says
    monkeypatch.setattr("http.server.BaseHTTPRequestHandler.date_time_string", lambda *_: "yesterday")
    assert server_clock("https://dav.example.org/", authority) is None
