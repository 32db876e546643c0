"""Calendars at Microsoft 365: series, windows, answers, and everything that goes wrong on the way."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors.errors import CursorExpired, NeedsOwner, ProtocolViolation, Transient
from connectors.icalendar_events import meetings
from connectors.known_items import key_digest
from connectors.microsoft_events import GraphEvent, Reader, uid_of
from connectors.records import Meeting, Rejected, Removed
from connectors.sources import outlook_calendar
from tests.services.microsoft import Fault, opened, running
from tests.services.microsoft_box import moment

ZONE = ZoneInfo("Europe/Stockholm")
ADA = {"ada@quist.example": "accepted"}
WEEKS = [datetime(2026, 3, day, 9, tzinfo=UTC) for day in (2, 9, 16, 23)]


class Clock:
    def __init__(self):
        self.now = datetime(2026, 3, 20, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def fake(tmp_path, clock):
    with running(tmp_path, now=clock) as made:
        yield made


@pytest.fixture
def connector(fake, tmp_path):
    made = opened(fake, outlook_calendar.CONNECTOR, tmp_path)
    yield made
    made.close()


def pulled(connector, since=None, name="Calendar"):
    stream = next(stream for stream in connector.streams() if stream.name == name)
    batches = list(connector.pull(stream, since))
    return [change for batch in batches for change in batch.changes], batches[-1].cursor


def gone(name):
    return Removed(key=key_digest(name).hex())


def starts(changes):
    return sorted(change.start for change in changes)


def days(changes):
    return sorted(change.recurrence_id for change in changes)


# -- calendars -------------------------------------------------------------------------------------------------------


def test_the_owners_calendars_are_read_and_a_colleagues_is_not(fake, connector):
    fake.box.calendar("Private")
    fake.box.calendar("Ada", owner="ada@quist.example")
    assert [stream.name for stream in connector.streams()] == ["Calendar", "Private"]


def test_the_settings_may_name_calendars(fake, tmp_path):
    fake.box.calendar("Team Ada", owner="ada@quist.example")
    made = opened(fake, outlook_calendar.CONNECTOR, tmp_path, calendars=["team*"])
    assert [stream.name for stream in made.streams()] == ["Team Ada"]
    made.close()


def test_other_calendars_have_an_address_of_their_own(fake, connector):
    private = fake.box.calendar("Private")
    fake.box.meet("dentist@maya.example", WEEKS[0], calendar=private)
    fake.box.meet("plans@quist.example", WEEKS[1])
    assert [change.uid for change in pulled(connector, name="Private")[0]] == ["dentist@maya.example"]
    assert [change.uid for change in pulled(connector)[0]] == ["plans@quist.example"]


# -- events ----------------------------------------------------------------------------------------------------------


def test_a_meeting_is_the_same_as_in_a_calendar_file(fake, connector):
    answers = {
        "maya@lindqvist.example": "none",
        "leo@quist.example": "tentativelyAccepted",
        "room@quist.example": "accepted",
    }
    key = fake.box.meet(
        "plans@quist.example", WEEKS[0], subject="Plans", attendees=answers, organizer="ada@quist.example"
    )
    told = fake.box.events[key].told
    told["responseStatus"] = {"response": "accepted", "time": "2026-02-01T00:00:00Z"}
    told["attendees"][1]["type"] = "optional"
    told["attendees"][2]["type"] = "resource"
    (found,), _ = pulled(connector)
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:plans@quist.example\nDTSTAMP:20260228T090001Z\nDTSTART:20260302T090000Z\n"
        "DTEND:20260302T100000Z\nSUMMARY:Plans\nORGANIZER:mailto:ada@quist.example\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maya@lindqvist.example\n"
        "ATTENDEE;PARTSTAT=TENTATIVE;ROLE=OPT-PARTICIPANT:mailto:leo@quist.example\n"
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@quist.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    window = (WEEKS[0] - timedelta(days=9), WEEKS[0] + timedelta(days=9))
    (other,) = meetings(text, window=window, zone=ZONE, deadline_s=5)
    assert (found.uid, found.recurrence_id, found.start, found.end) == (
        other.uid,
        other.recurrence_id,
        other.start,
        other.end,
    )
    assert (found.summary, found.organizer, found.attendees, found.stamp) == (
        other.summary,
        other.organizer,
        other.attendees,
        other.stamp,
    )


def test_a_series_is_its_occurrences_by_the_names_that_everybody_uses(fake, connector):
    fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour", attendees=ADA)
    changes, _ = pulled(connector)
    assert starts(changes) == WEEKS
    assert days(changes) == [f"{day:%Y%m%dT%H%M%SZ}" for day in WEEKS]
    (uid,) = {change.uid for change in changes}
    assert uid[32:40] == "00000000"
    assert {change.summary for change in changes} == {"Harbour"}
    assert all(change.attendees for change in changes)


def test_an_occurrence_whose_series_was_not_told_is_asked_for(fake, connector):
    master, _ = fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour")
    fake.box.events[master].place = "elsewhere"
    assert {change.summary for change in pulled(connector)[0]} == {"Harbour"}


def test_a_change_of_a_series_changes_its_occurrences(fake, connector):
    master, keys = fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour")
    _, cursor = pulled(connector)
    for key in (master, *keys):
        fake.box.events[key].told["subject"] = "Lighthouse"
    fake.box.change(master)
    changes, cursor = pulled(connector, cursor)
    assert [change.summary for change in changes] == ["Lighthouse"] * 4
    assert pulled(connector, cursor)[0] == []


def test_an_occurrence_that_moved_keeps_its_original_start(fake, connector):
    _, keys = fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour")
    _, cursor = pulled(connector)
    fake.box.change(keys[1], start=WEEKS[1] + timedelta(days=1), type="exception")
    changes, _ = pulled(connector, cursor)
    assert {change.recurrence_id: change.start for change in changes} == {
        f"{day:%Y%m%dT%H%M%SZ}": day + timedelta(days=day == WEEKS[1]) for day in WEEKS
    }


@pytest.mark.parametrize("silently", [True, False])
def test_an_occurrence_that_was_deleted_is_gone_and_the_others_stay(fake, connector, silently):
    _, keys = fake.box.series("AB12CD34EF56AB78", WEEKS)
    first, cursor = pulled(connector)
    fake.box.cancel(keys[2], silently=silently)
    changes, cursor = pulled(connector, cursor)
    assert [change for change in changes if isinstance(change, Removed)] == [gone(keys[2])]
    assert {change.key for change in changes if isinstance(change, Meeting)} <= {change.key for change in first}
    assert pulled(connector, cursor)[0] == []


@pytest.mark.parametrize("silently", [True, False])
def test_a_series_that_was_deleted_is_gone_with_all_its_occurrences(fake, connector, silently):
    master, keys = fake.box.series("AB12CD34EF56AB78", WEEKS)
    other, _ = fake.box.series("0012CD34EF56AB78", WEEKS)
    _, cursor = pulled(connector)
    fake.box.cancel(master, silently=silently)
    changes, cursor = pulled(connector, cursor)
    assert {change.key for change in changes if isinstance(change, Removed)} >= {gone(key).key for key in keys}
    assert {change.uid for change in pulled(connector)[0]} == {
        uid_of(GraphEvent(id="k", ical_uid=_uid(fake, other)))[0]
    }


def _uid(fake, key):
    return fake.box.events[key].told["iCalUId"]


def test_an_occurrence_that_is_deleted_after_the_window_was_replaced_is_gone(fake, connector, clock):
    days = [datetime(2026, month, 6, 9, tzinfo=UTC) for month in range(1, 13)]
    _, keys = fake.box.series("AB12CD34EF56AB78", days)
    _, cursor = pulled(connector)
    clock.now += timedelta(days=170)
    _, cursor = pulled(connector, cursor)
    fake.box.cancel(keys[8])
    changes, _ = pulled(connector, cursor)
    assert [change for change in changes if isinstance(change, Removed)] == [gone(keys[8])]


def test_a_server_without_a_list_of_occurrences_is_read_all_the_same(fake, connector):
    _, keys = fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour")
    _, cursor = pulled(connector)
    fake.box.change(keys[1], start=WEEKS[1] + timedelta(days=1), type="exception")
    fake.faults.append(Fault("error", "instances", status=404, times=9))
    (change,), _ = pulled(connector, cursor)
    assert change.start == WEEKS[1] + timedelta(days=1)


def test_what_was_called_off_is_told_so(fake, connector):
    key = fake.box.meet("plans@quist.example", WEEKS[0], attendees=ADA)
    _, cursor = pulled(connector)
    fake.box.change(key, isCancelled=True)
    assert [change.status for change in pulled(connector, cursor)[0]] == ["cancelled"]


@pytest.mark.parametrize("hour", [0, 22, 23, 5])
def test_a_whole_day_is_the_owners_day_whatever_zone_it_was_made_in(fake, connector, hour):
    start = datetime(2026, 3, 4 if hour > 12 else 5, hour, tzinfo=UTC)
    fake.box.meet("fair@quist.example", start, minutes=24 * 60, isAllDay=True)
    (found,), _ = pulled(connector)
    assert (found.all_day, found.floating) == (True, True)
    assert found.start == datetime(2026, 3, 5, tzinfo=ZONE).astimezone(UTC)
    assert found.end == datetime(2026, 3, 6, tzinfo=ZONE).astimezone(UTC)


ZONES = [
    ({"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}, 9),
    ({"dateTime": "2026-03-02T09:00:00", "timeZone": "W. Europe Standard Time"}, 8),
    ({"dateTime": "2026-03-02T09:00:00", "timeZone": "America/New_York"}, 14),
    ({"dateTime": "2026-03-02T09:00:00", "timeZone": "tzone://nowhere"}, 8),
    ({"dateTime": "2026-03-02T09:00:00Z", "timeZone": None}, 9),
]


@pytest.mark.parametrize(("told", "hour"), ZONES)
def test_times_are_read_in_the_zone_that_they_name(told, hour):
    event = msgspec.convert({"id": "k", "iCalUId": "u", "start": told, "end": told}, GraphEvent)
    found = Reader(zone=ZONE, owner=frozenset()).meeting(event, "k")
    assert found.start == datetime(2026, 3, 2, hour, tzinfo=UTC)


ODD = [
    {"id": "k"},
    {"id": "k", "start": {"dateTime": "soon"}},
    {"id": "k", "start": {"dateTime": "9999-12-31T23:59:59"}, "isAllDay": True},
    {"id": "k", "start": {"dateTime": "0001-01-01T00:00:00", "timeZone": "Asia/Tokyo"}},
]


@pytest.mark.parametrize("told", ODD)
def test_what_cannot_be_dated_is_rejected(told):
    found = Reader(zone=ZONE, owner=frozenset()).meeting(msgspec.convert(told, GraphEvent), "k")
    assert isinstance(found, Rejected)
    assert "\n" not in found.reason


def test_uids_of_other_programs_are_taken_out_of_what_exchange_wraps_them_in():
    head = "040000008200E00074C5B7101A82E00800000000" + "0" * 32
    inner = b"vCal-Uid\x01\x00\x00\x00" + b"abc@google.example\x00"
    told = f"{head}{len(inner):02X}000000{inner.hex()}"
    assert uid_of(GraphEvent(id="k", ical_uid=told)) == ("abc@google.example", False)
    assert uid_of(GraphEvent(id="k", ical_uid="abc@google.example")) == ("abc@google.example", False)
    assert uid_of(GraphEvent(id="k", ical_uid=head[:32] + "07EA0302" + head[40:] + "0" * 8)) == (
        head + "0" * 8,
        True,
    )


# -- the window ------------------------------------------------------------------------------------------------------


def test_what_is_moved_out_of_the_window_is_moved_and_not_removed(fake, connector):
    key = fake.box.meet("plans@quist.example", WEEKS[0])
    _, cursor = pulled(connector)
    fake.box.change(key, start=datetime(2028, 3, 2, 9, tzinfo=UTC))
    (change,), _ = pulled(connector, cursor)
    assert isinstance(change, Meeting)
    assert change.start == datetime(2028, 3, 2, 9, tzinfo=UTC)


def test_old_events_are_read_once_and_kept(fake, connector, clock):
    fake.box.meet("old@quist.example", datetime(2016, 5, 1, 9, tzinfo=UTC))
    fake.box.meet("older@quist.example", datetime(2012, 5, 1, 9, tzinfo=UTC))
    fake.box.meet("now@quist.example", WEEKS[0])
    changes, cursor = pulled(connector)
    assert sorted(change.uid for change in changes) == ["now@quist.example", "old@quist.example"]
    clock.now += timedelta(days=200)
    changes, cursor = pulled(connector, cursor)
    assert not any(isinstance(change, Removed) for change in changes)
    assert {change.uid for change in pulled(connector)[0]} == {"now@quist.example", "old@quist.example"}


def test_since_says_how_far_back_events_are_read(fake, tmp_path):
    fake.box.meet("old@quist.example", datetime(2012, 5, 1, 9, tzinfo=UTC))
    made = opened(fake, outlook_calendar.CONNECTOR, tmp_path, since=date(2010, 1, 1))
    assert [change.uid for change in pulled(made)[0]] == ["old@quist.example"]
    made.close()


def test_a_window_that_is_used_up_is_replaced_without_a_gap(fake, connector, clock):
    key = fake.box.meet("soon@quist.example", WEEKS[0])
    fake.box.meet("later@quist.example", datetime(2026, 12, 1, 9, tzinfo=UTC))
    changes, cursor = pulled(connector)
    assert [change.uid for change in changes] == ["soon@quist.example"]
    clock.now += timedelta(days=170)
    fake.box.cancel(key)
    changes, cursor = pulled(connector, cursor)
    assert [change.uid for change in changes if isinstance(change, Meeting)] == ["later@quist.example"]
    assert [change for change in changes if isinstance(change, Removed)] == [gone(key)]
    assert pulled(connector, cursor)[0] == []


def test_what_is_deleted_while_the_window_is_replaced_is_not_missed(fake, connector, clock):
    fake.page_limit = 5
    keys = [fake.box.meet(f"m{number}@quist.example", WEEKS[0]) for number in range(20)]
    _, cursor = pulled(connector)
    clock.now += timedelta(days=170)
    (stream,) = connector.streams()
    pull = connector.pull(stream, cursor)
    seen = [next(pull), next(pull)]  # nothing new in the old window; the first page of the new one
    fake.box.cancel(keys[0])
    fake.box.cancel(keys[19])
    seen += pull
    removed = {change.key for batch in seen for change in batch.changes if isinstance(change, Removed)}
    assert removed == {gone(keys[0]).key, gone(keys[19]).key}


def test_a_replacement_that_is_broken_off_is_gone_on_with(fake, connector, clock):
    fake.page_limit = 5
    keys = [fake.box.meet(f"m{number:02}@quist.example", WEEKS[0]) for number in range(20)]
    _, cursor = pulled(connector)
    clock.now += timedelta(days=170)
    fake.box.cancel(keys[3])
    (stream,) = connector.streams()
    whole = [change for batch in connector.pull(stream, cursor) for change in batch.changes]
    assert gone(keys[3]) in whole
    for stop in range(1, 6):
        found, place = [], cursor
        for number, batch in enumerate(connector.pull(stream, cursor), start=1):
            found += batch.changes
            place = batch.cursor or place
            if number == stop:
                break
        found += [change for batch in connector.pull(stream, place) for change in batch.changes]
        assert {change.key for change in found} >= {change.key for change in whole}


def test_a_calendar_that_lost_everything_is_not_believed_at_once(fake, connector, clock):
    keys = [fake.box.meet(f"m{number}@quist.example", WEEKS[0]) for number in range(30)]
    _, cursor = pulled(connector)
    for key in keys:
        fake.box.cancel(key)
    (stream,) = connector.streams()
    pull = connector.pull(stream, cursor)
    doubted = next(pull)
    assert doubted.changes == ()
    with pytest.raises(Transient, match="suddenly has no event"):
        next(pull)
    clock.now += timedelta(hours=2)
    changes, cursor = pulled(connector, doubted.cursor)
    assert {change.key for change in changes} == {gone(key).key for key in keys}
    assert pulled(connector, cursor)[0] == []


# -- what goes wrong -------------------------------------------------------------------------------------------------

FAULTS = [
    Fault("throttled", "calendarView", after=1, retry_after="120"),
    Fault("unavailable", "calendarView", times=4),
    Fault("error", "calendarView", after=1, times=7),
    Fault("cut", "calendarView", after=1, times=2),
    Fault("html", "calendarView", after=1),
    Fault("types", "calendarView", after=1),
    Fault("drop", "calendarView", after=1, times=4),
    Fault("expired", "calendarView", after=1),
    Fault("expired", "calendarView", after=2, status=400, code="resyncRequired"),
    Fault("unauthorized", "calendarView", after=1),
    Fault("empty", "calendarView", times=3),
    Fault("duplicate", "calendarView", times=9),
    Fault("reorder", "calendarView", times=9),
    Fault("loop", "calendarView", after=1, times=3),
    Fault("elsewhere", "calendarView", after=1),
    Fault("error", "/events/", times=9),
    Fault("cut", "calendars", times=2),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.times}-{fault.status}")
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(fake, tmp_path, fault, monkeypatch):
    fake.page_limit = 7
    fake.box.series("AB12CD34EF56AB78", WEEKS, subject="Harbour", attendees=ADA)
    for number in range(30):
        fake.box.meet(f"m{number}@quist.example", WEEKS[0] + timedelta(days=number))
    fake.box.meet("old@quist.example", datetime(2016, 5, 1, 9, tzinfo=UTC))
    init = outlook_calendar.Graph.__init__
    monkeypatch.setattr(
        outlook_calendar.Graph,
        "__init__",
        lambda self, *args, **named: init(self, *args, **named, sleep=lambda s: None),
    )
    made = opened(fake, outlook_calendar.CONNECTOR, tmp_path)
    expected = everything(made)
    fake.faults.append(copy.copy(fault))
    found = everything(made)
    made.close()
    assert found == expected


def everything(connector, attempts=12):
    """All meetings by key, by a reader that goes on after every error as the daemon does."""
    found, cursor = {}, None
    for _ in range(attempts):
        try:
            (stream,) = connector.streams()
            for batch in connector.pull(stream, cursor):
                for change in batch.changes:
                    if isinstance(change, Removed):
                        found.pop(change.key, None)
                    else:
                        found[change.key] = change
                cursor = batch.cursor or cursor
        except CursorExpired:
            cursor = None
        except (Transient, ProtocolViolation):
            continue
        else:
            return found
    raise AssertionError("it never ends")


def test_a_right_that_is_missing_needs_the_owner(fake, connector):
    connector.streams()
    for token, (ends, _) in list(fake.accounts.access.items()):
        fake.accounts.access[token] = (ends, "Mail.Read")
    with pytest.raises(NeedsOwner, match=r"ErrorAccessDenied.*kith login work"):
        connector.streams()


def test_nothing_new_costs_two_requests(fake, connector):
    fake.box.meet("plans@quist.example", WEEKS[0])
    _, cursor = pulled(connector)
    before = len(fake.requests)
    assert pulled(connector, cursor)[0] == []
    assert len(fake.requests) - before == 2


def test_a_time_that_moves_is_a_change(fake, connector):
    key = fake.box.meet("plans@quist.example", WEEKS[0])
    _, cursor = pulled(connector)
    fake.box.change(key, start=WEEKS[1])
    assert moment(WEEKS[1]) == fake.box.events[key].told["start"]
    assert [change.start for change in pulled(connector, cursor)[0]] == [WEEKS[1]]
