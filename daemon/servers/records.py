"""A domain in; what its DNS says of its mail and calendar servers (MX, RFC 6186, RFC 8314, RFC 6764) out.

What is not there, and a DNS that does not answer, is an empty list: there are other ways to find a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.servers.server import is_host

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: Seconds for one name, and for one try of it.
LIFETIME_S: Final = 3.0
_TRY_S: Final = 1.5
_MOST: Final = 16
_LONGEST_PATH: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A machine and a port, as a SRV record names them."""

    host: str
    port: int


class Records:
    """Asks the machine's own resolver, or the one given."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver

    def exchangers(self, domain: str) -> list[str]:
        """The hosts that take the domain's mail, the preferred one first."""
        found = sorted(self._asked(domain, "MX"), key=lambda each: int(each.preference))
        return [host for each in found if (host := _host(each.exchange))]

    def service(self, name: str, domain: str) -> list[Place]:
        """Where ``name`` ("_imaps._tcp") is offered, the preferred place first; a target "." says that it is not."""
        found = sorted(self._asked(f"{name}.{domain}", "SRV"), key=lambda each: (each.priority, -each.weight))
        return [Place(host=host, port=int(each.port)) for each in found if (host := _host(each.target)) and each.port]

    def path(self, name: str, domain: str) -> str:
        """The path that a service's TXT record names (RFC 6764), "/" without one."""
        for each in self._asked(f"{name}.{domain}", "TXT"):
            for part in each.strings:
                key, _, value = part.decode("utf-8", "replace").partition("=")
                if key == "path" and value.startswith("/") and value.isprintable() and len(value) < _LONGEST_PATH:
                    return str(value)
        return "/"

    def _asked(self, name: str, kind: str) -> list[Any]:  # dnspython makes a class of record for each kind
        from dns.exception import DNSException
        from dns.resolver import Resolver

        try:
            resolver = self._resolver or Resolver()
            resolver.timeout = _TRY_S
            return list(resolver.resolve(f"{name}.", kind, lifetime=LIFETIME_S, search=False))[:_MOST]
        except (DNSException, OSError, UnicodeError):
            return []


def _host(name: object) -> str:
    text = str(name).rstrip(".").lower()
    return text if is_host(text) else ""
