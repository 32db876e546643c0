"""Calendars built to hang or swamp a reader, the fixtures of other projects, and fuzz."""

from __future__ import annotations

import warnings
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar.timezone import tzp

from connectors.icalendar_events import meetings
from connectors.records import Meeting, Rejected

ZONE = ZoneInfo("Europe/Stockholm")
YEAR = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
WINDOW = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))


HOURS = "BYHOUR=0,1,2,3,4,5,6,7"


def read(text, window=WINDOW, deadline_s=50.0):
    return meetings(text, window=window, zone=ZONE, deadline_s=deadline_s)


def event(rule="", start="20200106T100000", more="", uid="u"):
    rule = f"RRULE:{rule}\n" if rule else ""
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTART;TZID=Europe/Berlin:{start}\nDURATION:PT1H\n{rule}{more}SUMMARY:x\nEND:VEVENT\n"


def calendar(*events):
    return "BEGIN:VCALENDAR\n" + "".join(events) + "END:VCALENDAR\n"


@pytest.mark.parametrize(
    ("rule", "start", "reason"),
    [
        ("FREQ=SECONDLY", "20200106T100000", "more often than daily"),
        ("FREQ=MINUTELY;COUNT=3", "20200106T100000", "more often than daily"),
        ("FREQ=HOURLY;INTERVAL=24", "20200106T100000", "more often than daily"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))), "20200106T100000", "more often than daily"),
        ("FREQ=DAILY;BYMINUTE=0,10,20;BYSECOND=0,10,20", "20200106T100000", "more often than daily"),
        ("FREQ=DAILY;INTERVAL=0", "20200106T100000", "interval"),
        ("FREQ=DAILY;INTERVAL=-1", "20200106T100000", "interval"),
        ("FREQ=DAILY", "00010101T100000", "too long ago"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "20200106T100000", "never happens"),
        ("FREQ=DAILY;BYMONTH=13", "20200106T100000", "never happens"),
        ("FREQ=MONTHLY;BYWEEKNO=54", "20200106T100000", "never happens"),
        ("FREQ=DAILY;BYEASTER=1", "20200106T100000", "cannot be read"),
        ("FREQ=WEEKLY;UNTIL=soon", "20200106T100000", "cannot be read"),
        ("COUNT=3", "20200106T100000", "cannot be read"),
        ("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "00010101T100000", "too long ago"),
        (f"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;{HOURS}", "19000101T100000", "too long ago"),
        (f"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;{HOURS}", "20190101T100000", "too often"),
        (f"FREQ=DAILY;{HOURS}", "20190101T100000", "too often"),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=2", "20200106T100000", "never happens"),
        ("FREQ=DAILY;INTERVAL=2;BYMONTHDAY=30,31;BYMONTH=2,4", "20200106T100000", "may never happen"),
        (
            "FREQ=YEARLY;BYWEEKNO=53;BYSETPOS=" + ",".join(map(str, range(1, 367))),
            "20200106T100000",
            "may never happen",
        ),
    ],
)
def test_rules_that_could_run_for_ever_are_refused(rule, start, reason):
    (found,) = read(calendar(event(rule, start)))
    assert isinstance(found, Rejected)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("rule", "start", "count"),
    [
        ("FREQ=YEARLY", "16040229T100000", 2),
        ("FREQ=YEARLY", "16010506T100000", 5),
        ("FREQ=DAILY", "19300101T100000", 1917),
        ("FREQ=DAILY;BYHOUR=8,14,20", "20190101T100000", 3 * 1917),
        ("FREQ=DAILY;COUNT=30;BYDAY=MO,TU,WE,TH,FR", "20200101T100000", 30),
        ("FREQ=DAILY;INTERVAL=14;BYDAY=MO", "20200106T100000", 137),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", "20190101T100000", 411),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "20190101T100000", 63),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "19900101T100000", 5),
    ],
)
def test_what_people_really_repeat_is_expanded(rule, start, count):
    found = read(calendar(event(rule, start)))
    assert all(isinstance(item, Meeting) for item in found), found[0]
    assert len(found) == count


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=30",
        "FREQ=WEEKLY;BYSETPOS=7;BYDAY=MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=7",
        "FREQ=DAILY;COUNT=999999999",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
    ],
)
def test_odd_rules_come_to_an_end(rule):
    assert len(read(calendar(event(rule)))) < 2000


def test_after_the_deadline_recurring_events_are_rejected_and_single_ones_kept():
    found = read(calendar(event("FREQ=DAILY", uid="a"), event(uid="b")), deadline_s=-1)
    assert [type(item) for item in found] == [Rejected, Meeting]


