"""A request in, its whole answer out, or an error of the tree: the project's one HTTP client, over requests.

Answers are bounded in bytes and seconds. Credentials go only to origins that were trusted, over TLS or within this
machine, and never along a redirect to another origin; cookies and ``.netrc`` are not used. Proxies come from the
environment; the certificates from ``ca_file`` where it is given, else from requests and its environment.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.http_answers import page_instead, refused, web_page
from connectors.passwords import Secret

if TYPE_CHECKING:
    import requests

    from connectors.http_wire import Watch

SUCCESS: Final = frozenset(range(200, 300))
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for connecting, for each wait and for the whole answer; bytes of an unpacked body."""

    connect_s: float = 15.0
    read_s: float = 60.0
    whole_s: float = 300.0
    body: int = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer. ``headers`` by lower-case name; ``url`` is where it came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> object:
        """The body as JSON.

        Raises:
            Transient: it is a web page instead.
            ProtocolViolation: it is no JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if web_page(self.headers, self.body):
                raise page_instead(shown(self.url)) from None
            raise ProtocolViolation(f"{shown(self.url)} answered with something that is no JSON") from error


class Http:
    """Requests with one set of credentials, by one thread at a time; any other may ``close`` it."""

    def __init__(
        self,
        *,
        authorization: Callable[[], Secret | None] = lambda: None,
        origins: Iterable[str] = (),
        ca_file: Path | None = None,
        allow_plain: bool = False,
        limits: Limits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Nothing is opened yet.

        Args:
            authorization: the value of the Authorization header, asked before every request; None sends none.
            origins: URLs to whose origins requests, and with them credentials, may go.
            ca_file: the only certificates to trust, in PEM.
            allow_plain: send credentials without TLS beyond this machine too.
            limits: how much and how long an answer may be.
            now: the clock (aware), for times that servers name.
        """
        self._authorization = authorization
        self._origins = {origin(url) for url in origins}
        self._ca_file = ca_file
        self._allow_plain = allow_plain
        self._limits = limits or Limits()
        self.now = now
        self._session: requests.Session | None = None
        self._watch: Watch | None = None

    def trust(self, url: str) -> None:
        """Requests, and with them credentials, may go to the origin of ``url`` too."""
        self._origins.add(origin(url))

    def close(self) -> None:
        """Give the connections back; a request after it opens new ones, one under way ends with ``Transient``."""
        watch = self._watch
        if watch is not None:
            watch.end()
        if self._session is not None:
            self._session.close()
            self._session = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allow: frozenset[int] = SUCCESS,
    ) -> Response:
        """Send a request, follow redirects within its origin (or from http to https), read the answer whole.

        Args:
            method: upper case; redirects keep it, but 303.
            url: an absolute URL of a trusted origin, without a user or password in it.
            allow: the statuses that are handed back; all others raise. Who can renew a token allows 401.

        Raises:
            NeedsOwner: the login, the rights, the url or the certificate is not good.
            Transient: unreachable, busy, cut off, too slow, or a fault of the server's.
            TooLarge: the answer is longer than the limits say.
            ProtocolViolation: the answer is not what HTTP allows, or the url is of no trusted origin.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._sent(method, url, headers or {}, body)
            if answer.status in allow:
                return answer
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                if answer.status in SUCCESS and web_page(answer.headers, answer.body):
                    raise page_instead(shown(url))
                raise refused(answer.status, answer.headers, shown(url), self.now().astimezone(UTC))
            there = location(answer)
            if not _same_or_safer(url, there):
                raise NeedsOwner(f"{shown(url)} redirects to {shown(there)}: if you trust it, write that url instead")
            if origin(there) != origin(url):
                self.trust(there)
            url = there
            if answer.status == 303 and method != "HEAD":
                method, body = "GET", None
        raise ProtocolViolation(f"{shown(url)} redirects in circles")

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        try:
            return self._once(method, url, headers, body)
        except _Dropped:
            if method not in _REPEATABLE:
                raise
        return self._once(method, url, headers, body)  # a kept connection had been closed in the meantime

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        from requests import exceptions
        from urllib3.exceptions import HTTPError

        from connectors.http_wire import Watch, body_of

        credentials = self._credentials(url)
        with Watch(self._limits.whole_s) as watch:
            self._watch = watch
            try:
                with self._opened().request(
                    method,
                    url,
                    headers={"Accept-Encoding": "gzip", "User-Agent": _user_agent(), **headers},
                    data=body,
                    auth=_Authorize(credentials),
                    timeout=(self._limits.connect_s, self._limits.read_s),
                    allow_redirects=False,
                    stream=True,
                    verify=True if self._ca_file is None else str(self._ca_file),
                ) as raw:
                    found = {name.lower(): value for name, value in raw.headers.items()}
                    content = body_of(raw, self._limits.body)
                if not watch.ended:  # a body that ends with its connection looks whole when the watch ends it
                    return Response(status=raw.status_code, headers=found, body=content, url=url)
                failed: ConnectorError = Transient("")
            except (exceptions.RequestException, HTTPError, OSError, ValueError) as error:
                failed = _failed(error, url, self._ca_file)
            except ConnectorError as error:
                failed = type(error)(f"{shown(url)}: {error}")
            finally:
                self._watch = None
        # What requests raised holds the whole request, login and all: it goes no further than here.
        if watch.late:
            raise Transient(f"{shown(url)} took longer than {self._limits.whole_s:g} s to answer")
        raise Transient(f"{shown(url)} was left before it had answered") if watch.ended else failed

    def _opened(self) -> requests.Session:
        if self._session is None:
            from http.cookiejar import DefaultCookiePolicy

            import requests

            from connectors.http_wire import WatchedAdapter

            self._session = requests.Session()
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                self._session.mount(scheme, WatchedAdapter())
        return self._session

    def _credentials(self, url: str) -> Secret | None:
        check(url)
        if origin(url) not in self._origins:
            raise ProtocolViolation(f"the server points to {shown(url)}, which is not to get your login")
        secret = self._authorization()
        if secret is None:
            return None
        if url.startswith("http:") and not (self._allow_plain or is_loopback(url)):
            raise NeedsOwner(f"{shown(url)} would get your password in the clear: use https, or set allow_plain = true")
        value = secret.reveal()
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise NeedsOwner(f"the token for {shown(url)} has characters that no token has: write it anew")
        return secret


class _Dropped(Transient):
    """The connection ended before anything was answered."""


class _Authorize:
    """Sets the header, or none; requests then looks into no ``.netrc``."""

    def __init__(self, secret: Secret | None) -> None:
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._secret is not None:
            request.headers["Authorization"] = self._secret.reveal()
        return request


def check(url: str) -> None:
    """Whether a URL is one that can be asked.

    Raises:
        NeedsOwner: it is no http or https URL, or has a user or password in it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        usable = False
    if not usable:
        raise NeedsOwner(f"{shown(url)} is no web address: write it like https://dav.example.org/")
    if "@" in parts.netloc:
        raise NeedsOwner(f"{shown(url)}: leave user and password out of the url; they have keys of their own")


