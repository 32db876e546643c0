"""A config in; whether the letter can be sent out: the server is spoken to and logged in to, no mail is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.errors import ConnectorError
from daemon.checkup.certificates import certificate
from daemon.checkup.finding import Finding, fail, kept_by_service, ok, warn
from daemon.config import Config, SmtpConfig
from daemon.servers.lookup import at_once
from daemon.toml_tables import read_toml

#: Seconds in which the server must have let us in.
DEADLINE_S: Final = 60.0


def sending(config: Config) -> Iterator[Finding]:
    """Whether somebody takes the letter."""
    if config.digest.via != "smtp":
        yield _by_account(config)
        return
    smtp = config.smtp
    if smtp is None:
        digest = read_toml(config.path).tables.get("digest", {})
        if digest.get("to"):
            says = "[digest] says where the letter goes, but there is no [smtp] to send it: add one, or kith init --add"
            yield warn("letter", says)
        else:
            yield ok("letter", "it is shown by kith digest; an [smtp] table would have it sent")
        return
    if credential := kept_by_service(smtp):
        yield ok(
            "letter", f"only the service has the password of [smtp] (the credential {credential}): see kith status"
        )
        return
    tried = at_once({"letter": lambda: list(_tried(config, smtp))}, DEADLINE_S).get("letter")
    says = f"{smtp.host}:{smtp.port} does not come to an end within {DEADLINE_S:.0f} s: try again later"
    yield from tried or [fail("letter", says)]


def _by_account(config: Config) -> Finding:
    account = config.courier
    if account is None:
        return fail("letter", f"via = {config.digest.via!r} in [digest] names no account that can send letters")
    return ok("letter", f"account {account.name} sends it to {config.digest.to}")


def _tried(config: Config, smtp: SmtpConfig) -> Iterator[Finding]:
    """How a login to the server goes, and what is worth knowing of it then."""
    from daemon.digest.smtp import check, server_of

    try:
        server = server_of(smtp, config.folder)
        check(server)
    except ConnectorError as error:
        yield fail("letter", str(error))
        return
    login = f" as {smtp.username}" if smtp.username else ""
    yield ok("letter", f"{server.place} takes mail{login}; it goes to {config.digest.to}")
    yield from certificate("letter", server.host, server.port, server.security, "smtp", server.ca_file)
