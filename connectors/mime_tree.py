"""The bytes of a mail in, the tree of its parts out, each part's content decoded only when it is read.

fast-mail-parser does the common mail; the standard library does what it gives up on. Both are kept away from
input on which they are slow: caps are checked on the bytes before either sees them.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.errors
import email.message
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fast_mail_parser import ParseError, PyLazyMimePart, parse_email_tree

from connectors.header_block import HeaderBlock, decoded

#: Deeper nesting of parts is refused (real mail stays below ten).
MAX_DEPTH = 50
#: More parts than this are refused.
MAX_PARTS = 2000
#: In fewer bytes no number of parts takes long.
_SMALL = 64 * 1024
#: The fast parser is quadratic on encoded words: mail with more of them in its parts goes to the standard library.
_MAX_WORDS = 1000
#: The standard library is quadratic on long Content-Type fields of parts.
_MAX_PART_FIELD = 8 * 1024

_CONTENT_FIELD = re.compile(rb"^content-(?:type|disposition):.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"boundary=", re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CHARSET = re.compile(r";\s*charset\*?\s*=\s*(?:\"([^\"]{1,80})|([^\s;\"]{1,80}))", re.IGNORECASE)
_TREE_FIELDS = ("content-type", "content-transfer-encoding", "content-disposition")


class Unreadable(Exception):
    """The mail is refused; the message says why, in a few words for the owner."""


class OverCap(Unreadable):
    """The mail is refused for its shape, whoever reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One node of a mail: a container with ``children``, or a leaf whose bytes ``read`` returns.

    ``attached`` says that the sender marked it as an attachment. ``read`` raises ``Unreadable`` where the transfer
    encoding is broken.
    """

    content_type: str
    charset: str
    attached: bool
    inline: bool
    filename: str
    read: Callable[[], bytes]
    children: tuple[Part, ...] = ()


def part_tree(raw: bytes, head: HeaderBlock) -> Part:
    """The parts of the mail ``raw`` whose header block is ``head``.

    Raises:
        OverCap: too many parts, or nested too deeply.
        Unreadable: neither parser finds its way.
    """
    kind = head.first("content-type").lower()
    multipart = kind.startswith(("multipart/", "message/"))
    if multipart and len(raw) > _SMALL and raw.count(b"\n--") > 4 * MAX_PARTS and _boundaries(raw) > 2 * MAX_PARTS:
        raise OverCap(f"has more than {MAX_PARTS} parts")
    if multipart and raw.find(b"=?", head.size) >= 0 and raw.count(b"=?", head.size) > _MAX_WORDS:
        return library_tree(raw, head)
    try:
        root = parse_email_tree(_with_content_head(raw, head), mode="lazy")
    except ParseError:
        return library_tree(raw, head)
    return _fast_part(root, MAX_DEPTH, [MAX_PARTS])


def library_tree(raw: bytes, head: HeaderBlock) -> Part:
    """The same by the standard library: slower, and it finds something in almost everything.

    Raises:
        Unreadable: as ``part_tree``.
    """
    if any(len(field[0]) > _MAX_PART_FIELD for field in _CONTENT_FIELD.finditer(raw, head.size)):
        raise OverCap("has a part with a header that is too long")
    if sum(1 for _ in _BOUNDARY.finditer(raw, head.size)) > 4 * MAX_DEPTH:
        raise OverCap(f"is nested deeper than {MAX_DEPTH} levels")
    try:
        message = email.message_from_bytes(_with_content_head(raw, head))
        return _library_part(message, MAX_DEPTH, [MAX_PARTS])
    except (RecursionError, email.errors.MessageError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise Unreadable(f"cannot be parsed ({type(error).__name__})") from error


def _with_content_head(raw: bytes, head: HeaderBlock) -> bytes:
    """The mail with only those header fields that the tree needs: the others can only slow a parser down."""
    lines = []
    for name in _TREE_FIELDS:
        value = head.first(name)[:_MAX_PART_FIELD]
        if value:
            lines.append(f"{name}: {value}\r\n")
    return b"".join(("".join(lines).encode("utf-8", "replace"), b"\r\n", memoryview(raw)[head.size :]))


def _boundaries(raw: bytes) -> int:
    """How many lines of ``raw`` could begin a part: two dashes, and a header or an empty line after them."""
    return len(re.findall(rb"\n--[^\s-][^\n]{0,200}\n(?=[!-9;-~]{1,60}:|\r?\n)", raw))


def charset_of(content_type: str) -> str:
    """The charset parameter of a raw Content-Type value, empty where it has none."""
    match = _CHARSET.search(content_type[:_MAX_PART_FIELD])
    return (match[1] or match[2]).split("''")[0] if match else ""


def _fast_part(node: PyLazyMimePart, depth: int, left: list[int]) -> Part:
    left[0] -= 1
    if left[0] < 0:
        raise OverCap(f"has more than {MAX_PARTS} parts")
    if depth < 0:
        raise OverCap(f"is nested deeper than {MAX_DEPTH} levels")
    disposition = (node.disposition or "").lower()
    kind = node.content_type.lower()
    charset = ""
    if kind.startswith("text/"):
        charset = charset_of(_any_case(node.headers, "Content-Type"))
    # A forwarded mail is an attachment; what is inside is not this author's text.
    children = () if node.is_message else tuple(_fast_part(child, depth - 1, left) for child in node.children)
    return Part(
        content_type=kind,
        charset=charset,
        attached=disposition.startswith("attachment"),
        inline=disposition.startswith("inline") or bool(node.content_id),
        filename=decoded(node.filename),
        read=lambda: _fast_content(node),
        children=children,
    )


def _any_case(headers: dict[str, list[str]], name: str) -> str:
    values = headers.get(name) or headers.get(name.lower())
    if values is None:
        values = next((found for key, found in headers.items() if key.lower() == name.lower()), [""])
    return values[0]


def _fast_content(node: PyLazyMimePart) -> bytes:
    try:
        return node.content or b""
    except ParseError as error:
        raise Unreadable("has a part whose encoding is broken") from error


def _library_part(message: email.message.Message, depth: int, left: list[int]) -> Part:
    left[0] -= 1
    if left[0] < 0:
        raise OverCap(f"has more than {MAX_PARTS} parts")
    if depth < 0:
        raise OverCap(f"is nested deeper than {MAX_DEPTH} levels")
    payload = message.get_payload()
    children: tuple[Part, ...] = ()
    kind = message.get_content_type()
    if isinstance(payload, list) and not kind.startswith("message/"):
        children = tuple(_library_part(child, depth - 1, left) for child in _messages(payload))
    disposition = str(message.get("content-disposition", "")).strip().lower()
    return Part(
        content_type=kind,
        charset=charset_of(str(message.get("content-type", ""))),
        attached=disposition.startswith("attachment"),
        inline=disposition.startswith("inline") or "content-id" in message,
        filename=decoded(message.get_filename("")),
        read=lambda: _library_content(message),
        children=children,
    )


def _messages(payload: Iterable[object]) -> Iterator[email.message.Message]:
    return (item for item in payload if isinstance(item, email.message.Message))


def _library_content(message: email.message.Message) -> bytes:
    if str(message.get("content-transfer-encoding", "")).strip().lower() == "base64":
        return _salvaged(str(message.get_payload()))
    try:
        content = message.get_payload(decode=True)
    except (ValueError, LookupError, binascii.Error) as error:
        raise Unreadable("has a part whose encoding is broken") from error
    return content if isinstance(content, bytes) else b""


def _salvaged(text: str) -> bytes:
    """What base64 says, where it was cut off or has other characters in it."""
    letters = _NOT_BASE64.sub(b"", text.encode("ascii", "ignore"))
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))
