"""A Google of one user over local HTTP: consent, tokens, Gmail with batches, Calendar, contacts; faults on a switch.

Requests are routed and checked by the discovery documents that ship with the client library, and so are its own
answers; what it finds wrong is in ``complaints``, which a test asserts to be empty.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.services.google_calendars import Calendars, Gone
from tests.services.google_contacts import Ended, People
from tests.services.google_discovery import BATCH, Bad, check_answer, masked, route
from tests.services.google_mailbox import Mailbox, NotFound

SCOPE = "https://www.googleapis.com/auth/"
GMAIL_SCOPES = (f"{SCOPE}gmail.readonly",)
CALENDAR_SCOPES = (f"{SCOPE}calendar.calendarlist.readonly", f"{SCOPE}calendar.events.readonly")
CONTACTS_SCOPES = (f"{SCOPE}contacts.readonly",)
CLIENT_ID, CLIENT_SECRET = "123-kith.apps.googleusercontent.example", "GOCSPX-not-so-secret"
#: Quota units, as Google counts them.
UNITS = {
    "gmail.users.getProfile": 1, "gmail.users.history.list": 2, "gmail.users.messages.list": 5, "gmail.users.messages.get": 20,
    "gmail.users.threads.get": 40, "gmail.users.messages.attachments.get": 20, "gmail.users.messages.send": 100,
    "calendar.calendarList.list": 1, "calendar.events.list": 1, "people.people.connections.list": 1,
    "people.people.get": 1,
}  # fmt: skip


@dataclass
class Asked:
    """One request that came in, or one part of a batch."""

    id: str
    parameters: dict
    batched: bool = False


@dataclass
class Trouble:
    """What goes wrong with requests whose path or method id holds ``where``, after so many that went well.

    ``cut`` ends the answer after ``keep`` bytes (half of it where negative), and says how long it was to be unless
    ``lengthless``. ``slow`` sends it piece by piece, ``seconds`` apart.
    """

    kind: str
    times: int = 1
    where: str = ""
    seconds: float = 0.0
    after: int = 0
    keep: int = -1
    lengthless: bool = False


@dataclass
class Fake:
    """The state behind the server. ``now`` is its clock; ``rotates`` gives out a new refresh token each time."""

    now: object = lambda: datetime.now(UTC)
    mailbox: Mailbox = field(default_factory=Mailbox)
    calendars: Calendars = field(default_factory=Calendars)
    people: People = field(default_factory=People)
    rotates: bool = False
    testing: bool = False
    life: int = 3600
    grants: tuple | None = None
    units: int = 0
    requests: int = 0
    refused: int = 0
    per_minute: int | None = None
    asked: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    troubles: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)
    lasting: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)
    spent: deque = field(default_factory=deque)
    numbers: Counter = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def trouble(self, kind, times=1, where="", **more):
        """From now on: ``429 429-after 403-rate 403-quota 403-scope 403-off 500 503 401 cut html garbled slow``."""
        self.troubles.append(Trouble(kind, times, where, **more))

    def next_trouble(self, where, *, wire=True):
        """The trouble that befalls a request; what is cut on the wire is no part of a batch."""
        for each in self.troubles:
            if each.where in where and each.times > 0 and (wire or each.kind not in ("cut", "slow")):
                if each.after > 0:
                    each.after -= 1
                    continue
                each.times -= 1
                return each
        return None

    def login(self, scopes=GMAIL_SCOPES, **more):
        """An authorized-user JSON with a refresh token that is good, as an export has it."""
        token = f"1//lasting-{self._next('lasting')}"
        self.lasting[token] = tuple(scopes)
        kept = {
            "type": "authorized_user", "refresh_token": token, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "token_uri": f"{self.url}/token", "scopes": list(scopes),
        }  # fmt: skip
        return json.dumps(kept | more)

    def client_file(self, kind="installed"):
        """The OAuth client file, which names this server."""
        entry = {
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "project_id": "kith", "redirect_uris": ["http://localhost"],
            "auth_uri": f"{self.url}/auth", "token_uri": f"{self.url}/token", "revoke_uri": f"{self.url}/revoke",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        }  # fmt: skip
        return json.dumps({kind: entry})

    def revoke_all(self):
        """The owner changed the password."""
        self.lasting.clear()
        self.tokens.clear()

    def _next(self, what):
        self.numbers[what] += 1
        return f"{self.numbers[what]:04}"

    # -- OAuth -------------------------------------------------------------------------------------------------------

    def consent(self, query):
        """(status, location or text): as if the user agreed to all of it, or to ``grants``."""
        asked = {name: values[0] for name, values in query.items()}
        wrong = [
            name
            for name, good in (
                ("client_id", asked.get("client_id") == CLIENT_ID),
                ("response_type", asked.get("response_type") == "code"),
                ("code_challenge_method", asked.get("code_challenge_method") == "S256"),
                ("code_challenge", len(asked.get("code_challenge", "")) == 43),
                ("state", len(asked.get("state", "")) >= 16),
                ("access_type", asked.get("access_type") == "offline"),
                ("redirect_uri", asked.get("redirect_uri", "").startswith("http://127.0.0.1:")),
            )
            if not good
        ]
        if wrong:
            return 400, f"Error 400: invalid_request {wrong}"
        if self.grants == ():
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = f"4/code-{self._next('code')}"
            scopes = self.grants or tuple(asked["scope"].split())
            self.codes[code] = (scopes, asked["code_challenge"], asked["redirect_uri"])
            answer = {"state": asked["state"], "code": code, "scope": " ".join(scopes)}
        return 302, f"{asked['redirect_uri']}/?{urlencode(answer)}"

    def token(self, form):
        """(status, JSON)."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if form.get("grant_type") == "authorization_code":
            scopes, challenge, redirect = self.codes.pop(form.get("code"), ((), "", ""))
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proven = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
            if not scopes or not proven or form.get("redirect_uri") != redirect:
                return 400, {"error": "invalid_grant", "error_description": "Malformed auth code."}
            return 200, self._issued(scopes, lasting=True)
        if form.get("grant_type") == "refresh_token":
            scopes = self.lasting.get(form.get("refresh_token"))
            if scopes is None:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            if self.rotates:
                del self.lasting[form["refresh_token"]]
            return 200, self._issued(scopes, lasting=self.rotates)
        return 400, {"error": "unsupported_grant_type"}

    def _issued(self, scopes, *, lasting):
        access = f"ya29.access-{self._next('access')}"
        self.tokens[access] = (scopes, self.now() + timedelta(seconds=self.life))
        answer = {"access_token": access, "expires_in": self.life, "token_type": "Bearer", "scope": " ".join(scopes)}
        if lasting:
            token = f"1//lasting-{self._next('lasting')}"
            self.lasting[token] = tuple(scopes)
            answer["refresh_token"] = token
            if self.testing:
                answer["refresh_token_expires_in"] = 604_799
        return answer

    # -- the APIs ----------------------------------------------------------------------------------------------------

    def answer(self, verb, path, query, body, token, *, batched=False):
        """(status, JSON, headers) of one request."""
        scopes, until = self.tokens.get(token, ((), None))
        if until is None or self.now() >= until:
            return _refused(401, "authError", "Invalid Credentials", "UNAUTHENTICATED")
        try:
            api, method, given = route(verb, path, query)
            units = UNITS[method["id"]]
        except (Bad, KeyError) as bad:
            self.complaints.append(f"{verb} {path} {query}: {bad}")
            return _refused(400, "badRequest", str(bad), "INVALID_ARGUMENT")
        self.units += units
        self.asked.append(Asked(method["id"], given, batched))
        if not self._allowed(units):
            self.refused += 1
            return _refused(429, "rateLimitExceeded", "Too many requests", "RESOURCE_EXHAUSTED")
        if trouble := self.next_trouble(f"{method['id']} {path}", wire=False):
            return _troubled(trouble)
        if not set(scopes) & set(method["scopes"]):
            return _refused(403, "insufficientPermissions", "Insufficient Permission", "PERMISSION_DENIED")
        try:
            answer = self._handlers()[method["id"]](**given, **({"body": json.loads(body)} if body else {}))
            check_answer(api, method, answer)
            return 200, masked(api, method, answer, given["fields"]) if "fields" in given else answer, {}
        except NotFound:
            return _refused(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
        except Gone:
            return _refused(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "")
        except Ended as ended:
            return _ended(ended.status)
        except (Bad, AssertionError) as bad:
            self.complaints.append(f"{method['id']} {given}: {bad}")
            return _refused(400, "badRequest", str(bad), "INVALID_ARGUMENT")

    def _allowed(self, units):
        if self.per_minute is None:
            return True
        now = self.now()
        while self.spent and self.spent[0][0] <= now - timedelta(minutes=1):
            self.spent.popleft()
        if sum(each for _, each in self.spent) + units > self.per_minute:
            return False
        self.spent.append((now, units))
        return True

    def _handlers(self):
        return {
            "gmail.users.getProfile": self.mailbox.profile, "gmail.users.messages.list": self.mailbox.list,
            "gmail.users.messages.get": self.mailbox.get, "gmail.users.threads.get": self.mailbox.thread,
            "gmail.users.messages.attachments.get": self.mailbox.attachment, "gmail.users.history.list": self.mailbox.changes,
            "gmail.users.messages.send": self.mailbox.send, "calendar.calendarList.list": self.calendars.list_calendars,
            "calendar.events.list": self.calendars.list_events,
            "people.people.connections.list": self.people.connections, "people.people.get": self.people.get,
        }  # fmt: skip

    def batch(self, body, content_type, token):
        """The multipart answer to a multipart body; its parts in another order than they were asked in."""
        parts = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body).get_payload()
        if len(parts) > 50:
            self.complaints.append(f"a batch of {len(parts)}")
        pieces = []
        for part in reversed(parts):
            head, _, _ = part.get_payload().partition("\n")
            verb, target, _ = head.strip().split(" ")
            url = urlsplit(target)
            status, answer, headers = self.answer(verb, url.path, parse_qs(url.query), None, token, batched=True)
            name = f"response-{part['Content-ID'].strip('<>')}"
            lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
            text = answer if isinstance(answer, str) else json.dumps(answer)
            pieces.append(
                f"--batch_x\r\nContent-Type: application/http\r\nContent-ID: <{name}>\r\n\r\nHTTP/1.1 {status} X\r\n"
                f"Content-Type: application/json; charset=UTF-8\r\n{lines}\r\n{text}\r\n"
            )
        return "".join([*pieces, "--batch_x--\r\n"]).encode()

    @property
    def gets(self):
        """Ids of messages that were asked for whole, in their order."""
        return [each.parameters["id"] for each in self.asked if each.id == "gmail.users.messages.get"]

    def count(self, name):
        """How often a method was asked."""
        return sum(each.id.endswith(name) for each in self.asked)