RULES = "".join(f"RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;{HOURS};BYMINUTE={n}\n" for n in range(10))
HOSTILE = {
    "attendees": calendar(event(more="ATTENDEE:mailto:a@b.example\n" * 100_000)),
    "different attendees": calendar(event(more="".join(f"ATTENDEE:mailto:a{n}@b.example\n" for n in range(20_000)))),
    "exceptions": calendar(event("FREQ=DAILY", more="EXDATE:" + ",".join(["20200107T100000"] * 20_000) + "\n")),
    "additions": calendar(event("FREQ=DAILY", more="RDATE:20200107T100000\n" * 20_000)),
    "changes": calendar(event("FREQ=DAILY"), event(more="RECURRENCE-ID:20200107T100000\n") * 6000),
    "changes with rules": calendar(
        event("FREQ=DAILY", more="SEQUENCE:9\n"),
        *(
            event("FREQ=DAILY", more=f"RECURRENCE-ID:{1990 + n // 300}01{n % 28 + 1:02}T{n % 24:02}0000\n")
            for n in range(4000)
        ),
    ),
    "rules that yield every minute": calendar(
        *(event(more=RULES, start="00010101T000000", uid=f"u{n}") for n in range(3)),
        *(event(more=RULES, start="16000101T000000", uid=f"v{n}") for n in range(200)),
    ),
    "a few dear rules in each of many events": calendar(
        *(
            event("FREQ=YEARLY;BYDAY=MO;BYMONTHDAY=1;BYSETPOS=2", "16000101T000000", uid=f"u{n}", more=f"EXDATE:{n}\n")
            for n in range(3)
        )
    ),
    "an event that lasts for centuries": calendar(event(f"FREQ=DAILY;{HOURS}", more="DURATION:P99999W\n")),
    "a change that moves by centuries": calendar(
        event("FREQ=DAILY"),
        event("FREQ=DAILY", "99000101T000000", more="RECURRENCE-ID;RANGE=THISANDFUTURE:20200107T100000\n"),
    ),
    "attendees of every occurrence": calendar(
        event("FREQ=DAILY", more="".join(f"ATTENDEE:mailto:a{n}@b.example\n" for n in range(300)))
    ),
    "zones with rules of every day": calendar(
        *(
            f"BEGIN:VTIMEZONE\nTZID:x y{zone}\n"
            + "".join(
                "BEGIN:STANDARD\nDTSTART:00010101T000000\nRRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU\n"
                f"TZOFFSETFROM:+0{n % 9}00\nTZOFFSETTO:+0100\nEND:STANDARD\n"
                for n in range(49)
            )
            + "END:VTIMEZONE\n"
            for zone in range(30)
        ),
        *(event(uid=f"u{zone}").replace("Europe/Berlin", f"x y{zone}") for zone in range(30)),
    ),
    "components without an end": "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "BEGIN:A\n" * 300_000 + "END:B\n" * 300_000,
    "events that never end": "BEGIN:VEVENT\n" * 300_000,
    "alarms in alarms": "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "BEGIN:VALARM\n" * 100_000 + "END:VALARM\n" * 100_000,
    "ends without beginnings": "END:VEVENT\nEND:VCALENDAR\n" * 100_000,
    "open quotes": calendar("BEGIN:VEVENT\nX" + ';A="' * 300_000 + "\nEND:VEVENT\n"),
    "parameters": calendar("BEGIN:VEVENT\nX" + ';A=""' * 300_000 + "\nEND:VEVENT\n"),
    "folds": calendar("BEGIN:VEVENT\nSUMMARY:x" + "\n x" * 500_000 + "\nEND:VEVENT\n"),
    "backslashes": calendar("BEGIN:VEVENT\nDTSTART:20240101T000000Z\nSUMMARY:" + "\\" * 500_000 + "\nEND:VEVENT\n"),
    "a zone with a rule by the second": calendar(
        "BEGIN:VTIMEZONE\nTZID:x y\nBEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n",
        event("FREQ=DAILY").replace("Europe/Berlin", "x y"),
    ),
    "the end of time": calendar(event(start="99991231T235959")),
    "the beginning of time": calendar(event(start="00010101T000000").replace("Europe/Berlin", "Asia/Tokyo")),
    "nothing": "",
    "zeros": "\x00" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calendars_come_back(name):
    found = read(HOSTILE[name])
    assert len(found) <= 60_000
    assert all(isinstance(item, Meeting | Rejected) for item in found)


def test_all_rules_of_a_series_are_weighed_together():
    often = f"RRULE:FREQ=DAILY;{HOURS}\n"
    found = [
        read(calendar(event(more=more, start="20000106T100000")), YEAR)[0]
        for more in (often, often + often.replace("0,", "9,"), often * 3)
    ]
    assert [type(item) for item in found] == [Meeting, Rejected, Rejected]


def test_what_stands_too_deep_is_skipped_and_the_event_is_kept():
    deep = "BEGIN:A\nDTSTART:19990101T000000Z\n" * 50 + "END:A\n" * 50
    (meeting,) = read(calendar(event(more=deep)))
    assert meeting.summary == "x"
    (meeting,) = read(calendar(event(more="BEGIN:A\n" * 50)))  # never ended
    assert isinstance(meeting, Meeting)


def test_a_calendar_above_the_size_cap_is_rejected():
    (found,) = read(b"x" * (32 * 2**20 + 1))
    assert isinstance(found, Rejected)


def test_of_very_many_attendees_the_first_are_kept_and_the_rest_said_to_be_missing():
    (meeting,) = read(HOSTILE["different attendees"])
    assert len(meeting.attendees) == 300
    assert meeting.attendees_omitted


# -- fixtures of other projects --------------------------------------------------------------------------------------


def fixtures(shared):
    return sorted((shared / "data" / "fixtures" / "ics").rglob("*.ics"))


def test_every_fixture_is_read_or_rejected_with_a_reason(shared):
    read_ones = 0
    for path in fixtures(shared):
        for found in read(path.read_bytes()):
            if isinstance(found, Rejected):
                assert found.reason, path.name
                assert "\n" not in found.reason
            else:
                read_ones += 1
                assert found.start <= found.end
    assert read_ones > 1000


def expected(raw, window):
    """What recurring-ical-events makes of a file; None where it cannot read it."""
    found = Counter()
    tzp.use_default()  # else zones of the same name in other files would count here
    try:
        for component in icalendar.Calendar.from_ical(raw, multiple=True):
            if component.name != "VCALENDAR":
                return None
            zone = ZoneInfo(str(component["X-WR-TIMEZONE"])) if "X-WR-TIMEZONE" in component else ZONE
            for occurrence in recurring_ical_events.of(component).between(*window):
                found[(utc(occurrence["DTSTART"].dt, zone), utc(occurrence["DTEND"].dt, zone))] += 1
    # The libraries raise nearly anything on broken files, which are not what is compared here.
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found


def utc(moment, zone):
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=ZONE).astimezone(UTC)
    return moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)


