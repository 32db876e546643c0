"""Requests to Microsoft Graph in, its pages out; what it refuses is an error of the tree.

One request at a time: Graph serves four at once for a mailbox, which other programs of the owner's share. A pause that
the server asks for is waited for where it is short; a longer one is ``Transient`` with ``retry_after``. Links to the
next page are followed only within the origin that the settings name, so the token goes nowhere else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from connectors.errors import ConnectorError, CursorExpired, MaybeSent, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.http import Http, Limits, Response, origin, shown
from connectors.http_answers import page_instead, refused, web_page
from connectors.http_wire import TooLarge
from connectors.microsoft_login import MicrosoftTokens
from connectors.microsoft_msal import MicrosoftSettings, ca_file
from connectors.protocol import Surroundings

#: Ids that stay when an item moves between folders.
IMMUTABLE: Final = 'IdType="ImmutableId"'
#: Pages without a single item that are followed in a row, and pages in all: a server that goes on is broken.
_MOST_EMPTY: Final = 500
_MOST_PAGES: Final = 200_000
_SIZE: Final = "odata.maxpagesize="
_FEWER: Final = (20, 1)
_LONGEST_ID: Final = 1000
_LONGEST_LINK: Final = 16 * 1024
#: Waits within a request: how often, and how long each at most.
_WAITS: Final = 2
_WAIT: Final = timedelta(seconds=2)
_BUSY: Final = frozenset({429, 500, 502, 503, 504, 509})
_ANSWERS: Final = frozenset({*range(200, 300), *range(400, 600)})
#: The server has forgotten how far a reader was (compared in lower case); the status that comes with it varies.
_EXPIRED: Final = frozenset(
    {
        "errorinvalidsyncstatedata",
        "errorsyncstatenotfound",
        "fullsyncrequired",
        "invaliddeltatoken",
        "resyncrequired",
        "syncstateinvalid",
        "syncstatenotfound",
    }
)
_NO_MAILBOX: Final = frozenset(
    {"mailboxnotenabledforrestapi", "mailboxnothostedinexchangeonline", "mailboxnotsupportedforrestapi"}
)
_GONE: Final = frozenset({"erroritemnotfound", "itemnotfound", "errorinvalididmalformed", "errorfoldernotfound"})

_T = TypeVar("_T")


class Circle(ProtocolViolation):
    """Graph's pages lead back to where they came from, or nowhere for too long."""


class _Busy(Transient):
    """Graph has no time: what was asked for was not done."""


class Refused(Exception):
    """Graph refused a request for itself: no fault of login, load or network. Every caller says what it means."""

    def __init__(self, status: int, code: str, place: str) -> None:
        super().__init__(f"{place} answered {status} {code}")
        self.status = status
        self.code = code
        self.place = place

    @property
    def expired(self) -> bool:
        """Whether it says that a cursor is no longer known."""
        return self.status == 410 or self.code.lower() in _EXPIRED

    @property
    def gone(self) -> bool:
        """Whether it says that the item is not there."""
        return self.status in (404, 410) or self.code.lower() in _GONE

    def error(self) -> ConnectorError:
        """What it means where nobody expected it."""
        if self.expired:
            return CursorExpired(f"Microsoft no longer knows how far this was read ({self.code or self.status})")
        return ProtocolViolation(f"{self.place} refuses the request ({self.status} {self.code})".replace(" )", ")"))


