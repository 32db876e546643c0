"""A host and a port in, lines and counted bytes out: the socket, its TLS and DEFLATE, and every limit on them.

A server may be broken or hostile, so nothing is read without a bound: lines and literals have a length, silence has a
timeout, and who trickles is given up on.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import time
import zlib
from typing import Final

from connectors.errors import NeedsOwner, ProtocolViolation, Transient

#: Seconds in which a connection must stand.
CONNECT_S: Final = 30.0
#: Of a longer line only the beginning and the end are kept.
LONG_LINE: Final = 16 * 1024 * 1024
_KEPT, _TAIL = 64 * 1024, 64
#: No line and no literal is longer, whoever sends it; up to here it is read and dropped.
MOST: Final = 64 * 1024 * 1024
_CHUNK: Final = 256 * 1024
#: What a server may be slower than for this many seconds only.
_SLOWEST: Final = 2048
_PATIENCE_S: Final = 300.0


class Wire:
    """One connection. ``received`` and ``sent`` count the bytes that it took, as compressed, without TLS.

    ``read_s`` is for how many seconds nothing may come. ``socket`` is for looking at only.
    """

    def __init__(self, sock: socket.socket, host: str, *, read_s: float) -> None:
        self.host = host
        self.received = self.sent = 0
        self.socket = sock
        self.read_s = read_s
        self._buffer = bytearray()
        self._inflate: zlib._Decompress | None = None
        self._deflate: zlib._Compress | None = None
        self._since, self._before = time.monotonic(), 0
        sock.settimeout(read_s)

    @classmethod
    def to(cls, host: str, port: int, *, tls: ssl.SSLContext | None, read_s: float) -> Wire:
        """Connect, with TLS from the first byte where ``tls`` is given.

        Raises:
            NeedsOwner: the server's certificate is not trusted, or it speaks no TLS there.
            Transient: it cannot be reached.
        """
        try:
            sock = socket.create_connection((host, port), timeout=CONNECT_S)
        except (OSError, UnicodeError) as error:
            raise Transient(
                f"{host}:{port} cannot be reached ({_why(error)}): is it right, and the network up?"
            ) from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        wire = cls(sock, host, read_s=read_s)
        if tls is not None:
            wire.start_tls(tls)
        return wire

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS.

        Raises:
            NeedsOwner: the certificate is not trusted, or this is no TLS.
            ProtocolViolation: something was sent in plain text after the server agreed to TLS.
            Transient: the connection broke.
        """
        if self._buffer:
            self.close()
            raise ProtocolViolation(
                f"{self.host} sent something in plain text after STARTTLS: somebody may be in between"
            )
        try:
            self.socket.settimeout(CONNECT_S)
            self.socket = context.wrap_socket(self.socket, server_hostname=self.host)
            self.socket.settimeout(self.read_s)
        except (OSError, ValueError) as error:
            self.close()
            raise _tls_trouble(self.host, error) from error

    def start_compression(self) -> None:
        """Go on in DEFLATE, both ways."""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        rest, self._buffer = bytes(self._buffer), bytearray()
        self._take_in(rest)

    def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            Transient: the connection broke.
        """
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise self._lost(error) from error
        self.sent += len(data)

    def be_patient_anew(self) -> None:
        """What is read from now on is measured anew for how slowly it comes."""
        self._since, self._before = time.monotonic(), self.received

    def line(self) -> tuple[bytes, bool]:
        """The next line without its end, and whether it was so long that its middle was dropped.

        Raises:
            Transient: the connection broke, or nothing came in time.
            ProtocolViolation: the line does not end.
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LONG_LINE:
                return self._long_line(), True
            self._fill()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r"), False

    def _long_line(self) -> bytes:
        head, dropped = bytes(self._buffer[:_KEPT]), 0
        while (end := self._buffer.find(b"\n")) < 0:
            dropped += len(self._buffer) - _TAIL
            if dropped > MOST:
                raise ProtocolViolation(f"{self.host} sends a line that does not end")
            del self._buffer[:-_TAIL]
            self._fill()
        tail = bytes(self._buffer[max(0, end - _TAIL) : end])
        del self._buffer[: end + 1]
        return head + b" " + tail.removesuffix(b"\r")

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes.

        Raises:
            Transient: the connection broke, or nothing came in time.
        """
        while len(self._buffer) < count:
            self._fill()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def skip(self, count: int) -> None:
        """Read ``count`` bytes and drop them. Raises as ``take``."""
        while count > 0:
            if not self._buffer:
                self._fill()
            dropped = min(count, len(self._buffer))
            del self._buffer[:dropped]
            count -= dropped

    def arrives(self, seconds: float) -> bool:
        """Whether there is something to read, at once or within ``seconds``.

        Raises:
            Transient: the connection broke.
        """
        if self._buffer:
            return True
        self.socket.settimeout(max(seconds, 0.001))
        try:
            self._fill(patient=True)
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(self.read_s)
        return bool(self._buffer)

    def close(self) -> None:
        """Let go of the connection, whatever state it is in; who waits for it in another thread waits no more."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _fill(self, *, patient: bool = False) -> None:
        try:
            data = self.socket.recv(_CHUNK)
        except TimeoutError as error:
            if patient:
                raise
            raise Transient(f"{self.host} says nothing for {self.read_s:.0f} s") from error
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise Transient(f"{self.host} closed the connection")
        self.received += len(data)
        waited = time.monotonic() - self._since
        if not patient and waited > _PATIENCE_S + (self.received - self._before) / _SLOWEST:
            raise Transient(f"{self.host} is too slow: {self.received - self._before} bytes in {waited:.0f} s")
        self._take_in(data)

    def _take_in(self, data: bytes) -> None:
        if self._inflate is None:
            self._buffer += data
            return
        try:
            self._buffer += self._inflate.decompress(data, MOST)
        except zlib.error as error:
            raise ProtocolViolation(f"{self.host} sends compressed data that is broken") from error
        if self._inflate.unconsumed_tail:
            raise ProtocolViolation(f"{self.host} sends compressed data that is too much")

    def _lost(self, error: OSError) -> Transient:
        return Transient(f"the connection to {self.host} broke ({_why(error)})")


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "no valid host name" if isinstance(error, UnicodeError) else type(error).__name__


def _tls_trouble(host: str, error: Exception) -> NeedsOwner | Transient:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NeedsOwner(
            f"the certificate of {host} is not trusted ({error.verify_message}): correct host, or name your own CA in ca_file"
        )
    if isinstance(error, ssl.SSLError) and error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return NeedsOwner(f'{host} speaks no TLS on this port: correct port, or set tls = "starttls"')
    if isinstance(error, OSError) and error.errno == errno.ECONNRESET:
        return Transient(f"{host} broke off while TLS began")
    return Transient(f"TLS with {host} failed ({_why(error)})")
