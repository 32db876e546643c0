"""A CalDAV server in some lines, for what real ones do not do on request: pages, old servers, faults at any request.

``FakeCaldav`` is the ``answer`` of a ``FakeServer``: one user, calendars as dicts of events. ``spoil(number, how)``
lets ``how`` change the answer to the request of that number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from tests.services.caldav import calendar_of
from tests.services.fake_http import Request, Sent, reply

_HREF = re.compile(rb"<href>([^<]*)</href>")
_TOKEN = re.compile(rb"<sync-token>([^<]*)</sync-token>")
Spoil = Callable[[bytes], Sent]


@dataclass
class FakeCaldav:
    """``calendars``: events (components) by resource name by calendar name. ``syncs`` with sync-collection, ``pages``
    of so many; else ``ctags`` where it has them. ``login`` is the Authorization header that it wants.
    """

    calendars: dict[str, dict[str, str]] = field(default_factory=lambda: {"work": {}})
    syncs: bool = True
    ctags: bool = True
    pages: int = 10**6
    login: str = ""
    log: dict[str, list[str]] = field(default_factory=dict)
    spoils: dict[int, Spoil] = field(default_factory=dict)
    by_kind: dict[str, Callable[[Request], bytes | None]] = field(default_factory=dict)
    count: int = 0

    def spoil(self, number: int, how: Spoil) -> None:
        """The answer to the request of this number, counted from now on, is what ``how`` makes of it."""
        self.spoils[self.count + number] = how

    def __call__(self, request: Request) -> Sent:
        """The answer to a request."""
        number, self.count = self.count, self.count + 1
        whole = self._answer(request)
        how = self.spoils.pop(number, None)
        return whole if how is None else how(whole)

    def _answer(self, request: Request) -> bytes:
        if self.login and request.headers.get("authorization") != self.login:
            return reply(401, WWW_Authenticate='Basic realm="x"')
        kind = self.kind(request)
        special = self.by_kind.get(kind)
        answer = special(request) if special is not None else None
        if answer is not None:
            return answer
        return {"propfind": self._found, "sync": self._changed, "multiget": self._gotten, "get": self._got}[kind](
            request
        )

    def kind(self, request: Request) -> str:
        """What a request is for."""
        if request.method == "REPORT":
            return "sync" if b"sync-collection" in request.body else "multiget"
        return request.method.lower()

    # -- the content -------------------------------------------------------------------------------------------------

    def etag(self, event: str) -> str:
        return f'"{hashlib.sha256(event.encode()).hexdigest()[:16]}"'

    def change(self, calendar: str, **events: str | None) -> None:
        """Put events in, and take those out that are None."""
        for name, event in events.items():
            if event is None:
                self.calendars[calendar].pop(name, None)
            else:
                self.calendars[calendar][name] = event
            self.log.setdefault(calendar, []).append(name)

    def token(self, calendar: str) -> str:
        return f"token-{len(self.log.get(calendar, []))}"

    # -- the answers -------------------------------------------------------------------------------------------------

    def _found(self, request: Request) -> bytes:
        path = unquote(request.path).strip("/")
        if path in ("", "me"):
            who = "<current-user-principal><href>/me/</href></current-user-principal>"
            homes = "<C:calendar-home-set><href>/home/</href></C:calendar-home-set>" if path else ""
            return answers(one(request.path, f"<resourcetype><collection/></resourcetype>{who}{homes}"))
        if path == "home":
            there = "".join(self._calendar(name) for name in self.calendars)
            return answers(one("/home/", "<resourcetype><collection/></resourcetype>") + there)
        name = path.removeprefix("home/")
        if name not in self.calendars:
            return reply(404)
        if request.headers.get("depth") == "1":
            return answers(self._calendar(name) + "".join(self._etag(name, each) for each in self.calendars[name]))
        return answers(self._calendar(name))

    def _calendar(self, name: str) -> str:
        told = f"<sync-token>{self.token(name)}</sync-token>" if self.syncs else ""
        told += f"<S:getctag>{self.token(name)}</S:getctag>" if self.ctags else ""
        kind = "<resourcetype><collection/><C:calendar/></resourcetype>"
        return one(f"/home/{quote(name)}/", f"{kind}<displayname>{escape(name.title())}</displayname>{told}")

    def _etag(self, calendar: str, name: str) -> str:
        event = self.calendars[calendar].get(name)
        href = f"/home/{quote(calendar)}/{quote(name)}.ics"
        if event is None:
            return f"<response><href>{href}</href><status>HTTP/1.1 404 Not Found</status></response>"
        return one(href, f"<getetag>{escape(self.etag(event))}</getetag><resourcetype/>")

    def _changed(self, request: Request) -> bytes:
        calendar = unquote(request.path).strip("/").removeprefix("home/")
        found = _TOKEN.search(request.body)
        token = found[1].decode() if found else ""
        log = self.log.get(calendar, [])
        if token and not (token.startswith("token-") and int(token[6:]) <= len(log)):
            return reply(403, b'<?xml version="1.0"?><error xmlns="DAV:"><valid-sync-token/></error>')
        start = int(token[6:]) if token else 0
        end = min(len(log), start + self.pages)
        names = [name for name in dict.fromkeys(log[start:end]) if token or name in self.calendars[calendar]]
        more = (
            f"<response><href>{request.path}</href><status>HTTP/1.1 507 More</status></response>"
            if end < len(log)
            else ""
        )
        listed = "".join(self._etag(calendar, name) for name in names)
        return answers(f"{listed}{more}<sync-token>token-{end}</sync-token>")

    def _gotten(self, request: Request) -> bytes:
        said = ""
        for href in _HREF.findall(request.body):
            calendar, _, name = unquote(href.decode()).removeprefix("/home/").removesuffix(".ics").rpartition("/")
            event = self.calendars[calendar].get(name)
            if event is None:
                said += self._etag(calendar, name)
            else:
                data = escape(calendar_of(event).decode())
                said += one(
                    href.decode(), f"<getetag>{self.etag(event)}</getetag><C:calendar-data>{data}</C:calendar-data>"
                )
        return answers(said)

    def _got(self, request: Request) -> bytes:
        calendar, _, name = unquote(request.path).removeprefix("/home/").removesuffix(".ics").rpartition("/")
        event = self.calendars.get(calendar, {}).get(name)
        return reply(404) if event is None else reply(200, calendar_of(event), Content_Type="text/calendar")


def one(href: str, properties: str) -> str:
    """What a multistatus says of one resource that has these properties."""
    return (
        f"<response><href>{href}</href><propstat><prop>{properties}</prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


def answers(inside: str) -> bytes:
    """A whole multistatus."""
    spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
    body = f'<?xml version="1.0" encoding="utf-8"?><multistatus {spaces}>{inside}</multistatus>'
    return reply(207, body.encode(), Content_Type="application/xml; charset=utf-8")
