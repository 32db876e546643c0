"""What a server says of a mail's structure in; which of its parts to fetch, and the mail without the others, out.

A mail is put together again from its header fields, its structure and the fetched parts, with attachments left empty,
so that it is read by the same parser as a whole one and comes to the same ``Message``.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.bodies import usable
from connectors.charsets import text_of, whole_characters
from connectors.imap_grammar import Value, bytes_of
from connectors.mime_tree import MAX_DEPTH, MAX_PARTS, OverCap

#: Bytes of all calendar parts of a mail that are fetched, and how many parts.
MOST_CALENDAR: Final = 128 * 1024
_CALENDARS: Final = 3
_TEXTS: Final = 20
_CALENDAR_KINDS: Final = (b"text/calendar", b"application/ics")
_TEXT_KINDS: Final = (b"text/plain", b"text/html", b"text/enriched")
_PARAMETERS: Final = re.compile(rb"(?:charset|name|filename)(?:\*\d{0,2}\*?)?", re.IGNORECASE)
_LONGEST_PARAMETER: Final = 2000
_JUNK: Final = re.compile(rb"[\x00-\x1f\x7f]+")
_NO_TOKEN: Final = re.compile(rb"[^A-Za-z0-9!#$&^_.+-]+")
_QP_TAIL: Final = re.compile(rb"=[0-9A-Fa-f]?[ \t]*\r?\Z")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_OPEN_TAG: Final = re.compile(rb"<[^<>]*\Z")
_LONGEST_TAG: Final = 4000
#: Nobody can guess it, so that nothing in a mail passes for the end of a part.
_BOUNDARY: Final = b"kith-" + secrets.token_hex(12).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One part of a mail: ``section`` is its number, ``size`` how many encoded bytes it has."""

    section: str
    kind: bytes
    encoding: bytes = b""
    size: int = 0
    charset: str = ""
    parameters: tuple[tuple[bytes, bytes], ...] = ()
    disposition: bytes = b""
    disposition_parameters: tuple[tuple[bytes, bytes], ...] = ()
    content_id: bool = False
    children: tuple[Node, ...] = ()

    @property
    def is_body(self) -> bool:
        """Whether it is text that the author wrote to be read."""
        return not self.children and self.kind in _TEXT_KINDS and self.disposition != b"attachment"

    @property
    def is_html(self) -> bool:
        """Whether its text is HTML."""
        return self.kind == b"text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The parts to fetch: number, and how many of its first bytes."""

    parts: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Budget:
    text: int
    texts: int = _TEXTS
    calendar: int = MOST_CALENDAR
    calendars: int = _CALENDARS
    parts: list[tuple[str, int]] = field(default_factory=list)

    def add_text(self, node: Node) -> None:
        count = min(node.size, self.text)
        if count > 0 and self.texts:
            self.text -= count
            self.texts -= 1
            self.parts.append((node.section, count))

    def add_calendar(self, node: Node) -> None:
        count = min(node.size, self.calendar)
        if count > 0 and self.calendars:
            self.calendar -= count
            self.calendars -= 1
            self.parts.append((node.section, count))


def structure(value: Value) -> Node:
    """The tree that a BODYSTRUCTURE describes.

    Raises:
        OverCap: too many parts, or nested too deeply.
        ValueError: it describes none.
    """
    if not isinstance(value, tuple):
        raise ValueError("no structure")  # noqa: TRY004  it is the server's mistake, not a caller's
    return _node(value, "", MAX_DEPTH, [MAX_PARTS])


def wanted(root: Node, most_text: int) -> Wanted:
    """The parts that carry what the mail says: of alternatives the plain ones; ``most_text`` bytes together."""
    budget = _Budget(most_text)
    for node in _bodies(root):
        budget.add_text(node)
    for node in _leaves(root):
        if node.kind in _CALENDAR_KINDS:
            budget.add_calendar(node)
    return Wanted(parts=tuple(budget.parts))


def wanted_instead(root: Node, fetched: Mapping[str, bytes], most_text: int) -> Wanted:
    """The HTML parts to fetch where the plain alternative turned out to say nothing."""
    budget = _Budget(most_text)
    for alternative in _alternatives(root):
        plain = [node for node in _bodies(alternative) if not node.is_html]
        said = "\n".join(_text(node, fetched[node.section]) for node in plain if node.section in fetched)
        if plain and not usable(said):
            for node in _leaves(alternative):
                if node.is_body and node.is_html and node.section not in fetched:
                    budget.add_text(node)
    return Wanted(parts=tuple(budget.parts))


def mail(header: bytes, root: Node, fetched: Mapping[str, bytes]) -> bytes:
    """The mail with these header fields and this structure, of its parts only the fetched ones filled."""
    return b"".join((header.rstrip(b"\r\n"), b"\r\n", *_written(root, fetched, _BOUNDARY)))


# -- reading ---------------------------------------------------------------------------------------------------------


def _node(value: tuple[Value, ...], section: str, depth: int, left: list[int]) -> Node:
    left[0] -= 1
    if left[0] < 0:
        raise OverCap(f"has more than {MAX_PARTS} parts")
    if depth < 0:
        raise OverCap(f"is nested deeper than {MAX_DEPTH} levels")
    if value and isinstance(value[0], tuple):
        return _container(value, section, depth, left)
    kind = _kind(_at(value, 0), _at(value, 1))
    size = _at(value, 6)
    extension = {b"text": 9}.get(kind.partition(b"/")[0], 11 if kind in (b"message/rfc822", b"message/global") else 8)
    disposition = value[extension] if len(value) > extension else None
    parameters = _parameters(value[2] if len(value) > 2 else None)
    mark, marked = _disposition(disposition)
    return Node(
        section=section or "1",
        kind=kind,
        encoding=_NO_TOKEN.sub(b"", _at(value, 5))[:40].lower(),
        size=int(size) if size.isdigit() and len(size) < 12 else 0,
        charset=dict(parameters).get(b"charset", b"").decode("latin-1")[:80],
        parameters=parameters,
        disposition=mark,
        disposition_parameters=marked,
        content_id=bool(_at(value, 3)),
    )


