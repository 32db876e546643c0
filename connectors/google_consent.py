"""A client and what is to be allowed in, the code out that Google gives when the owner agreed.

Loopback redirect with PKCE and state (RFC 8252, RFC 7636). With a browser on this machine the answer comes to a
port of it; else the owner opens the address anywhere and pastes where the browser ended up.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from connectors.errors import NeedsOwner
from connectors.google_client import Client
from connectors.harmless import one_line
from connectors.login import Talk
from connectors.passwords import Secret

#: How long a browser on this machine is waited for.
PATIENCE_S: Final = 300.0
_PASTES: Final = 3
_LONGEST: Final = 8192
_PAGE: Final = (
    b'<!doctype html><meta charset="utf-8"><title>Kithkeeper</title>'
    b"<p>Kithkeeper has its answer. You can close this window and go back to the terminal."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What is exchanged for tokens: the code, and what proves that it was us who asked."""

    code: Secret
    verifier: Secret
    redirect_uri: str


def consent(client: Client, scopes: Sequence[str], talk: Talk, *, browser: bool | None, account: str) -> Consent:
    """Ask the owner.

    Raises:
        NeedsOwner: they said no, or nothing in time, or pasted something else.
    """
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    with _Listener(state) as listener:
        url = f"{client.auth_uri}{'&' if '?' in client.auth_uri else '?'}" + urlencode(
            {
                "client_id": client.client_id,
                "redirect_uri": listener.redirect_uri,
                "response_type": "code",
                "scope": " ".join(scopes),
                "state": state,
                "code_challenge": _challenge(verifier),
                "code_challenge_method": "S256",
                "access_type": "offline",
                "prompt": "consent",
            }
        )
        opened = browser is not False and talk.browse(url)
        if browser and not opened:
            raise NeedsOwner(f"there is no browser on this machine: kith login {account} --no-browser")
        if opened:
            talk.say("Your browser asks for your consent now. If it does not, open this address on this machine:")
            talk.say(url)
            answer = listener.wait(PATIENCE_S)
        else:
            talk.say("Open this address in a browser, on any machine, and agree:")
            talk.say(url)
            talk.say("The browser then ends up on a page that cannot be reached. That is as it should be.")
            answer = _pasted(talk, state)
    if answer is None:
        raise NeedsOwner(f"nobody agreed within {PATIENCE_S / 60:.0f} minutes: kith login {account}")
    return Consent(code=_code(answer, account), verifier=Secret(verifier), redirect_uri=listener.redirect_uri)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _pasted(talk: Talk, state: str) -> dict[str, str]:
    """What the owner pasted, where it answers our question."""
    for _ in range(_PASTES):
        said = talk.ask("Paste the whole address of that page:").strip().strip("<>\"'")
        answer = _query(said)
        if answer.get("state") == state and ("code" in answer or "error" in answer):
            return answer
        if "state" in answer:
            talk.say("That address answers an earlier question: use the one above.")
        else:
            talk.say("That is not it: the address begins with http://127.0.0.1 and has “code=” in it.")
    raise NeedsOwner("no address with an answer was pasted: run kith login again")


def _query(url: str) -> dict[str, str]:
    try:
        text = urlsplit(url[:_LONGEST]).query if "?" in url else url[:_LONGEST]
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=50).items()}
    except ValueError:
        return {}


def _code(answer: dict[str, str], account: str) -> Secret:
    if "code" in answer:
        return Secret(answer["code"])
    error = one_line(answer.get("error", ""), 60)
    if error == "access_denied":
        raise NeedsOwner(
            f"access was denied: agree, or add yourself as a test user of the app, then kith login {account}"
        )
    raise NeedsOwner(f"Google refused ({error or 'no reason given'}): check the client file, then kith login {account}")


class _Listener:
    """A port of this machine to which a browser is sent back."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.answer: dict[str, str] | None = None
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # a browser that opens a connection and says nothing holds up nobody for long

            def do_GET(self) -> None:
                found = _query(self.path)
                ours = found.get("state") == listener.state and ("code" in found or "error" in found)
                if ours and listener.answer is None:
                    listener.answer = found
                self.send_response(200 if ours else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Referrer-Policy", "no-referrer")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(_PAGE if ours else b"")

            def log_message(self, *_: object) -> None:
                """The path holds the code: it is logged nowhere."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.redirect_uri = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> _Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, seconds: float) -> dict[str, str] | None:
        """The answer, None where none came in time."""
        until = time.monotonic() + seconds
        while self.answer is None and (left := until - time.monotonic()) > 0:
            self._server.timeout = min(left, 1.0)
            self._server.handle_request()
        return self.answer
