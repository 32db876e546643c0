"""Text of senders in, text that can only be read out: one line, no invisible characters, nothing to click.

Markup is escaped by the rendering; this removes what escaping leaves alive: line breaks, characters that turn the
reading direction or take no room, towers of combining marks, and addresses that mail programs make links of.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

#: Providers whose own pages a link may open; everything else could come from a sender.
LINK_HOSTS = frozenset(
    {
        "calendar.google.com",
        "mail.google.com",
        "outlook.live.com",
        "outlook.office.com",
        "outlook.office365.com",
        "www.google.com",
    }
)
_LONGEST_LINK = 600
_LONGEST_READ = 4_000  # no more of a text is looked at, whatever its length
_MARKS_IN_A_ROW = 3

_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,15}:(?://)?[^\s<>]{2,}|\bwww\.[^\s<>]+)", re.IGNORECASE)
_SCHEMES = ("http", "https", "ftp", "mailto", "javascript", "data", "file", "tel", "sms", "vbscript", "cid", "blob")
_DOT_IN_NAME = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})")
_ONE_DOT_LEADER = "\u2024"  # looks like a full stop, makes no host name
_SPACE = frozenset({"Cc", "Zl", "Zp", "Zs"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})
_MARK = frozenset({"Mn", "Me"})
#: Letters that show nothing, and blanks that count as letters or symbols.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")


def one_line(text: str) -> str:
    """``text`` on one line: no controls, no invisible or direction-turning characters, single spaces."""
    kept, marks = [], 0
    for char in text[:_LONGEST_READ]:
        category = unicodedata.category(char)
        if category in _INVISIBLE or char in _BLANK:
            continue
        if category in _MARK:
            marks += 1
            if marks > _MARKS_IN_A_ROW:
                continue
        else:
            marks = 0
        kept.append(" " if category in _SPACE else char)
    return " ".join("".join(kept).split())


def inert(text: str, limit: int) -> str:
    """``text`` as ``one_line``, with nothing that a mail program turns into a link, at most ``limit`` characters.

    Web addresses become ``[link]``; the dots of bare host names and mail addresses become a look-alike dot.
    """
    line = _URL.sub(_defused, one_line(text))
    return shortened(_DOT_IN_NAME.sub(_ONE_DOT_LEADER, line), limit)


def _defused(found: re.Match[str]) -> str:
    scheme = found[0].split(":", 1)[0].lower()
    if "://" in found[0] or scheme in _SCHEMES or found[0].lower().startswith("www."):
        return "[link]"
    return found[0]


def shortened(text: str, limit: int) -> str:
    """``text``, cut between words to at most ``limit`` characters; an ellipsis says that something is missing."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:-–—") + "…"


def safe_link(link: str | None) -> str | None:
    """``link`` if it opens a page of a provider that Kithkeeper reads, else None."""
    if not link or len(link) > _LONGEST_LINK or not link.isascii() or not link.isprintable() or " " in link:
        return None
    try:
        parts = urlsplit(link)
        known = parts.scheme == "https" and parts.netloc in LINK_HOSTS
    except ValueError:
        return None
    return link if known and not set(link) & set("\\\"'<>`") else None
