"""A whole mail and the server that is to take it in; it is handed over once, or an error says what to do.

What went wrong is told by what it means for the letter: ``NeedsOwner`` and ``Transient`` say that the server does not
have it, ``Unsure`` that it may. A password is sent over TLS or loopback only.
"""

from __future__ import annotations

import base64
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from connectors.errors import ConnectorError, NeedsOwner, Transient
from connectors.harmless import one_line
from connectors.passwords import Secret, password

if TYPE_CHECKING:
    from io import BufferedReader

    from daemon.config import SmtpConfig

#: A server may say so much in one session, and take so many timeouts in all.
_MOST_BYTES: Final = 256 * 1024
_PATIENCE: Final = 6
_SAID: Final = 160


_Refused = Callable[["Server", int, bytes, str], ConnectorError]


class Unsure(Transient):
    """The connection ended after the letter was handed over and before the server took or refused it."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server and how to log in; ``password`` is None where nobody does. ``timeout`` is in seconds."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str = ""
    password: Secret | None = None
    auth: Literal["password", "xoauth2"] = "password"
    ca_file: Path | None = None
    timeout: float = 30.0

    @property
    def place(self) -> str:
        """The server as the owner's config names it."""
        return f"{self.host}:{self.port}"


def server_of(settings: SmtpConfig, folder: Path) -> Server:
    """The server of an [smtp] table, with the password that it points to; relative paths start in ``folder``.

    Raises:
        NeedsOwner: the password is not there.
        Transient: the command that prints it did not end.
    """
    secret = password(settings, base=folder, username=settings.username) if settings.username else None
    if settings.username and secret is None:
        raise NeedsOwner(
            "[smtp] has a username and no password: add password_file, password_command, password_env, "
            "password_credential or password_keyring"
        )
    return Server(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        username=settings.username,
        password=secret,
        auth=settings.auth,
        ca_file=folder / Path(settings.ca_file).expanduser() if settings.ca_file else None,
        timeout=settings.timeout,
    )


def check(server: Server) -> None:
    """Connect, log in and leave again, without any mail.

    Raises:
        NeedsOwner: certificate, login or settings are wrong.
        Transient: it cannot be reached, or lets nobody in now.
    """
    with _connected(server) as session:
        _log_in(session, server)
        with suppress(smtplib.SMTPException, OSError):
            session.quit()


def send(server: Server, mail: bytes, *, sender: str, recipient: str) -> None:
    """Hand ``mail`` (CRLF line ends, seven bits) over to ``server``.

    Raises:
        NeedsOwner: it was refused for good: login, addresses, certificate, size.
        Transient: the server cannot be reached or is busy; it does not have the mail.
        Unsure: it may have the mail.
    """
    with _connected(server) as session:
        _log_in(session, server)
        size = [f"size={len(mail)}"] if session.has_extn("size") else []
        with _spoken(server, "did not take the letter"):
            _check(server, session.mail(sender, size), _refused_sender, sender)
            _check(server, session.rcpt(recipient), _refused_recipient, recipient)
            _check(server, session.docmd("DATA"), _refused_mail, recipient)
        _hand_over(session, server, mail, recipient)
        with suppress(smtplib.SMTPException, OSError):
            session.quit()