def origin(url: str) -> str:
    """Scheme, host and port of a URL; an unusable one has an origin that nothing else has."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return f"unusable {url}"
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def location(answer: Response) -> str:
    """Where a redirect leads, absolute; spaces and controls in it are percent-encoded."""
    import requests

    said = answer.headers["location"].encode("latin-1", "replace").decode("utf-8", "replace").strip()
    try:
        return requests.utils.requote_uri(urljoin(answer.url, said[:2000]))
    except (ValueError, requests.exceptions.RequestException):
        raise ProtocolViolation(f"{shown(answer.url)} redirects to an address that is none") from None


def shown(url: str) -> str:
    """A URL for the owner: without user, password and query, on one line."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        return one_line(f"{parts.scheme}://{host}{port}{parts.path}", 200)
    except ValueError:
        return "the url"


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine by its name or number."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _same_or_safer(url: str, there: str) -> bool:
    """Whether a redirect stays at home: the same origin, or the same host with TLS instead of without."""
    if origin(url) == origin(there):
        return True
    try:
        old, new = urlsplit(url), urlsplit(there)
    except ValueError:
        return False
    return (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname


def _failed(error: Exception, url: str, ca_file: Path | None) -> ConnectorError:
    """An error of requests, urllib3 or the socket as one of the tree."""
    from requests import exceptions

    place = shown(url)
    if isinstance(error, exceptions.SSLError):
        return _tls(error, place, ca_file)
    if isinstance(error, exceptions.ProxyError):
        return Transient(f"the proxy to {place} cannot be reached: check https_proxy")
    if isinstance(error, exceptions.Timeout):
        return Transient(f"{place} does not answer in time")
    chain = list(_chain(error))
    names = {type(each).__name__ for each in chain}
    if names & {"NameResolutionError", "gaierror"}:
        return Transient(f"{place} is not found: is this machine online, and is the host right?")
    if names & {"ReadTimeoutError", "TimeoutError"}:
        return Transient(f"{place} does not answer in time")
    if names & {"RemoteDisconnected", "ConnectionResetError", "BrokenPipeError"}:
        return _Dropped(f"{place} closed the connection")
    if isinstance(error, exceptions.ConnectionError | exceptions.ChunkedEncodingError):
        return Transient(f"{place} cannot be reached, or broke off")
    if isinstance(error, exceptions.InvalidURL | exceptions.InvalidSchema | exceptions.MissingSchema):
        return NeedsOwner(f"{place} is no web address: write it like https://dav.example.org/")
    if isinstance(error, exceptions.InvalidProxyURL):
        return NeedsOwner("the address of the proxy cannot be read: correct https_proxy")
    if isinstance(error, OSError) and not isinstance(error, exceptions.RequestException):
        if ca_file is not None and not ca_file.is_file():
            return NeedsOwner(f"{ca_file} is not there: correct ca_file")
        return Transient(f"{place} cannot be reached ({one_line(error.strerror or type(error).__name__, 100)})")
    return Transient(f"{place} broke off")


def _tls(error: Exception, place: str, ca_file: Path | None) -> ConnectorError:
    import ssl

    found = [each for each in _chain(error) if isinstance(each, ssl.SSLError)]
    if any(isinstance(each, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError) for each in found):
        return Transient(f"{place} broke off while TLS was set up")
    reason = next((one_line(getattr(each, "verify_message", "") or each.reason or "", 100) for each in found), "")
    hint = f"is {ca_file} its authority's?" if ca_file else "if the server has an authority of its own, set ca_file"
    return NeedsOwner(f"the certificate or TLS of {place} is not accepted ({reason or 'no reason given'}): {hint}")


def _chain(error: BaseException) -> Iterable[BaseException]:
    """An error and what is wrapped in it, each once."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
        waiting += [part for part in inner if isinstance(part, BaseException)]


@cache
def _user_agent() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"kithkeeper/{version('kithkeeper')}"
    except PackageNotFoundError:
        return "kithkeeper"
