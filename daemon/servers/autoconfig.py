"""Mozilla's description of a domain's servers (config-v1.1.xml) in, as bytes of a stranger; the servers in it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from daemon.servers.server import ImapServer, Security, SmtpServer, Tls, is_host

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PASSWORDS: Final = ("password-cleartext", "password-encrypted", "plain")
_LOGINS: Final = {"%EMAILADDRESS%": "{address}", "%EMAILLOCALPART%": "{local}", "%EMAILDOMAIN%": "{domain}"}
_LONGEST_LOGIN: Final = 320
_MOST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What one description says; ``password`` is False where a server takes no password, only a login in the browser."""

    imap: ImapServer | None = None
    smtp: SmtpServer | None = None
    caldav: str = ""
    password: bool = True


def described(content: bytes) -> Described | None:
    """The first encrypted IMAP and SMTP servers that it lists, and the calendar; None where it is no description."""
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        text = content.decode("utf-8-sig")
        # Without a document type there are no entities, and nothing that grows or reads files when it is parsed.
        if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
            return None
        root = fromstring(text)  # noqa: S314  # see above; the size is capped where it is read
    except (ParseError, ValueError):
        return None
    if root.tag != "clientConfig":
        return None
    imap = _imap(root)
    smtp = next((each for each in map(_smtp, _listed(root, "outgoingServer", "smtp")) if each), None)
    caldav = next(filter(None, map(_calendar, _listed(root, "calendar", "caldav"))), "")
    return Described(imap=imap and imap[0], smtp=smtp, caldav=caldav, password=imap[1] if imap else True)


def _imap(root: Element) -> tuple[ImapServer, bool] | None:
    """The best server: TLS from the start before STARTTLS, and before both one that takes passwords."""
    found = [
        (ImapServer(host=place[0], port=place[1], tls=tls, login=_login(each)), _takes_passwords(each))
        for each in _listed(root, "incomingServer", "imap")
        if (place := _place(each)) and (tls := _tls(each))
    ]
    return min(found, key=lambda one: (not one[1], one[0].tls != "implicit"), default=None)


def _smtp(each: Element) -> SmtpServer | None:
    place, tls = _place(each), _tls(each)
    if not place or not tls:
        return None
    security: Security = "tls" if tls == "implicit" else "starttls"
    return SmtpServer(host=place[0], port=place[1], security=security, login=_login(each))


def _calendar(each: Element) -> str:
    url = _text(each, "url") or _text(each, "serverURL")
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and is_host(parts.hostname or "") and parts.username is None and parts.port != 0
    except ValueError:
        return ""
    return url if good and url.isprintable() else ""


def _listed(root: Element, tag: str, kind: str) -> Iterator[Element]:
    found = [each for each in root.iter(tag) if each.get("type") == kind]
    yield from found[:_MOST]


def _place(each: Element) -> tuple[str, int] | None:
    host, port = _text(each, "hostname").lower().rstrip("."), _text(each, "port")
    good = is_host(host) and port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536
    return (host, int(port)) if good else None


def _tls(each: Element) -> Tls | None:
    kinds: dict[str, Tls] = {"SSL": "implicit", "TLS": "implicit", "STARTTLS": "starttls"}
    return kinds.get(_text(each, "socketType").upper())


def _takes_passwords(each: Element) -> bool:
    ways = [(way.text or "").strip() for way in each.findall("authentication")]
    return not ways or any(way in _PASSWORDS for way in ways)


def _login(each: Element) -> str:
    pattern = _text(each, "username")
    for word, ours in _LOGINS.items():
        pattern = pattern.replace(word, ours)
    known = pattern and "%" not in pattern and pattern.isprintable() and len(pattern) < _LONGEST_LOGIN
    return pattern if known else "{address}"


def _text(each: Element, tag: str) -> str:
    return (each.findtext(tag) or "").strip()