class _Session(smtplib.SMTP):
    """A session in which the server cannot talk for ever."""

    def __init__(self, timeout: float) -> None:
        # An address literal, as mail programs send it: this machine's name is nobody's business.
        super().__init__(local_hostname="[127.0.0.1]", timeout=timeout)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer."""
        if self.file is None and self.sock is not None:
            self.file = _Capped(self.sock.makefile("rb"))
        return super().getreply()

    def begin_again(self, sock: socket.socket) -> None:
        """Speak over ``sock`` with nothing known about the server."""
        self.sock, self.file = sock, None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features, self.does_esmtp = {}, False


class _Capped:
    """What a server says, up to a limit."""

    def __init__(self, file: BufferedReader) -> None:
        self._file, self._left = file, _MOST_BYTES

    def readline(self, limit: int) -> bytes:
        """The next line."""
        line = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("it talks without end")
        return line

    def close(self) -> None:
        """Close what is read from."""
        self._file.close()


@contextmanager
def _connected(server: Server) -> Iterator[_Session]:
    """A session that is as safe as the settings demand, closed afterwards, and cut off when it takes too long."""
    session = _Session(server.timeout)
    try:
        with _spoken(server, "cannot be reached"):
            _connect(session, server)
        with _cut_off(session, server.timeout * _PATIENCE):
            with _spoken(server, "ended the conversation"):
                if server.security == "tls":
                    _go_under_tls(session, server)
                code, said = session.getreply()
                if code != 220:
                    raise _error(server, code, said, "does not accept mail now")
                _check(server, session.ehlo(), _refused_greeting, "")
                if server.security == "starttls":
                    _start_tls(session, server)
            yield session
    finally:
        session.close()


def _connect(session: _Session, server: Server) -> None:
    session.sock = socket.create_connection((server.host, server.port), server.timeout)


def _start_tls(session: _Session, server: Server) -> None:
    """Go on under TLS; a server that does not offer it, or somebody between who hides that, gets nothing."""
    if not session.has_extn("starttls"):
        raise NeedsOwner(
            f'{server.place} offers no STARTTLS, so nothing was sent: try port 465 with security = "tls" in [smtp]'
        )
    code, said = session.docmd("STARTTLS")
    if code != 220:
        raise _error(server, code, said, "refuses STARTTLS")
    _go_under_tls(session, server)
    _check(server, session.ehlo(), _refused_greeting, "")


def _go_under_tls(session: _Session, server: Server) -> None:
    """Speak TLS from here on; what was said before, by whomever, is forgotten (RFC 3207)."""
    plain = session.sock
    if plain is None:
        raise OSError("the connection was closed")
    # The handshake comes last, so that a server that draws it out can be cut off.
    secured = _trusted(server).wrap_socket(plain, server_hostname=server.host, do_handshake_on_connect=False)
    session.begin_again(secured)
    secured.do_handshake()


def _trusted(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(server.ca_file))
        except (OSError, ssl.SSLError) as error:
            raise NeedsOwner(
                f"the file {server.ca_file} holds no certificates that can be read: correct ca_file in [smtp]"
            ) from error
    return context


@contextmanager
def _cut_off(session: _Session, seconds: float) -> Iterator[None]:
    """Close the connection under a server that answers so slowly that no timeout of one answer notices."""

    def cut() -> None:
        if session.sock is not None:
            with suppress(OSError):
                session.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _log_in(session: _Session, server: Server) -> None:
    if server.password is None:
        return
    if server.security == "none" and not _loopback(server.host):
        raise NeedsOwner(
            f'the password would go to {server.place} unencrypted: write security = "starttls" or "tls" in [smtp]'
        )
    offered = session.esmtp_features.get("auth", "").upper().split()
    secret = server.password.reveal()
    with _spoken(server, "ended the conversation during the login"):
        if server.auth == "xoauth2":
            reply = _initial(session, "XOAUTH2", f"user={server.username}\1auth=Bearer {secret}\1\1")
            if reply[0] == 334:
                reply = session.docmd("")  # what was wrong came as a challenge; the refusal follows
        elif "PLAIN" in offered:
            reply = _initial(session, "PLAIN", f"\0{server.username}\0{secret}")
        elif "LOGIN" in offered:
            reply = session.docmd("AUTH", "LOGIN")
            for answer in (server.username, secret):
                reply = session.docmd(_base64(answer)) if reply[0] == 334 else reply
        else:
            raise NeedsOwner(
                f"{server.place} offers no login that Kithkeeper knows ({one_line(' '.join(offered), 60) or 'none'}): "
                "take username out of [smtp] if it needs none, or use another port"
            )
    if reply[0] not in (235, 503):
        raise _refused_login(server, *reply)


def _initial(session: _Session, mechanism: str, words: str) -> tuple[int, bytes]:
    return session.docmd("AUTH", f"{mechanism} {_base64(words)}")


def _base64(words: str) -> str:
    return base64.b64encode(words.encode()).decode()


def _refused_login(server: Server, code: int, said: bytes) -> ConnectorError:
    if 400 <= code < 500 and code != 432:
        return _error(server, code, said, "does not let anybody log in now")
    if server.auth == "xoauth2":
        todo = "get a new token, or see that it may send mail"
    else:
        todo = (
            "correct username or the password that [smtp] points to; many providers want an app password here, which "
            "you make in your account's security settings"
        )
    return NeedsOwner(f"{server.place} refused the login of {server.username}{_quoted(server, code, said)}: {todo}")


def _hand_over(session: _Session, server: Server, mail: bytes, recipient: str) -> None:
    """Send the mail itself; from here on a cut connection leaves open whether the server has it."""
    try:
        session.send(_dotted(mail))
        code, said = session.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise Unsure(_unsure(server)) from error
    if not 200 <= code < 600:
        raise Unsure(_unsure(server))
    if code >= 300:
        raise _refused_mail(server, code, said, recipient)


def _unsure(server: Server) -> str:
    return f"{server.place} was cut off after the letter was handed over, so it may have arrived"


def _dotted(mail: bytes) -> bytes:
    """The mail as DATA wants it: a dot more at each line that begins with one, and the dot that ends it."""
    lines = mail.replace(b"\r\n.", b"\r\n..")
    lines = b"." + lines if lines.startswith(b".") else lines
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _check(server: Server, reply: tuple[int, bytes], refused: _Refused, about: str) -> None:
    code, said = reply
    if not 200 <= code < 400:
        raise refused(server, code, said, about)


def _refused_greeting(server: Server, code: int, said: bytes, _about: str) -> ConnectorError:
    return _error(server, code, said, "does not speak as a mail server does")


def _refused_sender(server: Server, code: int, said: bytes, sender: str) -> ConnectorError:
    if code == 530 or (code in (550, 554) and b"uthenticat" in said):
        return NeedsOwner(f"{server.place} wants a login{_quoted(server, code, said)}: add username to [smtp]")
    if code == 552:
        return _refused_mail(server, code, said, sender)
    return _error(
        server, code, said, f"takes no mail from {sender}", "set sender in [smtp] to an address of this account"
    )


def _refused_recipient(server: Server, code: int, said: bytes, recipient: str) -> ConnectorError:
    if code == 530 or (code in (550, 554) and b"uthenticat" in said):
        return NeedsOwner(f"{server.place} wants a login{_quoted(server, code, said)}: add username to [smtp]")
    if code == 552:
        return _refused_mail(server, code, said, recipient)
    return _error(server, code, said, f"takes no mail for {recipient}", "correct to in [digest], or sender in [smtp]")


def _refused_mail(server: Server, code: int, said: bytes, recipient: str) -> ConnectorError:
    if code == 552:
        todo = f"make room in the mailbox of {recipient}, or show less: [digest.thresholds] shown"
        return _error(server, code, said, "has no room for the letter", todo)
    todo = "see what it says; [smtp] sender must be an address that it may send for"
    return _error(server, code, said, "refused the letter", todo)


def _error(server: Server, code: int, said: bytes, what: str, todo: str = "check [smtp]") -> ConnectorError:
    """The owner's line about an answer: what is to be done where that is theirs, else that it passes."""
    line = f"{server.place} {what}{_quoted(server, code, said)}"
    if 500 <= code < 600:
        return NeedsOwner(f"{line}: {todo}")
    return Transient(f"{line}: it usually passes by itself")


