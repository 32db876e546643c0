"""A config in; whether the letter can be sent out: the server is spoken to and logged in to, no mail is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connectors.errors import ConnectorError
from daemon.checkup.certificates import certificate
from daemon.checkup.finding import Finding, fail, kept_by_service, ok, warn
from daemon.config import Config
from daemon.toml_tables import read_toml


def sending(config: Config) -> Iterator[Finding]:
    """Whether somebody takes the letter."""
    from daemon.digest.smtp import check, server_of

    if config.smtp is None:
        digest = read_toml(config.path).tables.get("digest", {})
        if digest.get("to"):
            says = "[digest] says where the letter goes, but there is no [smtp] to send it: add one, or kith init --add"
            yield warn("letter", says)
        else:
            yield ok("letter", "it is shown by kith digest; an [smtp] table would have it sent")
        return
    if credential := kept_by_service(config.smtp):
        yield ok(
            "letter", f"only the service has the password of [smtp] (the credential {credential}): see kith status"
        )
        return
    try:
        server = server_of(config.smtp, config.folder)
        check(server)
    except ConnectorError as error:
        yield fail("letter", str(error))
        return
    login = f" as {config.smtp.username}" if config.smtp.username else ""
    yield ok("letter", f"{server.place} takes mail{login}; it goes to {config.digest.to}")
    authority: Path | None = server.ca_file
    yield from certificate("letter", server.host, server.port, server.security, "smtp", authority)
