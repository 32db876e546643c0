"""Which servers the owner is asked about, and when none gets a password without a yes."""

from __future__ import annotations

import io
import sys

import pytest

from daemon.failure import Failure
from daemon.servers.agreement import Flags, agreed
from daemon.servers.dialog import Dialog
from daemon.servers.lookup import Found, Lookup
from daemon.servers.server import ImapServer, SmtpServer

OWN = Found(imap=ImapServer(host="imap.example.org"), says="its SRV records")
FOREIGN = Found(
    imap=ImapServer(host="imap.example.net"),
    smtp=SmtpServer(host="smtp.example.net", port=587, security="starttls"),
    caldav="https://dav.example.org/",
    says="its SRV records",
)


class Told(Lookup):
    """A lookup that knows its answers, and notes the questions."""

    def __init__(self, *, domain: Found | None = None, directory: Found | None = None, guesses: Found | None = None):
        super().__init__()
        object.__setattr__(self, "_told", {"domain": domain, "directory": directory, "guesses": guesses})
        object.__setattr__(self, "_asked", [])

    __slots__ = ("_asked", "_told")

    @property
    def asked(self) -> list[str]:
        return self._asked

    def _answer(self, name: str) -> Found:
        self._asked.append(name)
        return self._told[name] or Found()

    def domain(self, address: str) -> Found:
        return self._answer("domain")

    def directory(self, address: str) -> Found:
        return self._answer("directory")

    def guesses(self, address: str) -> Found:
        return self._answer("guesses")