@contextmanager
def gone_on(name: str, *, resumed: bool) -> Iterator[None]:
    """What Graph refuses while ``name`` is read, said as an error of the tree.

    Of a pull that was ``resumed`` from a stored link a refusal, or pages in circles, mean that a new beginning is due.

    Raises:
        CursorExpired: it is.
        ConnectorError: as the refusal says.
    """
    try:
        yield
    except Refused as refused:
        if resumed and (refused.expired or refused.gone or refused.status == 400):
            raise CursorExpired(f"Microsoft no longer knows how far {name} was read") from refused
        raise refused.error() from refused
    except Circle as circle:
        if not resumed:
            raise
        # Where a stored link leads in circles, a new beginning may lead out.
        raise CursorExpired(f"Microsoft's pages of {name} run in circles") from circle


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list. ``next`` leads to the next one, ``delta`` to what will have changed after the last."""

    value: list[msgspec.Raw]
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class _ErrorBody(msgspec.Struct, frozen=True):
    code: str = ""


class _Error(msgspec.Struct, frozen=True):
    error: _ErrorBody = _ErrorBody()


class Graph:
    """Graph for one account. ``close`` gives the connection back."""

    def __init__(
        self,
        settings: MicrosoftSettings,
        surroundings: Surroundings,
        scopes: tuple[str, ...],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.root = settings.endpoint.strip().rstrip("/")
        self._account = surroundings.account
        self._now = surroundings.now
        self._sleep = sleep
        self._tokens = MicrosoftTokens(settings, surroundings, scopes)
        self._http = Http(
            authorization=self._tokens.authorization,
            origins=(self.root,),
            ca_file=ca_file(settings, surroundings),
            limits=Limits(connect_s=15, read_s=90, whole_s=300),
            now=surroundings.now,
        )

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def url(self, *path: str, **query: str) -> str:
        """The address of a resource below the root; ``query`` keys get their ``$`` where OData wants one."""
        place = "/".join(quote(part, safe="$=", errors="replace") for part in path)
        pairs = [(name if name.endswith("DateTime") else f"${name}", value) for name, value in query.items()]
        return f"{self.root}/{place}" + (f"?{urlencode(pairs, safe='$,/:', quote_via=quote)}" if pairs else "")

    def at_home(self, link: str) -> bool:
        """Whether a link leads to the server that the token is for."""
        plain = len(link) <= _LONGEST_LINK and link.isascii() and link.isprintable()
        return plain and origin(link) == origin(self.root)

    def page(self, url: str, *prefer: str) -> Page:
        """One page of a list; of fewer items where as many as were asked for are too large to be taken in.

        Raises:
            Refused: the request itself is refused.
            ConnectorError: as its subclasses say.
        """
        page = self._bounded(url, prefer)
        for link in (page.next, page.delta):
            if link is not None and not self.at_home(link):
                raise ProtocolViolation(f"Graph points to {shown(link)[:100]}, which is not to get your login")
        return page

    def _bounded(self, url: str, prefer: tuple[str, ...]) -> Page:
        for size in _FEWER:
            try:
                return self._read(self.get(url, *prefer), url, Page)
            except TooLarge:
                prefer = (*(each for each in prefer if not each.startswith(_SIZE)), f"{_SIZE}{size}")
        return self._read(self.get(url, *prefer), url, Page)

    def pages(self, url: str, *prefer: str) -> Iterator[Page]:
        """All pages from ``url`` on. Errors as of ``page``; a list that runs in circles is a ``Circle``."""
        seen, empty = {url}, 0
        for _ in range(_MOST_PAGES):
            page = self.page(url, *prefer)
            if page.next is None:
                yield page
                return
            empty = 0 if page.value else empty + 1
            if page.next in seen or empty > _MOST_EMPTY:
                raise Circle("Graph's pages run in circles: what came before them is kept")
            seen.add(page.next)
            yield page
            url = page.next
        raise Circle("Graph's pages do not end: what came before is kept")

    def item(self, url: str, kind: type[_T], *prefer: str) -> _T:
        """One item. Errors as of ``page``."""
        return self._read(self.get(url, *prefer), url, kind)

    def get(self, url: str, *prefer: str, accept: str = "application/json") -> Response:
        """The answer to a GET. Errors as of ``page``."""
        headers = {"Accept": accept, **({"Prefer": ", ".join(prefer)} if prefer else {})}
        return self._sent("GET", url, headers, None)

    def send(self, url: str, body: bytes, content_type: str) -> None:
        """Hand something over by a POST, which is not repeated.

        Raises:
            Refused: it is refused.
            MaybeSent: nobody knows whether it was taken.
            ConnectorError: as its subclasses say; it was not taken.
        """
        self._tokens.authorization()  # what goes wrong with the login goes wrong before anything is handed over
        try:
            self._sent("POST", url, {"Content-Type": content_type}, body)
        except _Busy:
            raise
        except Transient as error:
            raise MaybeSent(str(error)) from error

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        renewed, waits = False, 0
        while True:
            answer = self._http.request(
                method, url, headers={"Accept": "application/json", **headers}, body=body, allow=_ANSWERS
            )
            if answer.status < 300:
                return answer
            if answer.status == 401 and not renewed:
                renewed = True
                self._tokens.renew()
            elif answer.status in _BUSY and method == "GET" and waits < _WAITS:
                self._waited(answer, waits)
                waits += 1
            else:
                self._fail(answer)

    def _waited(self, answer: Response, waits: int) -> None:
        """Wait as long as the server asks, or a moment.

        Raises:
            Transient: it asks for more patience than that.
        """
        busy = refused(answer.status, answer.headers, shown(answer.url), self._now().astimezone(UTC))
        asked = busy.retry_after if isinstance(busy, Transient) else None
        if asked is None and answer.status == 429 and waits:
            raise busy
        if asked is not None and asked > _WAIT:
            raise busy
        self._sleep((asked if asked is not None else _WAIT / 4 * (waits + 1)).total_seconds())

    def _fail(self, answer: Response) -> NoReturn:
        place, code = shown(answer.url), _code(answer)
        if answer.status == 401:
            raise NeedsOwner(
                f"Microsoft no longer accepts the login of {self._account}: run kith login {self._account}"
            )
        if code.lower() in _NO_MAILBOX:
            raise NeedsOwner(
                f"{self._account} has no mailbox at Microsoft 365 or Outlook.com ({code}): read it by IMAP"
            )
        if answer.status == 403 and code.lower() not in _EXPIRED:
            raise NeedsOwner(
                f"Microsoft does not allow this ({code or 'status 403'}): run kith login {self._account} and allow "
                "what it asks for; if that does not help, an administrator has blocked it"
            )
        busy = refused(answer.status, answer.headers, place, self._now().astimezone(UTC))
        if answer.status in (429, 503) and isinstance(busy, Transient):
            raise _Busy(str(busy), retry_after=busy.retry_after)
        if answer.status in _BUSY or answer.status == 408:
            raise busy
        if not code and web_page(answer.headers, answer.body):
            raise page_instead(place)
        raise Refused(answer.status, code, place)

    def _read(self, answer: Response, url: str, kind: type[_T]) -> _T:
        try:
            return decoded(answer.body, kind)
        except msgspec.ValidationError as error:
            raise ProtocolViolation(f"{shown(url)} answered in a form that Graph does not have") from error
        except msgspec.DecodeError as error:
            if web_page(answer.headers, answer.body):
                raise page_instead(shown(url)) from None
            raise Transient(f"{shown(url)} answered with something that is no JSON, or broke off") from error


def usable(name: str) -> bool:
    """Whether an id can be asked for and kept."""
    return 0 < len(name) <= _LONGEST_ID and name.isprintable()


def decoded(content: bytes | msgspec.Raw, kind: type[_T]) -> _T:
    """JSON as a value of ``kind``; halves of characters, which Exchange cuts off at times, are let through.

    Raises:
        msgspec.ValidationError: it has another form.
        msgspec.DecodeError: it is no JSON.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        try:
            found: Any = json.loads(bytes(content))
            if kind is Page and isinstance(found, dict) and isinstance(found.get("value"), list):
                found["value"] = [msgspec.Raw(json.dumps(each).encode()) for each in found["value"]]
            return msgspec.convert(found, kind)
        except msgspec.ValidationError:
            raise
        except (ValueError, RecursionError):
            raise msgspec.DecodeError(one_line(str(error), 100)) from None


def _code(answer: Response) -> str:
    try:
        return one_line(msgspec.json.decode(answer.body[: 64 * 1024], type=_Error).error.code, 80)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
