"""An address and what the flags say in; the servers that the owner agrees to, named or looked up, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import typer

from daemon.failure import Failure
from daemon.servers.lookup import DIRECTORY, Found, Lookup
from daemon.servers.providers import by_hosts
from daemon.servers.server import ImapServer, Security, SmtpServer, Tls, domain_of, is_host

_IMAP_PORTS: Final[Mapping[Tls, int]] = {"implicit": 993, "starttls": 143, "none": 143}
_SMTP_PORTS: Final[Mapping[Security, int]] = {"tls": 465, "starttls": 587, "none": 25}
_SHOWN: Final = {"implicit": "", "tls": "", "starttls": " (STARTTLS)", "none": " (without TLS)"}
_NAME_THEM: Final = "name them with --imap-host, --smtp-host and --caldav-url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says of servers.

    ``place`` is the config's key for where the password is, or empty; ``sent`` are globs for folders of own mail.
    """

    imap_host: str | None = None
    imap_port: int | None = None
    imap_tls: Tls | None = None
    smtp_host: str | None = None
    smtp_port: int | None = None
    smtp_security: Security | None = None
    caldav_url: str | None = None
    username: str | None = None
    place: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None
    sent: tuple[str, ...] = ()
    smtp: bool = True
    caldav: bool = True
    offline: bool = False
    test: bool = True
    directory: bool = False

    @property
    def name_servers(self) -> bool:
        """Whether a server is named; those that are not named are then left out."""
        return bool(self.imap_host or self.smtp_host or self.caldav_url)

    @property
    def any_server(self) -> bool:
        """Whether they ask for an account on a server at all."""
        return self.name_servers or bool(self.place or self.username or self.directory)


def agreed(address: str, flags: Flags, lookup: Lookup, *, asks: bool) -> Found | None:
    """The servers; None where the owner says that there is none, or there is none to be had.

    Raises:
        Failure: nothing is found, or only what needs the owner's yes, and there is no terminal to ask on.
    """
    if flags.name_servers:
        return _named(flags)
    domain = domain_of(address)
    found = _looked_up(address, flags, lookup, asks=asks)
    if found.imap is None and found.provider is not None:
        if not asks:
            raise Failure(" ".join(found.provider.advice))
        typer.echo("\n".join(f"  {line}" for line in found.provider.advice))
        return None
    if found.imap is None:
        if not asks:
            raise Failure(f"no servers of {domain} were found: {_NAME_THEM}")
        typer.echo(f"I find no mail server of {domain}.")
        return _asked_for()
    typer.echo(f"Servers for {address} ({found.says}):")
    typer.echo("\n".join(f"  {what:<9} {place}" for what, place in shown_servers(found).items()))
    if strangers := found.strangers(domain):
        said = f"{', '.join(strangers)} {'is' if len(strangers) == 1 else 'are'} outside {domain}"
        if not asks:
            raise Failure(f"{said}: if you trust them with your password, {_NAME_THEM}")
        typer.echo(f"  Look twice: {said}, and would get your password.")
    if not asks or typer.confirm("Use them?", default=not strangers):
        return found
    return _asked_for()


def shown_servers(found: Found) -> dict[str, str]:
    """The servers as the owner should see them, by what they are for."""
    shown = {}
    if found.imap:
        shown["mail"] = f"{found.imap.host}:{found.imap.port}{_SHOWN[found.imap.tls]}"
    if found.smtp:
        shown["sending"] = f"{found.smtp.host}:{found.smtp.port}{_SHOWN[found.smtp.security]}"
    if found.caldav:
        shown["calendar"] = found.caldav
    return shown


def _looked_up(address: str, flags: Flags, lookup: Lookup, *, asks: bool) -> Found:
    """What is bundled, else what the domain says, else with the owner's word the directory, else the usual names."""
    found = lookup.bundled(address)
    if found is not None or flags.offline:
        return found or Found()
    domain = domain_of(address)
    typer.echo(f"Looking for the servers of {domain} …")
    found = lookup.domain(address)
    if found.imap is None and (flags.directory or (asks and _may_ask_directory(domain))):
        told = lookup.directory(address)
        found = replace(told, caldav=told.caldav or found.caldav) if told.imap else found
    if found.imap is None:
        guessed = lookup.guesses(address)
        found = replace(guessed, caldav=found.caldav, smtp=found.smtp or guessed.smtp) if guessed.imap else found
    return found


def _may_ask_directory(domain: str) -> bool:
    typer.echo(f"{domain} does not say which servers it has. Mozilla keeps a directory ({DIRECTORY}).")
    return typer.confirm(f"Ask it? It learns that somebody here has mail at {domain}", default=False)


def _named(flags: Flags) -> Found:
    imap = smtp = None
    if flags.imap_host:
        tls = flags.imap_tls or ("starttls" if flags.imap_port == _IMAP_PORTS["starttls"] else "implicit")
        imap = ImapServer(host=flags.imap_host, port=flags.imap_port or _IMAP_PORTS[tls], tls=tls)
    if flags.smtp_host:
        usual: Security = "starttls" if flags.smtp_port not in (None, _SMTP_PORTS["tls"]) else "tls"
        security = flags.smtp_security or usual
        smtp = SmtpServer(host=flags.smtp_host, port=flags.smtp_port or _SMTP_PORTS[security], security=security)
    provider = by_hosts([flags.imap_host] if flags.imap_host else [])
    if imap and provider and provider.imap:
        imap = ImapServer(host=imap.host, port=imap.port, tls=imap.tls, login=provider.imap.login)
    if smtp and provider and provider.smtp:
        smtp = SmtpServer(host=smtp.host, port=smtp.port, security=smtp.security, login=provider.smtp.login)
    return Found(imap=imap, smtp=smtp, caldav=flags.caldav_url or "", provider=provider, says="named by you")


def _asked_for() -> Found | None:
    """Servers as the owner names them; None where there is no mail server."""
    mail = _place(
        "Your mail server, by IMAP, e.g. imap.example.org (Enter: my mail is in files)", _IMAP_PORTS["implicit"]
    )
    if mail is None:
        return None
    sending = _place(
        "The server that sends your mail, by SMTP (Enter: none, the letter is only shown)", _SMTP_PORTS["tls"]
    )
    calendar = _url("Your calendar, by CalDAV, https://… (Enter: none)")
    flags = Flags(
        imap_host=mail[0],
        imap_port=mail[1],
        smtp_host=sending[0] if sending else None,
        smtp_port=sending[1] if sending else None,
        caldav_url=calendar,
    )
    return _named(flags)


def _place(question: str, usual_port: int) -> tuple[str, int] | None:
    while True:
        said = str(typer.prompt(question, default="", show_default=False)).strip()
        host, _, port = said.partition(":")
        if not said:
            return None
        if is_host(host.lower()) and (not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
            return host.lower(), int(port or usual_port)
        typer.echo("  Write the name of a machine, and its port where it is an unusual one: imap.example.org:993")


def _url(question: str) -> str | None:
    while True:
        said = str(typer.prompt(question, default="", show_default=False)).strip()
        if not said:
            return None
        try:
            parts = urlsplit(said)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme in ("https", "http") and parts.hostname and parts.username is None:
            return said
        typer.echo("  Write it like https://dav.example.org/")
