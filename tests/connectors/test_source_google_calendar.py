"""Google Calendar: which calendars, what an event comes to, series and days, sync tokens that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.google_api import Pace
from connectors.icalendar_events import meetings
from connectors.passwords import Secret
from connectors.protocol import Stream, Surroundings
from connectors.records import Meeting, Rejected, Removed
from connectors.sources import google_calendar
from tests.services.google import CALENDAR_SCOPES, google  # noqa: F401

START = datetime(2030, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
MAYA = "maya@lindqvist.example"


class Diary:
    """A calendar at the fake Google, and an account that reads it."""

    def __init__(self, server, folder):
        self.fake, self.calendars, self.url = server.fake, server.fake.calendars, server.url
        self.time = START
        self.fake.now = lambda: self.time
        self.around = Surroundings(
            base=folder, now=lambda: self.time, zone=ZONE, account="diary", tokens=folder / "logins"
        )
        with self.around.logins.changing("diary") as slot:
            slot.write(Secret(self.fake.login(CALENDAR_SCOPES)))
        self.connectors = []

    def connector(self, **settings):
        pace = Pace(clock=lambda: 0.0, sleep=lambda _: None, chance=lambda: 0.5)
        settings = google_calendar.GoogleCalendarSettings(endpoint=self.url, requests_per_minute=10**6, **settings)
        self.connectors.append(google_calendar.GoogleCalendarConnector(settings, self.around, pace=pace))
        return self.connectors[-1]

    def read(self, since=None, calendar=MAYA):
        batches = list(self.connector().pull(Stream(name=calendar, holds="calendar"), since))
        cursors = [batch.cursor for batch in batches if batch.cursor is not None]
        return [change for batch in batches for change in batch.changes], cursors[-1] if cursors else since

    def put(self, name, start="2030-06-03T10:00:00+02:00", end="2030-06-03T11:00:00+02:00", **more):
        self.calendars.put({"id": name, "summary": name, "start": {"dateTime": start}, "end": {"dateTime": end}} | more)


@pytest.fixture
def diary(google, tmp_path):  # noqa: F811
    found = Diary(google, tmp_path)
    yield found
    for each in found.connectors:
        each.close()


def by_summary(changes):
    return {change.summary: change for change in changes if isinstance(change, Meeting)}


def test_the_calendars_that_are_ticked_are_read_and_the_owners_own_first(diary):
    diary.calendars.add_calendar("team@group.calendar.google.com", selected=True)
    diary.calendars.add_calendar("unticked@group.calendar.google.com")
    diary.calendars.add_calendar("en.swedish#holiday@group.v.calendar.google.com", selected=True)
    diary.calendars.add_calendar("busy@x.example", selected=True, accessRole="freeBusyReader")
    names = [stream.name for stream in diary.connector().streams()]
    assert names == [MAYA, "team@group.calendar.google.com"]
    assert [s.name for s in diary.connector(calendars=("unticked*",)).streams()] == [
        "unticked@group.calendar.google.com"
    ]
    with pytest.raises(NeedsOwner, match="no calendar is ticked"):
        diary.connector(calendars=("none",)).streams()


def test_a_server_that_ticks_nothing_shows_everything(diary):
    entry = diary.calendars.entries[MAYA]["entry"]
    del entry["primary"], entry["selected"], entry["accessRole"]
    assert [stream.name for stream in diary.connector().streams()] == [MAYA]


def test_nothing_new_costs_three_requests(diary):
    diary.put("one")
    _, cursor = diary.read()
    diary.time += timedelta(hours=2)
    diary.fake.requests = 0
    connector = diary.connector()
    [stream] = connector.streams()
    assert list(connector.pull(stream, cursor)) == []
    assert diary.fake.requests == 3


ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:abc@google.com
SEQUENCE:2
DTSTAMP:20300501T000000Z
LAST-MODIFIED:20300502T101112Z
DTSTART;TZID=Europe/Stockholm:20300603T100000
DTEND;TZID=Europe/Stockholm:20300603T110000
SUMMARY:Coffee
DESCRIPTION:About the harbour\\nplan
ORGANIZER;CN=Ada Quist:mailto:ada@quist.example
ATTENDEE;CN=Ada Quist;PARTSTAT=ACCEPTED:mailto:ada@quist.example
ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:maya@lindqvist.example
ATTENDEE;CUTYPE=RESOURCE:mailto:room@x.example
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:day@google.com
DTSTAMP:20300501T000000Z
LAST-MODIFIED:20300501T090000Z
DTSTART;VALUE=DATE:20300604
DTEND;VALUE=DATE:20300606
SUMMARY:Fair
END:VEVENT
END:VCALENDAR
"""


