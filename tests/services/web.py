"""Fakes on loopback for looking servers up: a DNS that knows what a test tells it, and web sites over real TLS.

``sites`` answers for every host of ``NAMES`` on one port; ``resolver`` asks the fake DNS.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUDPServer

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from tests.conftest import missing

NAMES = ("example.org", "*.example.org", "*.example.net", "autoconfig.thunderbird.net", "localhost")


def certificate(folder: Path, names: tuple[str, ...] = NAMES, days: int = 30) -> tuple[Path, Path]:
    """A certificate for ``names`` that is its own authority, and its key."""
    if shutil.which("openssl") is None:
        missing("needs the program openssl")
    cert, key = folder / "web.pem", folder / "web.key"
    also = ",".join([*(f"DNS:{name}" for name in names), "IP:127.0.0.1"])
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days), "-subj", "/CN=test",
            "-addext", f"subjectAltName={also}", "-keyout", str(key), "-out", str(cert)]  # fmt: skip
    subprocess.run(make, check=True, capture_output=True)
    return cert, key


@contextmanager
def resolver(zone: Mapping[tuple[str, str], list[str]], *, silent: bool = False) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a DNS with ``{("name.", "SRV"): ["0 1 993 imap.example.net."]}``, or one that says nothing."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            query = dns.message.from_wire(data)
            question = query.question[0]
            kind = dns.rdatatype.to_text(question.rdtype)
            answer = dns.message.make_response(query)
            found = zone.get((question.name.to_text(), kind))
            if found:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            if not silent:
                sock.sendto(answer.to_wire(), self.client_address)

    with ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        asks = dns.resolver.Resolver(configure=False)
        asks.nameservers, asks.port = ["127.0.0.1"], server.server_address[1]
        yield asks
        server.shutdown()


class Sites:
    """Pages by URL without the scheme; ``asked`` lists what was asked for, with the method."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    def put(self, url: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer so for ``url``."""
        self.pages[url] = (status, headers, body)


@contextmanager
def sites(cert: Path, key: Path) -> Iterator[Sites]:
    """A web server for all names on one port of loopback."""
    web = Sites()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = f"{self.headers['Host']}{self.path}"
            web.asked.append((self.command, url))
            status, headers, body = web.pages.get(url.partition("?")[0], (404, {}, b"nothing here"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PROPFIND = do_OPTIONS = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        web.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield web
        server.shutdown()
