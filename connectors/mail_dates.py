"""Date, Received and envelope dates in, one believable UTC time out, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: No mail is older than RFC 821; clocks that were never set say 1970 or 1980.
EARLIEST = datetime(1982, 1, 1, tzinfo=UTC)
#: A sender's clock may be this much ahead of that of who received the mail, and any clock of ours.
AHEAD = timedelta(days=1)

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_USUAL = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"\s*(?:([+-])(\d\d):?(\d\d)|(?:GMT|UTC?|Z)\b)(?:\s*\([^()]*\))?\s*"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_LONGEST = 200


def mail_date(value: str) -> datetime | None:
    """The time that a Date header (or the like) names, in UTC; None where it names none. A lacking zone is UTC."""
    value = value.strip()[:_LONGEST]
    match = _USUAL.fullmatch(value)
    try:
        if match is not None:
            return _usual(match)
        if _ISO.fullmatch(value):
            return _utc(datetime.fromisoformat(value))
        return _utc(parsedate_to_datetime(value))
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def sent_at(date: str, received: Iterable[str], *, arrived: datetime | None, now: datetime) -> datetime | None:
    """When a mail was sent: its Date header where that is believable, else when it was received.

    Received is the topmost readable Received header, else ``arrived`` (the envelope or the file name). A Date of more
    than a day after that is not believed, and one of long before is: mail is held up, and moved between mailboxes.
    ``now`` decides only where nothing says when the mail was received, so that reading a mail again on another day
    gives the same time. Nothing before 1982 or more than a day after ``now`` is believed. None where no source is
    believable: such a mail is refused rather than dated by the clock.
    """
    stamps = (mail_date(value.rpartition(";")[2]) for value in received)
    reached = next((stamp for stamp in stamps if _believable(stamp, now)), None)
    if reached is None and _believable(arrived, now):
        reached = arrived
    stated = mail_date(date) if date else None
    return stated if _believable(stated, reached or now) else reached


def _usual(match: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    # A leap second has no place in datetime.
    seconds = min(int(second or 0), 59)
    local = datetime(int(year), number, int(day), int(hour), int(minute), seconds, tzinfo=UTC)
    if sign is None:
        return local
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes))
    if offset > timedelta(hours=15):
        return None
    return local - offset if sign == "+" else local + offset


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _believable(when: datetime | None, latest: datetime) -> bool:
    return when is not None and EARLIEST <= when <= latest + AHEAD
