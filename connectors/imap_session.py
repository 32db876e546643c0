"""A connection to a server in, a conversation with it out: commands sent ahead, responses as they come.

imapclient waits for each command, keeps no limit on what a server sends and knows neither QRESYNC nor DEFLATE, so the
dialogue is held here; ``Session.send`` and ``Session.until`` may be used for several commands at once.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Final

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.imap_grammar import DROPPED, Raw, is_plain, literal_size, quoted
from connectors.imap_wire import MOST, Wire

#: Longer literals are dropped: header fields and cut parts are all that is asked for.
_LITERAL: Final = 2 * 1024 * 1024
_MOST_LITERALS: Final = 20_000
_MOST_KEPT: Final = 32 * 1024 * 1024
#: Bytes of the answer to one command; a batch of mails has a tenth of it.
_MOST_ANSWERED: Final = 256 * 1024 * 1024
_SAID: Final = 300


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
                said = _harmless(first[6:]) or "without a word"
                raise Transient(f"{self.wire.host} ended the session: {said}")
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

    # -- what the server is ------------------------------------------------------------------------------------------

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
        self.note_capabilities(raw)
        return kind == b"PREAUTH"

    def learn_capabilities(self) -> None:
        """Ask what the server can do."""
        for raw in self.run(b"CAPABILITY"):
            self.note_capabilities(raw)

    def note_capabilities(self, raw: Raw) -> None:
        """Keep what a response says that the server can do, if it says so."""
        line = raw.lines[0].decode("ascii", "replace").upper()
        if line.startswith("* CAPABILITY "):
            self.capabilities = frozenset(line.split()[2:])
        elif "[CAPABILITY " in line:
            self.capabilities = frozenset(line.partition("[CAPABILITY ")[2].partition("]")[0].split())


_AS_LITERAL: Final = b"\0literal "


def string(text: bytes) -> bytes:
    """A string for ``Session.send``: quoted, or marked to go as a literal. NUL can be in neither."""
    text = text.replace(b"\0", b"")
    return quoted(text) if is_plain(text) else _AS_LITERAL + text


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


def refusal(session: Session, refused: Refused) -> ConnectorError:
    """A refusal outside the login, as an error of the tree."""
    host, said = session.wire.host, refused.said or refused.code or "without a word"
    if refused.status == "BAD":
        return ProtocolViolation(f"{host} does not understand what it offers: {said}")
    if refused.code in ("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED"):
        return NeedsOwner(f"{host} wants another login: {said}")
    return Transient(f"{host} cannot do it now: {said}")
