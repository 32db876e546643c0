"""The letter's whole way over real servers: read by IMAP, sent by SMTP, answered from Sent, corrected, told of."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from daemon.cli import run
from tests.services.dovecot import PASSWORD as IMAP_PASSWORD
from tests.services.dovecot import dovecot
from tests.services.smtp import PASSWORD, USER, smtp_servers

__all__ = ["dovecot", "smtp_servers"]
MAYA = f"Maya Lindqvist <{USER}>"


def mail(sender, to, subject, text, *, days=0, **headers):
    """A mail of some days ago, as it lies on a server."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = datetime.now(UTC) - timedelta(days=days)
    made["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@mail.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


@pytest.fixture
def kith(tmp_path, dovecot, smtp_servers, capsys):
    """``kith("sync")`` is what a command says to Maya, whose mail is on these servers."""
    kith.server = smtp_servers()
    (tmp_path / "smtp").write_text(PASSWORD, encoding="utf-8")
    (tmp_path / "imap").write_text(IMAP_PASSWORD, encoding="utf-8")
    for name in ("smtp", "imap"):
        (tmp_path / name).chmod(0o600)
    (tmp_path / "kith.toml").write_text(
        f"""
[owner]
name = "Maya Lindqvist"
addresses = ["{USER}"]
[store]
url = "sqlite:///kith.db"
[[accounts]]
name = "mail"
kind = "imap"
host = "127.0.0.1"
port = {dovecot.port}
tls = "none"
username = "alice"
password_file = "imap"
[smtp]
host = "localhost"
port = {kith.server.port}
username = "{USER}"
password_file = "smtp"
ca_file = "{kith.server.certificate}"
""",
        encoding="utf-8",
    )

    def command(*words):
        capsys.readouterr()
        code = run(["--config", str(tmp_path / "kith.toml"), *words])
        shown = capsys.readouterr()
        assert code == 0, shown.err
        return shown.out + shown.err

    command.server = kith.server
    return command


def test_a_letter_is_sent_answered_and_its_corrections_hold(kith, dovecot):
    dana = "Dana Whitfield <dana@acme.example>"
    dovecot.append([mail(MAYA, dana, "Lunch", "Lovely to see you on Tuesday!", days=20)], "Sent")
    asked = "Hi Maya,\n\nCould you please give me your feedback on the harbour plan before Friday?\n\nDana"
    dovecot.append([mail(dana, MAYA, "Harbour plan", asked, days=6)])
    kith("sync")
    assert kith("digest", "--send") == f"sent to {USER}\n"
    assert "was sent to" in kith("digest", "--send")
    (letter,) = kith.server.mails
    dovecot.append([letter.as_bytes()])

    text = letter.get_body(("plain",)).get_content()
    number = re.search(r"^ ?(\d+) +Dana", text, re.MULTILINE)[1]
    answer = f"wrong {number}\nwrnog {number}\n\nOn Monday, Kithkeeper wrote:\n" + re.sub("^", "> ", text, flags=re.M)
    links = {"In_Reply_To": letter["Message-ID"], "References": letter["Message-ID"]}
    reply = mail(MAYA, letter["Reply-To"], f"Re: {letter['Subject']}", answer, **links)
    forged = mail(MAYA, letter["Reply-To"], f"Re: {letter['Subject']}", f"mute {number}", **links)
    dovecot.append([reply], "Sent")
    dovecot.append([reply, forged])
    assert "1 applied, 1 not understood" in kith("sync")
    assert kith("correct", "list").count("\n") == 1
    assert "there was no feedback with Dana Whitfield" in kith("correct", "list")
    assert "your answer to the letter of" in kith("correct", "list")
    shown = " ".join(kith("digest").split())
    assert f"one applied; one not understood: “wrnog {number}”" in shown
    assert "harbour plan" not in shown
    assert "applied" not in kith("sync", "--full")
    assert kith("correct", "list").count("\n") == 1
    assert kith("people", "--all").count("@") == 1
