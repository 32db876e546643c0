"""An account's login in, a session with its server out: commands sent ahead, responses as they come.

imapclient waits for each command, keeps no limit on what a server sends and knows neither QRESYNC nor DEFLATE, so the
dialogue is held here; ``Session.send`` and ``Session.until`` may be used for several commands at once.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.imap_grammar import DROPPED, Raw, is_plain, literal_size, quoted
from connectors.imap_wire import MOST, Wire
from connectors.passwords import Secret

#: Longer literals are dropped: header fields and cut parts are all that is asked for.
_LITERAL: Final = 2 * 1024 * 1024
_MOST_LITERALS: Final = 20_000
_MOST_KEPT: Final = 32 * 1024 * 1024
#: Bytes of the answer to one command; a batch of mails has a tenth of it.
_MOST_ANSWERED: Final = 256 * 1024 * 1024
_SAID: Final = 300


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


class Refused(Exception):
    """The server answered NO or BAD. ``code`` is what stood in brackets, upper case; ``said`` is harmless."""

    def __init__(self, status: str, code: str, said: str) -> None:
        super().__init__(said)
        self.status, self.code, self.said = status, code, said


class Session:
    """A conversation. Not for several threads."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.capabilities: frozenset[str] = frozenset()
        self.qresync = False
        self.opened = False
        self._number = 0
        self._done: dict[bytes, Raw] = {}
        self._ahead: deque[Raw] = deque()
        self._bye = ""

    # -- commands and responses --------------------------------------------------------------------------------------

    def send(self, *parts: bytes) -> bytes:
        """Send a command, its parts joined; a part that cannot be quoted is passed as ``string`` makes it.

        Returns its tag, for ``until``.
        """
        self._number += 1
        tag = b"k%d" % self._number
        line = tag + b" "
        for part in parts:
            if part.startswith(_AS_LITERAL):
                data = part.removeprefix(_AS_LITERAL)
                self.wire.send(line + b"{%d}\r\n" % len(data))
                self._await_invitation(tag)
                line = data
            else:
                line += part
        self.wire.send(line + b"\r\n")
        return tag

    def until(self, tag: bytes) -> Iterator[Raw]:
        """The untagged responses that come before command ``tag`` is done.

        Raises:
            Refused: the command failed.
            Transient: the connection broke, or the server ended it.
            ProtocolViolation: what came is no IMAP.
        """
        self.wire.be_patient_anew()
        while self._ahead:
            yield self._ahead.popleft()
        left = _MOST_ANSWERED
        while tag not in self._done:
            raw = self._response()
            if raw is not None:
                left -= sum(map(len, raw.lines)) + sum(map(len, raw.literals))
                if left < 0:
                    raise ProtocolViolation(f"{self.wire.host} answers without an end")
                yield raw
        _check(self._done.pop(tag))

    def heard(self, seconds: float) -> Raw | None:
        """The next untagged response, where one comes within ``seconds``. Raises as ``until``."""
        if self._ahead:
            return self._ahead.popleft()
        self.wire.be_patient_anew()
        return self._response() if self.wire.arrives(seconds) else None

    def is_done(self, tag: bytes) -> bool:
        """Whether the end of a command has come already."""
        return tag in self._done

    def run(self, *parts: bytes) -> list[Raw]:
        """Send one command and wait for its end; the untagged responses. Raises as ``until``."""
        return list(self.until(self.send(*parts)))

    def leave_folder(self) -> None:
        """Have no folder open: of an open one servers tell what it was when it was opened. Raises as ``until``."""
        if self.opened:
            self.opened = False
            self.run(b"CLOSE")  # opened read-only, so that nothing is expunged

    def can(self, capability: str) -> bool:
        """Whether the server offers something, by its name in capitals."""
        return capability in self.capabilities

    def close(self) -> None:
        """Say goodbye, without waiting for an answer."""
        with contextlib.suppress(ConnectorError):
            self.wire.send(b"k0 LOGOUT\r\n")
        self.wire.close()

    def _response(self) -> Raw | None:
        """The next untagged response or request to go on; None where it was the end of a command."""
        raw = self._read()
        first = raw.lines[0]
        if first[:2] == b"* ":
            if first[2:6].upper() == b"BYE " or first[2:].upper() == b"BYE":
                self._bye = _harmless(first[6:])
                raise Transient(f"{self.wire.host} ended the session: {self._bye or 'without a word'}")
            return raw
        if first[:1] == b"+":
            return raw
        tag, _, rest = first.partition(b" ")
        if not tag.startswith(b"k") or not tag[1:].isdigit() or int(tag[1:]) > self._number or not rest:
            raise ProtocolViolation(f"{self.wire.host} does not speak IMAP: {_harmless(first) or 'an empty line'}")
        self._done[tag] = raw
        return None

    def _read(self) -> Raw:
        line, cut = self.wire.line()
        size = literal_size(line)
        if size is None:
            return Raw((line,), (), cut)
        lines, literals, kept = [line], list[bytes](), 0
        while size is not None:
            if size > MOST or len(literals) >= _MOST_LITERALS:
                self.wire.close()
                raise ProtocolViolation(f"{self.wire.host} sends more than anybody asked for ({size} bytes)")
            if size > _LITERAL or kept + size > _MOST_KEPT:
                self.wire.skip(size)
                literals.append(DROPPED)
            else:
                literals.append(self.wire.take(size))
                kept += size
            line, more = self.wire.line()
            cut = cut or more
            lines.append(line)
            size = literal_size(line)
        return Raw(tuple(lines), tuple(literals), cut)

    def _await_invitation(self, tag: bytes) -> None:
        while True:
            raw = self._response()
            if raw is None:
                if tag in self._done:
                    _check(self._done.pop(tag))
                    raise ProtocolViolation(f"{self.wire.host} answers before it was asked")
            elif raw.lines[0][:1] == b"+":
                return
            else:
                self._ahead.append(raw)

    # -- getting in --------------------------------------------------------------------------------------------------

    def greet(self) -> bool:
        """Read the greeting; whether the server lets us in without a login.

        Raises:
            Transient, ProtocolViolation: as ``until``.
        """
        raw = self._read()
        words = raw.lines[0].split(b" ", 2)
        kind = words[1].upper() if len(words) > 1 and words[0] == b"*" else b""
        if kind == b"BYE":
            raise Transient(f"{self.wire.host} turns us away: {_harmless(raw.lines[0][6:])}")
        if kind not in (b"OK", b"PREAUTH"):
            said = _harmless(raw.lines[0])
            raise ProtocolViolation(f"{self.wire.host} does not speak IMAP on this port: {said or 'an empty line'}")
        self._note_capabilities(raw)
        return kind == b"PREAUTH"

    def learn_capabilities(self) -> None:
        """Ask what the server can do."""
        for raw in self.run(b"CAPABILITY"):
            self._note_capabilities(raw)

    def _note_capabilities(self, raw: Raw) -> None:
        line = raw.lines[0].decode("ascii", "replace").upper()
        if line.startswith("* CAPABILITY "):
            self.capabilities = frozenset(line.split()[2:])
        elif "[CAPABILITY " in line:
            self.capabilities = frozenset(line.partition("[CAPABILITY ")[2].partition("]")[0].split())

    def log_in(self, login: Login) -> None:
        """Say who we are.

        Raises:
            NeedsOwner: the server does not want this name with this secret.
            Transient: it cannot tell now.
        """
        try:
            if login.mechanism == "password":
                self._by_password(login)
            else:
                self._by_token(login)
        except Refused as refused:
            raise _not_let_in(login, refused) from refused

    def _by_password(self, login: Login) -> None:
        if self.can("AUTH=PLAIN"):
            initial = f"\0{login.username}\0{login.secret.reveal()}".encode()
            self._authenticate(b"PLAIN", initial, on_error=b"*")
        elif self.can("LOGINDISABLED"):
            raise NeedsOwner(f'{login.host} takes no password here: set tls = "starttls", or auth = "xoauth2"')
        else:
            user, secret = (string(text.encode()) for text in (login.username, login.secret.reveal()))
            self.run(b"LOGIN ", user, b" ", secret)

    def _by_token(self, login: Login) -> None:
        token = login.secret.reveal()
        if login.mechanism == "xoauth2":
            initial, on_error = f"user={login.username}\1auth=Bearer {token}\1\1", b""
        else:
            name = login.username.replace("=", "=3D").replace(",", "=2C")
            initial = f"n,a={name},\1host={login.host}\1port={login.port}\1auth=Bearer {token}\1\1"
            on_error = b"AQ=="
        mechanism = login.mechanism.upper()
        if not self.can(f"AUTH={mechanism}"):
            raise NeedsOwner(f"{login.host} does not offer {mechanism}: set auth to what it offers ({self._offers()})")
        self._authenticate(mechanism.encode(), initial.encode(), on_error=on_error)

    def _offers(self) -> str:
        names = sorted(name[5:].lower() for name in self.capabilities if name.startswith("AUTH="))
        return one_line(", ".join(names) or "password", _SAID)

    def _authenticate(self, mechanism: bytes, initial: bytes, *, on_error: bytes) -> None:
        data = base64.b64encode(initial)
        said = self.can("SASL-IR")
        tag = self.send(b"AUTHENTICATE " + mechanism + (b" " + data if said else b""))
        for raw in self.until(tag):
            if raw.lines[0][:1] == b"+":
                # Asked once more after all was said, the server has an error to tell, and tells it when answered.
                self.wire.send((on_error if said else data) + b"\r\n")
                said = True
            else:
                self._note_capabilities(raw)


