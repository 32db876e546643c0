"""An address and what the flags say in; accounts whose login was tried, and the server that sends the letter, out.

What flags do not say is asked for on a terminal. No password goes to a server that the owner did not name or see named:
bundled ones and those of the address's own domain are offered, those of another domain need a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import typer

from connectors.errors import ConnectorError, NeedsOwner
from connectors.passwords import Secret
from daemon.failure import Failure, Incomplete
from daemon.new_config import Additions, NewAccount, Value, free_name
from daemon.servers.agreement import Flags, agreed, shown_servers
from daemon.servers.lookup import Found, Lookup
from daemon.servers.server import login_name
from daemon.servers.trials import can_be_tried, on_trial, read_trial, send_trial

_FEW: Final = 10
#: What errors say that another name or password could mend.
_LOGIN: Final = re.compile(r"\b(?:password|login)\b")
_CHOICES: Final = "--password-file, --password-command, --password-env, --password-credential or --password-keyring"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """One server to log in to: its settings but for the login, and the pattern of the user name there."""

    kind: Literal["imap", "smtp", "caldav"]
    place: str
    settings: Mapping[str, Value]
    pattern: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """A user name, and the password where one was typed; ``tried`` where it was let in."""

    username: str
    password: Secret | None = None
    tried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What stays the same in one conversation; ``taken`` are the names of accounts that are there already."""

    address: str
    flags: Flags
    asks: bool
    base: Path
    taken: frozenset[str] = frozenset()
    lookup: Lookup = field(default_factory=Lookup)

    def additions(self) -> Additions | None:
        """The accounts; None where the owner says that their mail is in files.

        Raises:
            Failure: without a terminal something is missing, or a login does not work.
        """
        found = agreed(self.address, self.flags, self.lookup, asks=self.asks)
        if found is None or not self._willing(found):
            return None
        hint = found.provider.advice[0] if found.provider and found.provider.advice else ""
        doors = [replace(door, hint=hint) for door in _doors(found, self.flags)]
        if not doors:
            raise Failure("no server is left: --no-smtp and --no-caldav leave out the only ones that are named")
        login = self._login(doors[0])
        inside: dict[str, tuple[_Door, _Login]] = {}
        for door in doors:
            result = self._entered(door, self._for(door, doors[0], login), first=door is doors[0])
            if result is None:
                continue
            inside[door.kind] = (door, result)
            if door is doors[0]:
                login = replace(login, username=result.username, password=result.password, tried=result.tried)
        return self._written_as(inside)

    def _willing(self, found: Found) -> bool:
        """Tell what the owner should know of the provider; whether to go on."""
        for line in found.provider.advice if found.provider else ():
            typer.echo(f"  {line}")
        if found.password or not self.asks:
            return True
        if found.provider is None:
            typer.echo("  This server takes no password, only a login in the browser.")
        return typer.confirm("Try a password all the same?", default=False)

    def _login(self, door: _Door) -> _Login:
        username = self.flags.username or login_name(door.pattern, self.address)
        if not self.asks and not self.flags.place:
            raise Failure(f"give the place of the password: {_CHOICES} (there is no terminal to ask on)")
        if self.asks and not self.flags.username:
            username = str(typer.prompt(f"Your login name at {door.place}", default=username)).strip()
        password = None if self.flags.place else _typed("Password (is not shown; Enter: later)")
        return _Login(username=username, password=password)

    def _for(self, door: _Door, first: _Door, login: _Login) -> _Login:
        """The same login at another server: the name as is usual there, unless the owner gave another name."""
        usual = login.username == login_name(first.pattern, self.address) and not self.flags.username
        return replace(login, username=login_name(door.pattern, self.address)) if usual else login

    def _entered(self, door: _Door, login: _Login, *, first: bool) -> _Login | None:
        """A login that works, or that was not tried; None where this server is left out."""
        possible = login.password is not None or can_be_tried(self.flags.place)
        if not self.flags.test or not possible or (not first and not login.tried):
            return replace(login, tried=False)
        while True:
            try:
                self._try(door, login)
                return replace(login, tried=True)
            except ConnectorError as error:
                if not self.asks:
                    without = "" if first else f", and --no-{'smtp' if door.kind == 'smtp' else 'caldav'} leaves it out"
                    raise Incomplete(
                        f"{error}. Nothing was written; --no-test writes it without trying{without}"
                    ) from error
                typer.echo(f"no\n  {error}")
                wrong = isinstance(error, NeedsOwner) and bool(_LOGIN.search(str(error)))
                if wrong and door.hint:
                    typer.echo(f"  {door.hint}")
                again = self._again(door, login, wrong=wrong, first=first)
            if again is None:
                return replace(login, tried=False) if first else None
            login = again

    def _again(self, door: _Door, login: _Login, *, wrong: bool, first: bool) -> _Login | None:
        """What to try next; None to give up."""
        otherwise = "go on without trying" if first else "leave it out"
        if (not wrong or self.flags.place) and not typer.confirm(f"Try again? (no: {otherwise})", default=True):
            return None
        if not wrong:
            return login
        username = str(typer.prompt(f"Your login name at {door.place}", default=login.username)).strip()
        if self.flags.place:
            return replace(login, username=username)
        password = _typed(f"Password (is not shown; Enter: {otherwise})")
        return replace(login, username=username, password=password) if password is not None else None

    def _try(self, door: _Door, login: _Login) -> None:
        typer.echo(f"Logging in to {door.place} … ", nl=False)
        with on_trial(login.password) as way:
            settings = {**door.settings, "username": login.username, **(self.flags.place or way)}
            if door.kind == "smtp":
                send_trial(settings, self.base)
                typer.echo("ok")
                return
            opened = read_trial(door.kind, settings, self.base)
        boxes = len(opened.names)
        one, several = ("folder", "folders") if door.kind == "imap" else ("calendar", "calendars")
        typer.echo(f"ok, {boxes} {one if boxes == 1 else several}")
        if opened.own == ():
            typer.echo(
                "  No folder of your sent mail is known, so nothing you wrote would count: name it in the config, "
                f'sent = ["…"] (there are {", ".join(opened.names[:_FEW])})'
            )

    def _written_as(self, inside: Mapping[str, tuple[_Door, _Login]]) -> Additions:
        names = {
            "imap": free_name("mail", self.taken),
            "caldav": free_name("calendar", self.taken),
            "smtp": "smtp",
        }
        files: dict[str, Secret | None] = {}
        tables: dict[str, dict[str, Value]] = {}
        for kind, (door, login) in inside.items():
            place: Mapping[str, Value] = self.flags.place or {
                "password_file": _file_of(login.password, f"{names[kind]}.password", files)
            }
            tables[kind] = {**door.settings, "username": login.username, **place}
        untried = [door.place for door, login in inside.values() if not login.tried]
        if untried and self.flags.test:
            typer.echo(f"Not tried: {', '.join(untried)}. kith doctor tries it.")
        return Additions(
            accounts=tuple(
                NewAccount(name=names[kind], kind=kind, settings=tables[kind], remarks=_remarks(kind))
                for kind in ("imap", "caldav")
                if kind in tables
            ),
            smtp=tables.get("smtp"),
            secrets={name: secret for name, secret in files.items() if secret is not None},
            missing=tuple(name for name, secret in files.items() if secret is None),
        )


