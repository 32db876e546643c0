"""A server in; until when its certificate holds, and what its clock says, out. No login is made."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from daemon.servers.https import Https

if TYPE_CHECKING:
    import socket

_TIMEOUT_S: Final = 10.0


def certificate_ends(
    host: str, port: int, *, starttls: Literal["imap", "smtp"] | None, ca_file: Path | None
) -> datetime | None:
    """The last moment of the server's certificate (UTC), which must be a trusted one; None where it cannot be learnt.

    Why not is for whoever logs in to say: this is asked only of servers that work.
    """
    try:
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(cafile=str(ca_file))
        return _asked(host, port, starttls, context)
    except (OSError, ValueError, EOFError):
        return None


def server_clock(url: str, ca_file: Path | None) -> datetime | None:
    """What time it is at an https server (aware), where it says so."""
    answer = Https(ca_file).ask(url, method="OPTIONS")
    if answer is None:
        return None
    try:
        at = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _asked(host: str, port: int, starttls: str | None, context: ssl.SSLContext) -> datetime | None:
    import imaplib
    import smtplib
    import socket

    if starttls is None:
        with (
            socket.create_connection((host, port), timeout=_TIMEOUT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return _ends(secure)
    try:
        if starttls == "imap":
            imap = imaplib.IMAP4(host, port, timeout=_TIMEOUT_S)
            try:
                imap.starttls(context)
                return _ends(imap.sock)
            finally:
                imap.shutdown()
        with smtplib.SMTP(host, port, timeout=_TIMEOUT_S) as smtp:
            smtp.starttls(context=context)
            return _ends(smtp.sock)
    except (imaplib.IMAP4.error, smtplib.SMTPException):
        return None


def _ends(secure: socket.socket | None) -> datetime | None:
    certificate = secure.getpeercert() if isinstance(secure, ssl.SSLSocket) else None
    ends = certificate.get("notAfter") if certificate else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
