"""``kith init`` at a terminal and without one, against real servers: what it asks, tries, writes, and leaves alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from daemon.cli import run
from daemon.config import load
from daemon.demo import write_sample
from tests.services.caldav import Radicale
from tests.services.dovecot import Dovecot, dovecot  # noqa: F401  # a fixture
from tests.services.smtp import PASSWORD as SMTP_PASSWORD
from tests.services.smtp import USER as SMTP_USER
from tests.services.smtp import smtp_servers  # noqa: F401  # a fixture
from tests.services.terminal import Terminal, terminal

KITH = Path(sys.executable).parent / "kith"
ME = ["--name", "Maya", "--address", "alice@example.org", "--timezone", "UTC"]


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    """No test shares a store with another, or with whoever runs it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def kith(capsys):
    """``kith(folder, "init", …)`` is what the command prints; ``code`` is what it must exit with."""

    def command(folder: Path, *arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        found = run(["--config", str(folder / "kith.toml"), *map(str, arguments)])
        shown = capsys.readouterr()
        assert found == code, shown.err
        return shown.out if code == 0 else shown.err

    return command


@pytest.fixture(scope="module")
def radicale():
    server = Radicale()
    yield server
    server.close()


def files(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def at_dovecot(server: Dovecot) -> list[object]:
    """The flags for a server."""
    return ["--imap-host", "localhost", "--imap-port", server.tls_port, "--ca-file", server.ca]


def introduce(tty: Terminal, address: str = "alice@example.org") -> None:
    """Answer what is asked before servers."""
    tty.answer("Your name", "Maya Lindqvist")
    tty.answer("addresses", address)
    tty.answer("time zone", "Europe/Stockholm")


# Files


def test_init_writes_a_config_that_works_and_is_the_owners_alone(tmp_path, kith):
    sample = write_sample(tmp_path / "sample").parent
    arguments = [
        "--name",
        'Maya "M" Lindqvist',
        "--address",
        "maya@lindqvist.example",
        "--timezone",
        "Europe/Stockholm",
    ]
    sources = ["--mbox", sample / "mail", "--ics", sample / "calendar.ics", "--sent", "Sent*"]
    said = kith(tmp_path / "new", "init", *arguments, *sources)
    path = tmp_path / "new/kith.toml"
    assert str(path) in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(path.read_text().replace('# url = "sqlite', 'url = "sqlite'))
    assert "mail: 3" in kith(tmp_path / "new", "sync")
    assert "replace it with --force" in kith(tmp_path / "new", "init", *arguments, code=2)
    kith(tmp_path / "new", "init", *arguments, "--force")
    assert "[[accounts]]\nname" not in path.read_text()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (["--mbox", "/nowhere/mail"], "/nowhere/mail is not there"),
        (["--timezone", "Europe/Stokholm"], "did you mean 'Europe/Stockholm'?"),
        (["--address", "maya"], "'maya' is no mail address"),
        (["--password-env", "A", "--password-command", "b"], "give one of them"),
        (["--password-env", "A", "--offline"], "name them with --imap-host"),
        (["--imap-host", "localhost"], "give the place of the password"),
        (["--imap-port", "993"], "go with --imap-host"),
        (["--add"], "leave --add out"),
    ],
)
def test_init_checks_the_answers_before_it_writes(tmp_path, kith, changed, says):
    good = ["--name", "Maya", "--address", "m@x.example", "--timezone", "UTC"]
    assert says in kith(tmp_path, "init", *good, *changed, code=2)
    assert files(tmp_path) == []


def test_init_without_a_terminal_names_the_flag_that_is_missing(tmp_path, kith):
    assert "give --name" in kith(tmp_path, "init", code=2)


def test_whose_mail_is_in_files_is_asked_for_them(tmp_path):
    mail = write_sample(tmp_path / "sample").parent / "mail"
    path = tmp_path / "new/kith.toml"
    with terminal([KITH, "--config", path, "init", "--offline"]) as tty:
        introduce(tty, "maya@lindqvist.example, m@lindqvist.example")
        tty.answer("I find no mail server of lindqvist.example.", "")
        tty.answer("An mbox file", str(mail))
        tty.answer("A maildir", "")
        tty.answer("A calendar file", "")
        assert tty.end() == 0, tty.said
    config = load(path)
    assert config.owner.addresses == ("maya@lindqvist.example", "m@lindqvist.example")
    assert [account.settings.path for account in config.accounts] == [str(mail)]


