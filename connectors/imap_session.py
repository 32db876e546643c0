"""A connection to a server in, a conversation with it out: commands sent ahead, responses as they come.

imapclient leads the dialogue, but waits for each command; here several may be under way. ``Session.send`` leaves a
command's end to ``Session.until``, and between them imaplib reads one response after the other. What imapclient has no
call for goes this way, too: LIST with RETURN, EXAMINE with QRESYNC, COMPRESS, ESEARCH.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.imap_client import Client, Refused
from connectors.imap_grammar import Record
from connectors.imap_wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Untagged responses of one ``kind`` (``FETCH``, ``EXISTS``, the code of an OK; ``+`` is a request to go on).

    ``records`` are as imaplib has them: lines without the kind, or a line and the literal that it announces. ``cut``
    says that the middle of one was dropped, because it was too long.
    """

    kind: str
    records: tuple[Record, ...] = ()
    cut: bool = False

    @property
    def line(self) -> bytes:
        """The first line."""
        first = self.records[0] if self.records else b""
        return first if isinstance(first, bytes) else first[0]


class Session:
    """A conversation, from the greeting on. Not for several threads.

    Raises:
        Transient, ProtocolViolation: as ``until``.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.qresync = False
        self.client = Client(wire)
        self._imap = self.client.imap
        self.capabilities = frozenset(self._imap.capabilities)
        self._ahead: list[Said] = []

    def send(self, *parts: bytes) -> bytes:
        """Send a command, its parts joined; a part that cannot be quoted is passed as ``string`` makes it.

        Returns its tag, for ``until``.
        """
        first, *rest = _pieces(parts)
        if rest:
            self._imap.literal = _Literals(rest).next  # type: ignore[assignment]  # imaplib takes a method, too
        name, _, arguments = first.partition(b" ")
        tag: bytes = self._imap._command(name.decode("ascii"), arguments or None)
        return tag

    def until(self, tag: bytes) -> Iterator[Said]:
        """The untagged responses that come before command ``tag`` is done.

        Raises:
            Refused: the command failed.
            Transient: the connection broke, or the server ended it.
            ProtocolViolation: what came is no IMAP.
        """
        self._imap.be_patient_anew()
        yield from self._drained()
        while not self._imap.tagged_commands[tag]:
            self._imap._get_response()
            yield from self._drained()
        self._imap.result(tag)

    def heard(self, seconds: float) -> Said | None:
        """The next untagged response, where one comes within ``seconds``. Raises as ``until``."""
        self._ahead = self._drained()
        if not self._ahead:
            self._imap.be_patient_anew()
            if self.wire.arrives(seconds):
                invited = self._imap._get_response() is None
                self._ahead = [Said(kind="+")] if invited else self._drained()
        return self._ahead.pop(0) if self._ahead else None

    def is_done(self, tag: bytes) -> bool:
        """Whether the end of a command has come already."""
        return bool(self._imap.tagged_commands[tag])

    def run(self, *parts: bytes) -> list[Said]:
        """Send one command and wait for its end; the untagged responses. Raises as ``until``."""
        return list(self.until(self.send(*parts)))

    def enter_folder(self, *parts: bytes) -> list[Said]:
        """Run a command that opens a folder. Raises as ``until``."""
        self._imap.state = "AUTH"
        said = self.run(*parts)
        self._imap.state = "SELECTED"
        return said

    def leave_folder(self) -> None:
        """Have no folder open: of an open one servers tell what it was when it was opened. Raises as ``until``."""
        if self._imap.state == "SELECTED":
            tag = self.send(b"CLOSE")  # opened read-only, so that nothing is expunged
            self._imap.state = "AUTH"
            list(self.until(tag))

    def can(self, capability: str) -> bool:
        """Whether the server offers something, by its name in capitals."""
        return capability in self.capabilities

    def close(self) -> None:
        """Say goodbye, without waiting for an answer."""
        with contextlib.suppress(ConnectorError):
            self._imap.literal = None
            self.send(b"LOGOUT")
        self.wire.close()

    # -- what the server is ------------------------------------------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Whether the server has let us in."""
        return self._imap.state != "NONAUTH"

    def let_in(self) -> None:
        """The login is done; most servers offer more to whom they know."""
        self._imap.state = "AUTH"
        self.client._cached_capabilities = None  # of before the login, perhaps of before TLS
        self.capabilities = frozenset(word.decode("ascii", "replace") for word in self.client.capabilities())

    def learn_capabilities(self) -> None:
        """Ask what the server can do."""
        self._imap._get_capabilities()
        self.capabilities = frozenset(self._imap.capabilities)

    def _drained(self) -> list[Said]:
        said, self._imap.untagged_responses = self._imap.untagged_responses, {}
        ahead, self._ahead = self._ahead, []
        cut, self._imap.cut = self._imap.cut, False
        return ahead + [Said(kind=kind, records=tuple(records), cut=cut) for kind, records in said.items()]


class _Literals:
    """What follows the first line of a command: imaplib asks for it whenever the server lets it go on."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def next(self, _invitation: bytes | None) -> bytes:
        return next(self._pieces, b"")


_AS_LITERAL: Final = b"\0literal "
_PLAIN: Final = re.compile(rb"[ -~]*")


def string(text: bytes) -> bytes:
    """A string for ``Session.send``: quoted, or marked to go as a literal. NUL can be in neither."""
    text = text.replace(b"\0", b"")
    if _PLAIN.fullmatch(text):
        return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return _AS_LITERAL + text


def _pieces(parts: Iterable[bytes]) -> list[bytes]:
    """A command cut before each of its literals."""
    pieces = [b""]
    for part in parts:
        if part.startswith(_AS_LITERAL):
            data = part.removeprefix(_AS_LITERAL)
            pieces[-1] += b"{%d}" % len(data)
            pieces.append(data)
        else:
            pieces[-1] += part
    return pieces


#: Codes by which a server says that it is not the login's fault (RFC 5530, and what providers made up).
_LATER: Final = frozenset(
    {"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "SERVERBUG", "THROTTLED", "SYS/TEMP", "TRYLATER", "CONTACTADMIN"}
)
_LATER_WORDS: Final = ("too many", "try again", "temporar", "unavailable", "rate limit", "timed out", "server busy")


def is_for_later(refused: Refused) -> bool:
    """Whether the server would answer otherwise at another time."""
    return refused.code in _LATER or any(word in refused.said.lower() for word in _LATER_WORDS)


def refusal(host: str, refused: Refused) -> ConnectorError:
    """A refusal outside the login, as an error of the tree."""
    said = refused.said or refused.code or "without a word"
    if refused.status == "BAD":
        return ProtocolViolation(f"{host} does not understand what it offers: {said}")
    if refused.code in ("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED"):
        return NeedsOwner(f"{host} wants another login: {said}")
    return Transient(f"{host} cannot do it now: {said}")
