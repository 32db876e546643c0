"""What a mail program has to know of a server, as values."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

Tls = Literal["implicit", "starttls", "none"]
Security = Literal["tls", "starttls", "none"]

_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST_LABEL: Final = 63


class ImapServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where mail is read. ``login`` is a pattern: {address}, {local} and {domain} stand for parts of the address."""

    host: str
    port: int = 993
    tls: Tls = "implicit"
    login: str = "{address}"


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where mail is sent. ``login`` as above."""

    host: str
    port: int = 465
    security: Security = "tls"
    login: str = "{address}"


def login_name(pattern: str, address: str) -> str:
    """The user name that a pattern means for ``address``."""
    local, _, domain = address.rpartition("@")
    # One pass, so that an address with braces in it is not replaced again.
    parts = {"{address}": address, "{local}": local, "{domain}": domain}
    return re.sub(r"\{(?:address|local|domain)\}", lambda found: parts[found[0]], pattern)


def domain_of(address: str) -> str:
    """The domain of an address, in small letters and as DNS writes it."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("ascii").decode()
    except UnicodeEncodeError:
        pass
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def is_host(text: str) -> bool:
    """Whether it can be the name of a machine, so that nothing else gets from an answer into a config."""
    return bool(_HOST.fullmatch(text)) and all(len(label) <= _LONGEST_LABEL for label in text.split("."))


def within(host: str, domain: str) -> bool:
    """Whether ``host`` is ``domain`` or lies below it."""
    return host == domain or host.endswith(f".{domain}")
