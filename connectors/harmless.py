"""Text that a stranger wrote in, the same text without anything that acts on a terminal, a header or a page out.

Control characters, bidirectional overrides and invisible characters never leave this package.
"""

from __future__ import annotations

import re

# Embeddings, overrides and isolates turn text around; marks and zero-width characters hide in names and subjects.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u061c\u180e\u200b-\u200f\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_LINE_JUNK = re.compile(f"[\x00-\x1f\x7f-\x9f{_TURNING}{_INVISIBLE}\ud800-\udfff]")
# Bodies keep joiners (U+200C, U+200D), which Persian, Indic scripts and emoji need.
_BODY_JUNK = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_TURNING}\u00ad\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_ASCII_JUNK = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")


def one_line(text: str, limit: int) -> str:
    """``text`` on one line of at most ``limit`` characters: controls become spaces, invisible characters go."""
    if not (text.isascii() and text.isprintable()):
        text = _SPACES.sub(" ", text)
        text = _LINE_JUNK.sub("", text)
    return text[:limit].strip()


def name_of(text: str, limit: int = 200) -> str:
    """A display name or file name: one line, single spaces, without quotation marks around it."""
    clean = _SPACES.sub(" ", one_line(text, limit))
    while len(clean) > 1 and clean[0] == clean[-1] and clean[0] in "\"'":
        clean = clean[1:-1].strip()
    return clean


def body(text: str, limit: int) -> str:
    """A body of at most ``limit`` characters with ``\\n`` line ends, no controls but newline and tab."""
    text = text[: 2 * limit]
    if "\r" in text or not text.isascii():
        text = _LINE_BREAKS.sub("\n", text)
    return (_ASCII_JUNK if text.isascii() else _BODY_JUNK).sub("", text)[:limit]
