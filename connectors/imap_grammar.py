"""The bytes of one IMAP response in, nested values out; folder names and strings in, the bytes of a command out.

Formula: RFC 9051 section 9; RFC 3501 section 5.1.3 for modified UTF-7.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

#: An atom, a number or a string is bytes, NIL is None, a list is a list.
Value: TypeAlias = "bytes | list[Value] | None"

_DEEPEST: Final = 200
#: A literal that was too long to keep.
DROPPED: Final = b"\x00(dropped)"
_TOKEN = re.compile(
    rb'[ \t]*(?:([()])|"((?:[^"\\]|\\.)*)"|(BODY(?:\.PEEK)?\[[^\]]*\](?:<\d{1,10}>)?)|(~?\{\d{1,10}\+?\})$|([^\s()"]+))',
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}$")
_ENCODED = re.compile(r"&([^-]*)-")


class Unparsable(Exception):
    """A response is not what the grammar allows."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One response as it came: pieces of text, between them the literals; ``cut`` where a middle was dropped."""

    lines: tuple[bytes, ...]
    literals: tuple[bytes, ...] = ()
    cut: bool = False


def literal_size(line: bytes) -> int | None:
    """How long the literal is that ``line`` announces at its end; None where it announces none."""
    if not line.endswith(b"}"):
        return None
    match = _LITERAL.search(line)
    return int(match[1]) if match else None


def values(raw: Raw, skip: int = 0) -> list[Value]:
    """The values of a response, from byte ``skip`` of its first line on.

    Raises:
        Unparsable: brackets do not match, lists are too deep, or something is no value at all.
    """
    top: list[Value] = []
    current, outer = top, list[list[Value]]()
    for bracket, value in _tokens(raw, skip):
        if bracket == b"(":
            if len(outer) > _DEEPEST:
                raise Unparsable("lists in lists")
            inner: list[Value] = []
            current.append(inner)
            outer.append(current)
            current = inner
        elif bracket:
            if not outer:
                raise Unparsable("a bracket too many")
            current = outer.pop()
        else:
            current.append(value)
    if outer:
        raise Unparsable("a bracket is missing")
    return top


def _tokens(raw: Raw, skip: int) -> Iterator[tuple[bytes, bytes | None]]:
    """Each bracket as (bracket, None), each value as (nothing, value)."""
    literals = iter(raw.literals)
    position = skip
    for line in raw.lines:
        end = len(line)
        while position < end:
            match = _TOKEN.match(line, position)
            if match is None:
                if line[position:].strip():
                    raise Unparsable("no value")
                break
            position = match.end()
            bracket, quoted, section, _literal, atom = match.groups()
            if bracket is not None:
                yield bracket, None
            elif quoted is not None:
                yield b"", _ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted
            elif atom is not None:
                yield b"", None if atom in (b"NIL", b"nil") else atom
            elif section is not None:
                yield b"", section.upper()
            else:
                yield b"", next(literals, b"")
        position = 0


def quoted(text: bytes) -> bytes:
    """A string as a command may hold it; only for text without line ends, NUL and 8-bit characters."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def is_plain(text: bytes) -> bool:
    """Whether ``text`` can be sent quoted; else it needs a literal."""
    return text.isascii() and not any(sign in text for sign in (b"\r", b"\n", b"\0"))


def folder_name(raw: bytes) -> str:
    """The name of a folder as people read it, from modified UTF-7 (or UTF-8); what is neither stays as it is."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return _ENCODED.sub(_decoded, text) if "&" in text else text


def _decoded(match: re.Match[str]) -> str:
    if not match[1]:
        return "&"
    letters = match[1].replace(",", "/")
    try:
        data = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
        return data.decode("utf-16-be")
    except (binascii.Error, ValueError):
        return match[0]


def atoms(items: Sequence[Value]) -> list[str]:
    """The atoms of a list, upper case; what is none is left out."""
    return [item.decode("ascii", "replace").upper() for item in items if isinstance(item, bytes)]
