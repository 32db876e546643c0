"""The tree of a mail's parts in; its text, its attachments' names and its calendar parts out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.charsets import text_of
from connectors.harmless import body as harmless_body
from connectors.harmless import name_of
from connectors.mime_tree import Part

#: Characters of text that are kept of one mail; nobody writes that much, programs do.
MAX_TEXT = 256 * 1024
#: Characters of HTML that are kept of one mail.
MAX_HTML = 1024 * 1024
#: Bytes of a calendar part that are looked at.
MAX_CALENDAR = 1024 * 1024
MAX_ATTACHMENTS = 100

_LETTER = re.compile(r"\w")
# Some programs put a notice where the plain text should be.
_NOTICE = re.compile(
    r"\bhtml\b.{0,120}\b(?:view|support|display|mail|client|message)|\b(?:view|support|display).{0,120}\bhtml\b",
    re.I | re.S,
)
_NOTICE_LENGTH = 400
_KIND = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,80}")
_CRYPTOGRAPHIC = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_REPORTS = ("text/calendar", "application/ics", "message/delivery-status", "message/disposition-notification")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """What a mail says: ``text``, or ``html`` where it has no usable plain text; never both."""

    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()
    calendars: tuple[bytes, ...] = ()


def bodies(root: Part) -> Bodies:
    """The bodies of a part tree.

    Raises:
        Unreadable: the transfer encoding of a body part is broken.
    """
    texts = [(is_html, content) for is_html, content in _texts(root) if content.strip()]
    # The first part decides: what follows in the other form is a footer that a list or a gateway added.
    in_html = bool(texts) and texts[0][0]
    joined = "\n".join(content for is_html, content in texts if is_html == in_html)
    leaves = list(_leaves(root))
    names = [name for name in map(_attachment, leaves) if name]
    calendars = [
        leaf.read()[:MAX_CALENDAR] for leaf in leaves if leaf.content_type in ("text/calendar", "application/ics")
    ]
    return Bodies(
        text="" if in_html else harmless_body(joined, MAX_TEXT),
        html=harmless_body(joined, MAX_HTML) if in_html else "",
        attachments=tuple(names[:MAX_ATTACHMENTS]),
        calendars=tuple(calendars[:3]),
    )


def _texts(part: Part) -> Iterator[tuple[bool, str]]:
    """``(is it HTML, text)`` of every body part in order; of alternatives only the best."""
    if part.content_type == "multipart/alternative":
        yield from _best([text for child in part.children for text in _texts(child)])
    elif part.children:
        for child in part.children:
            yield from _texts(child)
    elif _is_body(part):
        is_html = part.content_type == "text/html"
        limit = 4 * (MAX_HTML if is_html else MAX_TEXT)
        yield is_html, text_of(part.read()[:limit], part.charset)


def _best(texts: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    plain = [text for text in texts if not text[0]]
    rich = [text for text in texts if text[0]]
    return plain if not rich or usable("\n".join(text for _, text in plain)) else rich


def usable(text: str) -> bool:
    """Whether a plain alternative says something, other than that the real text is in the HTML."""
    if not _LETTER.search(text):
        return False
    return len(text) > _NOTICE_LENGTH or not _NOTICE.search(text)


def _is_body(part: Part) -> bool:
    if part.content_type.startswith("multipart/"):
        return not part.children  # its boundary is nowhere, so all of it is text
    return part.content_type in ("text/plain", "text/html", "text/enriched", "text") and not part.attached


def _leaves(part: Part) -> Iterator[Part]:
    if part.children:
        for child in part.children:
            yield from _leaves(child)
    else:
        yield part


def _attachment(part: Part) -> str:
    """The name of an attachment; empty for bodies, signatures, reports, and pictures shown inside the text."""
    kind = part.content_type
    if kind in _CRYPTOGRAPHIC or kind in _REPORTS or kind.startswith("multipart/"):
        return ""
    if part.inline and not part.attached and kind.startswith(("image/", "text/")):
        return ""
    name = name_of(part.filename)
    if name and (part.attached or not _is_body(part)):
        return name
    unnamed = part.attached or not kind.startswith("text")
    return (kind if _KIND.fullmatch(kind) else "attachment") if unnamed else ""