def test_a_meeting_is_the_same_as_its_text_in_icalendar_says(diary):
    people = [
        {"email": "ada@quist.example", "displayName": "Ada Quist", "responseStatus": "accepted", "organizer": True},
        {"email": "Maya@Lindqvist.example", "responseStatus": "needsAction", "optional": True, "self": True},
        {"email": "room@x.example", "resource": True, "responseStatus": "accepted"},
    ]
    diary.put(
        "abc",
        summary="Coffee",
        description="About the harbour\nplan",
        sequence=2,
        updated="2030-05-02T10:11:12.000Z",
        organizer={"email": "ada@quist.example", "displayName": "Ada Quist"},
        attendees=people,
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )
    diary.calendars.put(
        {"id": "day", "summary": "Fair", "start": {"date": "2030-06-04"}, "end": {"date": "2030-06-06"}, "updated": "2030-05-01T09:00:00.000Z"}
    )  # fmt: skip
    window = (START - timedelta(days=1830), START + timedelta(days=90))
    texts = meetings(ICS.replace("\n", "\r\n"), window=window, zone=ZONE, deadline_s=10)
    ours, _ = diary.read()

    def said(meeting):
        return {name: getattr(meeting, name) for name in Meeting.__slots__ if name not in ("key", "link")}

    assert sorted(map(repr, map(said, ours))) == sorted(map(repr, map(said, texts)))


def test_lists_of_guests_that_are_not_whole_are_said_to_be(diary):
    diary.put("large", attendeesOmitted=True, attendees=[{"email": MAYA, "self": True}])
    diary.put("secret", guestsCanSeeOtherGuests=False, organizer={"email": "ada@x.example"})
    diary.put("mine", guestsCanSeeOtherGuests=False, organizer={"email": MAYA, "self": True})
    found = by_summary(diary.read()[0])
    assert {name: meeting.attendees_omitted for name, meeting in found.items()} == {
        "large": True,
        "secret": True,
        "mine": False,
    }


def test_what_is_no_meeting_is_left_out(diary):
    for kind in ("birthday", "focusTime", "outOfOffice", "workingLocation", "default"):
        diary.put(kind, eventType=kind)
    assert list(by_summary(diary.read()[0])) == ["default"]


def test_times_without_a_zone_are_the_zones_that_they_name_or_the_owners(diary):
    diary.calendars.put({"id": "named", "summary": "named", "start": {"dateTime": "2030-06-03T10:00:00", "timeZone": "America/New_York"}, "end": {"dateTime": "2030-06-03T11:00:00", "timeZone": "America/New_York"}})  # fmt: skip
    diary.calendars.put({"id": "float", "summary": "float", "start": {"dateTime": "2030-06-03T10:00:00"}, "end": {"dateTime": "2030-06-03T11:00:00"}})  # fmt: skip
    found = by_summary(diary.read()[0])
    assert (found["named"].start.hour, found["named"].floating) == (14, False)
    assert (found["float"].start.hour, found["float"].floating) == (8, True)


def test_meetings_moved_answered_and_deleted(diary):
    diary.put("one", attendees=[{"email": "ada@x.example", "responseStatus": "needsAction"}])
    diary.put("two")
    changes, cursor = diary.read()
    keys = {change.summary: change.key for change in changes}
    diary.put("one", start="2030-06-04T10:00:00+02:00", end="2030-06-04T11:00:00+02:00", sequence=1,
              attendees=[{"email": "ada@x.example", "responseStatus": "declined"}])  # fmt: skip
    diary.calendars.remove("two")
    changes, cursor = diary.read(cursor)
    moved = by_summary(changes)["one"]
    assert (moved.key, moved.start.day, moved.sequence, moved.attendees[0].answer) == (keys["one"], 4, 1, "declined")
    assert [change.key for change in changes if isinstance(change, Removed)] == [keys["two"]]
    assert diary.read(cursor)[0] == []


