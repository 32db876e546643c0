"""An open mbox file in, its mails one by one out: where each stands, its envelope line, its bytes, its key.

The file is read in pieces and never held whole; a mail above the size cap is skipped over without being held.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 1 << 20

# The line that begins a mail: "From ", somebody, a date with a day of the week, a time and a year. Lines of text may
# begin with "From " too where a program did not quote them, so an empty line must stand before it, and what follows
# must look like a mail.
_DATED = re.compile(
    rb"From (?=[^\n]{0,500}\b(?:19|20)\d\d\b)[^\n]{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [^\n]{0,40}?"
    rb"\d{1,2}:\d\d[^\n]{0,60}(?:\n|\Z)(?=[!-9;-~]{1,100}[ \t]*:|>From |\r?\n|\Z)"
)
# Without such a date: a header field that mails begin with after it.
_UNDATED = re.compile(
    rb"From [^\n]{0,400}(?:\n|\Z)(?=(?:Return-Path|Received|Delivered-To|Message-I[dD]|Date|From|To|Subject|X-[\w-]{1,60}"
    rb"|Status|MIME-Version|Content-Type|Sender|Reply-To):|\Z)"
)
_LOOK_AHEAD = 1024
_GAP, _GAP_CRLF = b"\n\n", b"\n\r\n"
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
# Mail programs rewrite these in place; they are not part of what makes a mail this mail.
_VOLATILE = re.compile(
    rb"^(?:X-)?(?:Status|Keywords|Mozilla-[\w-]+|UID(?:L)?|IMAP(?:base)?|Gmail-Labels|Evolution[\w-]*|Content-Length|Lines)"
    rb":.*\n(?:[ \t].*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedMail:
    """One mail of a box: bytes ``start`` to ``end`` of the file, without ``raw`` where it is above the cap.

    ``closed`` says that another mail follows, so that this one cannot grow any more.
    """

    start: int
    end: int
    envelope: bytes
    raw: bytes | None
    key: str
    closed: bool


def is_box(beginning: bytes) -> bool:
    """Whether a file that begins like this is an mbox."""
    return _begins_mail(beginning, 0)


def boxed_mails(file: BinaryIO, start: int, cap: int) -> Iterator[BoxedMail]:
    """The mails of ``file`` from the byte ``start`` on, which must begin a mail or be the end of the file.

    Mails of more than ``cap`` bytes come without ``raw``. Anything before the first envelope line is skipped.

    Raises:
        OSError: the file cannot be read.
    """
    file.seek(start)
    buffer = bytearray()
    scanner = _Scanner(start, cap)
    while True:
        piece = file.read(PIECE)
        buffer += piece
        yield from scanner.scan(buffer, final=not piece)
        if not piece:
            return


class _Scanner:
    """Cuts a growing buffer at envelope lines; ``offset`` is where the buffer begins in the file."""

    def __init__(self, offset: int, cap: int) -> None:
        self.offset, self.cap = offset, cap
        self.started = False
        self.searched = 0
        self.skipped = 0  # bytes of the present mail that were let go
        self.digest = hashlib.blake2b(digest_size=12)
        self.envelope = b""

    def scan(self, buffer: bytearray, *, final: bool) -> Iterator[BoxedMail]:
        """Take what is complete out of ``buffer``."""
        while (cut := self._next_envelope(buffer, final=final)) is not None:
            if self.started:
                yield self._mail(buffer, cut, closed=True)
            self._drop(buffer, cut)
            self.started, self.searched = True, 1
        if final:
            if self.started and (buffer or self.skipped):
                yield self._mail(buffer, len(buffer), closed=False)
            return
        self.searched = max(self.searched, len(buffer) - _LOOK_AHEAD)
        if self.skipped or len(buffer) > self.cap or (self.searched and not self.started):
            self._let_go(buffer)

    def _next_envelope(self, buffer: bytearray, *, final: bool) -> int | None:
        position = self.searched
        if position == 0:
            if not final and len(buffer) < _LOOK_AHEAD:
                return None
            if _begins_mail(buffer, 0):
                return 0
        while True:
            found = buffer.find(b"\nFrom ", max(0, position - 1))
            if found < 0 or (not final and found + _LOOK_AHEAD > len(buffer)):
                return None
            if _begins_mail(buffer, found + 1):
                return found + 1
            position = found + 2

    def _drop(self, buffer: bytearray, count: int) -> None:
        self.offset += self.skipped + count
        del buffer[:count]
        self.skipped = 0
        self.digest = hashlib.blake2b(digest_size=12)
        self.envelope = b""

    def _let_go(self, buffer: bytearray) -> None:
        """Forget the beginning of a mail that is too large anyway, all but what a separator may need."""
        if not self.envelope:
            self.envelope = bytes(buffer[: buffer.find(b"\n") + 1][:500])
        count = max(0, len(buffer) - _LOOK_AHEAD - len(_GAP_CRLF))
        self.digest.update(buffer[:count])
        del buffer[:count]
        self.skipped += count
        self.searched = 1

    def _mail(self, buffer: bytearray, cut: int, *, closed: bool) -> BoxedMail:
        end = self.offset + self.skipped + cut
        if self.skipped or cut > self.cap:
            self.digest.update(buffer[:cut])
            key, raw, envelope = self.digest.hexdigest(), None, self.envelope
        else:
            line = buffer.find(b"\n", 0, cut) + 1 or cut
            envelope, content = bytes(buffer[:line]), bytes(buffer[line:cut])
            content = _without_separator(content)
            key, raw = content_key(content), _QUOTED.sub(rb"\1", content) if b"\n>" in content else content
        return BoxedMail(start=self.offset, end=end, envelope=envelope, raw=raw, key=key, closed=closed)


def content_key(content: bytes) -> str:
    """A name for a mail made of its bytes, without the header fields that mail programs rewrite: 24 hex digits."""
    head_end = content.find(b"\n\n", 0, _HEAD)
    if head_end < 0:
        head_end = content.find(b"\n\r\n", 0, _HEAD)
    head, body = content[: head_end + 1], content[head_end + 1 :]
    digest = hashlib.blake2b(_VOLATILE.sub(b"", head), digest_size=12)
    digest.update(body.rstrip(b"\r\n"))
    return digest.hexdigest()


def _without_separator(content: bytes) -> bytes:
    """The empty line before the next envelope belongs to the box, not to the mail."""
    if content.endswith(b"\r\n\r\n"):
        return content[:-2]
    return content[:-1] if content.endswith(b"\n\n") else content


def _begins_mail(buffer: bytes | bytearray, position: int) -> bool:
    """Whether a mail begins at ``position`` of ``buffer``, the start of which is the start of the box or of a mail."""
    before = bytes(buffer[max(0, position - len(_GAP_CRLF)) : position])
    if before and not before.endswith((_GAP, _GAP_CRLF)):
        return False
    window = bytes(buffer[position : position + _LOOK_AHEAD])
    return _DATED.match(window) is not None or _UNDATED.match(window) is not None