def _quoted(server: Server, code: int, said: bytes) -> str:
    """The server's own words, short, on one line, and without the password should it repeat it."""
    words = said.decode("utf-8", "replace")
    if server.password is not None:
        secret = server.password.reveal()
        for each in (secret, _base64(secret), _base64(f"\0{server.username}\0{secret}")):
            words = words.replace(each, "…") if each else words
    shown = one_line(words, _SAID)
    return f" ({code} {shown})" if shown else f" ({code})"


@contextmanager
def _spoken(server: Server, what: str) -> Iterator[None]:
    """What the network and the TLS library raise, as the owner's line."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise NeedsOwner(
            f"the certificate of {server.place} is not to be trusted ({error.verify_message}): check host in [smtp], "
            "or name the authority that signed it: ca_file"
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise Transient(
            f"{server.place} {what} (the connection was closed under TLS): check port and security in [smtp]"
        ) from error
    except ssl.SSLError as error:
        raise NeedsOwner(
            f"{server.place} does not speak TLS from the start ({error.reason or 'no TLS'}): "
            'port 587 wants security = "starttls" in [smtp], port 465 "tls"'
        ) from error
    except smtplib.SMTPException as error:
        why = f"no answer in {server.timeout:g} s" if "timed out" in str(error) else "the connection was closed"
        raise Transient(f"{server.place} {what} ({why}): it usually passes by itself") from error
    except socket.gaierror as error:
        raise Transient(f"there is no mail server {server.host} ({error.strerror}): check host in [smtp]") from error
    except TimeoutError as error:
        raise Transient(
            f"{server.place} {what} (no answer in {server.timeout:g} s): check host, port and security in [smtp]"
        ) from error
    except OSError as error:
        raise Transient(f"{server.place} {what} ({error.strerror or error}): check [smtp] and the network") from error


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
