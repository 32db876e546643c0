"""A wire in, an ``imapclient.IMAPClient`` on it out: the library leads the dialogue, within our limits.

imaplib and imapclient know tags, responses, literals, logins, capabilities and states. What they leave open is laid over
them here, at the places where they meet the wire and where a command ends: a server that sends without an end, long
silence, a goodbye and a refusal each end in an error of ours, whoever sent the command. Their logs stay empty: secrets
and mail pass through them. imaplib's parts that begin with an underscore are those that imapclient itself builds on.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from typing import Any, Final

from imapclient import IMAPClient

from connectors.errors import ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.imap_wire import MOST, Wire

#: What stands for a literal that was too long to keep.
DROPPED: Final = b"\x00(dropped)"
#: Longer literals are dropped: header fields and cut parts are all that is asked for.
_LITERAL: Final = 2 * 1024 * 1024
_MOST_LITERALS: Final = 20_000
_MOST_KEPT: Final = 32 * 1024 * 1024
#: Bytes of the answer to one command; a batch of mails has a tenth of it. Each line counts for what it takes in memory.
_MOST_ANSWERED: Final = 256 * 1024 * 1024
_A_LINE: Final = 64
_SAID: Final = 300
_SIZE: Final = re.compile(rb"\{\d+\}$")
#: Some servers write it in small letters; imaplib wants capitals.
_KIND: Final = re.compile(rb"(?:\*|[A-P]+\d+) (?:\d+ )?[A-Za-z-]+")
#: What the two libraries raise at an answer that they do not understand.
NOT_UNDERSTOOD: Final = (imaplib.IMAP4.error, ValueError, TypeError, AttributeError, LookupError, RecursionError)

imaplib.Commands.setdefault("COMPRESS", ("AUTH",))  # imapclient adds its own commands in the same way


class Refused(Exception):
    """The server answered NO or BAD. ``code`` is what stood in brackets, upper case; ``said`` is harmless."""

    def __init__(self, status: str, code: str, said: str) -> None:
        super().__init__(said)
        self.status, self.code, self.said = status, code, said


class Imap(imaplib.IMAP4):
    """imaplib's half of the dialogue. ``cut`` says that a line came of which the middle was dropped."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._line, self._begins = b"", True
        self._left, self._kept, self._literals = _MOST_ANSWERED, 0, 0
        self.cut = False
        super().__init__(wire.host)
        self.is_readonly = True

    # -- where it meets the wire -------------------------------------------------------------------------------------

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Nothing is to be done: the wire stands."""
        self.host, self.port, self.sock = host, port, self._wire.socket

    def readline(self) -> bytes:
        """The next line, as imaplib wants it. Raises as ``Wire.line``."""
        line, cut = self._wire.line()
        self._line = line
        self.cut = self.cut or cut
        self._count(len(line) + _A_LINE)
        if self._begins and (kind := _KIND.match(line)):
            line = kind[0].upper() + (line[kind.end() :] or b" ")
        self._begins = False
        return line + b"\r\n"

    def read(self, size: int) -> bytes:
        """The next literal, or ``DROPPED`` for one that is too long to keep.

        Raises:
            ProtocolViolation: there is no end of them.
            Transient: as ``Wire.take``.
        """
        self._literals += 1
        if size > MOST or self._literals > _MOST_LITERALS:
            self._wire.close()
            raise ProtocolViolation(f"{self.host} sends more than anybody asked for ({size} bytes)")
        if size > _LITERAL or self._kept + size > _MOST_KEPT:
            self._wire.skip(size)
            return DROPPED
        self._kept += size
        self._count(size)
        return self._wire.take(size)

    def send(self, data: bytes) -> None:  # type: ignore[override]  # imaplib itself sends nothing but bytes
        """Send all of it. Raises as ``Wire.send``."""
        self._wire.send(data)

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def be_patient_anew(self) -> None:
        """What comes from now on is measured anew: for how slowly it comes, and how much it is."""
        self._left = _MOST_ANSWERED
        self._wire.be_patient_anew()

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ProtocolViolation(f"{self.host} answers without an end")

    def _append_untagged(self, typ: str, dat: Any) -> None:
        if isinstance(dat, tuple) and dat[1] is DROPPED:
            dat = (_SIZE.sub(b"{%d}" % len(DROPPED), dat[0]), DROPPED)  # the parser wants both to fit
        super()._append_untagged(typ, dat)  # type: ignore[misc]

    def _log(self, line: str) -> None:
        """imaplib keeps the last lines for its debugging: passwords are among them."""

    # -- where a response or a command ends --------------------------------------------------------------------------

    def _new_tag(self) -> Any:
        self.be_patient_anew()
        return super()._new_tag()  # type: ignore[misc]

    def _get_response(self, *more: Any) -> Any:
        self._kept = self._literals = 0
        self._begins = True
        try:
            first = super()._get_response(*more)  # type: ignore[misc]
        except NOT_UNDERSTOOD as error:
            said = harmless(self._line) or "an empty line"
            raise ProtocolViolation(f"{self.host} does not speak IMAP on this port: {said}") from error
        if "BYE" in self.untagged_responses:
            said = harmless(_text(self.untagged_responses["BYE"][-1])) or "without a word"
            raise Transient(f"{self.host} ended the session: {said}")
        return first

    def _command_complete(self, name: str, tag: bytes) -> Any:
        while not self.tagged_commands[tag]:
            self._get_response()
        return self.result(tag)

    def result(self, tag: bytes) -> Any:
        """How a command ended that has ended.

        Raises:
            Refused: it failed.
            ProtocolViolation: nobody can tell how.
        """
        done: Any = self.tagged_commands.pop(tag)
        status, data = done
        if status == "OK":
            return status, data
        rest, code = data[-1] or b"", ""
        if status not in ("NO", "BAD"):
            raise ProtocolViolation(f"the server answers neither OK nor NO: {one_line(status, _SAID)}")
        if rest.startswith(b"["):
            inside, _, rest = rest[1:].partition(b"]")
            code = inside.split(b" ")[0].upper().decode("ascii", "replace")
        raise Refused(status, code, harmless(rest))

    # -- what it does otherwise --------------------------------------------------------------------------------------

    def _get_capabilities(self) -> None:
        """Most servers say in the greeting what they can do, and need not be asked."""
        said = self.untagged_responses.pop("CAPABILITY", None)
        if said:
            self.capabilities = tuple(_text(said[-1]).partition(b"]")[0].decode("ascii", "replace").upper().split())
        else:
            super()._get_capabilities()  # type: ignore[misc]

    def _simple_command(self, name: str, *args: Any) -> Any:
        """A login says all at once where the server takes it so, which spares a round trip (RFC 4959)."""
        first: Any = self.literal
        if name == "AUTHENTICATE" and "SASL-IR" in self.capabilities:
            args = (*args, first(b""))
        return super()._simple_command(name, *args)  # type: ignore[misc]

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Go on in TLS. Raises as ``Wire.start_tls``, and Refused."""
        self._simple_command("STARTTLS")
        self._wire.start_tls(ssl_context or ssl.create_default_context())
        self.sock = self._wire.socket
        self.untagged_responses.clear()  # what was said in plain text proves nothing
        self._get_capabilities()
        return "OK", [b""]


class Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """imapclient's half. It reads the greeting when it is made. Raises as ``Imap``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        try:
            super().__init__(wire.host, ssl=False, timeout=wire.read_s)
        except NOT_UNDERSTOOD as error:
            raise ProtocolViolation(f"{wire.host} does not speak IMAP on this port: its greeting is none") from error
        self._imap.debug = 0

    @property
    def imap(self) -> Imap:
        """imaplib's half."""
        imap: Imap = self._imap
        return imap

    def _create_IMAP4(self) -> Imap:  # noqa: N802  the library's name
        return Imap(self._wire)


def harmless(said: bytes) -> str:
    """What a server said, as it may stand in a message."""
    return one_line(said[:4096].decode("utf-8", "replace"), _SAID)


def _text(record: bytes | tuple[bytes, bytes]) -> bytes:
    return record if isinstance(record, bytes) else record[0]
