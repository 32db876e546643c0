"""The XML of a CalDAV answer in, its responses as plain values out; and the XML of the few requests.

What a server sends is hostile: a document type (and with it every entity) is refused, depth and number of elements are
bounded, and what is no XML is said to be none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from connectors.errors import ProtocolViolation, Transient

DAV: Final = "DAV:"
CALDAV: Final = "urn:ietf:params:xml:ns:caldav"
SERVER: Final = "http://calendarserver.org/ns/"

_MOST_DEPTH: Final = 50
#: Some hundred bytes each in memory; a calendar of 50,000 events lists its etags with fewer.
_MOST_ELEMENTS: Final = 400_000
_STATUS: Final = re.compile(r"HTTP/[\d.]{1,5}\s+(\d{3})\b", re.IGNORECASE)
#: Control characters that some servers copy out of a calendar, though XML forbids them.
_FORBIDDEN: Final = bytes(set(range(32)) - {9, 10, 13})
_CUT_OFF: Final = frozenset({3, 5, 6, 20})  # expat: no element, unclosed token, half a character, unclosed CDATA


class NotXml(ProtocolViolation):
    """An answer that should be XML and is not, or not in a form that is safe to read."""


_NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True)
class Node:
    """One element: its namespace and name, its attributes, the text directly in it, and the elements in it."""

    space: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    text: str = ""
    inner: tuple[Node, ...] | list[Node] = ()

    def every(self, space: str, name: str) -> Iterator[Node]:
        """The elements directly in it of that name."""
        return (node for node in self.inner if node.name == name and node.space == space)

    def first(self, space: str, name: str) -> Node | None:
        """The first of them, or None."""
        return next(self.every(space, name), None)

    def holds(self, space: str, name: str) -> bool:
        """Whether an element of that name is anywhere in it."""
        return any((node.space, node.name) == (space, name) or node.holds(space, name) for node in self.inner)

    def text_of(self, space: str, name: str) -> str:
        """The text of the first of them without surrounding space, or an empty string."""
        found = self.first(space, name)
        return found.text.strip() if found is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a multistatus says of one resource: its ``href`` as written, its status, and the properties that it has."""

    href: str
    status: int
    found: Node

    def hrefs(self, space: str, name: str) -> list[str]:
        """The hrefs in a property."""
        holder = self.found.first(space, name)
        return [] if holder is None else [node.text.strip() for node in holder.every(DAV, "href") if node.text.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multistatus:
    """A whole answer, with the token that a sync-collection ends with (empty: none)."""

    answers: tuple[Answer, ...]
    sync_token: str = ""


def multistatus(body: bytes, place: str) -> Multistatus:
    """Read a 207 answer; ``place`` is where it came from, for the owner.

    Raises:
        Transient: it ends in the middle.
        NotXml: it is no XML, or no multistatus.
    """
    top = tree(body, place)
    if (top.space, top.name) != (DAV, "multistatus"):
        raise NotXml(f"{place} answered with something that is not CalDAV: is the url right?")
    answers = tuple(answer for node in top.every(DAV, "response") for answer in _answers(node))
    return Multistatus(answers=answers, sync_token=top.text_of(DAV, "sync-token"))


def _answers(node: Node) -> Iterator[Answer]:
    hrefs = [each.text.strip() for each in node.every(DAV, "href")]
    found: list[Node] = []
    for part in node.every(DAV, "propstat"):
        for properties in part.every(DAV, "prop"):
            if (_status(part) or 200) < 300:
                found += properties.inner
    status = _status(node) or 200  # a property that a resource lacks says nothing about the resource
    for href in hrefs:
        if href:
            yield Answer(href=href, status=status, found=Node(DAV, "prop", inner=found))


def _status(node: Node) -> int:
    match = _STATUS.match(node.text_of(DAV, "status"))
    return int(match[1]) if match else 0


def tree(body: bytes, place: str) -> Node:
    """The elements of a document.

    Raises:
        Transient: it ends in the middle.
        NotXml: it is no XML, has a document type, or is nested too deeply.
    """
    try:
        return _Tree(place).read(body)
    except expat.ExpatError as error:
        if error.code in _CUT_OFF:
            raise Transient(f"{place}: the answer was cut off") from error
        plain = body.translate(None, _FORBIDDEN)
        if len(plain) == len(body):
            raise NotXml(f"{place} answered with something that is no XML") from error
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise NotXml(f"{place} answered with something that is no XML") from error
    return tree(plain, place)


class _Tree:
    """Builds the elements of one document."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.open: list[Node] = [Node("", "")]
        self.texts: list[list[str]] = [[]]
        self.names: dict[str, tuple[str, str]] = {}
        self.count = 0

    def read(self, body: bytes) -> Node:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.Parse(body, True)
        return self.open[0].inner[0]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > _MOST_DEPTH or self.count > _MOST_ELEMENTS:
            raise NotXml(f"{self.place} answered with XML that is nested too deeply or too long")
        if name not in self.names:
            space, _, local = name.rpartition(" ")
            self.names[name] = space, local
        node = Node(*self.names[name], attributes or _NO_ATTRIBUTES)
        parent = self.open[-1]
        if isinstance(parent.inner, list):
            parent.inner.append(node)
        else:
            parent.inner = [node]
        self.open.append(node)
        self.texts.append([])

    def end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)

    def refuse(self, *_: object) -> None:
        raise NotXml(f"{self.place} answered with XML that brings a document type, which is not read")


# -- requests --------------------------------------------------------------------------------------------------------

_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACES: Final = f'xmlns="{DAV}" xmlns:C="{CALDAV}" xmlns:S="{SERVER}"'


def propfind(names: Iterable[str]) -> bytes:
    """A PROPFIND for properties, named with C: for CalDAV's and S: for Calendar Server's own."""
    wanted = "".join(f"<{name}/>" for name in names)
    return f"{_HEAD}<propfind {_SPACES}><prop>{wanted}</prop></propfind>".encode()


def sync_collection(token: str) -> bytes:
    """A sync-collection REPORT for what changed since ``token`` (empty: everything), with etags."""
    return (
        f"{_HEAD}<sync-collection {_SPACES}><sync-token>{escape(token)}</sync-token>"
        "<sync-level>1</sync-level><prop><getetag/></prop></sync-collection>"
    ).encode()


def multiget(hrefs: Sequence[str]) -> bytes:
    """A calendar-multiget REPORT for these resources."""
    wanted = "".join(f"<href>{escape(href)}</href>" for href in hrefs)
    return f"{_HEAD}<C:calendar-multiget {_SPACES}><prop><getetag/><C:calendar-data/></prop>{wanted}</C:calendar-multiget>".encode()
