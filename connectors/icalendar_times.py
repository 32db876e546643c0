"""Dates, times, durations and zone names as calendars write them in, Python values out.

A time of day is returned aware where the calendar names a zone that can be made out, else naive ("floating").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from connectors.icalendar_lines import Component, Property
from connectors.icalendar_weights import Reach, Refused, weighed

_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d+)?(Z)?|Z)?", re.IGNORECASE)
_DURATION = re.compile(r"([+-]?)P(?:T?(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?")
_NAME = re.compile(r"[A-Za-z0-9_+-]{1,60}(?:/[A-Za-z0-9_+-]{1,60}){0,3}")
_YEARLY = re.compile(r"FREQ=YEARLY(?:;(?:BYMONTH|BYDAY|BYMONTHDAY|UNTIL|INTERVAL|WKST)=[-+\w,]{1,40})*", re.IGNORECASE)
_MOST_LINES, _MOST_CHARACTERS = 300, 32 * 1024
#: What building the zones that one calendar describes may cost, in the steps of ``icalendar_weights``.
MAX_ZONE_STEPS = 200_000.0
_STEPS_A_LINE = 20.0
_TRANSITIONS = Reach(first=date(1, 1, 1), last=date(2040, 1, 1))

#: What a calendar means by a time: a day, an aware time, or a naive one that floats.
Moment = date | datetime


class Zones:
    """The time zones that one calendar names."""

    def __init__(self, components: Iterable[Component], default: str) -> None:
        """``components`` are the VTIMEZONEs, ``default`` the X-WR-TIMEZONE (may be empty)."""
        self._defined = {
            named.text.strip(): component for component in components if (named := component.first("TZID")) is not None
        }
        self._known: dict[str, tzinfo | None] = {}
        self._left = MAX_ZONE_STEPS
        self.default = named_zone(default) if default else None

    def zone(self, tzid: str) -> tzinfo | None:
        """The zone of a TZID parameter; None where nobody can tell."""
        if tzid not in self._known:
            zone = named_zone(tzid)
            if zone is None and tzid in self._defined:
                zone = self._described(self._defined[tzid])
            self._known[tzid] = zone
        return self._known[tzid]

    def _described(self, component: Component) -> tzinfo | None:
        """The zone that a VTIMEZONE describes, as long as the calendar's zones have not cost too much."""
        location = component.value("X-LIC-LOCATION")
        if location and (known := named_zone(location)) is not None:
            return known
        try:
            self._left -= _zone_steps(component)
        except (Refused, ValueError, OverflowError):
            return None
        return _defined_zone(component) if self._left >= 0 else None

    def moment(self, property_: Property) -> Moment:
        """The value of a DTSTART or the like: a date, an aware time, or a naive (floating) time.

        Raises:
            ValueError: it is none of these.
        """
        return self.moment_of(property_.value, property_.parameters.get("TZID", ""))

    def moment_of(self, text: str, tzid: str) -> Moment:
        """As ``moment``, of a bare value."""
        match = _TIME.fullmatch(text.strip())
        if match is None:
            raise ValueError("not a date or time")
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if match[4] is None:
            return date(year, month, day)
        when = datetime(year, month, day, int(match[4]), int(match[5]), min(int(match[6] or 0), 59), tzinfo=UTC)
        if match[7]:
            # A calendar-wide zone says which wall clock a time in UTC recurs by.
            return when if self.default is None else when.astimezone(self.default)
        return when.replace(tzinfo=self.zone(tzid) if tzid else None)

    def moments(self, properties: Iterable[Property]) -> Iterator[Moment | tuple[Moment, Moment | timedelta]]:
        """All values of EXDATE or RDATE properties, periods as ``(start, end or length)``; unreadable ones left out."""
        for property_ in properties:
            tzid = property_.parameters.get("TZID", "")
            for text in property_.value.split(","):
                start, slash, end = text.strip().partition("/")
                try:
                    begins = self.moment_of(start, tzid)
                    if not slash:
                        yield begins
                    elif end[:1] in "Pp+":
                        yield begins, duration(end)
                    else:
                        yield begins, self.moment_of(end, tzid)
                except (ValueError, OverflowError):
                    continue


def alike(start: Moment, end: Moment) -> tuple[Moment, Moment]:
    """A start and an end of one kind, where a calendar mixes days, floating times and aware ones."""
    if isinstance(start, datetime) != isinstance(end, datetime):
        start, end = (
            when if isinstance(when, datetime) else datetime(when.year, when.month, when.day)  # noqa: DTZ001
            for when in (start, end)
        )
    if isinstance(start, datetime) and isinstance(end, datetime) and (start.tzinfo is None) != (end.tzinfo is None):
        zone = start.tzinfo or end.tzinfo
        start, end = start.replace(tzinfo=start.tzinfo or zone), end.replace(tzinfo=end.tzinfo or zone)
    return start, end


def duration(text: str) -> timedelta:
    """An RFC 5545 DURATION.

    Raises:
        ValueError: it is none.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]):
        raise ValueError("not a duration")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match[1] == "-" else length


@lru_cache(maxsize=512)
def named_zone(tzid: str) -> tzinfo | None:
    """An IANA name, a Windows name, or a vendor's path that ends in an IANA name; None for anything else."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    clean = tzid.strip().strip("\"'/")[:200]
    if clean.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if clean in WINDOWS_TO_OLSON:
        return ZoneInfo(WINDOWS_TO_OLSON[clean])
    parts = clean.split("/")
    for start in range(max(0, len(parts) - 3), len(parts)):
        name = "/".join(parts[start:])
        if _NAME.fullmatch(name) and (start == 0 or "/" in name):
            try:
                return ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                continue
    return None


def _zone_steps(component: Component) -> float:
    """What it costs to build the zone of a VTIMEZONE.

    Raises:
        Refused, ValueError, OverflowError: it is too long, or its rules are not of the ordinary yearly kind.
    """
    lines = component.lines
    if not component.closed or len(lines) > _MOST_LINES or sum(map(len, lines)) > _MOST_CHARACTERS:
        raise Refused("describes a time zone at too great length")
    start, steps = date(1, 1, 1), 0.0
    for line in lines:
        name, value = line.partition(":")[0].upper(), line.partition(":")[2].strip()
        steps += _STEPS_A_LINE
        if name == "BEGIN":
            start = date(1, 1, 1)
        elif name.partition(";")[0] == "DTSTART":
            start = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        elif name.partition(";")[0] == "RRULE":
            if not _YEARLY.fullmatch(value):
                raise Refused("describes a time zone oddly")
            weight = weighed(value, start, _TRANSITIONS)
            steps += weight.steps
    return steps


def _defined_zone(component: Component) -> tzinfo | None:
    """The zone that a VTIMEZONE itself describes, where the library can make one of it."""
    import icalendar

    try:
        read = icalendar.Timezone.from_ical("\r\n".join(component.lines))
        if not isinstance(read, icalendar.Timezone):
            return None
        built: tzinfo = read.to_tz(lookup_tzid=False)
        datetime(2020, 7, 1, tzinfo=built).utcoffset()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None
    return built
