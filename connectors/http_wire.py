"""A response that is still on the wire in, its whole body out, within bytes and seconds; else an error of the tree.

requests bounds each wait for the socket, not the whole: who sends a byte a minute holds the line for ever. So a
``Watch`` closes the socket when the time is up. Compressed bodies are unpacked here, never beyond the cap.
"""

from __future__ import annotations

import contextlib
import socket
import zlib
from collections.abc import Iterator
from contextvars import ContextVar
from threading import Timer
from typing import Any, Final

from requests import Response as RawResponse
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from connectors.errors import ProtocolViolation, Transient

_PIECE: Final = 64 * 1024
_GZIP: Final = 31  # zlib's number for the format
#: Refusals whose body says what they mean.
_REASONED: Final = frozenset({400, 403, 409, 410, 412})


class TooLarge(ProtocolViolation):
    """The answer is larger than was allowed; ask for less."""


class Watch:
    """Ends a request that is under way when ``seconds`` have passed (``late``), or when ``end`` says so (``ended``)."""

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._expired)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self.late = self.ended = False

    def __enter__(self) -> Watch:
        self._token = _WATCH.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _WATCH.reset(self._token)

    def over(self, connection: socket.socket | None) -> None:
        """This is the socket that the answer comes by."""
        self._socket = connection
        if self.ended:
            self.end()

    def _expired(self) -> None:
        self.late = True
        self.end()

    def end(self) -> None:
        """End it now; any thread may."""
        self.ended = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket's own: that one takes the encryption away under whoever is reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


def _watched(connection: socket.socket | None) -> None:
    watch = _WATCH.get()
    if watch is not None:
        watch.over(connection)


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        _watched(self.sock)
        return super().getresponse()


class _Tls(HTTPSConnection):
    def getresponse(self) -> Any:
        _watched(self.sock)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


_POOLS: Final = {"http": _PlainPool, "https": _TlsPool}


class WatchedAdapter(HTTPAdapter):
    """requests' own adapter, whose connections tell the ``Watch`` of the request about their socket."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """As in requests."""
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """As in requests."""
        manager = super().proxy_manager_for(proxy, **more)
        if proxy.lower().startswith("http"):  # SOCKS has connections of its own
            manager.pool_classes_by_scheme = _POOLS
        return manager


def body_of(raw: RawResponse, most: int) -> bytes:
    """The body, as ``whole_body`` says; of a refusal or redirect what there is of it, for its status says enough.

    A server that refuses without reading the request to its end often resets the connection after its answer.
    """
    if raw.status_code < 300 or raw.status_code in _REASONED:
        return whole_body(raw, most)
    try:
        return whole_body(raw, most)
    except (HTTPError, OSError, ProtocolViolation, Transient):
        return b""


def whole_body(raw: RawResponse, most: int) -> bytes:
    """The body, unpacked.

    Args:
        raw: a response that was asked for with ``stream=True``.
        most: how many bytes it may have, on the wire and unpacked.

    Raises:
        TooLarge: it has more.
        Transient: it ended too early.
        ProtocolViolation: it is packed in a way that was not asked for, or is broken.
    """
    packing = raw.headers.get("Content-Encoding", "").strip().lower()
    pieces = _pieces(raw, most)
    if packing in ("gzip", "x-gzip"):
        pieces = _unpacked(pieces, most)
    elif packing not in ("", "identity"):
        raise ProtocolViolation("the server packs its answer in a way that was not asked for: tell its operator")
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > most:
            raise TooLarge(f"the server's answer is larger than {most // 2**20} MB: it is not read")
    return bytes(found)


def _pieces(raw: RawResponse, most: int) -> Iterator[bytes]:
    promised = raw.headers.get("Content-Length", "")
    expected = int(promised) if promised.isdecimal() and len(promised) < 19 else None
    if expected is not None and expected > most:
        raise TooLarge(f"the server's answer is larger than {most // 2**20} MB: it is not read")
    got = 0
    for piece in raw.raw.stream(_PIECE, decode_content=False):
        got += len(piece)
        if got > most:
            raise TooLarge(f"the server's answer is larger than {most // 2**20} MB: it is not read")
        yield piece
    bodiless = raw.request.method == "HEAD" or raw.status_code in (204, 205, 304)
    if expected is None and got == 0 and "Transfer-Encoding" not in raw.headers and raw.status_code < 300:
        expected = 1  # what is cut off among its headers looks like an answer without a body
    if expected is not None and got < expected and not bodiless:
        raise Transient("the server's answer was cut off")


def _unpacked(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    began = False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)  # one member after another
                began = True
                yield unpacker.decompress(rest, _PIECE * 16)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise ProtocolViolation("the server's packed answer is broken") from error
    if began and not unpacker.eof:
        raise Transient("the server's packed answer was cut off")