def _refused(status, reason, message, code):
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": reason}]}
    return status, {"error": error | ({"status": code} if code else {})}, {}


def _ended(status):
    """How the People API says that a sync token has ended."""
    said = "Sync token is expired. Clear local cache and retry call without the sync token."
    about = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "EXPIRED_SYNC_TOKEN", "domain": "people.googleapis.com"}  # fmt: skip
    return status, {"error": {"code": status, "message": said, "status": "FAILED_PRECONDITION", "details": [about]}}, {}


def _troubled(trouble):
    status, _, more = trouble.kind.partition("-")
    if trouble.kind == "garbled":
        return 200, '{"id": "cut o', {}
    if trouble.kind == "html":
        return 200, "<html><body>Sign in to the hotel's network</body></html>", {}
    reasons = {
        "rate": "userRateLimitExceeded",
        "quota": "quotaExceeded",
        "scope": "insufficientPermissions",
        "off": "accessNotConfigured",
    }
    answer = _refused(int(status), reasons.get(more, "backendError"), "Something is wrong", "")
    return answer[0], answer[1], {"Retry-After": str(int(trouble.seconds))} if more == "after" else {}


class _Handler(BaseHTTPRequestHandler):
    fake = None
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        self.serve(b"")

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def serve(self, body):
        with self.fake.lock:
            self.fake.requests += 1
            trouble = self.fake.next_trouble(urlsplit(self.path).path)
            on_the_wire = trouble if trouble and trouble.kind in ("cut", "slow") else None
            answer = self.answered(body, None if on_the_wire else trouble)
        self.send(*answer, on_the_wire)

    def answered(self, body, trouble):
        url = urlsplit(self.path)
        if trouble:
            status, answer, headers = _troubled(trouble)
            kind = "text/html" if trouble.kind == "html" else "application/json"
            return status, _bytes(answer), headers | {"Content-Type": kind}
        if url.path in ("/auth", "/token", "/revoke"):
            return self.oauth(url, body)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if url.path in BATCH.values():
            answer = self.fake.batch(body, self.headers["Content-Type"], token)
            return 200, answer, {"Content-Type": "multipart/mixed; boundary=batch_x"}
        query = parse_qs(url.query, keep_blank_values=True)
        status, answer, headers = self.fake.answer(self.command, url.path, query, body, token)
        return status, _bytes(answer), headers | {"Content-Type": "application/json; charset=UTF-8"}

    def oauth(self, url, body):
        if url.path == "/auth":
            status, text = self.fake.consent(parse_qs(url.query))
            return status, b"", {"Location": text} if status == 302 else {}
        if url.path == "/token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            status, answer = self.fake.token(form)
            return status, _bytes(answer), {"Content-Type": "application/json"}
        known = self.fake.lasting.pop(parse_qs(body.decode()).get("token", [""])[0], None)
        if known:
            self.fake.tokens.clear()
        return (200, b"{}", {}) if known else (400, b'{"error": "invalid_token"}', {})

    def send(self, status, body, headers, trouble):
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 500:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if trouble is None or not trouble.lengthless:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if trouble is not None and trouble.kind == "cut":
            body = body[: trouble.keep if trouble.keep >= 0 else len(body) // 2]
        step = max(1, len(body) // 5) if trouble is not None and trouble.kind == "slow" else max(1, len(body))
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            if step < len(body):
                self.wfile.flush()
                time.sleep(trouble.seconds)
        if trouble is not None:
            self.close_connection = True

    def log_message(self, *_):
        """Nothing is logged."""


class Google:
    """The server around a ``Fake``, on a port of this machine."""

    def __init__(self, **more):
        self.fake = Fake(**more)
        fake = self.fake

        handler = type("Handler", (_Handler,), {"fake": fake})

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), handler)
        fake.url = self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def _bytes(answer):
    return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()


@pytest.fixture
def google():
    """A Google that complains about nothing that it is asked."""
    server = Google()
    yield server
    server.close()
    assert server.fake.complaints == []
