"""Events in, what the Calendar API answers about them out: calendars with series, exceptions and sync tokens."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from tests.services.google_discovery import Bad
from tests.services.google_mailbox import NotFound

_WITH_TOKEN = {
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
}
_RULE = re.compile(r"RRULE:FREQ=(DAILY|WEEKLY)(?:;COUNT=(\d+))?")
_STEPS = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_HORIZON = 150


class Gone(Exception):
    """410: the sync token is too old."""


class Calendars:
    """The calendars of one user."""

    def __init__(self, address="maya@lindqvist.example"):
        self.entries = {}
        self.page = 2500
        self.loops = self.empty_pages = self.duplicates = False
        self.withholds_token = False
        self.cancels_masters = False
        self.add_calendar(address, primary=True, selected=True, accessRole="owner")
        self.primary = address

    def add_calendar(self, name, **more):
        """A calendar in the user's list."""
        self.entries[name] = {
            "entry": {"kind": "calendar#calendarListEntry", "id": name, "summary": name, "accessRole": "reader", **more},
            "events": {}, "serial": 0, "oldest": 0, "changed": {}, "cancelled": {},
        }  # fmt: skip
        return name

    def put(self, event, calendar=None):
        """An event is made or changed: one of its own, a series (``recurrence``) or an exception."""
        kept = self._calendar(calendar or self.primary)
        whole = {
            "kind": "calendar#event", "status": "confirmed", "sequence": 0, "updated": "2024-03-01T09:00:00.000Z",
            "iCalUID": f"{event['id']}@google.com", **event,
        }  # fmt: skip
        before = {each["id"] for each in self._instances(kept)}
        kept["events"][whole["id"]] = whole
        self._changed(kept, before, whole["id"])
        return whole["id"]

    def remove(self, name, calendar=None):
        """An event, a series or one occurrence of one (by its id) is deleted."""
        kept = self._calendar(calendar or self.primary)
        before = {each["id"] for each in self._instances(kept)}
        if name in kept["events"] and "recurringEventId" not in kept["events"][name]:
            for other in [k for k, e in kept["events"].items() if k == name or e.get("recurringEventId") == name]:
                del kept["events"][other]
        else:
            master = name.rpartition("_")[0]
            kept["events"][name] = {"id": name, "status": "cancelled", "recurringEventId": master}
        self._changed(kept, before, name)

    def forget(self, calendar=None):
        """All sync tokens are too old now."""
        kept = self._calendar(calendar or self.primary)
        kept["serial"] += 1
        kept["oldest"] = kept["serial"]

    def _changed(self, kept, before, name):
        kept["serial"] += 1
        now = {each["id"] for each in self._instances(kept)}
        touched = {each["id"] for each in self._instances(kept) if name in (each["id"], each.get("recurringEventId"))}
        gone = before - now
        if gone and self.cancels_masters and name not in kept["events"]:
            gone = {name}
        for each in touched | gone:
            kept["changed"][each] = kept["serial"]
            kept["cancelled"][each] = each in gone

    def _calendar(self, name):
        if name not in self.entries:
            raise NotFound
        return self.entries[name]

    def _instances(self, kept):
        """Every event as ``singleEvents`` shows it."""
        for event in list(kept["events"].values()):
            if "recurrence" in event:
                yield from self._occurrences(event, kept["events"])
            elif event["status"] != "cancelled":
                yield event

    def _occurrences(self, master, events):
        rule = _RULE.fullmatch(master["recurrence"][0])
        for number in range(min(int(rule[2] or _HORIZON), _HORIZON)):
            start = _moved(master["start"], number * _STEPS[rule[1]])
            name = f"{master['id']}_{_stamp(start)}"
            if name not in events:
                instance = {k: v for k, v in master.items() if k != "recurrence"}
                end = _moved(master["end"], number * _STEPS[rule[1]])
                yield instance | {
                    "id": name, "start": start, "end": end, "recurringEventId": master["id"], "originalStartTime": start,
                }  # fmt: skip

    # -- what it answers ---------------------------------------------------------------------------------------------

    def list_calendars(self, *, maxResults=100, pageToken="", **_):  # noqa: N803
        found = [kept["entry"] for kept in self.entries.values()]
        return {"kind": "calendar#calendarList", **self._paged(found, min(maxResults, self.page), pageToken)}

    def list_events(self, **asked):
        name = self.primary if asked["calendarId"] == "primary" else asked["calendarId"]
        kept = self._calendar(name)
        token = asked.get("syncToken", "")
        if token and _WITH_TOKEN & set(asked):
            raise Bad(f"syncToken cannot be used with {sorted(_WITH_TOKEN & set(asked))}")
        if token and int(token.removeprefix("s")) < kept["oldest"]:
            raise Gone
        if not asked.get("singleEvents"):
            raise Bad("this server shows single events only")
        found = self._since(kept, int(token[1:])) if token else self._between(kept, asked)
        page = asked.get("pageToken", "")
        # Whatever changes while pages are turned is told by the token on the last one.
        page, _, begun = page.partition("@")
        begun = begun or str(kept["serial"])
        answer = self._paged(found, min(asked.get("maxResults", 250), self.page), page)
        if "nextPageToken" in answer:
            answer["nextPageToken"] += f"@{begun}"
        elif not self.withholds_token:
            answer["nextSyncToken"] = f"s{begun}"
        return {"kind": "calendar#events", "summary": name, "timeZone": "Europe/Stockholm", **answer}

    def _since(self, kept, serial):
        there = {each["id"]: each for each in self._instances(kept)}
        found = []
        for name, at in sorted(kept["changed"].items(), key=lambda each: each[1]):
            if at > serial:
                found.append(there.get(name) or {"kind": "calendar#event", "id": name, "status": "cancelled"})
        return found

    def _between(self, kept, asked):
        first = _time(asked["timeMin"]) if "timeMin" in asked else datetime.min.replace(tzinfo=UTC)
        last = _time(asked["timeMax"]) if "timeMax" in asked else datetime.max.replace(tzinfo=UTC)
        return [
            each
            for each in self._instances(kept)
            if _when(each.get("end") or each.get("start")) > first and _when(each.get("start")) < last
        ]

    def _paged(self, found, size, token):
        start = int(token.partition("-")[0].lstrip("p") or 0)
        if self.empty_pages and start and not token.endswith("-e"):
            return {"items": [], "nextPageToken": f"p{start}-e"}
        page = found[start : start + size]
        if self.duplicates and start:
            page = [found[start - 1], *page]
        answer = {"items": page}
        if self.loops:
            answer["nextPageToken"] = "p0-loop"
        elif start + size < len(found):
            answer["nextPageToken"] = f"p{start + size}"
        return answer


def _time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _when(point):
    if not point:
        return datetime(2030, 3, 5, tzinfo=UTC)  # an event without a start is shown whenever it is asked for
    if "date" in point:
        return datetime.fromisoformat(point["date"]).replace(tzinfo=UTC)
    when = _time(point["dateTime"])
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _moved(point, by):
    if "date" in point:
        return {"date": (date.fromisoformat(point["date"]) + by).isoformat()}
    return {**point, "dateTime": (_time(point["dateTime"]) + by).isoformat()}


def _stamp(point):
    if "date" in point:
        return point["date"].replace("-", "")
    return f"{_time(point['dateTime']).astimezone(UTC):%Y%m%dT%H%M%SZ}"
