"""A message as the Gmail API gives it in, a ``Message`` or a ``Rejected`` with the reason out.

The mail is put together again from its header fields and text parts, with attachments left empty, and read by the
same parser as a whole one: so that the same mail, read from elsewhere, comes to the same identity.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.authentication import MAX_RESULT
from connectors.google_api import list_of, text_of
from connectors.mime import MAX_MESSAGE, parse
from connectors.mime_tree import MAX_DEPTH, MAX_PARTS
from connectors.records import Message, Rejected

#: Who writes Gmail's Authentication-Results. A mail that came by SMTP always has one of them on top.
AUTHSERV_ID: Final = "mx.google.com"
#: Labels of what is no mail between people, or not any more.
LEFT_OUT: Final = frozenset({"TRASH", "SPAM", "DRAFT", "CHAT"})
SENT: Final = "SENT"
#: What is asked of a message; the parser needs no more.
WHOLE: Final = "id,threadId,labelIds,internalDate,payload(mimeType,filename,headers,body,parts)"
HEAD: Final = "id,threadId,labelIds,internalDate,payload(mimeType,headers)"
#: The largest text that is asked for by itself, where Gmail keeps it apart from its message.
MOST_APART: Final = 1024 * 1024
_LINK: Final = "https://mail.google.com/mail/u/0/#all/"
_PLAIN: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TOKEN: Final = re.compile(r"[!-9;-~]{1,100}")
_KIND: Final = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,80}")
_BREAK: Final = re.compile(r"[\r\n\0]+[ \t]*")
_CHARSET: Final = re.compile(r";\s*charset\*?\s*=\s*(?:\"[^\"]*\"?|[^\s;\"]+)", re.IGNORECASE)
_UTF8: Final = re.compile(r"charset\s*=\s*\"?utf-?8", re.IGNORECASE)
_OWN_FIELDS: Final = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-length"})
_BOUNDARY: Final = "=_kithkeeper_"
_MOST_FIELDS: Final = 2000
_OLDEST: Final = 0
_NEWEST: Final = 10**14

#: Header fields by which programs give themselves away; see ``inference.automation`` for what they mean.
_BULK: Final = frozenset({"list-unsubscribe", "feedback-id", "x-campaign-id", "x-mc-user", "x-sg-eid", "x-mailgun-sid"})


def labels_of(message: Mapping[str, Any]) -> frozenset[str]:
    """The labels of a message; nothing where it does not say."""
    value = message.get("labelIds")
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


def is_bulk(message: Mapping[str, Any]) -> bool:
    """Whether the header of a message already says that a program wrote it to many, so that its text cannot matter."""
    found = dict(_fields(message))
    if "list-post" in found or SENT in labels_of(message):
        return False
    automatic = found.get("auto-submitted", "no").strip().lower()
    precedence = found.get("precedence", "").strip().lower()
    return (
        any(name in found for name in _BULK)
        or precedence in ("bulk", "junk")
        or (bool(automatic) and not automatic.startswith("no"))
        or found.get("return-path", "x").strip() in ("", "<>")
    )


def texts_apart(message: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """The text parts that Gmail keeps apart from the message (the body to fill, and its id); attachments never."""
    found = []
    for part, _ in _parts(_object(message.get("payload"))):
        body = _object(part.get("body"))
        kept = text_of(body.get("attachmentId"))
        size = text_of(body.get("size"))
        small = size.isdecimal() and len(size) < 9 and int(size) <= MOST_APART
        apart = bool(kept) and small and not body.get("data") and not part.get("filename")
        if apart and _is_text(part, dict(_fields(part, of_payload=False))):
            found.append((body, kept))
    return found


def message_of(
    answer: Mapping[str, Any], *, key: str, thread: str, now: datetime, zone: ZoneInfo
) -> Message | Rejected:
    """Read one answer of ``messages.get`` (or one message of ``threads.get``).

    Args:
        answer: format ``full``, or ``metadata`` for a message without text.
        key: what names it in its stream.
        thread: the thread's id, for the link.
        now: the clock (aware), zone: the owner's.
    """
    raw = rebuilt(answer)
    if raw is None:
        return Rejected(key=key, reason="came without a header from Gmail")
    labels = labels_of(answer)
    read = parse(
        raw,
        key=key,
        own=SENT in labels,
        folder="Sent" if SENT in labels else "Inbox" if "INBOX" in labels else "Archive",
        labels=tuple(sorted(labels)),
        provider_thread=thread or None,
        # Gmail puts its result on top of all that comes by SMTP: what has none was put there by the owner.
        authserv_id=AUTHSERV_ID if _has_result(answer) else None,
        arrived=_arrived(answer),
        now=now,
        zone=zone,
    )
    if isinstance(read, Rejected) or not _PLAIN.fullmatch(thread):
        return read
    return replace(read, link=f"{_LINK}{thread}")


def rebuilt(answer: Mapping[str, Any]) -> bytes | None:
    """The mail as bytes, with nothing in the place of its attachments; None where there is no header to read.

    A mail of too many or too deeply nested parts keeps those that come first.
    """
    payload = _object(answer.get("payload"))
    lines = [f"{name}: {value}" for name, value in _raw_fields(payload) if name.lower() not in _OWN_FIELDS]
    if not lines:
        return None
    pieces: list[bytes] = []
    _write(payload, pieces, [MAX_PARTS], MAX_DEPTH - 1)
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n" + b"".join(pieces)


def _write(part: Mapping[str, Any], pieces: list[bytes], left: list[int], depth: int) -> None:
    """One part: its content fields, the empty line, its content."""
    left[0] -= 1
    children = list_of(part, "parts")
    kind = _kind(part)
    if children and kind.startswith("multipart/") and depth > 0:
        boundary = f"{_BOUNDARY}{depth}_{left[0]}"
        pieces.append(f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary="{boundary}"\r\n\r\n'.encode())
        for child in children:
            if left[0] <= 0:
                break
            pieces.append(f"--{boundary}\r\n".encode())
            _write(child, pieces, left, depth - 1)
            pieces.append(b"\r\n")
        pieces.append(f"--{boundary}--\r\n".encode())
        return
    fields = dict(_fields(part, of_payload=False))
    content = _data(part) if _is_text(part, fields) or kind in ("text/calendar", "application/ics") else b""
    written = _content_type(part, fields, content)
    lines = [f"Content-Type: {written}", "Content-Transfer-Encoding: base64"]
    if disposition := _disposition(part, fields):
        lines.append(f"Content-Disposition: {disposition}")
    if fields.get("content-id"):
        lines.append(f"Content-ID: {fields['content-id']}")
    pieces.append("\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n")
    pieces.append(base64.b64encode(content))


def _content_type(part: Mapping[str, Any], fields: Mapping[str, str], content: bytes) -> str:
    """The field as it was, but for the charset: Gmail hands many texts out as UTF-8, whatever they were."""
    kind = _kind(part)
    said = fields.get("content-type", "")
    if not said.lower().startswith(kind):
        said = kind
    if not kind.startswith("text/") or _UTF8.search(said) or not _is_utf8(content):
        return said
    return f"{_CHARSET.sub('', said, count=3)}; charset=utf-8"


def _is_utf8(content: bytes) -> bool:
    """Whether a text can be nothing but UTF-8 (or ASCII): an escape speaks for ISO 2022."""
    if b"\x1b" in content or b"\0" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not content.isascii() or b"+" not in content  # UTF-7 is ASCII too


def _disposition(part: Mapping[str, Any], fields: Mapping[str, str]) -> str:
    said = fields.get("content-disposition", "")
    name = _BREAK.sub(" ", text_of(part.get("filename"))).replace("\\", "").replace('"', "")[:500]
    if said or not name or "name" in fields.get("content-type", "").lower():
        return said
    return f'attachment; filename="{name}"'


def _data(part: Mapping[str, Any]) -> bytes:
    """The content of a part; as much of it as is base64."""
    text = text_of(_object(part.get("body")).get("data"))
    if len(text) > MAX_MESSAGE * 4 // 3:
        text = text[: MAX_MESSAGE * 4 // 3]
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return b""


def _is_text(part: Mapping[str, Any], fields: Mapping[str, str]) -> bool:
    """Whether a part with these header fields is text to be read, and no attachment."""
    if _kind(part) not in ("text/plain", "text/html", "text/enriched"):
        return False
    return not fields.get("content-disposition", "").lower().startswith("attachment")


def _kind(part: Mapping[str, Any]) -> str:
    kind = text_of(part.get("mimeType")).strip().lower()
    return kind if _KIND.fullmatch(kind) else "text/plain"


def _parts(part: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    """A part and all those in it, with their depth."""
    waiting = [(part, 0)]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        each, depth = waiting.pop()
        yield each, depth
        if depth < MAX_DEPTH:
            waiting += [(child, depth + 1) for child in reversed(list_of(each, "parts"))]


def _fields(part: Mapping[str, Any], *, of_payload: bool = True) -> Iterator[tuple[str, str]]:
    """The header fields of a part (of a message's payload), lower-case name and value."""
    holder = _object(part.get("payload")) if of_payload else part
    return ((name.lower(), value) for name, value in _raw_fields(holder))


def _raw_fields(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in list_of(part, "headers")[:_MOST_FIELDS]:
        name, value = text_of(field.get("name")).strip(), text_of(field.get("value"))
        if _TOKEN.fullmatch(name):
            yield name, _BREAK.sub(" ", value).strip()


def _has_result(answer: Mapping[str, Any]) -> bool:
    return any(
        name == "authentication-results" and AUTHSERV_ID in value[:MAX_RESULT].lower()
        for name, value in _fields(answer)
    )


def _arrived(answer: Mapping[str, Any]) -> datetime | None:
    said = text_of(answer.get("internalDate"))
    if not said.isdecimal() or not _OLDEST < int(said[:20]) < _NEWEST:
        return None
    return datetime.fromtimestamp(int(said) / 1000, tz=UTC)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
