"""A small HTTP server for what real ones do not do on request: it sends whatever bytes a test says.

``FakeServer(answer)`` calls ``answer`` with each ``Request`` and sends what it returns, bytes as they are or pieces one
after another, then closes the connection. ``reply`` makes such bytes.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that came, header names in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Sent = bytes | Iterable[bytes]


def reply(status: int = 200, body: bytes = b"", /, *, length: int | None = None, **headers: str) -> bytes:
    """A whole answer; ``_`` in header names stands for ``-``; a negative ``length`` leaves Content-Length out."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if length is None or length >= 0:
        said["Content-Length"] = str(len(body) if length is None else length)
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} Said\r\n{head}Connection: close\r\n\r\n".encode() + body


class FakeServer:
    """Listens on loopback until it is closed; ``requests`` are those that came. With ``tls`` it speaks TLS."""

    def __init__(self, answer: Callable[[Request], Sent], *, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/"
        self._closing = False
        self._threads: list[threading.Thread] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass
        self._listener.join(5)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def closing(self) -> bool:
        """Whether an answer without end should end."""
        return self._closing

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._closing:
                connection.close()
                return
            thread = threading.Thread(target=self._served, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _served(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with contextlib.suppress(OSError), connection:
            if self._tls is None:
                self._talk(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._talk(wrapped)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as file:
            method, _, path = file.readline().decode("latin-1").rpartition(" ")[0].partition(" ")
            if not path:
                return  # not HTTP
            headers = {}
            while (line := file.readline().decode("latin-1").strip()) != "":
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = file.read(int(headers.get("content-length", "0")))
            request = Request(method=method, path=path, headers=headers, body=body)
            self.requests.append(request)
            sent = self.answer(request)
            for piece in [sent] if isinstance(sent, bytes) else sent:
                connection.sendall(piece)
                if self._closing:
                    return
