"""The path of a new user, on real servers: init, sync, run, a mail comes, the letter comes, a reply corrects it, a crash.

It waits for the letter to fall due by the real clock, which takes about a minute.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from tests.services.caldav import Radicale
from tests.services.dovecot import PASSWORD, Dovecot, dovecot  # noqa: F401
from tests.services.service_manager import Managed
from tests.services.smtp import Smtp

KITH = Path(sys.executable).parent / "kith"
NOW = datetime.now(UTC).replace(microsecond=0)
ALICE = "Alice Arden <alice@arden.example>"
DANA = "Dana Whitfield <dana@acme.example>"
PATIENCE_S = 120.0


def mail(
    key: str, sender: str, to: str, subject: str, text: str, *, days: float, answers: str = "", **headers: str
) -> bytes:
    """One mail of so many days ago."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(NOW - timedelta(days=days))
    message["Message-ID"] = f"<{key}@example.org>"
    if answers:
        message["In-Reply-To"] = message["References"] = f"<{answers}>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


class DeliveringSmtp(Smtp):
    """A mail server that puts what it takes into alice's inbox, as her provider does."""

    def __init__(self, folder: Path, mailbox: Dovecot) -> None:
        self._mailbox = mailbox
        super().__init__(folder)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self._mailbox.append([envelope.original_content])
        return answer

    def authenticate(self, server, session, envelope, mechanism, data):
        """Whether a password is right."""
        return AuthResult(success=(data.login, data.password) == (b"alice", PASSWORD.encode()), handled=False)


@pytest.fixture
def calendar():
    server = Radicale()
    with (server.folder / "users").open("a") as users:
        users.write(f"alice:{PASSWORD}\n")
    server.stop()
    server.start()
    start = NOW - timedelta(days=12)
    event = (
        "BEGIN:VEVENT\r\nUID:lunch@arden.example\r\n"
        f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\nSUMMARY:Lunch\r\n"
        "ORGANIZER:mailto:alice@arden.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:dana@acme.example\r\nEND:VEVENT\r\n"
    )
    server.put(server.make("alice", "home", title="Home"), {"lunch": event})
    yield server
    server.close()


@pytest.fixture
def outgoing(tmp_path, dovecot):  # noqa: F811
    shutil.copy(dovecot.ca, tmp_path / "smtp-cert.pem")  # one certificate, as of one provider
    shutil.copy(dovecot.folder / "key.pem", tmp_path / "smtp-key.pem")
    server = DeliveringSmtp(tmp_path, dovecot)
    yield server
    server.stop()