def test_an_occurrence_is_moved_or_called_off_by_itself(diary):
    diary.put("weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
    changes, cursor = diary.read()
    assert [change.recurrence_id for change in changes][:2] == ["20300603T080000Z", "20300610T080000Z"]
    diary.put("weekly_20300610T080000Z", start="2030-06-12T15:00:00+02:00", end="2030-06-12T16:00:00+02:00",
              recurringEventId="weekly", iCalUID="weekly@google.com", originalStartTime={"dateTime": "2030-06-10T10:00:00+02:00"})  # fmt: skip
    diary.calendars.remove("weekly_20300617T080000Z")
    changes, cursor = diary.read(cursor)
    assert [(c.recurrence_id, c.start.day) for c in changes if isinstance(c, Meeting)] == [("20300610T080000Z", 12)]
    assert [c.key for c in changes if isinstance(c, Removed)] == ["weekly_20300617T080000Z"]


@pytest.mark.parametrize("only_the_series_is_named", [False, True])
def test_a_series_that_is_deleted_takes_its_meetings_along(diary, only_the_series_is_named):
    diary.put("weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
    diary.put("single")
    _, cursor = diary.read()
    diary.calendars.cancels_masters = only_the_series_is_named
    diary.calendars.remove("weekly")
    if only_the_series_is_named:
        with pytest.raises(CursorExpired):
            diary.read(cursor)
        assert list(by_summary(diary.read()[0])) == ["single"]
    else:
        assert len([c for c in diary.read(cursor)[0] if isinstance(c, Removed)]) == 5


def test_days_that_pass_bring_the_meetings_of_their_series(diary):
    diary.put("daily", recurrence=["RRULE:FREQ=DAILY"])
    diary.put("far", start="2030-09-20T10:00:00+02:00", end="2030-09-20T11:00:00+02:00")
    first, cursor = diary.read()
    assert "far" not in by_summary(first)
    diary.time += timedelta(days=30)
    later, cursor = diary.read(cursor)
    assert len(later) == 31
    assert "far" in by_summary(later)
    assert not {change.key for change in first} & {change.key for change in later}
    assert diary.read(cursor)[0] == []


def test_what_is_moved_out_of_the_window_goes_and_comes_back_with_its_day(diary):
    diary.put("trip")
    changes, cursor = diary.read()
    diary.put("trip", start="2030-10-01T10:00:00+02:00", end="2030-10-01T11:00:00+02:00")
    assert [type(change) for change in diary.read(cursor)[0]] == [Removed]
    _, cursor = diary.read(cursor)
    diary.time += timedelta(days=60)
    changes, _ = diary.read(cursor)
    assert [change.start.month for change in changes] == [10]


def test_an_ended_sync_token_means_reading_anew(diary):
    diary.put("one")
    _, cursor = diary.read()
    diary.calendars.forget()
    with pytest.raises(CursorExpired, match="read anew"):
        diary.read(cursor)


def test_empty_pages_and_doubles_are_turned(diary):
    for number in range(9):
        diary.put(f"m{number}")
    diary.calendars.page, diary.calendars.empty_pages, diary.calendars.duplicates = 2, True, True
    changes, cursor = diary.read()
    assert len(changes) == len(by_summary(changes)) == 9
    assert diary.read(cursor)[0] == []


def test_pages_in_circles_end(diary):
    diary.put("one")
    diary.calendars.loops = True
    with pytest.raises(ProtocolViolation, match="in circles"):
        diary.read()


def test_a_calendar_without_sync_tokens_is_read_all_the_same(diary):
    diary.put("one")
    diary.calendars.withholds_token = True
    _, cursor = diary.read()
    diary.put("two")
    assert "two" in by_summary(diary.read(cursor)[0])


def test_a_calendar_that_is_gone_is_said(diary):
    with pytest.raises(NeedsOwner, match="is gone, or no longer shared"):
        diary.read(calendar="other@x.example")


def test_an_event_that_cannot_be_read_is_rejected_and_the_others_are_kept(diary):
    diary.calendars.put({"id": "bad", "summary": "no start"})
    diary.calendars.put({"id": "worse", "summary": "when", "start": {"dateTime": "2030-06-03T10:00:00+02:00"}, "end": {"dateTime": "9999-12-31T23:59:59-12:00"}})  # fmt: skip
    diary.put("good")
    changes, _ = diary.read()
    assert list(by_summary(changes)) == ["good"]
    assert {c.key: c.reason for c in changes if isinstance(c, Rejected)}["bad"] == "event 'no start': has no start"


@pytest.mark.parametrize("kind", ["429", "403-rate", "500", "cut", "html", "garbled", "401"])
def test_passing_trouble_is_passed(diary, kind):
    for number in range(30):
        diary.put(f"m{number}")
    diary.calendars.page = 10
    diary.fake.trouble(kind, times=1 if kind == "401" else 2, where="events", after=1)
    assert len(diary.read()[0]) == 30


def test_lasting_trouble_is_the_daemons(diary):
    diary.fake.trouble("403-rate", times=99, where="events")
    with pytest.raises(Transient, match="asked too often"):
        diary.read()
    diary.fake.trouble("403-scope", times=99, where="calendarList")
    with pytest.raises(NeedsOwner, match="kith login diary"):
        diary.connector().streams()


def test_what_changes_between_two_pages_is_told_as_it_is_last(diary):
    diary.put("one")
    _, cursor = diary.read()
    listed = diary.calendars.list_events

    def twice(**asked):
        found = listed(**asked)
        old = {"id": "one", "status": "confirmed", "summary": "one", "start": {"dateTime": "2030-06-05T10:00:00Z"}}
        return found | {"items": [old, {"id": "one", "status": "cancelled"}, {"id": "one", "status": "cancelled"}]}

    diary.calendars.list_events = twice
    changes, _ = diary.read(cursor)
    assert [type(change) for change in changes] == [Meeting, Removed]


def test_a_series_that_was_not_expanded_is_expanded_here(diary):
    listed = diary.calendars.list_events
    zone = {"timeZone": "Europe/Stockholm"}
    series = {
        "id": "weekly",
        "iCalUID": "weekly@x.example",
        "status": "confirmed",
        "summary": "weekly",
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4", "X-EVIL:1\r\nBEGIN:VEVENT"],
        "start": {"dateTime": "2030-06-03T10:00:00+02:00", **zone},
        "end": {"dateTime": "2030-06-03T11:00:00+02:00", **zone},
        "attendees": [{"email": "ada@x.example", "responseStatus": "accepted"}],
    }
    called_off = {"id": "weekly_20300610T080000Z", "status": "cancelled", "recurringEventId": "weekly"}
    moved = series | {
        "id": "weekly_20300617T080000Z",
        "recurringEventId": "weekly",
        "originalStartTime": {"dateTime": "2030-06-17T10:00:00+02:00"},
        "start": {"dateTime": "2030-06-18T10:00:00+02:00"},
        "end": {"dateTime": "2030-06-18T11:00:00+02:00"},
    }
    del moved["recurrence"]
    for items in ([series, called_off, moved], [moved, series, called_off]):
        diary.calendars.list_events = lambda items=items, **asked: listed(**asked) | {"items": items}
        changes, cursor = diary.read()
        kept = {}
        for change in changes:
            if isinstance(change, Removed):
                del kept[change.key]
            else:
                kept[change.key] = (change.recurrence_id, change.start.day, len(change.attendees))
        assert kept == {
            "weekly_20300603T080000Z": ("20300603T080000Z", 3, 1),
            "weekly_20300617T080000Z": ("20300617T080000Z", 18, 1),
            "weekly_20300624T080000Z": ("20300624T080000Z", 24, 1),
        }
        with pytest.raises(CursorExpired, match="read anew"):
            diary.read(cursor)
