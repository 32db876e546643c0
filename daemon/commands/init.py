"""``kith init``: a few answers or flags in, a commented config that only the owner can read out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.failure import Failure
from daemon.invocation import invocation

if TYPE_CHECKING:
    from daemon.new_config import Additions
    from daemon.servers.agreement import Flags

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class ImapTls(StrEnum):
    """How IMAP is encrypted."""

    implicit = "implicit"
    starttls = "starttls"
    none = "none"


class SmtpSecurity(StrEnum):
    """How SMTP is encrypted."""

    tls = "tls"
    starttls = "starttls"
    none = "none"


@app.command()
def init(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(help="Your name, as you sign.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="A mail address of yours (can be given again).")] = None,
    timezone: Annotated[str | None, typer.Option(help="Where your days begin, e.g. Europe/Stockholm.")] = None,
    mbox: Annotated[list[Path] | None, typer.Option(help="An mbox file, or a folder of them.")] = None,
    maildir: Annotated[list[Path] | None, typer.Option(help="A maildir.")] = None,
    ics: Annotated[list[Path] | None, typer.Option(help="A calendar file, or a folder of them.")] = None,
    sent: Annotated[list[str] | None, typer.Option(help='Which boxes hold your own mail, e.g. "Sent*".')] = None,
    imap_host: Annotated[str | None, typer.Option(help="Your mail server; else it is looked up.")] = None,
    imap_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 993.")] = None,
    imap_tls: Annotated[ImapTls | None, typer.Option(help="Default: from the start (implicit).")] = None,
    smtp_host: Annotated[str | None, typer.Option(help="The server that is to send the letter.")] = None,
    smtp_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 465.")] = None,
    smtp_security: Annotated[SmtpSecurity | None, typer.Option(help="Default: tls, from the start.")] = None,
    no_smtp: Annotated[bool, typer.Option("--no-smtp", help="Leave sending out.")] = False,
    caldav_url: Annotated[str | None, typer.Option(help="Your calendar server, https://…")] = None,
    no_caldav: Annotated[bool, typer.Option("--no-caldav", help="Leave the calendar out.")] = False,
    username: Annotated[str | None, typer.Option(help="Your login name, where it is an unusual one.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="A file whose first line is the password.")] = None,
    password_command: Annotated[str | None, typer.Option(help="A command that prints it: pass mail.")] = None,
    password_env: Annotated[str | None, typer.Option(help="An environment variable with it.")] = None,
    password_credential: Annotated[str | None, typer.Option(help="A systemd credential with it.")] = None,
    password_keyring: Annotated[str | None, typer.Option(help="The keyring's service that keeps it.")] = None,
    ca_file: Annotated[Path | None, typer.Option(help="Whom to trust, for certificates of your own.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no network where the servers are.")] = False,
    directory: Annotated[
        bool, typer.Option("--directory", help="Ask Mozilla's directory too: it learns the domain.")
    ] = False,
    no_test: Annotated[bool, typer.Option("--no-test", help="Write without trying the logins.")] = False,
    add: Annotated[bool, typer.Option("--add", help="Add accounts to the config that is there.")] = False,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="Write the units of the service, for the config that is there.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a config that is there (with --systemd: edited units).")
    ] = False,
) -> None:
    """Ask a few questions (what flags do not say), try the logins, and write a config that only you can read."""
    from daemon.servers.agreement import Flags

    path = invocation(ctx).config_path()
    if systemd and path.exists():
        typer.echo(_units(path, force=force))
        return
    if add and not path.exists():
        raise Failure(f"there is no config at {path} to add to: leave --add out")
    if path.exists() and not (force or add):
        raise Failure(f"{path} is there already: edit it, add an account with --add, or replace it with --force")
    if not imap_host and (imap_port or imap_tls):
        raise Failure("--imap-port and --imap-tls go with --imap-host")
    if not smtp_host and (smtp_port or smtp_security):
        raise Failure("--smtp-port and --smtp-security go with --smtp-host")
    place = _place(
        password_file=str(password_file.expanduser().absolute()) if password_file else None,
        password_command=password_command,
        password_env=password_env,
        password_credential=password_credential,
        password_keyring=password_keyring,
    )
    flags = Flags(
        imap_host=imap_host,
        imap_port=imap_port,
        imap_tls=imap_tls.value if imap_tls else None,
        smtp_host=smtp_host,
        smtp_port=smtp_port,
        smtp_security=smtp_security.value if smtp_security else None,
        caldav_url=caldav_url,
        username=username,
        place=place,
        ca_file=ca_file,
        sent=tuple(sent or ()),
        smtp=not no_smtp,
        caldav=not no_caldav,
        offline=offline,
        test=not no_test,
        directory=directory,
    )
    talk = _Talk(
        path=path,
        asks=sys.stdin.isatty(),
        flags=flags,
        mbox=mbox,
        maildir=maildir,
        ics=ics,
    )
    missing = talk.add(address) if add else talk.write(name, address, timezone)
    for file in missing:
        typer.echo(f"Write the password into {file}, so that you alone can read it: (umask 077; cat > {file})")
    typer.echo(f"{path} is written. Next: kith doctor, then kith sync")
    if systemd:
        typer.echo(_units(path, force=force))


def _units(path: Path, *, force: bool) -> str:
    """Write the units for this machine and config; what was written and what to do next."""
    from daemon import unit_files
    from daemon.config import load

    config = load(path)
    machine = unit_files.this_machine(path, letter=f"{config.digest.every} {config.owner.timezone}")
    where = unit_files.folder(machine)
    files = unit_files.written(machine, where, force=force)
    return f"Written to {where}: {', '.join(file.name for file in files)}\n{unit_files.next_steps(machine)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """What one run was told by flags, and whether the rest can be asked for; None where a flag was not given."""

    path: Path
    asks: bool
    flags: Flags
    mbox: list[Path] | None
    maildir: list[Path] | None
    ics: list[Path] | None

    def write(self, name: str | None, address: list[str] | None, timezone: str | None) -> list[Path]:
        """Write a new config; the password files that are still to be written."""
        from daemon.new_config import Answers, written

        answers = Answers(
            name=name or self._asked("Your name, as you sign", "--name"),
            addresses=tuple(address or self._asked("Your mail addresses, with commas", "--address").split(",")),
            timezone=timezone
            or (self._asked("Your time zone", "--timezone", _local_zone()) if self.asks else _local_zone()),
        )
        additions = self._additions(answers.addresses[0].strip(), frozenset())
        written(answers, additions, self.path)
        return self._missing(additions)

    def add(self, address: list[str] | None) -> list[Path]:
        """Add to the config that is there; the password files that are still to be written."""
        from daemon.config import load
        from daemon.new_config import added

        config = load(self.path)
        usual = config.owner.addresses[0]
        mine = address[0].strip() if address else usual
        if not address and self.asks and not self._in_files:
            mine = self._asked("The mail address of the new account", "--address", usual).strip()
        additions = self._additions(mine, frozenset(account.name for account in config.accounts))
        if not additions.accounts and additions.smtp is None:
            raise Failure("nothing to add: name a server, or files with --mbox, --maildir or --ics")
        if config.smtp is not None and additions.smtp is not None:
            typer.echo(f"The letter goes on being sent by {config.smtp.host}.")
            additions = replace(additions, smtp=None)
        if not added(additions, self.path, mine):
            typer.echo(f"Add {mine} to addresses in {self.path} yourself: their line has a form of its own.")
        return self._missing(additions)

    def _additions(self, address: str, taken: frozenset[str]) -> Additions:
        """Accounts in files and on servers, as flags and answers say."""
        from daemon.new_config import Additions, file_accounts
        from daemon.servers.dialog import Dialog

        in_files = file_accounts(
            *map(_absolute, (self.mbox, self.maildir, self.ics)), sent=self.flags.sent, taken=taken
        )
        if self.flags.any_server or (self.asks and not self._in_files):
            names = taken | {account.name for account in in_files}
            base = self.path.parent.absolute()
            dialog = Dialog(address=address, flags=self.flags, asks=self.asks, base=base, taken=names)
            on_servers = dialog.additions()
            if on_servers is not None:
                return replace(on_servers, accounts=(*on_servers.accounts, *in_files))
            if self.asks and not self._in_files:
                asked = map(_chosen, ("An mbox file or folder", "A maildir", "A calendar file or folder (.ics)"))
                in_files = file_accounts(*asked, sent=self.flags.sent, taken=taken)
        return Additions(accounts=in_files)

    @property
    def _in_files(self) -> bool:
        return bool(self.mbox or self.maildir or self.ics)

    def _missing(self, additions: Additions) -> list[Path]:
        files = [self.path.with_name(name) for name in additions.missing]
        return [file for file in files if not file.exists()]

    def _asked(self, question: str, flag: str, default: str | None = None) -> str:
        if not self.asks:
            raise Failure(f"give {flag} (there is no terminal to ask on; see: kith init --help)")
        return str(typer.prompt(question, default=default))


def _place(**named: str | None) -> Mapping[str, str]:
    """The one place of the password that flags name, as the config's key."""
    given = {key: value for key, value in named.items() if value}
    if len(given) > 1:
        flags = " and ".join("--" + key.replace("_", "-") for key in given)
        raise Failure(f"{flags} both say where the password is: give one of them")
    return given


def _chosen(question: str) -> tuple[Path, ...]:
    answer = str(typer.prompt(f"{question} (Enter: none)", default="", show_default=False)).strip()
    return _absolute([Path(answer)] if answer else None)


def _absolute(paths: list[Path] | None) -> tuple[Path, ...]:
    """Paths as they are from everywhere; relative ones start where the owner stands."""
    return tuple(path.expanduser().absolute() for path in paths or ())


def _local_zone() -> str:
    """The machine's time zone by name, UTC where it says none."""
    parts = Path("/etc/localtime").resolve().parts
    return "/".join(parts[parts.index("zoneinfo") + 1 :]) if "zoneinfo" in parts else "UTC"