def inside(counted, window):
    margin = timedelta(days=2)
    return {span: count for span, count in counted.items() if window[0] + margin <= span[0] <= window[1] - margin}


@pytest.mark.parametrize("year", [1990, 1997, 2004, 2011, 2018])
def test_occurrences_are_those_of_recurring_ical_events(year, shared):
    window = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 8, 1, 1, tzinfo=UTC))
    compared = 0
    for path in fixtures(shared):
        raw = path.read_bytes()
        ours = meetings(raw, window=window, zone=ZONE, deadline_s=50)
        if any(isinstance(item, Rejected) for item in ours):
            continue  # a file with a broken event is refused as a whole by the libraries
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = expected(raw, window)
        if theirs is not None:
            compared += 1
            found = Counter((item.start, item.end) for item in ours)
            assert inside(found, window) == inside(theirs, window), path.name
    assert compared > 200


# -- fuzz ------------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "UID", "SUMMARY", "ATTENDEE",
     "ORGANIZER", "STATUS", "BEGIN", "END", "DTSTART;TZID=Europe/Berlin", "DTSTART;VALUE=DATE", "RECURRENCE-ID;RANGE=THISANDFUTURE"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["20240105T100000Z", "20240105T100000", "20240105", "00010101", "99991231T235959Z", "PT1H", "-P1D", "P99999W",
         "20240105T100000Z/PT1H", "20240105/20240106", "mailto:a@b.example", "VEVENT", "VALARM", "VCALENDAR", "u", "1"]
    ),
    st.text(max_size=10),
    st.builds(
        "FREQ={};{}={}".format,
        st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        st.sampled_from(["COUNT", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "INTERVAL", "WKST"]),
        st.sampled_from(["1", "-1", "0", "366", "MO", "-5SU", "99MO", "1,2,3", "", "31"]),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.tuples(NAMES, VALUES), max_size=14))
def test_no_calendar_of_odd_lines_crashes_the_reader(lines):
    body = "".join(f"{name}:{value}\n" for name, value in lines)
    window = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))
    start = "DTSTART:20240105T100000\n" if "DTSTART" not in body else ""
    found = read(calendar(f"BEGIN:VEVENT\n{start}{body}END:VEVENT\n"), window)
    assert all(isinstance(item, Meeting | Rejected) for item in found)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=300))
def test_no_bytes_crash_the_reader(raw):
    assert all(isinstance(item, Meeting | Rejected) for item in read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + raw))
