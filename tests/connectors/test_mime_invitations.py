"""What a mail may say of a meeting: who calls off, who answers, and who is named as the one who said it."""

from __future__ import annotations

import pytest

ADA, MAYA = "ada@quist.example", "maya@lindqvist.example"
LINES = {
    "organizer": f"ORGANIZER:mailto:{ADA}",
    "attendee": f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MAYA}",
}


def invitation(method="", *, headers="", more="", **lines):
    """A mail from Ada with one calendar part; ``organizer`` and ``attendee`` replace those lines."""
    method = f"{method}\n" if method else ""
    people = "".join(f"{line}\n" for line in {**LINES, **lines}.values() if line)
    return (
        f"Message-ID: <1@quist.example>\nDate: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: Ada <{ADA}>\n{headers}"
        f"Content-Type: text/calendar; charset=utf-8\n\nBEGIN:VCALENDAR\n{method}BEGIN:VEVENT\nUID:u\n"
        f"DTSTART:20240310T090000Z\nDURATION:PT1H\n{people}{more}END:VEVENT\nEND:VCALENDAR\n"
    )


@pytest.fixture
def found(read):
    return lambda raw: read(raw).meetings


def test_a_meeting_of_a_mail_says_whose_mail_it_was_and_what_for(found):
    (meeting,) = found(invitation("METHOD:Request"))
    assert (meeting.by, meeting.method) == (ADA, "REQUEST")
    (meeting,) = found(invitation())
    assert (meeting.by, meeting.method) == (ADA, "")


@pytest.mark.parametrize(
    "method", ["METHOD:CANCEL", "METHOD:CAN\n CEL", "METHOD;X=1:cancel", 'METHOD;X="a:b":CANCEL', "METHOD: CANCEL "]
)
def test_who_is_not_the_organizer_calls_nothing_off_however_it_is_written(method, found):
    assert found(invitation(method, organizer=f"ORGANIZER:mailto:{MAYA}")) == ()
    assert found(invitation(method, organizer="")) == ()
    assert [meeting.status for meeting in found(invitation(method))] == ["cancelled"]


@pytest.mark.parametrize("method", ["", "METHOD:REQUEST", "METHOD:PUBLISH", "METHOD:REPLY"])
def test_a_cancelled_status_is_a_cancellation(method, found):
    off = {"more": "STATUS:CANCELLED\n", "attendee": f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ADA}"}
    assert found(invitation(method, organizer=f"ORGANIZER:mailto:{MAYA}", **off)) == ()
    assert [meeting.status for meeting in found(invitation(method, **off))] == ["cancelled"]


@pytest.mark.parametrize("header", ["Reply-To", "Sender"])
def test_a_header_that_anybody_can_write_entitles_to_nothing(header, found):
    headers = f"{header}: {MAYA}\n"
    assert found(invitation("METHOD:CANCEL", organizer=f"ORGANIZER:mailto:{MAYA}", headers=headers)) == ()
    assert found(invitation("METHOD:REPLY", headers=headers)) == ()


@pytest.mark.parametrize("method", ["COUNTER", "REFRESH", "DECLINECOUNTER", "X-ODD"])
def test_what_only_proposes_or_asks_changes_no_meeting(method, found):
    assert found(invitation(f"METHOD:{method}")) == ()


def test_a_small_mail_of_many_dear_rules_comes_back(found):
    rules = "".join(
        f"RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE={n}\n" for n in range(10)
    )
    one = invitation("METHOD:REQUEST", more=rules).partition("\n\n")[2].replace("2024", "0001")
    head = f"Date: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: Ada <{ADA}>\nContent-Type: multipart/mixed; boundary=b\n\n"
    parts = f"--b\nContent-Type: text/calendar\n\n{one}\n" * 3
    assert found(f"{head}{parts}--b--\n") == ()


def test_all_calendar_parts_of_a_mail_share_one_deadline(found, monkeypatch):
    allowed = []
    clock = iter(range(0, 1000, 1))

    def meetings(calendar, *, window, zone, deadline_s):
        allowed.append(deadline_s)
        return []

    monkeypatch.setattr("connectors.icalendar_events.meetings", meetings)
    monkeypatch.setattr("connectors.mime.time.monotonic", lambda: next(clock))
    one = invitation("METHOD:REQUEST").partition("\n\n")[2]
    head = f"Date: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: Ada <{ADA}>\nContent-Type: multipart/mixed; boundary=b\n\n"
    found(head + f"--b\nContent-Type: text/calendar\n\n{one}\n" * 3 + "--b--\n")
    assert allowed == [1.0, 0.0, -1.0]