@pytest.fixture
def typed(monkeypatch):
    """``typed("y", "")`` are the answers that the owner types; all of them must be asked for."""

    def answers(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    yield answers
    assert not isinstance(sys.stdin, io.StringIO) or sys.stdin.read() == ""


def test_servers_of_the_own_domain_are_offered_and_taken_with_enter(typed, capsys):
    typed("")
    assert agreed("maya@example.org", Flags(), Told(domain=OWN), asks=True) == OWN
    assert "imap.example.org:993" in capsys.readouterr().out


def test_servers_of_another_domain_need_a_yes(typed, capsys):
    typed("y")
    assert agreed("maya@example.org", Flags(), Told(domain=FOREIGN), asks=True) == FOREIGN
    said = capsys.readouterr().out
    assert "smtp.example.net:587 (STARTTLS)" in said
    assert "imap.example.net, smtp.example.net are outside example.org" in said


def test_enter_is_no_yes_for_them(typed):
    typed("", "")
    assert agreed("maya@example.org", Flags(), Told(domain=FOREIGN), asks=True) is None


def test_without_a_terminal_nobody_says_yes_so_they_are_refused():
    with pytest.raises(Failure, match=r"imap.example.net, smtp.example.net are outside example.org.*--imap-host"):
        agreed("maya@example.org", Flags(), Told(domain=FOREIGN), asks=False)
    assert agreed("maya@example.org", Flags(), Told(domain=OWN), asks=False) == OWN


def test_mozillas_directory_is_asked_only_with_a_yes(typed):
    lookup = Told(directory=OWN, guesses=OWN)
    typed("", "")
    agreed("maya@example.org", Flags(), lookup, asks=True)
    assert lookup.asked == ["domain", "guesses"]
    lookup = Told(directory=OWN)
    typed("y", "")
    assert agreed("maya@example.org", Flags(), lookup, asks=True) == OWN
    assert lookup.asked == ["domain", "directory"]
    lookup = Told(directory=OWN)
    assert agreed("maya@example.org", Flags(directory=True), lookup, asks=False) == OWN


def test_a_calendar_that_the_domain_names_stays_when_the_directory_knows_the_rest(typed):
    lookup = Told(domain=Found(caldav="https://dav.example.org/"), directory=OWN)
    typed("y", "")
    assert agreed("maya@example.org", Flags(), lookup, asks=True).caldav == "https://dav.example.org/"


def test_offline_nobody_is_asked():
    lookup = Told(domain=OWN)
    assert agreed("maya@fastmail.com", Flags(offline=True), lookup, asks=False).imap.host == "imap.fastmail.com"
    with pytest.raises(Failure, match=r"no servers of example\.org were found"):
        agreed("maya@example.org", Flags(offline=True), lookup, asks=False)
    assert lookup.asked == []


def test_servers_that_are_named_are_used_alone_with_the_login_name_of_their_provider():
    lookup = Told(domain=OWN)
    found = agreed("maya@example.org", Flags(imap_host="imap.web.de", smtp_host="s.example.org"), lookup, asks=False)
    assert found.imap == ImapServer(host="imap.web.de", login="{local}")
    assert found.smtp.port == 465
    assert (found.caldav, lookup.asked) == ("", [])
    found = agreed(
        "m@example.org",
        Flags(imap_host="i.example.org", imap_port=143, smtp_host="s", smtp_port=587),
        lookup,
        asks=False,
    )
    assert found.imap.tls == found.smtp.security == "starttls"


def test_servers_that_are_not_found_can_be_typed(typed, capsys):
    typed(
        "",
        "imap example",
        "imap.example.org:143",
        "smtp.example.org:587",
        "dav.example.org",
        "https://dav.example.org/",
    )
    found = agreed("maya@example.org", Flags(), Told(), asks=True)
    assert found.imap == ImapServer(host="imap.example.org", port=143, tls="starttls")
    assert found.smtp == SmtpServer(host="smtp.example.org", port=587, security="starttls")
    assert found.caldav == "https://dav.example.org/"
    assert "Write it like https://dav.example.org/" in capsys.readouterr().out


def test_who_has_no_imap_is_told_and_asked_for_files(tmp_path, capsys):
    dialog = Dialog(address="maya@tuta.com", flags=Flags(), asks=True, base=tmp_path)
    assert dialog.additions() is None
    assert "no IMAP" in capsys.readouterr().out
    with pytest.raises(Failure, match="export the mails as files"):
        agreed("maya@tuta.com", Flags(), Told(), asks=False)


def test_who_takes_no_password_is_said_before_one_is_typed(typed, tmp_path, capsys):
    typed("", "")
    dialog = Dialog(address="maya@outlook.com", flags=Flags(), asks=True, base=tmp_path)
    assert dialog.additions() is None
    said = capsys.readouterr().out
    assert "will refuse your password" in said
    assert "Password (" not in said


def test_the_page_of_app_passwords_is_named_before_the_password_is_asked_for(typed, tmp_path, capsys, monkeypatch):
    typed("", "")
    monkeypatch.setattr("daemon.servers.dialog._typed", lambda _question: None)
    dialog = Dialog(address="maya@gmail.com", flags=Flags(), asks=True, base=tmp_path)
    additions = dialog.additions()
    said = capsys.readouterr().out
    assert said.index("https://myaccount.google.com/apppasswords") < said.index("login name")
    assert additions.accounts[0].settings["host"] == "imap.gmail.com"
    assert additions.smtp["username"] == "maya@gmail.com"
    assert additions.missing == ("mail.password",)


def test_the_login_name_is_the_usual_one_of_each_server(typed, tmp_path, monkeypatch):
    monkeypatch.setattr("daemon.servers.dialog._typed", lambda _question: None)
    typed("", "")
    additions = Dialog(address="maya@icloud.com", flags=Flags(), asks=True, base=tmp_path).additions()
    assert additions.accounts[0].settings["username"] == "maya"
    assert additions.smtp["username"] == additions.accounts[1].settings["username"] == "maya@icloud.com"
    typed("", "someone@icloud.com")
    additions = Dialog(address="maya@icloud.com", flags=Flags(), asks=True, base=tmp_path).additions()
    assert additions.smtp["username"] == additions.accounts[1].settings["username"] == "someone@icloud.com"
