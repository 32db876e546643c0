"""A status and headers in, the error of the tree out that the daemon acts on, with one line for the owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient

#: A server that names a longer time is asked again after this.
MOST_PATIENCE: Final = timedelta(days=1)
_PAGE: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)


class WebPage(Transient):
    """A page for people came where a program's answer was expected."""


def refused(status: int, headers: Mapping[str, str], place: str, now: datetime) -> ConnectorError:
    """What an answer means that was not wanted.

    Args:
        status: its status, not 2xx.
        headers: its headers, by lower-case name.
        place: where it came from, for the owner.
        now: the time (aware).
    """
    if status == 401:
        return NeedsOwner(f"{place} refuses the login: {_login_hint(headers)}")
    if status == 407:
        return NeedsOwner("the proxy wants a login: put it into the proxy's address (https_proxy)")
    if status in (429, 503):
        return Transient(f"{place} is busy (status {status})", retry_after=_patience(headers, now))
    if status in (403, 451):
        return NeedsOwner(f"{place} does not allow this (status {status}): check the account's rights there")
    if status in (404, 410):
        return NeedsOwner(f"{place} is not there (status {status}): correct the url")
    if status == 408 or status >= 500:
        return Transient(f"{place} has a fault of its own (status {status})", retry_after=_patience(headers, now))
    return ProtocolViolation(f"{place} answered in an unexpected way (status {status})")


def web_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is a page for people: a captive portal's, a maintenance notice, a wrong address."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or _PAGE.match(body[:512]) is not None


def page_instead(place: str) -> WebPage:
    """What to say of such a page."""
    return WebPage(f"{place} answered with a web page: does this network want a login first, or is the url wrong?")


def _login_hint(headers: Mapping[str, str]) -> str:
    schemes = {
        word.lower() for word in re.findall(r"(?:^|,)\s*([A-Za-z-]+)(?=\s|,|$)", headers.get("www-authenticate", ""))
    }
    if "digest" in schemes and not schemes & {"basic", "bearer"}:
        return "it wants Digest, which is not supported: let the server offer Basic over TLS"
    return "check the username and the password (many providers want an app password)"


def _patience(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After as a time to wait: seconds or a date; None where there is none or it is not understood."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), MOST_PATIENCE) if len(text) < 10 else MOST_PATIENCE
    if not text:
        return None
    try:
        when = parsedate_to_datetime(text[:100])
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(when - now, timedelta()), MOST_PATIENCE)
