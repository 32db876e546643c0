"""The address of a server, a principal, a home or one calendar in, its calendars of events out (RFC 4791, 6764)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from connectors.caldav_xml import CALDAV, DAV, SERVER, Answer, Multistatus, multistatus, propfind
from connectors.errors import NeedsOwner, ProtocolViolation
from connectors.harmless import name_of, one_line
from connectors.http import REDIRECTS, Http, Response, location, origin, shown
from connectors.http_answers import WebPage, page_instead, web_page

_PROPERTIES: Final = (
    "resourcetype",
    "displayname",
    "current-user-principal",
    "current-user-privilege-set",
    "supported-report-set",
    "sync-token",
    "S:getctag",
    "C:calendar-home-set",
    "C:supported-calendar-component-set",
)
_XML: Final = "application/xml; charset=utf-8"
#: What a place that is none of CalDAV's answers a PROPFIND with; a place that is gone or closed is one, though.
_ELSEWHERE: Final = frozenset({400, 405, 501})
_CLOSED: Final = frozenset({403, 404, 410})
_MOST_HOMES: Final = 20
_MOST_CALENDARS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One calendar of events. ``name`` says where it is below its home and stays when it is renamed; ``title`` is what
    its owner calls it. ``token`` and ``ctag`` change with its content, where the server has them (else empty);
    ``syncs`` says that it knows sync-collection.
    """

    url: str
    name: str
    title: str
    token: str = ""
    ctag: str = ""
    syncs: bool = False


def ask(http: Http, method: str, url: str, body: bytes, *, depth: int, allow: frozenset[int] = frozenset()) -> Response:
    """Send a request with an XML body; 207 and the statuses in ``allow`` come back.

    Raises:
        ConnectorError: as ``Http.request`` says; Transient where a web page came instead.
    """
    headers = {"Content-Type": _XML, "Depth": str(depth), "Accept": "application/xml, text/xml"}
    answer = http.request(method, url, headers=headers, body=body, allow=allow | {207})
    if answer.status == 207 and web_page(answer.headers, answer.body):
        raise page_instead(shown(url))
    return answer


def same_origin(url: str, href: str) -> str:
    """``href`` as a URL on the server of ``url``: only its path counts, whatever host a server believes it has."""
    here = urlsplit(url)
    return urlunsplit((here.scheme, here.netloc, path_of(_joined(url, href)) or "/", "", ""))


def path_of(href: str) -> str:
    """The path in an href, as written; empty where it is none."""
    try:
        return urlsplit(href).path
    except ValueError:
        return ""


def resource_name(href: str) -> str:
    """The name of a resource in its calendar: the last part of its path. Empty for a folder."""
    return unquote(path_of(href).rpartition("/")[2])


def _joined(url: str, href: str) -> str:
    try:
        return urljoin(url, href)
    except ValueError:
        raise ProtocolViolation(f"{shown(url)} names a place that is none") from None


def calendars(http: Http, url: str) -> list[Calendar]:
    """The calendars that can be read, in the order of their names.

    Raises:
        NeedsOwner: there is no CalDAV at the url, or it leads to a host that is not to get the login.
        ConnectorError: as ``Http.request`` says.
    """
    page: WebPage | None = None
    found = None
    try:
        found = _by_itself(http, url)
    except WebPage as error:  # many servers have a site for people at their root, and CalDAV elsewhere
        page = error
    if found is None:
        start = _well_known(http, url)
        found = _by_itself(http, start) if start is not None else None
    if found is None:
        raise page or NeedsOwner(f"there is no CalDAV at {shown(url)} that this login may read: correct the url")
    return sorted(found[:_MOST_CALENDARS], key=lambda calendar: calendar.name)


def _by_itself(http: Http, url: str) -> list[Calendar] | None:
    """What a URL leads to without looking for another; None where it leads nowhere."""
    # An address that the owner has written out is not to lead to everything else when it is gone.
    itself = _asked(http, url, depth=0, also=frozenset() if _path(url) else _CLOSED)
    if itself is None or not itself[1].answers:
        return None
    url, answer = itself[0], itself[1].answers[0]
    if _is_calendar(answer):
        return [_calendar(url, answer, name=_path(url).rpartition("/")[2])]
    below = _below(http, [url]) if _path(url) else []
    if below:
        return below
    homes = _homes(http, url, answer)
    return _below(http, homes) if homes else None


def _homes(http: Http, url: str, answer: Answer) -> list[str]:
    """Where the calendars of whoever is logged in are."""
    homes = [_led(http, url, href) for href in answer.hrefs(CALDAV, "calendar-home-set")]
    for href in [] if homes else answer.hrefs(DAV, "current-user-principal")[:1]:
        principal = _asked(http, _led(http, url, href), depth=0)
        if principal is not None:
            place, said = principal
            homes = [
                _led(http, place, home) for one in said.answers[:1] for home in one.hrefs(CALDAV, "calendar-home-set")
            ]
    return list(dict.fromkeys(homes))[:_MOST_HOMES]


