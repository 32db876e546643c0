"""An account's login in, a session with its server out: connected, secured, logged in, with what helps switched on."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from dataclasses import dataclass
from typing import Literal

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.imap_client import NOT_UNDERSTOOD, Refused
from connectors.imap_session import Session, is_for_later, refusal, string
from connectors.imap_wire import Wire
from connectors.passwords import Secret

_SAID = 300
_MOST_ASKED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How to get in: ``tls`` is None for a plain connection, ``starttls`` says that it is begun by a command.

    ``secret`` is a password, or an access token for the two token mechanisms.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    starttls: bool
    username: str
    secret: Secret
    mechanism: Literal["password", "xoauth2", "oauthbearer"]
    read_s: float
    compress: bool | None


def open_session(login: Login) -> Session:
    """Connect, secure the connection, log in and switch on what helps.

    Raises:
        NeedsOwner: certificate, name, secret or settings are wrong.
        Transient: unreachable or busy.
        ProtocolViolation: what answers is no IMAP server.
    """
    wire = Wire.to(login.host, login.port, tls=None if login.starttls else login.tls, read_s=login.read_s)
    try:
        return _enter(wire, login)
    except Refused as refused:
        wire.close()
        raise refusal(wire.host, refused) from refused
    except NOT_UNDERSTOOD as error:
        wire.close()
        raise ProtocolViolation(f"{login.host} answers what is no IMAP, in the login") from error
    except BaseException:
        wire.close()
        raise


def _enter(wire: Wire, login: Login) -> Session:
    session = Session(wire)
    known = session.is_known
    if login.starttls and login.tls is not None:
        if known:
            raise ProtocolViolation(f"{login.host} logs us in before TLS: somebody may be in between")
        _start_tls(session, login.tls)
    if not known:
        _log_in(session, login)
    session.let_in()
    compress = not is_loopback(login.host) if login.compress is None else login.compress
    if compress and session.can("COMPRESS=DEFLATE"):
        with contextlib.suppress(Refused):
            session.run(b"COMPRESS DEFLATE")
            wire.start_compression()
    if session.can("ID"):
        with contextlib.suppress(Refused, *NOT_UNDERSTOOD):
            session.client.id_({"name": "kithkeeper"})  # some servers show nothing to who does not say it
    if session.can("ENABLE") and session.can("QRESYNC"):
        with contextlib.suppress(Refused, *NOT_UNDERSTOOD):
            session.qresync = b"QRESYNC" in session.client.enable("QRESYNC")
    return session


def _start_tls(session: Session, context: ssl.SSLContext) -> None:
    if not session.can("STARTTLS"):
        session.learn_capabilities()  # a greeting may say nothing of it, or not all
    if not session.can("STARTTLS"):
        raise NeedsOwner(
            f'{session.wire.host} offers no STARTTLS on this port: set tls = "implicit" and its port (993)'
        )
    session.client.imap.starttls(context)
    session.capabilities = frozenset(session.client.imap.capabilities)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in ("localhost", "localhost.localdomain", "ip6-localhost")


def _log_in(session: Session, login: Login) -> None:
    """Say who we are.

    Raises:
        NeedsOwner: the server does not want this name with this secret.
        Transient: it cannot tell now.
    """
    try:
        if login.mechanism == "password":
            _by_password(session, login)
        else:
            _by_token(session, login)
    except Refused as refused:
        raise _not_let_in(login, refused) from refused


def _by_password(session: Session, login: Login) -> None:
    if session.can("AUTH=PLAIN"):
        _authenticate(session, "PLAIN", f"\0{login.username}\0{login.secret.reveal()}", on_error=None)
    elif session.can("LOGINDISABLED"):
        raise NeedsOwner(f'{login.host} takes no password here: set tls = "starttls", or auth = "xoauth2"')
    else:
        user, secret = (string(text.encode()) for text in (login.username, login.secret.reveal()))
        session.run(b"LOGIN ", user, b" ", secret)


def _by_token(session: Session, login: Login) -> None:
    token = login.secret.reveal()
    if login.mechanism == "xoauth2":
        initial, on_error = f"user={login.username}\1auth=Bearer {token}\1\1", b""
    else:
        name = login.username.replace("=", "=3D").replace(",", "=2C")
        initial = f"n,a={name},\1host={login.host}\1port={login.port}\1auth=Bearer {token}\1\1"
        on_error = b"\1"
    mechanism = login.mechanism.upper()
    if not session.can(f"AUTH={mechanism}"):
        raise NeedsOwner(f"{login.host} does not offer {mechanism}: set auth to what it offers ({_offers(session)})")
    _authenticate(session, mechanism, initial, on_error=on_error)


def _offers(session: Session) -> str:
    names = sorted(name[5:].lower() for name in session.capabilities if name.startswith("AUTH="))
    return one_line(", ".join(names) or "password", _SAID)


def _authenticate(session: Session, mechanism: str, initial: str, *, on_error: bytes | None) -> None:
    """Say ``initial`` when asked, and ``on_error`` (None: that this is the end of it) when asked once more.

    Asked once more after all was said, the server has an error to tell, and tells it when answered.
    """
    asked = 0

    def answer(_challenge: bytes) -> str | bytes | None:
        nonlocal asked
        asked += 1
        if asked > _MOST_ASKED:
            raise ProtocolViolation(f"{session.wire.host} asks on and on in the login")
        return initial if asked == 1 else on_error

    session.client.sasl_login(mechanism, answer)


def _not_let_in(login: Login, refused: Refused) -> ConnectorError:
    if is_for_later(refused):
        return Transient(f"{login.host} lets nobody in now: {refused.said}")
    said = f" ({refused.said})" if refused.said else ""
    if login.mechanism != "password":
        return NeedsOwner(
            f"{login.host} does not take the token of {login.username}{said}: get a new one, it may have expired"
        )
    return NeedsOwner(
        f"{login.host} does not take the password of {login.username}{said}: correct it; many providers want an app "
        "password made for this program"
    )