_AS_LITERAL: Final = b"\0literal "


def string(text: bytes) -> bytes:
    """A string for ``Session.send``: quoted, or marked to go as a literal. NUL can be in neither."""
    text = text.replace(b"\0", b"")
    return quoted(text) if is_plain(text) else _AS_LITERAL + text


def open_session(login: Login) -> Session:
    """Connect, secure the connection, log in and switch on what helps.

    Raises:
        NeedsOwner: certificate, name, secret or settings are wrong.
        Transient: unreachable or busy.
        ProtocolViolation: what answers is no IMAP server.
    """
    wire = Wire.to(login.host, login.port, tls=None if login.starttls else login.tls, read_s=login.read_s)
    session = Session(wire)
    try:
        _enter(session, login)
    except Refused as refused:
        wire.close()
        raise _refusal(login.host, refused) from refused
    except BaseException:
        wire.close()
        raise
    return session


def _enter(session: Session, login: Login) -> None:
    known = session.greet()
    if login.starttls and login.tls is not None:
        if known:
            raise ProtocolViolation(f"{login.host} logs us in before TLS: somebody may be in between")
        _start_tls(session, login.tls)
    if not session.capabilities:
        session.learn_capabilities()
    if not known:
        session.log_in(login)
        session.learn_capabilities()  # most servers offer more to whom they know
    compress = not is_loopback(login.host) if login.compress is None else login.compress
    if compress and session.can("COMPRESS=DEFLATE"):
        with contextlib.suppress(Refused):
            session.run(b"COMPRESS DEFLATE")
            session.wire.start_compression()
    if session.can("ID"):
        with contextlib.suppress(Refused):
            session.run(b'ID ("name" "kithkeeper")')  # some servers show nothing to who does not say it
    if session.can("ENABLE") and session.can("QRESYNC"):
        with contextlib.suppress(Refused):
            enabled = session.run(b"ENABLE QRESYNC")
            session.qresync = any(b"QRESYNC" in raw.lines[0].upper() for raw in enabled)