def _container(value: tuple[Value, ...], section: str, depth: int, left: list[int]) -> Node:
    children: list[Node] = []
    rest = 0
    for rest, child in enumerate(value):
        if not isinstance(child, tuple):
            break
        number = f"{section}.{rest + 1}" if section else str(rest + 1)
        children.append(_node(child, number, depth - 1, left))
    return Node(section=section, kind=_kind(b"multipart", _at(value, rest)), children=tuple(children))


def _at(value: Sequence[Value], index: int) -> bytes:
    return bytes_of(value[index]) if index < len(value) else b""


def _kind(main: bytes, sub: bytes) -> bytes:
    main, sub = (_NO_TOKEN.sub(b"", part)[:80].lower() for part in (main, sub))
    return (main or b"text") + b"/" + (sub or b"plain")


def _disposition(value: Value) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    if not isinstance(value, tuple) or not value:
        return b"", ()
    return _NO_TOKEN.sub(b"", _at(value, 0))[:40].lower(), _parameters(value[1] if len(value) > 1 else None)


def _parameters(value: Value) -> tuple[tuple[bytes, bytes], ...]:
    if not isinstance(value, tuple):
        return ()
    found: dict[bytes, bytes] = {}
    for name, text in zip(value[::2], value[1::2], strict=False):
        if isinstance(name, bytes) and text is not None and _PARAMETERS.fullmatch(name) and len(found) < 40:
            found.setdefault(name.lower(), _JUNK.sub(b" ", bytes_of(text))[:_LONGEST_PARAMETER])
    return tuple(found.items())


# -- choosing --------------------------------------------------------------------------------------------------------


def _bodies(node: Node) -> Iterator[Node]:
    """The parts that hold the text, of alternatives the plain ones where there are any."""
    if node.kind == b"multipart/alternative":
        found = [body for child in node.children for body in _bodies(child)]
        plain = [body for body in found if not body.is_html]
        yield from plain if any(body.size for body in plain) else found
    elif node.children:
        for child in node.children:
            yield from _bodies(child)
    elif node.is_body:
        yield node


def _alternatives(node: Node) -> Iterator[Node]:
    if node.kind == b"multipart/alternative":
        yield node
    else:
        for child in node.children:
            yield from _alternatives(child)


def _leaves(node: Node) -> Iterator[Node]:
    if node.children:
        for child in node.children:
            yield from _leaves(child)
    else:
        yield node


# -- writing ---------------------------------------------------------------------------------------------------------


def _written(node: Node, fetched: Mapping[str, bytes], boundary: bytes) -> Iterator[bytes]:
    if node.children:
        inner = boundary + b"-%04d" % len(node.section)
        yield b"Content-Type: " + node.kind + b'; boundary="' + inner + b'"\r\n\r\n'
        for child in node.children:
            yield b"\r\n--" + inner + b"\r\n"
            yield from _written(child, fetched, boundary)
        yield b"\r\n--" + inner + b"--\r\n"
        return
    body, encoding = fetched.get(node.section, b""), node.encoding
    if 0 < len(body) < node.size and node.kind in _TEXT_KINDS:
        body, encoding = base64.encodebytes(_cut(node, body)), b"base64"
    yield b"Content-Type: " + node.kind + _written_parameters(node.parameters) + b"\r\n"
    if encoding and body:
        yield b"Content-Transfer-Encoding: " + encoding + b"\r\n"
    if node.disposition:
        marked = _written_parameters(node.disposition_parameters)
        yield b"Content-Disposition: " + node.disposition + marked + b"\r\n"
    if node.content_id:
        yield b"Content-ID: <part@kith.invalid>\r\n"
    yield b"\r\n"
    yield body


def _written_parameters(parameters: Sequence[tuple[bytes, bytes]]) -> bytes:
    written = b""
    for name, text in parameters:
        if name.endswith(b"*") and not re.search(rb'[\s;"]', text):
            written += b";\r\n " + name + b"=" + text
        else:
            written += b";\r\n " + name + b'="' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return written


def _cut(node: Node, body: bytes) -> bytes:
    """The beginning of a part, decoded, without the half of a character or tag that the cut left at its end."""
    content = whole_characters(_decoded(node, body), node.charset)
    if node.is_html:
        tag = _OPEN_TAG.search(content[-_LONGEST_TAG:])
        if tag is not None and node.charset.lower() not in ("utf-16", "utf-32"):
            content = content[: len(content) - len(tag[0])]
    return content


def _text(node: Node, body: bytes) -> str:
    return text_of(_decoded(node, body), node.charset)


def _decoded(node: Node, body: bytes) -> bytes:
    if node.encoding == b"base64":
        letters = _NOT_BASE64.sub(b"", body)
        letters = letters[: len(letters) - len(letters) % 4] if len(letters) % 4 == 1 else letters
        try:
            return base64.b64decode(letters + b"=" * (-len(letters) % 4))
        except binascii.Error:
            return b""
    if node.encoding == b"quoted-printable":
        return binascii.a2b_qp(_QP_TAIL.sub(b"", body))
    return body
