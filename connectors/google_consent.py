"""A client and what is to be allowed in, the code out that Google gives when the owner agreed.

Loopback redirect with PKCE and state (RFC 8252, RFC 7636). With a browser on this machine the answer comes to a
port of it; else the owner opens the address anywhere and pastes where the browser ended up.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
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
        if not opened and listener.answer is None:
            listener.close()  # a page that cannot be reached is one whose address can be copied
            if browser:
                raise NeedsOwner(f"there is no browser on this machine: kith login {account} --no-browser")
            talk.say("Open this address in a browser, on any machine, and agree:")
            talk.say(url)
            talk.say("The browser then ends up on a page that cannot be reached. That is as it should be.")
            answer: dict[str, str] | None = _pasted(talk, state)
        else:
            talk.say("Your browser asks for your consent now. If it does not, open this address on this machine:")
            talk.say(url)
            answer = listener.wait(PATIENCE_S)
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
    """A port of this machine to which a browser is sent back; served at once, for some browsers are waited for."""

    def __init__(self, state: str) -> None:
        self.answer: dict[str, str] | None = None
        self._state = state
        self._answered = Event()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # a browser that opens a connection and says nothing holds up nobody for long

            def do_GET(self) -> None:
                ours = listener.take(_query(self.path))
                self.send_response(200 if ours else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Referrer-Policy", "no-referrer")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(_PAGE if ours else b"")

            def log_message(self, *_: object) -> None:
                """The path holds the code: it is logged nowhere."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._open = True
        self.redirect_uri = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> _Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Serve nobody any more."""
        if self._open:
            self._open = False
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def take(self, query: dict[str, str]) -> bool:
        """Whether a request answers our question; the first such answer holds."""
        ours = query.get("state") == self._state and ("code" in query or "error" in query)
        if ours and self.answer is None:
            self.answer = query
            self._answered.set()
        return ours

    def wait(self, seconds: float) -> dict[str, str] | None:
        """The answer, None where none came in time."""
        self._answered.wait(seconds)
        return self.answer
