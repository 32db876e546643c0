"""Calendars: zones, floating and all-day times, recurring events and their exceptions, people, broken events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.icalendar_events import meetings
from connectors.records import Meeting, Rejected

WINDOW = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC))
ZONE = ZoneInfo("Europe/Stockholm")


def calendar(*events, head=""):
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{body}END:VCALENDAR\r\n"


def read(text, window=WINDOW):
    return meetings(text, window=window, zone=ZONE, deadline_s=20)


def one(text):
    (meeting,) = read(text)
    assert isinstance(meeting, Meeting), meeting
    return meeting


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "moment", "floating"),
    [
        ("DTSTART:20240305T090000Z", utc(2024, 3, 5, 9), False),
        ("DTSTART;TZID=Europe/Stockholm:20240305T100000", utc(2024, 3, 5, 9), False),
        ("DTSTART;TZID=W. Europe Standard Time:20240705T100000", utc(2024, 7, 5, 8), False),
        ('DTSTART;TZID="Eastern Standard Time":20240705T100000', utc(2024, 7, 5, 14), False),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/America/New_York:20240705T100000", utc(2024, 7, 5, 14), False),
        ("DTSTART;TZID=/vendor/America/Argentina/Buenos_Aires:20240705T100000", utc(2024, 7, 5, 13), False),
        ("DTSTART:20240705T100000", utc(2024, 7, 5, 8), True),
        ("DTSTART;TZID=Nowhere/Land:20240705T100000", utc(2024, 7, 5, 8), True),
        ("DTSTART;TZID=../../etc/passwd:20240705T100000", utc(2024, 7, 5, 8), True),
    ],
)
def test_zones_are_found_by_any_of_their_names_else_the_time_floats(start, moment, floating):
    meeting = one(calendar(f"UID:u\r\n{start}\r\nDURATION:PT1H"))
    assert (meeting.start, meeting.end - meeting.start, meeting.floating) == (moment, timedelta(hours=1), floating)


CUSTOM_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0300\r\n"
    "TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    "DTSTART:16010101T020000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
    "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def test_a_zone_that_the_calendar_describes_itself_is_used():
    event = "UID:u\r\nDTSTART;TZID=Customized Time Zone:20240705T100000\r\nDURATION:PT1H"
    assert one(calendar(event, head=CUSTOM_ZONE)).start == utc(2024, 7, 5, 7)
    winter = event.replace("0705", "0105")
    assert one(calendar(winter, head=CUSTOM_ZONE)).start == utc(2024, 1, 5, 8)


def test_two_calendars_may_describe_one_zone_name_differently():
    event = "UID:u\r\nDTSTART;TZID=Customized Time Zone:20240105T100000\r\nDURATION:PT1H"
    other = CUSTOM_ZONE.replace("+0200", "-0500").replace("+0300", "-0400")
    assert one(calendar(event, head=CUSTOM_ZONE)).start == utc(2024, 1, 5, 8)
    assert one(calendar(event, head=other)).start == utc(2024, 1, 5, 15)


def test_the_calendars_own_zone_is_that_of_its_floating_times():
    head = "X-WR-TIMEZONE:America/New_York\r\n"
    assert one(calendar("UID:u\r\nDTSTART:20240705T100000", head=head)).start == utc(2024, 7, 5, 14)


def test_an_all_day_event_is_a_day_of_the_owner():
    meeting = one(calendar("UID:u\r\nDTSTART;VALUE=DATE:20240705\r\nDTEND;VALUE=DATE:20240706"))
    assert meeting.all_day
    assert (meeting.start, meeting.end) == (utc(2024, 7, 4, 22), utc(2024, 7, 5, 22))


def test_a_single_event_outside_of_the_window_is_history_and_kept():
    assert one(calendar("UID:u\r\nDTSTART:20010705T100000Z")).start == utc(2001, 7, 5, 10)


WEEKLY = "UID:w\r\nSUMMARY:Weekly\r\nDTSTART;TZID=Europe/Stockholm:20240318T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4"


def test_a_weekly_event_keeps_its_hour_over_a_change_of_the_clock():
    found = read(calendar(WEEKLY))
    assert [meeting.start for meeting in found] == [
        utc(2024, 3, 18, 9), utc(2024, 3, 25, 9), utc(2024, 4, 1, 8), utc(2024, 4, 8, 8),
    ]  # fmt: skip
    assert found[2].recurrence_id == "20240401T080000Z"
    assert found[2].key == "w/20240401T080000Z"


def test_exceptions_are_left_out_moved_ones_move_and_cancelled_ones_are_cancelled():
    moved = (
        "UID:w\r\nSUMMARY:Moved\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20240325T100000\r\n"
        "DTSTART;TZID=Europe/Stockholm:20240326T140000\r\nDURATION:PT30M\r\nSEQUENCE:1"
    )
    off = (
        "UID:w\r\nSUMMARY:Weekly\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20240401T100000\r\n"
        "DTSTART;TZID=Europe/Stockholm:20240401T100000\r\nDURATION:PT1H\r\nSTATUS:CANCELLED"
    )
    found = read(calendar(WEEKLY + "\r\nEXDATE;TZID=Europe/Stockholm:20240408T100000", moved, off))
    assert [(meeting.recurrence_id, meeting.start, meeting.summary, meeting.status) for meeting in found] == [
        ("20240318T090000Z", utc(2024, 3, 18, 9), "Weekly", "confirmed"),
        ("20240325T090000Z", utc(2024, 3, 26, 13), "Moved", "confirmed"),
        ("20240401T080000Z", utc(2024, 4, 1, 8), "Weekly", "cancelled"),
    ]


def test_a_change_of_this_and_all_that_follow_keeps_every_occurrence_apart():
    later = (
        "UID:w\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Stockholm:20240401T100000\r\n"
        "DTSTART;TZID=Europe/Stockholm:20240401T110000\r\nDURATION:PT1H"
    )
    found = read(calendar(WEEKLY, later))
    assert [meeting.recurrence_id for meeting in found] == [
        "20240318T090000Z", "20240325T090000Z", "20240401T080000Z", "20240408T080000Z",
    ]  # fmt: skip
    assert [meeting.start.hour for meeting in found] == [9, 9, 9, 9]


def test_of_two_versions_of_an_event_the_later_counts():
    old = "UID:u\r\nDTSTAMP:20240301T000000Z\r\nSEQUENCE:2\r\nDTSTART:20240305T090000Z\r\nSUMMARY:new"
    new = "UID:u\r\nDTSTAMP:20240401T000000Z\r\nSEQUENCE:1\r\nDTSTART:20240305T090000Z\r\nSUMMARY:old"
    assert one(calendar(old, new)).summary == "new"


def test_an_invitation_to_one_occurrence_names_it():
    event = "UID:u\r\nRECURRENCE-ID:20240305T090000Z\r\nDTSTART:20240305T100000Z"
    assert one(calendar(event)).recurrence_id == "20240305T090000Z"


def test_people_are_read_with_their_answers_and_rooms_are_nobody():
    meeting = one(
        calendar(
            'UID:u\r\nDTSTART:20240305T090000Z\r\nORGANIZER;CN="Quist, Ada":MAILTO:Ada@Quist.example\r\n'
            "ATTENDEE;CN=Bo;PARTSTAT=ACCEPTED:mailto:bo@b.example\r\n"
            "ATTENDEE;PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT:mailto:c@b.exam\r\n ple\r\n"
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:d@b.example\r\n"
            "ATTENDEE;CUTYPE=ROOM:mailto:room@b.example\r\n"
            'ATTENDEE;CN="boss@corp.example":mailto:evil@b.example\r\n'
            "ATTENDEE;EMAIL=e@b.example;PARTSTAT=TENTATIVE:urn:uuid:1\r\n"
            "ATTENDEE:mailto:not an address\r\n"
        )
    )
    assert meeting.organizer is not None
    assert (meeting.organizer.email, meeting.organizer.name) == ("ada@quist.example", "Quist, Ada")
    assert [(attendee.address.email, attendee.answer, attendee.optional) for attendee in meeting.attendees] == [
        ("bo@b.example", "accepted", False),
        ("c@b.example", "declined", True),
        ("d@b.example", "unanswered", False),
        ("evil@b.example", "unanswered", False),
        ("e@b.example", "tentative", False),
    ]
    assert meeting.attendees[0].address.name == "Bo"
    assert meeting.attendees[3].address.name == ""


def test_text_is_unescaped_and_harmless():
    meeting = one(
        calendar(
            "UID:u\r\nDTSTART:20240305T090000Z\r\nSUMMARY:Lunch\\, then\\; walk\\nBcc: x\u202e\x1b\r\n"
            "DESCRIPTION:one\\ntwo\r\nX-GOOGLE-CONFERENCE:https://meet.example/abc\r\nURL:javascript:alert(1)"
        )
    )
    assert meeting.summary == "Lunch, then; walk Bcc: x"
    assert meeting.description == "one\ntwo"
    assert meeting.link == "https://meet.example/abc"


def test_a_called_off_meeting_is_cancelled_and_a_reply_is_a_part_of_the_list():
    event = "UID:u\r\nDTSTART:20240305T090000Z\r\nATTENDEE;PARTSTAT=DECLINED:mailto:bo@b.example"
    assert one(calendar(event, head="METHOD:CANCEL\r\n")).status == "cancelled"
    reply = one(calendar(event, head="METHOD:REPLY\r\n"))
    assert reply.attendees_omitted
    assert reply.attendees[0].answer == "declined"


def test_an_export_is_stamped_by_the_last_change_and_a_message_by_its_own_stamp():
    event = "UID:u\r\nDTSTART:20240305T090000Z\r\nDTSTAMP:20240401T000000Z\r\nLAST-MODIFIED:20240301T000000Z"
    assert one(calendar(event)).stamp == utc(2024, 3, 1)
    assert one(calendar(event, head="METHOD:REQUEST\r\n")).stamp == utc(2024, 4, 1)


def test_broken_events_are_rejected_one_by_one_and_the_good_ones_are_kept():
    found = read(
        calendar(
            "UID:a\r\nDTSTART:20240305T090000Z",
            "UID:b\r\nSUMMARY:Nowhere",
            "UID:c\r\nDTSTART:tomorrow",
            "UID:d\r\nDTSTART:20240305T090000Z\r\nRRULE:FREQ=SOMETIMES",
            "UID:e\r\nDTSTART:99999999T999999Z",
            "UID:f\r\nDTSTART:20240306T090000Z",
        )
    )
    assert [meeting.uid for meeting in found if isinstance(meeting, Meeting)] == ["a", "f"]
    rejected = {item.key: item.reason for item in found if isinstance(item, Rejected)}
    assert list(rejected) == ["b/", "c/", "d/", "e/"]
    assert rejected["b/"] == "event 'Nowhere': has no start"


def test_a_calendar_that_is_cut_off_keeps_what_is_whole():
    text = calendar("UID:a\r\nDTSTART:20240305T090000Z", "UID:b\r\nDTSTART:20240305T090000Z\r\nSUMMARY:Half")
    found = read(text[: text.index("SUMMARY")])
    assert [item.key for item in found] == ["a/", "b/"]
    assert isinstance(found[1], Rejected)


def test_events_without_a_uid_are_told_apart_and_keep_their_names():
    text = calendar("DTSTART:20240305T090000Z", "DTSTART:20240306T090000Z")
    assert len({meeting.key for meeting in read(text)}) == 2
    assert [meeting.key for meeting in read(text)] == [meeting.key for meeting in read(text)]


def test_alarms_do_not_speak_for_their_event():
    alarm = "BEGIN:VALARM\r\nDESCRIPTION:ring\r\nDTSTART:19990101T000000Z\r\nEND:VALARM"
    meeting = one(calendar(f"UID:u\r\nDTSTART:20240305T090000Z\r\n{alarm}\r\nSUMMARY:Tea"))
    assert (meeting.start, meeting.summary, meeting.description) == (utc(2024, 3, 5, 9), "Tea", "")