def _asked(http: Http, url: str, *, depth: int, also: frozenset[int] = _CLOSED) -> tuple[str, Multistatus] | None:
    """Where a place is in the end, and what it says of itself; None where it is no place of CalDAV's, or ``also`` so."""
    answer = ask(http, "PROPFIND", url, propfind(_PROPERTIES), depth=depth, allow=_ELSEWHERE | also)
    return None if answer.status != 207 else (answer.url, multistatus(answer.body, shown(answer.url)))


def _below(http: Http, homes: Sequence[str]) -> list[Calendar]:
    """The calendars in some homes, each once."""
    found: dict[str, Calendar] = {}
    for home in homes:
        listed = _asked(http, home, depth=1)
        if listed is None:
            continue
        place, said = listed
        base = f"{_path(place)}/" if len(homes) == 1 else ""
        for answer in said.answers:
            if _is_calendar(answer) and _is_readable(answer) and _has_events(answer):
                url = same_origin(place, answer.href)
                calendar = _calendar(url, answer, name=_path(url).removeprefix(base))
                found.setdefault(calendar.name, calendar)
    return list(found.values())


def _calendar(url: str, answer: Answer, *, name: str) -> Calendar:
    name = one_line(name, 500) or "calendar"
    reports = answer.found.first(DAV, "supported-report-set")
    token = answer.found.text_of(DAV, "sync-token")
    return Calendar(
        url=url if url.endswith("/") else f"{url}/",
        name=name,
        title=name_of(answer.found.text_of(DAV, "displayname")) or name,
        token=token,
        ctag=answer.found.text_of(SERVER, "getctag"),
        syncs=bool(token) or (reports is not None and reports.holds(DAV, "sync-collection")),
    )


def _path(url: str) -> str:
    """The path of a URL for people: decoded, without the slashes around it."""
    return unquote(urlsplit(url).path).strip("/")


def _is_calendar(answer: Answer) -> bool:
    kind = answer.found.first(DAV, "resourcetype")
    return kind is not None and kind.first(CALDAV, "calendar") is not None


def _has_events(answer: Answer) -> bool:
    """False for lists of tasks; a server that does not say has everything."""
    kinds = answer.found.first(CALDAV, "supported-calendar-component-set")
    if kinds is None or not kinds.inner:
        return True
    return any(kind.attributes.get("name", "").upper() == "VEVENT" for kind in kinds.every(CALDAV, "comp"))


def _is_readable(answer: Answer) -> bool:
    """False where a calendar shows no more than free and busy times; a server that does not say lets it be read."""
    holder = answer.found.first(DAV, "current-user-privilege-set")
    rights = {right.name for each in holder.inner for right in each.inner} if holder is not None else set()
    return not rights or bool(rights & {"read", "all"})


def _well_known(http: Http, url: str) -> str | None:
    """Where a host says that its CalDAV is; None where it says nothing."""
    asked = urljoin(url, "/.well-known/caldav")
    answer = ask(http, "PROPFIND", asked, propfind(_PROPERTIES), depth=0, allow=_ELSEWHERE | _CLOSED | REDIRECTS)
    if answer.status in REDIRECTS and "location" in answer.headers:
        return _led(http, asked, location(answer))
    return answer.url if answer.status == 207 else None


def _led(http: Http, url: str, href: str) -> str:
    """Where a server leads to, itself or a sister of it, which then gets the login too.

    Raises:
        NeedsOwner: it leads to a stranger.
    """
    there = _joined(url, href)
    if origin(there) != origin(url):
        if not _sisters(url, there):
            raise NeedsOwner(f"{shown(url)} leads to {shown(there)}: if you trust it, write that url instead")
        http.trust(there)
    return there


def _sisters(url: str, there: str) -> bool:
    """Whether two URLs are of one provider: TLS, and hosts below one domain (caldav and p42-caldav.icloud.com)."""
    try:
        old, new = urlsplit(url), urlsplit(there)
        if new.port not in (None, 443) or new.username is not None or (old.scheme, new.scheme) != ("https", "https"):
            return old.scheme == "http" and new.scheme == "https" and old.hostname == new.hostname
    except ValueError:
        return False
    mine, theirs = (old.hostname or "").split("."), (new.hostname or "").split(".")
    if theirs[-len(mine) :] == mine and len(mine) > 1:
        return True
    shared = mine[1:]
    # Two short labels may be a country's registry (co.uk), below which everybody is.
    is_registry = len(shared) < 2 or (len(shared) == 2 and len(shared[0]) <= 3 and len(shared[1]) == 2)
    return not is_registry and theirs[-len(shared) :] == shared
