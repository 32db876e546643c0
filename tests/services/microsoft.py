"""A fake Microsoft over HTTPS on loopback: the login service and the part of Graph that Kithkeeper speaks.

``Microsoft(folder)`` starts it with a certificate of its own (``ca_file``) and a ``box`` (see ``microsoft_box``);
``stop`` is an outage. Every request is checked: known paths, parameters, preferences, a good token; answers are checked
by the description of Graph where that is there. What is wrong goes into ``complaints``, which a test expects empty.
``faults`` are played on the requests that they match, each as often as it says.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import random
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from connectors.passwords import Secret
from connectors.protocol import ConnectorSpec, Surroundings
from tests.services.microsoft_accounts import CLIENT, Accounts, certificate
from tests.services.microsoft_box import Box, Item
from tests.services.microsoft_schema import answer_schema, parameters, wrong

_PREFERENCES = re.compile(
    r'IdType="ImmutableId"|odata\.maxpagesize=\d+|outlook\.body-content-type="text"|outlook\.timezone="UTC"'
)
_TENANT = r"/(?P<tenant>common|consumers|organizations|[0-9a-z.-]+)"
_MESSAGE = {"id", "@odata.etag", "@odata.type", "@removed"}
_OF_CONTACTS = {"id", "parentFolderId", "displayName", "givenName", "surname", "emailAddresses"}


@dataclass
class Fault:
    """What goes wrong with the requests whose path (with its query) has ``path`` in it.

    ``kind``: throttled, unavailable, error, html, cut, garbage, slow, drop, expired, unauthorized, loop, empty,
    duplicate, reorder, elsewhere. ``after`` requests that match pass first; ``times`` are hit.
    """

    kind: str
    path: str = ""
    times: int = 1
    after: int = 0
    retry_after: str | None = None
    seconds: float = 0.0
    status: int = 500
    code: str = "syncStateNotFound"
    keep: float = 0.5


class Microsoft:
    """The fake. ``now`` is its clock, for tokens."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder, self.now = folder, now
        self.box = Box()
        self.accounts = Accounts(clock=lambda: self.now())
        self.faults: list[Fault] = []
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.sent: list[bytes] = []
        self.cursors: dict[str, dict] = {}
        self.counter = itertools.count(1)
        self.lock = threading.RLock()
        self.page_limit = 1000
        self.strict = True
        self.ca_file = folder / "microsoft-ca.pem"
        certificate(folder)
        self.port = 0
        self.server: _Server | None = None
        self.start()

    # -- running ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Serve, on the same port as before."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "microsoft-cert.pem", self.folder / "microsoft-key.pem")
        self.server = _Server(("127.0.0.1", self.port), _Handler)
        self.server.fake, self.server.context = self, context
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Be gone."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server.drop_all()
            self.thread.join()
            self.server = None

    @property
    def root(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def settings(self) -> dict:
        """What an account's settings say to reach it."""
        return {
            "client_id": CLIENT,
            "authority": self.root,
            "endpoint": f"{self.root}/v1.0",
            "ca_file": str(self.ca_file),
        }

    def login(self, scope: str = "Mail.Read Calendars.Read") -> str:
        """An msal cache as a login leaves it."""
        import msal

        made = self.accounts.token(scope)
        cache = msal.SerializableTokenCache()
        claims = json.loads(base64.urlsafe_b64decode(made["id_token"].split(".")[1] + "=="))
        event = {
            "client_id": CLIENT,
            "scope": scope.split(),
            "token_endpoint": f"{self.root}/common/oauth2/v2.0/token",
            "response": {**made, "id_token_claims": claims},
        }
        cache.add(event, now=int(self.now().timestamp()))
        return cache.serialize()

    def expire(self) -> None:
        """Forget how far everybody has read."""
        self.cursors.clear()

    def count(self, part: str) -> int:
        """How many requests had ``part`` in their path."""
        return sum(part in each for each in self.requests)

    # -- answers ---------------------------------------------------------------------------------------------------

    def complain(self, what: str) -> None:
        self.complaints.append(what)

    def fault(self, line: str) -> Fault | None:
        """The fault that hits this request, if any."""
        for fault in self.faults:
            if fault.path in line and fault.times:
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def cursor(self, **state: object) -> str:
        token = f"T{next(self.counter)}x{secrets.token_hex(4)}"
        self.cursors[token] = dict(state)
        return token


class Reply(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, status: int, body: object = None, kind: str = "application/json", **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.kind, self.headers = status, body, kind, headers


def refused(status: int, code: str, message: str = "no", **headers: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message, "innerError": {}}}, **headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    fake: Microsoft
    context: ssl.SSLContext

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.open: set = set()

    def drop_all(self) -> None:
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(2)
            with contextlib.suppress(OSError):
                each.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.server.open.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.open.discard(self.request)
        for each in (self.wfile, self.rfile, self.request):
            with contextlib.suppress(OSError, ValueError):
                each.close()

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def _handle(self, method: str) -> None:
        fake = self.server.fake
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fake.requests.append(f"{method} {self.path}")
        with fake.lock:
            fault = fake.fault(unquote(self.path))
            try:
                if fault is not None:
                    _before(fault)
                raise Conversation(fake, method, self.path, self.headers, body, fault).answer()
            except Reply as reply:
                answer = reply
        self._send(answer, fault)

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault is not None and fault.kind == "drop":
            self.close_connection = True
            return
        plain = isinstance(reply.body, bytes)
        content = reply.body if plain else b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if fault is not None and fault.kind == "cut":
            content = content[: int(len(content) * fault.keep)]
            self.close_connection = True
        self.wfile.write(content)


def _before(fault: Fault) -> None:
    """Faults that leave nothing of the answer."""
    more = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if fault.kind == "throttled":
        raise refused(429, "ApplicationThrottled", **more)
    if fault.kind == "unavailable":
        raise refused(503, "serviceNotAvailable", **more)
    if fault.kind == "error":
        raise refused(fault.status, "UnknownError", **more)
    if fault.kind == "html":
        raise Reply(200, b"<!DOCTYPE html><html><body>Sign in to the network</body></html>", "text/html")
    if fault.kind == "garbage":
        raise Reply(200, b'{"value": [{"id": 5, "subject": {}}, 7, null], "@odata.deltaLink": ["x"]')
    if fault.kind == "types":
        raise Reply(200, {"value": {"id": "x"}})
    if fault.kind == "expired":
        raise refused(fault.status if fault.status != 500 else 410, fault.code)
    if fault.kind == "unauthorized":
        raise refused(401, "InvalidAuthenticationToken")


@dataclass
class Conversation:
    """One request to its answer."""

    fake: Microsoft
    method: str
    target: str
    headers: object
    body: bytes
    fault: Fault | None

    def answer(self) -> Reply:
        parts = urlsplit(self.target)
        self.path = unquote(parts.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        for pattern, method, handler in _ROUTES:
            match = re.fullmatch(pattern, self.path)
            if match and method == self.method:
                if self.path.startswith("/v1.0"):
                    self._check_token()
                    self._check_preferences()
                return handler(self, **match.groupdict())
        self.fake.complain(f"unknown {self.method} {self.target}")
        return refused(404, "UnknownError", "unknown path")

    # -- the login service -----------------------------------------------------------------------------------------

    def openid(self, tenant: str) -> Reply:
        root = f"{self.fake.root}/{tenant}/oauth2/v2.0"
        if tenant.endswith(".nowhere"):
            return Reply(400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."})
        return Reply(
            200,
            {
                "issuer": f"{self.fake.root}/{tenant}/v2.0",
                "authorization_endpoint": f"{root}/authorize",
                "token_endpoint": f"{root}/token",
                "device_authorization_endpoint": f"{root}/devicecode",
            },
        )

    def form(self) -> dict[str, str]:
        if self.headers.get("Authorization"):
            self.fake.complain("a token was sent to the login service")
        return dict(parse_qsl(self.body.decode()))

    def devicecode(self, tenant: str) -> Reply:
        form = self.form()
        if form.get("client_id") != CLIENT:
            return Reply(400, {"error": "unauthorized_client", "error_description": "AADSTS700016: no such app"})
        if not form.get("scope"):
            self.fake.complain("a device code without scope")
        code = f"dc-{secrets.token_hex(8)}"
        self.fake.accounts.codes[code] = {"scope": form.get("scope", ""), "pending": self.fake.accounts.pending}
        return Reply(
            200,
            {
                "user_code": "KITHABCDE",
                "device_code": code,
                "verification_uri": "https://microsoft.example/devicelogin",
                "expires_in": 900,
                "interval": 1,
                "message": "To sign in, open https://microsoft.example/devicelogin and enter KITHABCDE.",
            },
        )

    def token(self, tenant: str) -> Reply:
        form, accounts = self.form(), self.fake.accounts
        if form.get("client_id") != CLIENT or "client_secret" in form:
            return Reply(400, {"error": "unauthorized_client", "error_description": "AADSTS700016: no such app"})
        if accounts.refusal is not None:
            return Reply(400, accounts.refusal)
        grant = form.get("grant_type", "")
        if grant == "refresh_token":
            made = accounts.exchange(form.get("refresh_token", ""))
        elif grant == "urn:ietf:params:oauth:grant-type:device_code":
            made = self._by_code(form)
        elif grant == "authorization_code":
            kept = accounts.codes.pop(form.get("code", ""), None)
            if kept is not None and not form.get("code_verifier"):
                self.fake.complain("a code without PKCE")
            made = accounts.token(_plain(kept["scope"]), kept["nonce"]) if kept else None
        else:
            self.fake.complain(f"unknown grant {grant}")
            made = None
        if made is None:
            said = "AADSTS70008: The provided authorization code or refresh token has expired."
            return Reply(400, {"error": "invalid_grant", "error_description": said, "error_codes": [70008]})
        return Reply(200, made)

    def _by_code(self, form: dict[str, str]) -> dict | None:
        kept = self.fake.accounts.codes.get(form.get("device_code", ""))
        if kept is None:
            raise Reply(400, {"error": "bad_verification_code", "error_description": "AADSTS70019"})
        if kept["pending"] > 0:
            kept["pending"] -= 1
            raise Reply(400, {"error": "authorization_pending", "error_description": "AADSTS70016: pending"})
        return self.fake.accounts.token(_plain(kept["scope"]))

    # -- checks ----------------------------------------------------------------------------------------------------

    def _check_token(self) -> None:
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        ends, scope = self.fake.accounts.access.get(token, (None, ""))
        if scheme != "Bearer" or ends is None or ends <= self.fake.now():
            raise refused(401, "InvalidAuthenticationToken", WWW_Authenticate="Bearer")
        path = self.path.lower()
        named = {"sendmail": "Mail.Send", "calendar": "Calendars", "/contact": "Contacts"}
        wanted = next((scope for part, scope in named.items() if part in path), "Mail")
        if "/events" not in self.path and wanted not in scope:
            raise refused(403, "ErrorAccessDenied", "Access is denied.")

    def _check_preferences(self) -> None:
        said = self.headers.get("Prefer") or ""
        for each in filter(None, (part.strip() for part in said.split(","))):
            if not _PREFERENCES.fullmatch(each):
                self.fake.complain(f"unknown preference {each}")
        self.immutable = "ImmutableId" in said
        found = re.search(r"odata\.maxpagesize=(\d+)", said)
        self.page_size = min(int(found[1]) if found else 10, self.fake.page_limit)
        if self.method == "GET" and not self.immutable:
            self.fake.complain(f"no immutable ids asked for: {self.target}")

    def _check_query(self, path: str, *allowed: str) -> None:
        known = parameters(path)
        for name in self.query:
            if known is not None and name not in known and name not in allowed:
                self.fake.complain(f"unknown parameter {name}: {self.target}")

    def _checked(self, path: str, answer: dict) -> Reply:
        schema = answer_schema(path)
        if self.fake.strict and schema is not None:
            for each in wrong(answer, schema)[:3]:
                self.fake.complain(f"{path}: {each}")
        return Reply(200, answer)

    # -- mail ------------------------------------------------------------------------------------------------------

    def folders(self, parent: str = "") -> Reply:
        self._check_query("/me/mailFolders")
        box = self.fake.box
        value = [_folder(box, each) for each in box.folders.values() if each.parent == parent]
        return self._list("/me/mailFolders", value, self.fake.root + self.target)

    def folder(self, name: str) -> Reply:
        try:
            return Reply(200, _folder(self.fake.box, self.fake.box.folders[self.fake.box.folder_id(name)]))
        except KeyError:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def messages_delta(self, key: str) -> Reply:
        path = "/me/mailFolders/{id}/messages/delta"
        self._check_query(path)
        box = self.fake.box
        try:
            place = box.folder_id(key)
        except KeyError:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        state = self._state("$skiptoken", "$deltatoken")
        if state is None:
            if self.query.get("$orderby", "receivedDateTime desc") != "receivedDateTime desc":
                return refused(400, "ErrorInvalidUrlQueryFilter", "The $orderby is not supported.")
            if "$filter" in self.query:
                self.fake.complain("a filter caps what is read at 5,000 messages")
            here = [each for each in box.messages.values() if each.place == place]
            here.sort(key=lambda each: (each.told["receivedDateTime"], each.id), reverse=True)
            asked = {"select": self.query.get("$select", ""), "expand": self.query.get("$expand", "")}
            state = {"ids": [each.id for each in here], "at": 0, "upto": box.last, "since": 0, "folder": id, **asked}
        elif "since" in state and "ids" not in state:
            state = {**state, "ids": _changed(box, place, state["since"]), "at": 0, "upto": box.last}
        text = 'outlook.body-content-type="text"' in (self.headers.get("Prefer") or "")
        value = [told for each in self._slice(state) for told in _message(box, place, each, state, text=text)]
        return self._page(path, f"/me/mailFolders/{key}/messages/delta", state, value)

    def message(self, key: str) -> Reply:
        self._check_query("/me/messages/{id}", "$expand")
        item = self.fake.box.messages.get(key)
        if item is None:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return self._checked("/me/messages/{id}", _selected(item.told, self.query.get("$select", "")))

    def value(self, key: str) -> Reply:
        item = self.fake.box.messages.get(key)
        if item is None:
            return refused(404, "ErrorItemNotFound")
        return Reply(200, item.raw, "text/plain")

    def send_mail(self) -> Reply:
        kind = (self.headers.get("Content-Type") or "").partition(";")[0]
        if kind != "text/plain":
            self.fake.complain(f"a mail sent as {kind}")
            return refused(400, "ErrorMimeContentInvalid")
        try:
            raw = base64.b64decode(self.body, validate=True)
        except ValueError:
            return refused(400, "ErrorMimeContentInvalidBase64String")
        self.fake.sent.append(raw)
        self.fake.box.deliver("sentitems", raw, at=self.fake.now())
        return Reply(202)

    # -- calendars -------------------------------------------------------------------------------------------------

    def calendars(self) -> Reply:
        self._check_query("/me/calendars")
        return self._list("/me/calendars", list(self.fake.box.calendars.values()), self.fake.root + self.target)

    def view_delta(self, key: str = "") -> Reply:
        path = "/me/calendarView/delta"
        self._check_query(path)
        for name in ("$select", "$filter", "$orderby", "$expand", "$search"):
            if name in self.query:
                return refused(400, "ErrorInvalidUrlQuery", f"{name} is not supported with change tracking.")
        box = self.fake.box
        place = key or next(iter(box.calendars))
        state = self._state("$skiptoken", "$deltatoken")
        if state is None:
            first, until = self._window()
            here = [item.id for item in box.events.values() if item.place == place and _inside(box, item, first, until)]
            state = {"ids": here, "at": 0, "upto": box.last, "since": 0, "first": first, "until": until}
        elif "ids" not in state:
            changed = [item.id for item in box.events.values() if item.place == place and item.changed > state["since"]]
            gone = [each for each, (where, at) in box.gone_events.items() if where == place and at > state["since"]]
            state = {**state, "ids": changed + gone, "at": 0, "upto": box.last}
        value = [told for each in self._slice(state) for told in _event(box, each, state)]
        at = f"/me/calendars/{key}/calendarView/delta" if key else "/me/calendarView/delta"
        return self._page(path, at, state, value)

    def view(self, key: str = "") -> Reply:
        self._check_query("/me/calendarView")
        first, until = self._window()
        return self._events("/me/calendarView", key or next(iter(self.fake.box.calendars)), first, until)

    def instances(self, key: str) -> Reply:
        first, until = self._window()
        if key not in self.fake.box.events:
            return refused(404, "ErrorItemNotFound")
        return self._events("", "", first, until, master=key)

    def _events(self, path: str, place: str, first: datetime, until: datetime, master: str = "") -> Reply:
        box, select = self.fake.box, self.query.get("$select", "")
        value = [
            _selected(item.told, select)
            for item in box.events.values()
            if item.told["type"] != "seriesMaster"
            and (item.master == master if master else item.place == place)
            and item.start < until
            and item.end > first
        ]
        return self._list(path, value, self.fake.root + self.target)

    def event(self, key: str) -> Reply:
        item = self.fake.box.events.get(key)
        if item is None:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return Reply(200, _selected(item.told, self.query.get("$select", "")))

    def _window(self) -> tuple[datetime, datetime]:
        try:
            times = [datetime.fromisoformat(self.query[name]) for name in ("startDateTime", "endDateTime")]
        except (KeyError, ValueError):
            raise refused(400, "ErrorInvalidParameter", "startDateTime and endDateTime are needed") from None
        first, until = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in times)
        if until - first > timedelta(days=1825):
            raise refused(400, "ErrorInvalidParameter", "Maximum number of days: 1825")
        return first, until

    # -- contacts --------------------------------------------------------------------------------------------------

    def contact_folders(self) -> Reply:
        self._check_names("$top", "$skip", "$select", "$expand")
        found = list(self.fake.box.contact_folders.values())
        value = [
            _selected(each, self.query.get("$select", ""))
            for each in found
            if each["parentFolderId"] not in self.fake.box.contact_folders
        ]
        if "$expand" in self.query:
            if self.query["$expand"] != "childFolders($select=id,displayName)":
                self.fake.complain(f"an $expand that Graph was not asked for before: {self.target}")
            for told in value:
                below = [each for each in found if each["parentFolderId"] == told["id"]]
                told["childFolders"] = [_selected(each, "id,displayName") for each in below]
        return self._list("/me/contactFolders", value, self.fake.root + self.target)

    def contacts_delta(self, key: str = "") -> Reply:
        if any(name in self.query for name in ("$filter", "$orderby", "$expand", "$search", "$top")):
            return refused(400, "ErrorInvalidUrlQuery", "not supported with change tracking")
        self._check_names("$select", "$skiptoken", "$deltatoken")
        box = self.fake.box
        key = "" if key == "contacts" else key
        if key and key not in box.contact_folders:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        state = self._state("$skiptoken", "$deltatoken")
        if state is None:
            here = [item.id for item in box.contacts.values() if item.place == key]
            state = {"ids": here, "at": 0, "upto": box.last, "since": 0, "select": self.query.get("$select", "")}
        elif "ids" not in state:
            since = state["since"]
            changed = [item.id for item in box.contacts.values() if item.place == key and item.changed > since]
            gone = [each for each, (where, at) in box.gone_contacts.items() if where == key and at > since]
            state = {**state, "ids": changed + gone, "at": 0, "upto": box.last}
        value = [told for each in self._slice(state) for told in _contact(box, key, each, state)]
        at = f"/me/contactFolders/{key}/contacts/delta" if key else "/me/contacts/delta"
        return self._page("/me/contactFolders/{id}/contacts/delta", at, state, value)

    def contacts(self, key: str = "") -> Reply:
        self._check_names("$top", "$skip", "$select")
        found = [item.told for item in self.fake.box.contacts.values() if item.place == key]
        value = [_selected(told, self.query.get("$select", "")) for told in found]
        return self._list("/me/contacts", value, self.fake.root + self.target)

    def contact(self, key: str) -> Reply:
        self._check_names("$select")
        item = self.fake.box.contacts.get(key)
        if item is None:
            return refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return Reply(200, _selected(item.told, self.query.get("$select", "")))

    def _check_names(self, *allowed: str) -> None:
        """What the description of Graph would check where it knew of contacts."""
        for name in self.query.keys() - {*allowed}:
            self.fake.complain(f"unknown parameter {name}: {self.target}")
        for name in filter(None, self.query.get("$select", "").split(",")):
            if name not in _OF_CONTACTS:
                self.fake.complain(f"unknown property {name}: {self.target}")

    # -- pages -----------------------------------------------------------------------------------------------------

    def _state(self, *names: str) -> dict | None:
        for name in names:
            if name in self.query:
                token = self.query[name]
                if token not in self.fake.cursors:
                    raise refused(410, "syncStateNotFound", "The sync state generation is not found.")
                return self.fake.cursors[token]
        return None

    def _slice(self, state: dict) -> list[str]:
        return state["ids"][state["at"] : state["at"] + self.page_size]

    def _page(self, path: str, at: str, state: dict, value: list[dict]) -> Reply:
        root = f"{self.fake.root}/v1.0{at}"
        kind = self.fault.kind if self.fault is not None else ""
        if kind == "reorder":
            random.Random(4).shuffle(value)
        if kind == "duplicate":
            value = [*value, *json.loads(json.dumps(value))]
        page: dict = {"@odata.context": f"{self.fake.root}/v1.0/$metadata#Collection(message)", "value": value}
        following = state["at"] + self.page_size
        if kind == "empty":
            token = self.fake.cursor(**state)
            page |= {"value": [], "@odata.nextLink": f"{root}?$skiptoken={token}"}
        elif kind == "loop":
            token = self.fake.cursor(**state)
            link = self.fake.root + self.target if "token=" in self.target else f"{root}?$skiptoken={token}"
            page["@odata.nextLink"] = link
        elif kind == "elsewhere":
            page["@odata.nextLink"] = f"https://graph.evil.example/v1.0{at}?$skiptoken=x"
        elif following < len(state["ids"]):
            token = self.fake.cursor(**{**state, "at": following})
            page["@odata.nextLink"] = f"{root}?$skiptoken={token}"
        else:
            kept = {name: value for name, value in state.items() if name not in ("ids", "at", "upto")}
            page["@odata.deltaLink"] = f"{root}?$deltatoken={self.fake.cursor(**{**kept, 'since': state['upto']})}"
        return self._checked(path, page)

    def _list(self, path: str, value: list[dict], url: str) -> Reply:
        top, skip = int(self.query.get("$top", "10")), int(self.query.get("$skip", "0"))
        page: dict = {"value": value[skip : skip + top]}
        if skip + top < len(value):
            base = re.sub(r"&\$skip=\d+", "", unquote(url))
            page["@odata.nextLink"] = f"{base}&$skip={skip + top}"
        return self._checked(path, page)


def _plain(scope: str) -> str:
    own = {"openid", "profile", "offline_access"}
    return " ".join(word for word in scope.split() if word not in own)


def _folder(box: Box, folder: object) -> dict:
    return {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent or "AAMkROOT=",
        "childFolderCount": sum(each.parent == folder.id for each in box.folders.values()),
        "unreadItemCount": 0,
        "totalItemCount": sum(each.place == folder.id for each in box.messages.values()),
        "isHidden": False,
    }


def _changed(box: Box, place: str, since: int) -> list[str]:
    here = [
        each.id for each in box.messages.values() if each.place == place and max(each.changed, each.noticed) > since
    ]
    return here + [key for key, at in box.folders[place].gone.items() if at > since]


def _selected(told: dict, select: str) -> dict:
    if not select:
        return {name: value for name, value in told.items() if name != "internetMessageHeaders"}
    names = {*select.split(","), *_MESSAGE}
    return {name: value for name, value in told.items() if name in names}


def _message(box: Box, place: str, key: str, state: dict, *, text: bool) -> Iterator[dict]:
    item = box.messages.get(key)
    if item is None or item.place != place:
        if state["since"]:
            yield {"@odata.type": "#microsoft.graph.message", "id": key, "@removed": {"reason": "deleted"}}
        return
    if item.changed <= state["since"]:
        yield {"@odata.type": "#microsoft.graph.message", "id": key, "isRead": item.told["isRead"]}
        return
    told = _selected(item.told, state.get("select", ""))
    if text and told.get("body", {}).get("contentType") == "html":
        plain = re.sub(r"<[^>]+>", "", told["body"]["content"])
        told = {**told, "body": {"contentType": "text", "content": plain}}
    if "singleValueExtendedProperties" in state.get("expand", "") and any(item.answers):
        ids = ("String 0x1042", "String 0x1039")
        extra = [{"id": name, "value": value} for name, value in zip(ids, item.answers, strict=True) if value]
        told = {**told, "singleValueExtendedProperties": extra}
    yield told


def _inside(box: Box, item: Item, first: datetime, until: datetime) -> bool:
    if item.told["type"] == "seriesMaster":
        return any(_inside(box, each, first, until) for each in box.events.values() if each.master == item.id)
    return item.start < until and item.end > first


def _event(box: Box, key: str, state: dict) -> Iterator[dict]:
    item = box.events.get(key)
    if item is None or not _inside(box, item, state["first"], state["until"]):
        if state["since"]:
            yield {"@odata.type": "#microsoft.graph.event", "id": key, "@removed": {"reason": "deleted"}}
        return
    if item.told["type"] == "occurrence":
        names = ("id", "seriesMasterId", "type", "start", "end")
        yield {name: item.told[name] for name in names}
        return
    yield _selected(item.told, "")


def _contact(box: Box, place: str, key: str, state: dict) -> Iterator[dict]:
    item = box.contacts.get(key)
    if item is not None and item.place == place:
        yield _selected(item.told, state["select"])
    elif state["since"]:
        yield {"@odata.type": "#microsoft.graph.contact", "id": key, "@removed": {"reason": "deleted"}}


_ID = r"(?P<key>[^/]+)"
_ROUTES: list[tuple[str, str, Callable]] = [
    (_TENANT + r"/v2\.0/\.well-known/openid-configuration", "GET", Conversation.openid),
    (_TENANT + r"/oauth2/v2\.0/devicecode", "POST", Conversation.devicecode),
    (_TENANT + r"/oauth2/v2\.0/token", "POST", Conversation.token),
    (r"/v1\.0/me/mailFolders", "GET", Conversation.folders),
    (r"/v1\.0/me/mailFolders/(?P<parent>[^/]+)/childFolders", "GET", Conversation.folders),
    (r"/v1\.0/me/mailFolders/(?P<name>[^/]+)", "GET", Conversation.folder),
    (rf"/v1\.0/me/mailFolders/{_ID}/messages/delta", "GET", Conversation.messages_delta),
    (rf"/v1\.0/me/messages/{_ID}", "GET", Conversation.message),
    (rf"/v1\.0/me/messages/{_ID}/\$value", "GET", Conversation.value),
    (r"/v1\.0/me/sendMail", "POST", Conversation.send_mail),
    (r"/v1\.0/me/calendars", "GET", Conversation.calendars),
    (r"/v1\.0/me/calendarView/delta", "GET", Conversation.view_delta),
    (rf"/v1\.0/me/calendars/{_ID}/calendarView/delta", "GET", Conversation.view_delta),
    (r"/v1\.0/me/calendarView", "GET", Conversation.view),
    (rf"/v1\.0/me/calendars/{_ID}/calendarView", "GET", Conversation.view),
    (rf"/v1\.0/me/events/{_ID}/instances", "GET", Conversation.instances),
    (rf"/v1\.0/me/events/{_ID}", "GET", Conversation.event),
    (r"/v1\.0/me/contactFolders", "GET", Conversation.contact_folders),
    (r"/v1\.0/me/contacts", "GET", Conversation.contacts),
    (r"/v1\.0/me/contacts/delta", "GET", Conversation.contacts_delta),
    (rf"/v1\.0/me/contactFolders/{_ID}/contacts", "GET", Conversation.contacts),
    (rf"/v1\.0/me/contactFolders/{_ID}/contacts/delta", "GET", Conversation.contacts_delta),
    (rf"/v1\.0/me/contacts/{_ID}", "GET", Conversation.contact),
]


@contextlib.contextmanager
def running(folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Microsoft]:
    """A fake Microsoft that has nothing to complain about in the end."""
    made = Microsoft(folder, now=now)
    try:
        yield made
    finally:
        made.stop()
    assert made.complaints == [], made.complaints


def around(fake: Microsoft, folder: Path, *, scope: str = "Mail.Read Calendars.Read") -> Surroundings:
    """The surroundings of an account that has logged in, with the fake's clock."""
    made = Surroundings(
        base=folder,
        now=lambda: fake.now(),
        zone=ZoneInfo("Europe/Stockholm"),
        owner_addresses=(fake.box.owner,),
        account="work",
    )
    if made.logins.read("work") is None:
        with made.logins.changing("work") as slot:
            slot.write(Secret(fake.login(scope)))
    return made


def opened(fake: Microsoft, spec: ConnectorSpec, folder: Path, **more: object) -> Any:
    """A connector for an account that has logged in; ``more`` are settings."""
    return spec.open(msgspec.convert({**fake.settings(), **more}, spec.settings), around(fake, folder))
