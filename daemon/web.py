"""A running service in; /healthz and /metrics over HTTP, for this machine's own tools, out.

Nothing of anybody's mail is ever there: only how the reading goes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import BoundedSemaphore, Thread
from typing import Any, ClassVar, Final

#: A request that takes longer, or comes while so many others are served, is dropped.
_SECONDS: Final = 10
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is answered."""

    status: int
    type: str
    text: str


Pages = dict[str, Callable[[], Page]]


class Listener:
    """Serves pages until it is closed."""

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be had.
        """
        handler = type("Handler", (_Handler,), {"pages": pages, "here": ip_address(address[0]).is_loopback})
        self._server = _Server(address, handler)
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, name="kith listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2.0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._places = BoundedSemaphore(_AT_ONCE)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve in a thread, unless too many are served."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's trouble."""


class _Handler(BaseHTTPRequestHandler):
    pages: ClassVar[Pages] = {}
    here = True
    timeout = _SECONDS
    server_version = "kith"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a page."""
        page = self.pages.get(self.path.partition("?")[0])
        if self.here and not self._meant():
            self._answer(Page(status=421, type="text/plain", text="ask for 127.0.0.1 or localhost\n"))
        elif page is None:
            self._answer(Page(status=404, type="text/plain", text=f"there are {', '.join(self.pages)}\n"))
        else:
            self._answer(page())

    do_HEAD = do_GET  # noqa: N815  # the name is the library's

    def _meant(self) -> bool:
        """Whether it was asked for under a name of this machine: a page in a browser that was lured here was not."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host in ("", "localhost"):
            return True
        try:
            return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
        except ValueError:
            return False

    def _answer(self, page: Page) -> None:
        body = page.text.encode()
        self.send_response(page.status)
        self.send_header("Content-Type", page.type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the library's
        """Say nothing: a look every few seconds is no event."""
