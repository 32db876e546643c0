"""A TCP proxy on loopback that is a bad line: it cuts, delays, and lets only so much through.

``Proxy(port)`` passes everything on to that port of loopback; ``port`` is its own. ``cut_after(n)`` closes the next
connection after n bytes from the server. ``received`` and ``sent`` count what clients got and gave.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time

_CHUNK = 16 * 1024
#: What a line holds on the way; more, and who sends has to wait.
_HELD = 64


class Proxy:
    """A line to ``target``: ``delay`` seconds one way, ``rate`` bytes a second each way (None: no limit)."""

    def __init__(self, target: int, *, delay: float = 0.0, rate: float | None = None) -> None:
        self.target, self.delay, self.rate = target, delay, rate
        self.received = self.sent = self.connections = 0
        self._cut: int | None = None
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int | None) -> None:
        """Close the connection that is made next after this many bytes from the server; None: do not."""
        self._cut = count

    def drop(self) -> None:
        """Close every connection that is open now."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take nobody any more, and close what is open."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=20)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.connections += 1
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open |= {client, server}
            pair = _Pair(self, client, server, self._cut)
            self._cut = None
            threading.Thread(target=pair.run, daemon=True).start()


class _Pair:
    """One connection and its other half; both are closed when either ends."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket, cut: int | None) -> None:
        self.proxy, self.client, self.server, self.cut = proxy, client, server, cut

    def run(self) -> None:
        ways = [
            threading.Thread(target=self._pass_on, args=ends, daemon=True)
            for ends in ((self.client, self.server, False), (self.server, self.client, True))
        ]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        for end in (self.client, self.server):
            self.proxy._open.discard(end)
            end.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket, down: bool) -> None:
        held: queue.Queue[tuple[float, bytes]] = queue.Queue(_HELD)
        writer = None
        if self.proxy.delay or self.proxy.rate:
            writer = threading.Thread(target=_deliver, args=(held, sink), daemon=True)
            writer.start()
        free = 0.0
        try:
            while data := source.recv(_CHUNK):
                data, cut = self._let_through(data, down=down)
                if writer is None:
                    sink.sendall(data)
                else:
                    free = max(free, time.monotonic()) + (len(data) / self.proxy.rate if self.proxy.rate else 0.0)
                    held.put((free + self.proxy.delay, data))
                if cut:
                    break
        except OSError:
            pass
        finally:
            if writer is not None:
                held.put((0.0, b""))
                writer.join()
            for end in (source, sink):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _let_through(self, data: bytes, *, down: bool) -> tuple[bytes, bool]:
        """What of ``data`` is passed on, and whether the connection is cut after it."""
        if not down:
            self.proxy.sent += len(data)
            return data, False
        cut = self.cut is not None and len(data) >= self.cut
        if self.cut is not None:
            data, self.cut = data[: self.cut], max(0, self.cut - len(data))
        self.proxy.received += len(data)
        return data, cut


def _deliver(held: queue.Queue[tuple[float, bytes]], sink: socket.socket) -> None:
    """Give each piece to its sink when its time has come; after one fails the rest is dropped."""
    broken = False
    while True:
        when, data = held.get()
        if not data:
            return
        time.sleep(max(0.0, when - time.monotonic()))
        if not broken:
            try:
                sink.sendall(data)
            except OSError:
                broken = True
