"""The daemon on real servers: IMAP that tells of new mail and is cut off, a letter that goes by mail once."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from daemon.store import open_store
from tests.daemon.test_service import KITH, _until, mails
from tests.services.dovecot import PASSWORD, dovecot  # noqa: F401  # a fixture
from tests.services.service_manager import Managed
from tests.services.smtp import Smtp

NOW = datetime.now(UTC)


def mail(number: int) -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "Dana Whitfield <dana@acme.example>", "maya@lindqvist.example"
    made["Subject"], made["Message-ID"] = f"The plan {number}", f"<plan-{number}@acme.example>"
    made["Date"] = NOW - timedelta(days=30 - number)
    made.set_content(f"Hello Maya,\n\ncould you send me the plan number {number}?\n\nDana\n")
    return made.as_bytes()


@pytest.fixture
def path(tmp_path, dovecot):  # noqa: F811
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    secret.chmod(0o600)
    path = tmp_path / "kith.toml"
    path.write_text(
        '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\ntimezone = "Europe/Stockholm"\n'
        '[store]\nurl = "sqlite:///kith.db"\n[run]\npoll = "1d"\n'
        f'[[accounts]]\nname = "post"\nkind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\ntls = "none"\n'
        'username = "alice"\npassword_file = "secret"\n'
    )
    path.chmod(0o600)
    return path


@pytest.fixture
def start(path, tmp_path):
    started = []

    def run():
        started.append(Managed([KITH, "--config", path, "run"], folder=tmp_path))
        return started[-1]

    yield run
    for each in started:
        each.__exit__()


def test_new_mail_is_read_at_once_also_after_the_server_was_away(dovecot, start, tmp_path):  # noqa: F811
    dovecot.append(mail(number) for number in range(3))
    daemon = start()
    daemon.logs("^post: 3 new")
    daemon.tells("up to date")
    time.sleep(1)  # so that it idles
    before = len(daemon.lines)
    began = time.monotonic()
    dovecot.append([mail(3)])
    daemon.logs("^post: 1 new", after=before)
    assert time.monotonic() - began < 20  # about one second on an idle machine; the interval is a day
    dovecot.kick()
    dovecot.append([mail(4)])
    _until(lambda: mails(tmp_path) == 5)
    before = len(daemon.lines)
    dovecot.stop()
    daemon.logs("^post: .*tried again in", after=before)
    dovecot.start()
    dovecot.append([mail(5)])
    daemon.ask(signal.SIGHUP)
    _until(lambda: mails(tmp_path) == 6)
    assert daemon.stop() < 10
    assert daemon.process.returncode == 0
    assert not [line for line in (*daemon.lines, *daemon.said) if PASSWORD in line]


def test_the_letter_that_is_due_goes_by_mail_once_also_over_kills(dovecot, start, path, tmp_path):  # noqa: F811
    dovecot.append(mail(number) for number in range(3))
    server = Smtp(tmp_path, security="none", login=False)
    try:
        path.write_text(
            path.read_text() + '[digest]\nto = "maya@lindqvist.example"\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        )
        store = open_store("sqlite:///kith.db", tmp_path)
        store.take_note("letters", (NOW - timedelta(days=20)).isoformat())  # the daemon was at work three weeks ago
        store.close()
        daemon = start()
        daemon.logs("^the letter of .* is sent to maya@lindqvist.example")
        assert "The plan" not in daemon.lines[0]
        os.kill(daemon.process.pid, signal.SIGKILL)
        daemon.process.wait()
        for _ in range(2):
            again = start()
            again.tells("^STATUS=1 account up to date; next letter")
            again.stop()
        assert len(server.mails) == 1
    finally:
        server.stop()
    store = open_store("sqlite:///kith.db", tmp_path)
    (claim,) = store.claims()
    assert claim.sent_at is not None
    assert [person.emails for person in store.people()] == [("dana@acme.example",)]
    store.close()
