"""Several GET requests in, one multipart body out; its multipart answer in, the answer to each of them out.

Written out here, because the client library's own batch gives up on one odd part, and knows no Retry-After.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Google's own limit is 100; it asks for no more than this.
MOST: Final = 50
BOUNDARY: Final = "kithkeeper-batch"
_BOUNDARY_OF: Final = re.compile(r"boundary=(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_NUMBER: Final = re.compile(r"^content-id:\s*<?[^\r\n]*?(\d{1,4})>?\s*$", re.IGNORECASE | re.MULTILINE)
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})[^\n]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request. ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def batch_body(paths: Sequence[str]) -> bytes:
    """A batch of GET requests for ``paths`` (with query), numbered from 0."""
    parts = [
        f"--{BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
        f"GET {path} HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
        for number, path in enumerate(paths)
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode("ascii")


def batch_answers(content_type: str, body: bytes, count: int) -> list[Answer | None]:
    """The answers in the order of the requests; None for those that have none in it."""
    found: list[Answer | None] = [None] * count
    boundary = _BOUNDARY_OF.search(content_type)
    if boundary is None or not content_type.lower().startswith("multipart/"):
        return found
    pieces = (b"\r\n" + body).split(b"\n--" + (boundary[1] or boundary[2]).encode("latin-1", "replace"))
    for place, piece in enumerate(pieces[1 : 2 * MOST + 2]):
        if piece.startswith(b"--"):
            break
        outer, rest = _split(piece.lstrip(b" \t").removeprefix(b"\r").removeprefix(b"\n"))
        number = _NUMBER.search(outer)
        index = int(number[1]) if number else place  # answers without a number come in order
        status = _STATUS.match(rest.lstrip())
        if status is None or not 0 <= index < count:
            continue
        inner, content = _split(rest.lstrip()[status.end() :])
        found[index] = Answer(status=int(status[1]), headers=_headers(inner), body=content.strip())
    return found


def _split(block: bytes) -> tuple[str, bytes]:
    """The header lines of a block, and what comes after the empty line."""
    if block.startswith((b"\r\n", b"\n")):
        return "", block.partition(b"\n")[2]
    at, gap = block.find(b"\r\n\r\n"), 4
    bare = block.find(b"\n\n")
    if at < 0 or 0 <= bare < at:
        at, gap = bare, 2
    if at < 0:
        return block.decode("latin-1"), b""
    return block[:at].decode("latin-1").replace("\r\n", "\n"), block[at + gap :]


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