def _start_tls(session: Session, context: ssl.SSLContext) -> None:
    if not session.capabilities:
        session.learn_capabilities()
    if not session.can("STARTTLS"):
        raise NeedsOwner(
            f'{session.wire.host} offers no STARTTLS on this port: set tls = "implicit" and its port (993)'
        )
    session.run(b"STARTTLS")
    session.wire.start_tls(context)
    session.capabilities = frozenset()  # what was said in plain text proves nothing
    session.learn_capabilities()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in ("localhost", "localhost.localdomain", "ip6-localhost")


def _check(raw: Raw) -> None:
    words = raw.lines[0].split(b" ", 2)
    status = words[1].upper().decode("ascii", "replace")
    if status == "OK":
        return
    rest = words[2] if len(words) > 2 else b""
    code = ""
    if rest.startswith(b"["):
        inside, _, rest = rest[1:].partition(b"]")
        code = inside.split(b" ")[0].upper().decode("ascii", "replace")
    if status not in ("NO", "BAD"):
        raise ProtocolViolation(f"the server answers neither OK nor NO: {_harmless(raw.lines[0])}")
    raise Refused(status, code, _harmless(rest))


def _harmless(said: bytes) -> str:
    return one_line(said[:4096].decode("utf-8", "replace"), _SAID)


#: Codes by which a server says that it is not the login's fault (RFC 5530, and what providers made up).
_LATER: Final = frozenset(
    {"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "SERVERBUG", "THROTTLED", "SYS/TEMP", "TRYLATER", "CONTACTADMIN"}
)
_LATER_WORDS: Final = ("too many", "try again", "temporar", "unavailable", "rate limit", "timed out", "server busy")


def is_for_later(refused: Refused) -> bool:
    """Whether the server would answer otherwise at another time."""
    return refused.code in _LATER or any(word in refused.said.lower() for word in _LATER_WORDS)


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


def refusal(session: Session, refused: Refused) -> ConnectorError:
    """A refusal outside the login, as an error of the tree."""
    return _refusal(session.wire.host, refused)


def _refusal(host: str, refused: Refused) -> ConnectorError:
    said = refused.said or refused.code or "without a word"
    if refused.status == "BAD":
        return ProtocolViolation(f"{host} does not understand what it offers: {said}")
    if refused.code in ("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED"):
        return NeedsOwner(f"{host} wants another login: {said}")
    return Transient(f"{host} cannot do it now: {said}")
