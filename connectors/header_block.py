"""The raw bytes of a mail in, its header fields out: raw, unfolded, capped, in their order.

The values stay undecoded, because addresses must be read before encoded words are: decoding first lets a name
smuggle in a second address.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.charsets import text_of

#: A header field is cut at this many characters (parsers are quadratic on longer ones).
MAX_FIELD = 64 * 1024
#: A mail whose header block is longer is refused.
MAX_BLOCK = 1024 * 1024
#: Only so many fields are looked at.
MAX_FIELDS = 2000

_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FOLD = re.compile(r"\n[ \t]+")
# Every piece is bounded by the next question mark, so that no input makes this quadratic.
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,64}\?[bBqQ]\?)")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderBlock:
    """The fields of one header block: ``(lower-case name, raw unfolded value)``; ``size`` is in bytes, with the gap."""

    fields: tuple[tuple[str, str], ...]
    size: int

    def first(self, name: str) -> str:
        """The topmost value of the field ``name`` (lower case), else an empty string."""
        for field, value in self.fields:
            if field == name:
                return value
        return ""

    def every(self, name: str) -> list[str]:
        """All values of the field ``name`` (lower case), topmost first."""
        return [value for field, value in self.fields if field == name]


def block_size(raw: bytes) -> int:
    """How many bytes of ``raw`` are its header block, the empty line included."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return raw.index(b"\n") + 1
    newline = raw.find(b"\n")
    crlf = newline > 0 and raw[newline - 1 : newline] == b"\r"
    end, limit = len(raw), min(len(raw), MAX_BLOCK + 4)
    # The likely gap first, so that the others are looked for in the header block only.
    for gap in (b"\n\r\n", b"\n\n", b"\r\r") if crlf else (b"\n\n", b"\n\r\n", b"\r\r"):
        position = raw.find(gap, 0, limit)
        if position >= 0:
            end = position + len(gap)
            limit = position
    return end


def header_block(raw: bytes) -> HeaderBlock:
    """The fields of ``raw``, a whole mail or its beginning. Bytes that are not UTF-8 are read as Windows-1252."""
    size = block_size(raw)
    head = raw[: min(size, MAX_BLOCK)]
    text = head.decode("ascii") if head.isascii() else text_of(head, "utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return HeaderBlock(fields=tuple(_fields(text)), size=size)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for count, match in enumerate(_FIELD.finditer(text)):
        if count >= MAX_FIELDS:
            return
        name, value = match.groups()
        if len(value) > MAX_FIELD:
            value = value[:MAX_FIELD]
        if "\n" in value:
            value = _FOLD.sub(" ", value)
        yield name.lower(), value.strip()


def decoded(value: str) -> str:
    """``value`` with its RFC 2047 encoded words decoded. Not cleaned: what was encoded may hold any character."""
    if "=?" not in value:
        return value
    value = _BETWEEN.sub(r"\1", value)
    pieces: list[str] = []
    pending, charset, position = b"", "", 0
    for match in _WORD.finditer(value):
        if match.start() > position or match[1].lower() != charset:
            # Characters are often split over adjacent words of one charset, so bytes are joined first.
            pieces.append(text_of(pending, charset))
            pending = b""
        pieces.append(value[position : match.start()])
        charset, position = match[1].lower(), match.end()
        pending += _word(match[2], match[3])
    pieces.append(text_of(pending, charset))
    pieces.append(value[position:])
    return "".join(pieces)


def _word(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        data = text.replace("_", " ").encode("utf-8", "replace")
        return _HEX.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), data)
    letters = _NOT_BASE64.sub("", text)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")
