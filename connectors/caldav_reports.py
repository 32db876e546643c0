"""A calendar and how far it was read in; what came, went and changed in it out, and the text of its resources.

Servers that know sync-collection say what changed since a token; of others the etags of all resources are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from connectors.caldav_server import Calendar, ask, path_of, resource_name, same_origin
from connectors.caldav_xml import CALDAV, DAV, Answer, NotXml, multiget, multistatus, propfind, sync_collection, tree
from connectors.errors import CursorExpired, ProtocolViolation, Transient
from connectors.http import Http, Response, shown
from connectors.http_answers import page_instead, refused, web_page
from connectors.http_wire import TooLarge

_MOST_PAGES: Final = 1000
#: A server that answers this knows no such report, or not for everything at once.
_NO_SYNC: Final = frozenset({400, 403, 405, 409, 415, 501, 507})
_TOKEN_REFUSED: Final = frozenset({400, 403, 409, 410, 412, 507})
#: One resource among many may be to blame: each is asked for by itself.
_ONE_TO_BLAME: Final = frozenset({400, 405, 413, 414, 415, 500, 501, 507})
_NOT_TO_BE_HAD: Final = frozenset({403, 404, 410, 413, 500})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Resources by their names. ``etags`` are those that are there (or came or changed, unless ``whole``), with their
    etags; ``hrefs`` as the server writes them; ``gone`` those that it says are gone. ``token`` is what to go on from, if
    there is one.
    """

    way: Literal["sync", "etags"]
    token: str
    whole: bool
    etags: dict[str, str]
    hrefs: dict[str, str]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One resource: its calendar ``text``, or the ``problem`` for which it has none (one line), with the ``status`` by
    which the server refused it, if it did.
    """

    name: str
    href: str
    etag: str
    text: str = ""
    problem: str = ""
    status: int = 0


def listed(http: Http, calendar: Calendar, token: str) -> Listing:
    """What changed since ``token``, or everything where it is empty.

    Raises:
        CursorExpired: the server no longer knows the token.
        ConnectorError: as ``Http.request`` says; ProtocolViolation where pages never end.
    """
    if not calendar.syncs:
        return _by_etags(http, calendar)
    return _by_token(http, calendar, token) or _by_etags(http, calendar)


def _by_token(http: Http, calendar: Calendar, token: str) -> Listing | None:
    """None where the server says that it knows the report and does not."""
    etags: dict[str, str] = {}
    hrefs: dict[str, str] = {}
    gone: set[str] = set()
    at, seen = token, {token}
    for _ in range(_MOST_PAGES):
        answer = ask(http, "REPORT", calendar.url, sync_collection(at), depth=0, allow=_NO_SYNC | _TOKEN_REFUSED)
        if answer.status != 207:
            if at and _refuses_token(answer):
                raise CursorExpired("the server no longer knows how far this calendar was read")
            if at or answer.status not in _NO_SYNC:
                raise refused(answer.status, answer.headers, shown(calendar.url), http.now())
            return None
        page = multistatus(answer.body, shown(calendar.url))
        more = False
        for each in page.answers:
            name = resource_name(each.href)
            if each.status == 507:
                more = True
            elif name and each.status in (404, 410):
                gone.add(name)
                etags.pop(name, None)
                hrefs.pop(name, None)
            elif name and _is_resource(each):
                gone.discard(name)
                etags[name], hrefs[name] = each.found.text_of(DAV, "getetag"), path_of(each.href)
        at = page.sync_token
        if not more:
            return Listing(way="sync", token=at, whole=not token, etags=etags, hrefs=hrefs, gone=frozenset(gone))
        if not at or at in seen:
            break
        seen.add(at)
    raise ProtocolViolation(f"{shown(calendar.url)} lists its changes in pages that never end")


def _refuses_token(answer: Response) -> bool:
    """Radicale and Cyrus answer 403 with a reason, Xandikos 412, others what they like; a plain 403 is about rights."""
    if answer.status != 403:
        return True
    try:
        return tree(answer.body, "").holds(DAV, "valid-sync-token")
    except (NotXml, Transient):
        return False


def _by_etags(http: Http, calendar: Calendar) -> Listing:
    body = propfind(["getetag", "resourcetype"])
    answer = ask(http, "PROPFIND", calendar.url, body, depth=1)
    said = multistatus(answer.body, shown(calendar.url))
    found = [each for each in said.answers if resource_name(each.href) and _is_resource(each)]
    return Listing(
        way="etags",
        token="",
        whole=True,
        etags={resource_name(each.href): each.found.text_of(DAV, "getetag") for each in found},
        hrefs={resource_name(each.href): path_of(each.href) for each in found},
    )


def _is_resource(answer: Answer) -> bool:
    kind = answer.found.first(DAV, "resourcetype")
    return answer.status < 300 and (kind is None or not kind.inner)


def fetched(http: Http, calendar: Calendar, hrefs: Sequence[str]) -> list[Fetched]:
    """The resources that are there, in the order of ``hrefs``; of those that are to blame for a failure the problem.

    Raises:
        ConnectorError: as ``Http.request`` says; what fails for all of them is the server's failure.
        ProtocolViolation: none of several is there.
    """
    found = {each.name: each for each in _fetched(http, calendar, list(hrefs))}
    if len(hrefs) > 1 and not found:
        raise ProtocolViolation(
            f"{shown(calendar.url)} lists events that it does not give: does a proxy change its paths?"
        )
    if len(hrefs) > 1 and all(each.status for each in found.values()):
        raise refused(max(each.status for each in found.values()), {}, shown(calendar.url), http.now())
    return [found[name] for name in map(resource_name, hrefs) if name in found]


def _fetched(http: Http, calendar: Calendar, hrefs: list[str]) -> Iterator[Fetched]:
    try:
        answer = ask(http, "REPORT", calendar.url, multiget(hrefs), depth=1, allow=_ONE_TO_BLAME)
        said = multistatus(answer.body, shown(calendar.url)) if answer.status == 207 else None
    except (NotXml, TooLarge):
        said = None
    if said is None:
        if len(hrefs) == 1:
            yield from _alone(http, calendar, hrefs[0])
        else:
            half = len(hrefs) // 2
            yield from _fetched(http, calendar, hrefs[:half])
            yield from _fetched(http, calendar, hrefs[half:])
        return
    by_name = {resource_name(each.href): each for each in said.answers if each.status < 300}
    for href in hrefs:
        name = resource_name(href)
        answered = by_name.get(name)
        data = answered.found.first(CALDAV, "calendar-data") if answered is not None else None
        if answered is not None and data is not None:
            yield Fetched(name=name, href=href, etag=answered.found.text_of(DAV, "getetag"), text=data.text)
        else:
            yield from _alone(http, calendar, href)


def _alone(http: Http, calendar: Calendar, href: str) -> Iterator[Fetched]:
    """One resource by itself, where the report did not give it; nothing where it is gone."""
    name = resource_name(href)
    url = same_origin(calendar.url, href)
    try:
        answer = http.request("GET", url, headers={"Accept": "text/calendar"}, allow=_NOT_TO_BE_HAD | {200})
    except TooLarge:
        yield Fetched(name=name, href=href, etag="", problem="is larger than can be read")
        return
    if answer.status in (404, 410):
        return
    if answer.status != 200:
        problem = f"status {answer.status} from the server"
        yield Fetched(name=name, href=href, etag="", problem=problem, status=answer.status)
        return
    if web_page(answer.headers, answer.body):
        raise page_instead(shown(url))
    # Its ETag header may be another than the property: Apache adds to it where it packs an answer.
    yield Fetched(name=name, href=href, etag="", text=answer.body.decode("utf-8", "replace"))
