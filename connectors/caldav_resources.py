"""One resource of a calendar in, what it brings by key out, and what changed against what was yielded of it before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from connectors.caldav_cursor import Known, known
from connectors.caldav_reports import Fetched
from connectors.calendar_window import midnight
from connectors.icalendar_events import is_calendar, meetings
from connectors.icalendar_lines import calendar_text
from connectors.known_items import content_digest, key_digest
from connectors.records import Change, Meeting, Rejected, Removed

#: Seconds for one resource. Its series are bounded one by one; this is for resources with very many of them.
_SECONDS: Final = 20.0
#: Days that are looked at again, for the sake of zones.
_OVERLAP: Final = timedelta(days=2)
_UNTIL: Final = re.compile(r"\bUNTIL=(\d{8})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``changes`` against what was known, what is ``known`` after them, and whether it ``goes_on`` beyond the window."""

    changes: list[Change]
    known: Known
    goes_on: bool


def taken(
    resource: Fetched,
    before: Known | None,
    etag: bytes,
    *,
    window: tuple[date, date],
    since: date | None = None,
    zone: ZoneInfo,
) -> Taken:
    """Read a resource.

    Args:
        before: what was yielded of it, None for a new one.
        etag: the digest of its etag.
        window: the first day of recurring events and the day after the last.
        since: for a resource that has not changed, where the window ended before: only what lies after it is new.
        zone: the owner's.
    """
    if since is not None:
        window = (since - _OVERLAP, window[1])
    began = monotonic()
    found, readable = _items(resource, window, zone)
    current = {key_digest(f"{resource.name}\0{item.key}"): item for item in found}
    contents = {key: content_digest(item) for key, item in current.items()}
    old = before.items if before is not None else {}
    changes: list[Change] = [
        replace(item, key=key.hex()) for key, item in current.items() if old.get(key) != contents[key]
    ]
    if readable and since is None and monotonic() - began < _SECONDS:
        changes += [Removed(key=key.hex()) for key in sorted(old.keys() - current.keys())]
    else:  # what cannot be read at all, was not reached in time or lies before is not gone
        contents = {**old, **contents}
    return Taken(
        changes=changes,
        known=known(etag, contents),
        goes_on=bool(resource.problem) or _goes_on(resource.text, window[1]),
    )


def _items(resource: Fetched, window: tuple[date, date], zone: ZoneInfo) -> tuple[list[Meeting | Rejected], bool]:
    """What a resource brings, and whether it could be read."""
    problem = resource.problem
    if not problem and not is_calendar(resource.text):
        problem = "is no calendar"
    if problem:
        return [Rejected(key="", reason=f"resource {resource.name[:100]!r}: {problem}")], False
    days = (midnight(window[0]), midnight(window[1]))
    return meetings(resource.text, window=days, zone=zone, deadline_s=_SECONDS), True


def _goes_on(text: str, until: date) -> bool:
    """Whether there may be occurrences on ``until`` or later: a rule without an end before it, or dates one by one."""
    upper = text.upper()
    if "RRULE" not in upper and "RDATE" not in upper:
        return False
    for event in calendar_text(text).events:
        if event.every("RDATE"):
            return True
        for rule in event.every("RRULE"):
            ends = _UNTIL.search(rule.value)
            if ends is None or ends[1] >= f"{until:%Y%m%d}":
                return True
    return False
