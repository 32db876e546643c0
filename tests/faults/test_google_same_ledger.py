"""The sample network, told by Gmail and Google Calendar and by files, comes to the same ledger and the same ties."""

from __future__ import annotations

import json
import mailbox
import re
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from connectors.icalendar_events import meetings
from daemon.cli import run
from tests.services.google import CALENDAR_SCOPES, google  # noqa: F401

ZONE = ZoneInfo("Europe/Stockholm")
OWNER = '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\ntimezone = "Europe/Stockholm"\n'
AS_OF = "2026-06-01"


def told(folder, monkeypatch, capsys, accounts):
    """What the program says of a network: the ledger, and its people."""
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    (folder / "kith.toml").write_text(f'{OWNER}[store]\nurl = "sqlite:///kith.db"\n{accounts}')

    def kith(*arguments):
        assert run(["--config", "kith.toml", *arguments]) == 0
        return capsys.readouterr().out

    kith("sync")
    ledger = json.loads(kith("ledger", "--as-of", AS_OF, "--format", "json"))
    people = json.loads(kith("people", "--as-of", AS_OF, "--format", "json"))
    return ledger, people


def calendar(sample):
    """The sample's calendar without what was called off, which Google shows to nobody who asks later."""
    events = re.split(r"(?=BEGIN:VEVENT)|(?<=END:VEVENT\r\n)", (sample / "calendar.ics").read_bytes().decode())
    return "".join(each for each in events if "STATUS:CANCELLED" not in each)


def fill(fake, sample):
    """Put the sample's mails and meetings into Google."""
    mails = []
    for name, labels in (("Inbox.mbox", ("INBOX",)), ("Sent.mbox", ("SENT",))):
        box = mailbox.mbox(sample / "mail" / name)
        mails += [(box.get_bytes(key), labels) for key in box.iterkeys()]
        box.close()
    for raw, labels in mails:
        fake.mailbox.deliver(raw.replace(b"mx.lindqvist.example;", b"mx.google.com;"), labels)
    now = datetime.now(UTC)
    window = (now - timedelta(days=5 * 366), now + timedelta(days=90))
    for number, each in enumerate(meetings(calendar(sample), window=window, zone=ZONE, deadline_s=60)):
        fake.calendars.put(event(number, each))


def event(number, meeting):
    """A meeting as Google shows it."""
    if meeting.all_day:
        start, end = ({"date": when.astimezone(ZONE).date().isoformat()} for when in (meeting.start, meeting.end))
    else:
        start, end = ({"dateTime": when.isoformat()} for when in (meeting.start, meeting.end))
    found = {
        "id": f"e{number:05}", "iCalUID": meeting.uid, "sequence": meeting.sequence, "summary": meeting.summary,
        "description": meeting.description, "start": start, "end": end, "status": meeting.status,
        "attendees": [
            {
                "email": each.address.email, "displayName": each.address.name, "optional": each.optional,
                "responseStatus": "needsAction" if each.answer == "unanswered" else each.answer,
            }
            for each in meeting.attendees
        ],
    }  # fmt: skip
    if meeting.stamp is not None:
        found["updated"] = meeting.stamp.isoformat().replace("+00:00", "Z")
    if meeting.organizer is not None:
        found["organizer"] = {"email": meeting.organizer.email, "displayName": meeting.organizer.name}
    if meeting.recurrence_id:
        original = datetime.strptime(meeting.recurrence_id, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        found |= {"recurringEventId": f"series-{meeting.uid}", "originalStartTime": {"dateTime": original.isoformat()}}
    return found


@pytest.fixture
def sample():
    with resources.as_file(resources.files("daemon.demo") / "sample") as folder:
        yield folder


def test_google_and_files_tell_the_same_network(google, sample, tmp_path, monkeypatch, capsys):  # noqa: F811
    files = (
        f'[[accounts]]\nname = "mail"\nkind = "mbox"\npath = "{sample / "mail"}"\nsent = ["Sent.mbox"]\n'
        f'authserv_id = "mx.lindqvist.example"\n[[accounts]]\nname = "calendar"\nkind = "ics"\npath = "{tmp_path / "calendar.ics"}"\n'
    )
    (tmp_path / "calendar.ics").write_bytes(calendar(sample).encode())
    ledger, people = told(tmp_path / "files", monkeypatch, capsys, files)
    assert len(ledger) > 30
    fill(google.fake, sample)
    accounts = ""
    for name, kind, scopes in (("mail", "gmail", None), ("calendar", "google_calendar", CALENDAR_SCOPES)):
        accounts += f'[[accounts]]\nname = "{name}"\nkind = "{kind}"\nendpoint = "{google.url}"\n'
        accounts += "units_per_minute = 1000000\n" if kind == "gmail" else ""
        (tmp_path / f"{name}.login").write_text(google.fake.login(*([scopes] if scopes else [])))
    folder = tmp_path / "google"
    folder.mkdir()
    (folder / "kith.toml").write_text(f'{OWNER}[store]\nurl = "sqlite:///kith.db"\n{accounts}')
    for name in ("mail", "calendar"):
        assert (
            run(["--config", str(folder / "kith.toml"), "login", name, "--import", str(tmp_path / f"{name}.login")])
            == 0
        )
    capsys.readouterr()
    same_ledger, same_people = told(folder, monkeypatch, capsys, accounts)
    assert same_people == people
    assert same_ledger == ledger