def _doors(found: Found, flags: Flags) -> Iterator[_Door]:
    authority: dict[str, Value] = {"ca_file": str(flags.ca_file.expanduser().absolute())} if flags.ca_file else {}
    places = shown_servers(found)
    if imap := found.imap:
        own: dict[str, Value] = {"sent": flags.sent} if flags.sent else {}
        settings: dict[str, Value] = {"host": imap.host, "port": imap.port, "tls": imap.tls, **own, **authority}
        yield _Door(kind="imap", place=places["mail"], settings=settings, pattern=imap.login)
    if (smtp := found.smtp) and flags.smtp:
        settings = {"host": smtp.host, "port": smtp.port, "security": smtp.security, **authority}
        yield _Door(kind="smtp", place=places["sending"], settings=settings, pattern=smtp.login)
    if found.caldav and flags.caldav:
        settings = {"url": found.caldav, **(authority if found.caldav.startswith("https:") else {})}
        yield _Door(kind="caldav", place=places["calendar"], settings=settings, pattern="{address}")


def _file_of(password: Secret | None, name: str, files: dict[str, Secret | None]) -> str:
    """The file for a password: that of a server before, if it is the same one."""
    same = (each for each, secret in files.items() if secret is password)
    found = next(same, name)
    files[found] = password
    return found


def _remarks(kind: str) -> Mapping[str, str]:
    return {"password_file": "its first line; yours alone (chmod 600)"} if kind == "imap" else {}


def _typed(question: str) -> Secret | None:
    said = str(typer.prompt(question, default="", show_default=False, hide_input=True))
    return Secret(said) if said else None
