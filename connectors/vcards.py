"""The text of an address book in, its contacts out (vCard 2.1, 3.0 and 4.0: RFC 2426 and RFC 6350).

Of a card its name, addresses and UID are read, nothing else. A broken card costs only itself; groups are no people.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.addresses import strict_email
from connectors.charsets import text_of
from connectors.harmless import name_of, one_line
from connectors.records import Contact, Rejected

#: A longer address book is refused.
MAX_BOOK = 32 * 1024 * 1024
MAX_CARDS = 50_000
MAX_EMAILS = 20
_MAX_LINE = 64 * 1024
_MAX_LINES = 2000
_SHOWN = 80

_FOLD = re.compile(r"\n[ \t]")
#: Before 3.0 a quoted-printable value goes on after a line that ends with "=".
_SOFT_BREAK = re.compile(r"=\n[ \t]?")
_LINE = re.compile(r"(?:[\w-]{1,60}\.)?([\w-]{1,60})((?:;[^:]{0,500})?):(.*)", re.DOTALL)
_SLASH = re.compile(r"\\(.)", re.DOTALL)
_COMPONENTS = re.compile(r"(?<!\\);")
_GROUPS = frozenset({"KIND", "X-ADDRESSBOOKSERVER-KIND"})


@dataclass(slots=True)
class _Card:
    lines: list[str]
    closed: bool


def is_book(raw: bytes) -> bool:
    """Whether this is an address book, or nothing at all."""
    return not raw.strip() or b"BEGIN:VCARD" in raw[:4096].upper()


def contacts(raw: bytes) -> list[Contact | Rejected]:
    """The contacts that have an address, each under a key of its own; and cards that are cut off. Never raises."""
    text = text_of(raw[:MAX_BOOK], "utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found: dict[str, Contact | Rejected] = {}
    for number, card in enumerate(_cards(text)):
        if number >= MAX_CARDS:
            break
        item = _read(card)
        if item is not None:
            found.setdefault(item.key, item)
    return list(found.values())


def _cards(text: str) -> Iterator[_Card]:
    """The cards, each as its unfolded lines without BEGIN and END; agents in a card belong to it."""
    if "QUOTED-PRINTABLE" in text.upper():
        text = _SOFT_BREAK.sub("", text)
    lines: list[str] | None = None
    for line in _FOLD.sub("", text).split("\n"):
        plain = line.strip().upper()
        if plain == "BEGIN:VCARD":
            if lines is not None:
                yield _Card(lines, closed=False)
            lines = []
        elif plain == "END:VCARD":
            if lines is not None:
                yield _Card(lines, closed=True)
            lines = None
        elif lines is not None and len(lines) < _MAX_LINES:
            lines.append(line[:_MAX_LINE])
    if lines is not None:
        yield _Card(lines, closed=False)


def _read(card: _Card) -> Contact | Rejected | None:
    values: dict[str, list[str]] = {}
    for line in card.lines:
        match = _LINE.fullmatch(line)
        if match is not None:
            values.setdefault(match[1].upper(), []).append(_decoded(match[3], match[2].upper()))
    name = _name(values)
    emails = _emails(values.get("EMAIL", ()))
    uid = one_line(values.get("UID", [""])[0], 500)
    key = uid or hashlib.blake2b("\n".join((name, *emails, *card.lines[:50])).encode(), digest_size=12).hexdigest()
    if not card.closed:
        return Rejected(key=key, reason=f"is a card that is cut off{f' (of {name[:_SHOWN]})' if name else ''}")
    if not emails or any(_text(value).strip().lower() == "group" for kind in _GROUPS for value in values.get(kind, ())):
        return None
    return Contact(key=key, name=name, emails=emails)


def _decoded(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" not in parameters:
        return value
    charset = re.search(r"CHARSET=\"?([\w.-]{1,40})", parameters)
    return text_of(quopri.decodestring(value.encode("utf-8", "replace")), charset[1] if charset else "utf-8")


def _text(value: str) -> str:
    return _SLASH.sub(lambda found: " " if found[1] in "nN" else found[1], value)


def _name(values: Mapping[str, Sequence[str]]) -> str:
    """The formatted name, else given and family name; an address is none."""
    written = name_of(_text(values.get("FN", [""])[0]))
    if written and "@" not in written:
        return written
    parts = [name_of(_text(part)) for part in _COMPONENTS.split(values.get("N", [""])[0])]
    family, given = [*parts, "", ""][:2]
    return f"{given} {family}".strip()


def _emails(values: Sequence[str]) -> tuple[str, ...]:
    found = (strict_email(_text(value).strip().lower().removeprefix("mailto:")) for value in values[:MAX_EMAILS])
    return tuple(dict.fromkeys(email for email in found if email is not None))
