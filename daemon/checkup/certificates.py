"""A server that works in; whether its certificate soon will not, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from daemon.checkup.finding import Finding, ok, warn
from daemon.servers.probe import certificate_ends

#: Who renews by themselves have done it by then.
_SOON: Final = timedelta(days=7)


def certificate(
    what: str, host: str, port: int, tls: str, protocol: Literal["imap", "smtp"] | None, authority: Path | None
) -> Iterator[Finding]:
    """Until when it holds; nothing where there is none, or it does not say."""
    if tls == "none":
        return
    starttls = protocol if tls == "starttls" else None
    ends = certificate_ends(host, port, starttls=starttls, ca_file=authority)
    if ends is None:
        return
    if ends - datetime.now(UTC) < _SOON:
        yield warn(what, f"the certificate of {host} ends on {ends:%Y-%m-%d}: whoever runs the server must renew it")
    else:
        yield ok(what, f"the certificate of {host} holds until {ends:%Y-%m-%d}")