# Servers


def test_a_whole_setup_without_a_terminal(tmp_path, kith, dovecot, smtp_servers, radicale, capsys):  # noqa: F811
    (tmp_path / "secret").write_text("secret\n")
    (tmp_path / "secret").chmod(0o600)
    user = radicale.new_user()
    arguments = [*ME, *at_dovecot(dovecot), "--username", "alice", "--password-file", tmp_path / "secret"]
    folder = tmp_path / "new"
    said = kith(folder, "init", *arguments)
    assert "ok, " in said
    config = load(folder / "kith.toml")
    (account,) = config.accounts
    assert (account.kind, account.settings.username) == ("imap", "alice")
    assert account.settings.password_file == str(tmp_path / "secret")
    calendar = ["--address", "user@example.org", "--caldav-url", radicale.url, "--username", user]
    kith(folder, "init", "--add", *calendar, "--password-file", tmp_path / "secret")
    sending = ["--smtp-host", "localhost", "--smtp-port", smtp_servers("tls").port, "--smtp-security", "tls"]
    server = ["--ca-file", tmp_path / "smtp-cert.pem", "--username", SMTP_USER, "--password-env", "KITH_TEST_SMTP"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_TEST_SMTP", SMTP_PASSWORD)
        kith(folder, "init", "--add", *sending, *server)
        shown = kith(folder, "doctor")
    config = load(folder / "kith.toml")
    assert [(account.name, account.kind) for account in config.accounts] == [("mail", "imap"), ("calendar", "caldav")]
    assert config.smtp.username == SMTP_USER
    assert config.owner.addresses == ("alice@example.org", "user@example.org")
    assert "fail" not in shown
    assert "takes mail as maya@lindqvist.example" in shown


def test_folders_of_own_mail_with_another_name_are_said_to_be_missing_or_named(tmp_path, kith, dovecot, monkeypatch):  # noqa: F811
    monkeypatch.setenv("KITH_TEST", "secret")
    with dovecot.client("bob") as client:
        client.delete("Sent")
        client.create("Verstuurd 2026")
    arguments = [*ME, *at_dovecot(dovecot), "--username", "bob", "--password-env", "KITH_TEST"]
    with monkeypatch.context() as patch:
        patch.setattr("connectors.sources.imap.ImapConnector.own_streams", lambda _self: [])
        assert "No folder of your sent mail is known" in kith(tmp_path / "new", "init", *arguments)
    said = kith(tmp_path / "new", "init", *arguments, "--force", "--sent", "Verstuurd*")
    assert "No folder of your sent mail" not in said
    assert load(tmp_path / "new/kith.toml").accounts[0].settings.sent == ("Verstuurd*",)


def test_a_login_that_does_not_work_writes_nothing(tmp_path, kith, dovecot, monkeypatch):  # noqa: F811
    monkeypatch.setenv("KITH_TEST", "wrong")
    arguments = [*ME, *at_dovecot(dovecot), "--username", "alice", "--password-env", "KITH_TEST"]
    said = kith(tmp_path / "new", "init", *arguments, code=1)
    assert "does not take the password" in said
    assert "Nothing was written" in said
    assert said.count("\n") == 1
    assert files(tmp_path / "new") == []
    kith(tmp_path / "new", "init", *arguments, "--no-test")
    assert load(tmp_path / "new/kith.toml").accounts[0].settings.password_env == "KITH_TEST"


def test_a_wrong_password_is_asked_for_again_and_the_right_one_kept_in_a_file_of_the_owners(tmp_path, dovecot):  # noqa: F811
    path = tmp_path / "new/kith.toml"
    with terminal([KITH, "--config", path, "init", *at_dovecot(dovecot)]) as tty:
        introduce(tty)
        tty.answer("login name", "alice")
        tty.answer("Password", "not-the-one")
        tty.await_("does not take the password")
        tty.answer("login name", "")
        tty.answer("Password", "secret")
        tty.await_("ok, ")
        assert tty.end() == 0, tty.said
    assert "not-the-one" not in tty.said
    assert "secret" not in tty.said
    assert "secret" not in path.read_text()
    assert files(path.parent) == ["kith.toml", "mail.password"]
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (account,) = load(path).accounts
    assert account.settings.password_file == "mail.password"
    assert (path.parent / "mail.password").read_text() == "secret\n"
    assert run(["--config", str(path), "doctor"]) == 0


def test_sending_may_have_a_login_of_its_own(tmp_path, dovecot, smtp_servers):  # noqa: F811
    smtp = smtp_servers("tls")
    both = tmp_path / "both.pem"
    both.write_text(dovecot.ca.read_text() + smtp.certificate.read_text())
    path = tmp_path / "new/kith.toml"
    flags = ["--imap-host", "localhost", "--imap-port", str(dovecot.tls_port), "--ca-file", both]
    sending = ["--smtp-host", "localhost", "--smtp-port", str(smtp.port), "--smtp-security", "tls"]
    with terminal([KITH, "--config", path, "init", *flags, *sending]) as tty:
        introduce(tty)
        tty.answer("login name", "alice")
        tty.answer("Password", "secret")
        tty.await_("ok, ")
        tty.await_("refused the login")
        tty.answer("login name", SMTP_USER)
        tty.answer("leave it out", SMTP_PASSWORD)
        assert tty.end() == 0, tty.said
    assert files(path.parent) == ["kith.toml", "mail.password", "smtp.password"]
    assert load(path).smtp.username == SMTP_USER
    assert load(path).smtp.password_file == "smtp.password"
    assert smtp.mails == []


def test_what_cannot_be_logged_in_to_is_left_out_when_the_owner_says_so(tmp_path, dovecot, radicale):  # noqa: F811
    path = tmp_path / "new/kith.toml"
    calendar = ["--caldav-url", radicale.url]
    with terminal([KITH, "--config", path, "init", *at_dovecot(dovecot), *calendar]) as tty:
        introduce(tty)
        tty.answer("login name", "alice")
        tty.answer("Password", "secret")
        tty.await_("refuses the login")
        tty.answer("login name", "")
        tty.answer("Password", "")
        assert tty.end() == 0, tty.said
    assert [account.kind for account in load(path).accounts] == ["imap"]


def test_without_a_password_yet_nothing_is_tried_and_the_file_is_named(tmp_path, dovecot):  # noqa: F811
    path = tmp_path / "new/kith.toml"
    with terminal([KITH, "--config", path, "init", *at_dovecot(dovecot)]) as tty:
        introduce(tty)
        tty.answer("login name", "alice")
        tty.answer("Password", "")
        assert tty.end() == 0, tty.said
    assert f"cat > {path.parent}/mail.password" in tty.said
    assert "Logging in" not in tty.said
    assert run(["--config", str(path), "doctor"]) == 1


def test_ctrl_c_leaves_nothing_behind(tmp_path, dovecot):  # noqa: F811
    path = tmp_path / "new/kith.toml"
    with terminal([KITH, "--config", path, "init", *at_dovecot(dovecot)]) as tty:
        introduce(tty)
        tty.answer("login name", "alice")
        tty.answer("Password", "not-the-one")
        tty.await_("does not take the password")
        tty.await_("login name")
        tty.interrupt()
        assert tty.end() == 130, tty.said
    assert "Traceback" not in tty.said
    assert files(path.parent) == []


def test_a_disk_that_is_full_leaves_the_old_config_and_no_new_password(tmp_path, kith, dovecot, monkeypatch):  # noqa: F811
    monkeypatch.setenv("KITH_TEST", "secret")
    arguments = [*ME, *at_dovecot(dovecot), "--username", "alice", "--password-env", "KITH_TEST"]
    kith(tmp_path / "new", "init", *arguments)
    before = (tmp_path / "new/kith.toml").read_text()

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device", "kith.toml")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left" in kith(tmp_path / "new", "init", *arguments, "--force", code=2)
    assert files(tmp_path / "new") == ["kith.toml"]
    assert (tmp_path / "new/kith.toml").read_text() == before


def test_a_credential_of_the_service_is_written_and_left_for_the_service_to_try(tmp_path, kith, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    servers = ["--imap-host", "imap.example.org", "--smtp-host", "smtp.example.org"]
    said = kith(tmp_path / "new", "init", *ME, *servers, "--password-credential", "imap")
    assert "Logging in" not in said
    assert load(tmp_path / "new/kith.toml").accounts[0].settings.password_credential == "imap"
    shown = kith(tmp_path / "new", "doctor")
    assert "ok    account mail: imap; only the service has its password (the credential imap)" in shown
    assert "ok    letter: only the service has the password of [smtp]" in shown


# A config that is there


def test_accounts_are_added_without_touching_a_line(tmp_path, kith, dovecot, monkeypatch):  # noqa: F811
    path = write_sample(tmp_path)
    before = path.read_text()
    monkeypatch.setenv("KITH_TEST", "secret")
    arguments = [*at_dovecot(dovecot), "--username", "alice", "--password-env", "KITH_TEST"]
    kith(tmp_path, "init", "--add", *arguments, "--address", "alice@example.org")
    after = path.read_text()
    kept = [line for line in before.splitlines() if not line.startswith("addresses")]
    assert [line for line in after.splitlines() if line in kept][: len(kept)] == kept
    config = load(path)
    assert [account.name for account in config.accounts][-1] == "mail-2"
    assert config.owner.addresses[-1] == "alice@example.org"
    kith(tmp_path, "init", "--add", *arguments, "--address", "alice@example.org")
    assert load(path).owner.addresses == config.owner.addresses
    assert [account.name for account in load(path).accounts][-1] == "mail-3"


def test_addresses_that_stand_on_several_lines_are_left_to_the_owner(tmp_path, kith):
    path = tmp_path / "kith.toml"
    path.write_text('[owner]\nname = "Maya"\naddresses = [\n    "maya@example.org",\n]\n')
    (tmp_path / "mail").mkdir()
    said = kith(tmp_path, "init", "--add", "--maildir", tmp_path / "mail", "--address", "m@example.net")
    assert "Add m@example.net to addresses" in said
    assert load(path).owner.addresses == ("maya@example.org",)
    assert [account.kind for account in load(path).accounts] == ["maildir"]


def test_nothing_to_add_is_said(tmp_path, kith):
    path = write_sample(tmp_path)
    before = path.read_text()
    assert "nothing to add" in kith(tmp_path, "init", "--add", code=2)
    assert path.read_text() == before


def test_from_init_to_the_first_letter(tmp_path, kith, dovecot, smtp_servers, monkeypatch):  # noqa: F811
    monkeypatch.setenv("KITH_TEST", "secret")
    ask = (
        "From: Dana Okafor <dana@okafor.example>\r\nTo: alice@example.org\r\nSubject: Priya\r\nMessage-ID: <a@okafor.example>\r\n"
        f"Date: {format_datetime(datetime.now(UTC) - timedelta(days=4))}\r\n\r\n"
        "Hi Alice,\r\n\r\nCould you introduce me to Priya Raman?\r\n\r\nDana\r\n"
    )
    dovecot.append([ask.encode()])
    smtp = smtp_servers("none", login=False)
    folder = tmp_path / "new"
    kith(folder, "init", *ME, *at_dovecot(dovecot), "--username", "alice", "--password-env", "KITH_TEST")
    with (folder / "kith.toml").open("a") as file:
        file.write(f'\n[smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\n')
    assert "fail" not in kith(folder, "doctor")
    synced = subprocess.run(
        [KITH, "--config", folder / "kith.toml", "sync"], capture_output=True, text=True, check=True
    )
    assert "mail: 1 new" in synced.stdout
    assert "Dana" in kith(folder, "digest", "--all")
    kith(folder, "digest", "--send")
    (letter,) = smtp.mails
    assert letter["To"] == "alice@example.org"
    assert "Dana" in letter.get_body(("plain",)).get_content()