def kith(config: Path, *words: str) -> str:
    done = subprocess.run([KITH, "--config", config, *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def quotes(config: Path) -> list[str]:
    ledger = json.loads(kith(config, "ledger", "--format", "json"))
    return sorted(evidence["quote"] for entry in ledger for evidence in entry["evidence"])


def wait_for(what: str, holds) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, f"in vain: {what}"
        time.sleep(0.3)


def initialised(folder: Path, mailbox: Dovecot, calendar: Radicale, outgoing: Smtp) -> Path:
    """``kith init`` with everything in flags, as a script of the owner's would."""
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n")
    secret.chmod(0o600)
    config = folder / "kith.toml"
    kith(
        config, "init", "--name", "Alice Arden", "--address", "alice@arden.example", "--timezone", "UTC",
        "--username", "alice", "--password-file", str(secret), "--ca-file", str(mailbox.ca),
        "--imap-host", "localhost", "--imap-port", str(mailbox.tls_port),
        "--smtp-host", "localhost", "--smtp-port", str(outgoing.port), "--smtp-security", "starttls",
        "--caldav-url", calendar.url,
    )  # fmt: skip
    return config


def kept_here(config: Path) -> None:
    """Keep the store beside the config."""
    config.write_text(config.read_text().replace("[store]\n", '[store]\nurl = "sqlite:///kith.db"\n'))


def due_soon(config: Path) -> None:
    """Have the letter fall due at the next full minute that is not over before the config is read again."""
    at = (datetime.now(UTC) + timedelta(seconds=70)).replace(second=0)
    text = re.sub(r"(?m)^#? ?every = .*\n", "", config.read_text())
    config.write_text(text.replace("[digest]\n", f'[digest]\nevery = "{at:%a %H:%M}"\n'))


def answered(letter: EmailMessage, words: str) -> bytes:
    """The letter, answered in a mail program that writes on top and quotes below."""
    quoted = "".join(f"> {line}\n" for line in letter.get_body(("plain",)).get_content().splitlines())
    return mail(
        "reply", ALICE, letter["Reply-To"] or letter["From"], f"Re: {letter['Subject']}",
        f"{words}\n\nOn Monday, Kithkeeper wrote:\n\n{quoted}", days=0, answers=letter["Message-ID"].strip("<>"),
    )  # fmt: skip


def test_the_first_week(tmp_path, dovecot, calendar, outgoing):  # noqa: F811
    dovecot.append([
        mail("hello", DANA, ALICE, "The cottage", "Hi Alice,\n\ngood to see you. Could you send me the address of the cottage?\n\nDana\n", days=20),
        mail("budget", DANA, ALICE, "Budget", "Hi Alice,\n\nCould you please send me the budget for the fair?\n\nThanks\nDana\n", days=9),
    ])  # fmt: skip
    dovecot.append([
        mail("cottage", ALICE, DANA, "Re: The cottage", "Hi Dana,\n\nhere is the address of the cottage: 4 Mill Lane.\n\nAlice\n",
             days=19, answers="hello@example.org"),
    ], "Sent")  # fmt: skip
    config = initialised(tmp_path, dovecot, calendar, outgoing)
    assert config.stat().st_mode & 0o077 == 0
    assert PASSWORD not in config.read_text().replace(f"{tmp_path}", "")
    kept_here(config)

    said = kith(config, "sync")
    assert "3 new" in said
    before = quotes(config)
    assert any("budget for the fair" in quote for quote in before)

    run = [KITH, "--config", config, "run"]
    with Managed(run, folder=tmp_path) as daemon:
        daemon.tells("READY=1")
        dovecot.append(
            [
                mail(
                    "intro",
                    DANA,
                    ALICE,
                    "A favour",
                    "Hi Alice,\n\nCould you introduce me to your publisher?\n\nDana\n",
                    days=0,
                )
            ]
        )
        wait_for("the new mail in the ledger", lambda: any("publisher" in quote for quote in quotes(config)))
        due_soon(config)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.logs("config read anew")
        wait_for("the letter", lambda: outgoing.mails)
        (letter,) = outgoing.mails
        text = letter.get_body(("plain",)).get_content()
        number = re.search(r"(?m)^ *(\d+)  Dana Whitfield asked", text)
        assert "budget for the fair" in text, text
        assert number, text
        dovecot.append([answered(letter, f"wrong {number[1]}")], "Sent")
        wait_for("the correction", lambda: not any("budget for the fair" in quote for quote in quotes(config)))
        daemon.process.send_signal(signal.SIGKILL)  # the power is cut
        daemon.process.wait()

    after = quotes(config)
    dovecot.append(
        [mail("late", DANA, ALICE, "Keys", "Hi Alice,\n\nCould you tell me where the keys are?\n\nDana\n", days=0)]
    )
    with Managed(run, folder=tmp_path) as daemon:
        daemon.tells("READY=1")
        wait_for("what came meanwhile", lambda: any("keys" in quote for quote in quotes(config)))
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0

    assert set(after) < set(quotes(config))
    assert len(quotes(config)) == len(set(quotes(config))), "something is there twice"
    assert len(outgoing.mails) == 1
    assert "was sent to alice@arden.example" in kith(config, "digest", "--send")
    assert len(outgoing.mails) == 1
    kith(config, "digest", "--send", "--to", "trial@arden.example")
    trial = outgoing.mails[1].get_body(("plain",)).get_content()
    assert re.search(r"Your corrections of .*: one applied", " ".join(trial.split())), trial
    people = json.loads(kith(config, "people", "--format", "json"))
    assert [person["name"] for person in people] == ["Dana Whitfield"], "the letter itself became somebody"
