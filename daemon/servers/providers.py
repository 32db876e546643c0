"""``providers.toml`` in; what is known of an address's provider, by its domain or its mail exchangers, out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from daemon.servers.server import ImapServer, SmtpServer, within

Password = Literal["own", "app", "app with two steps", "refused", "no imap"]

_ADVICE: Final[dict[Password, str]] = {
    "own": "",
    "app": "{name} needs an app password, made for Kithkeeper alone, not the one that you log in with in the browser",
    "app with two steps": "with a second step of login, {name} needs an app password, not the one of the browser",
    "refused": "{name} will refuse your password",
    "no imap": "{name} cannot be read by IMAP",
}


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One provider; the keys are explained at the top of ``providers.toml``."""

    name: str
    domains: tuple[str, ...]
    mx: tuple[str, ...]
    imap: ImapServer | None = None
    smtp: SmtpServer | None = None
    caldav: str = ""
    password: Password
    page: str = ""
    note: str = ""

    @property
    def advice(self) -> tuple[str, ...]:
        """What the owner should know before a password is typed, a line each."""
        said = _ADVICE[self.password].format(name=self.name)
        first = f"{said}: {self.page}" if said and self.page else said
        page = f"see {self.page}" if self.page and not said else ""
        return tuple(line for line in (first, self.note, page) if line)


@cache
def providers() -> tuple[Provider, ...]:
    """All that are bundled."""
    text = files("daemon.servers").joinpath("providers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["providers"], tuple[Provider, ...])


def by_domain(domain: str) -> Provider | None:
    """The provider whose addresses end in ``domain``."""
    return next((each for each in providers() if domain in each.domains), None)


def by_exchangers(hosts: Sequence[str]) -> Provider | None:
    """The provider that takes the mail of a domain with these mail exchangers, the preferred one first."""
    for host in hosts:
        known = [(len(suffix), each) for each in providers() for suffix in each.mx if within(host, suffix)]
        if known:
            return max(known, key=lambda one: one[0])[1]
    return None


def by_hosts(hosts: Iterable[str]) -> Provider | None:
    """The provider that one of these mail servers belongs to."""
    wanted = set(hosts)
    return next((each for each in providers() if each.imap is not None and each.imap.host in wanted), None)
