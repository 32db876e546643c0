"""The sample network, told by files, IMAP and CalDAV, Google and Microsoft, comes to the same ledger and the same ties."""

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
from tests.services.caldav import PASSWORD, Radicale
from tests.services.dovecot import dovecot  # noqa: F401
from tests.services.google import CALENDAR_SCOPES, google  # noqa: F401
from tests.services.microsoft import running

ZONE = ZoneInfo("Europe/Stockholm")
OWNER = '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\ntimezone = "Europe/Stockholm"\n'
AS_OF = "2026-06-01"
TRUSTED = 'authserv_id = "mx.lindqvist.example"\n'
#: What Graph calls answers that are called otherwise elsewhere.
GRAPH = {"tentative": "tentativelyAccepted", "unanswered": "none"}


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
    """The sample's calendar without series, whose occurrences Microsoft names otherwise, and without what was called off,
    which Google shows to nobody who asks later."""
    events = re.split(r"(?=BEGIN:VEVENT)|(?<=END:VEVENT\r\n)", (sample / "calendar.ics").read_bytes().decode())
    plain = [
        each
        for each in events
        if "BEGIN:VEVENT" not in each or not re.search("STATUS:CANCELLED|RRULE|RECURRENCE-ID", each)
    ]
    return "".join(plain)


def boxes(sample):
    """Each mail of the sample, and whether it is the owner's own."""
    for name in ("Inbox.mbox", "Sent.mbox"):
        box = mailbox.mbox(sample / "mail" / name)
        for key in box.iterkeys():
            yield box.get_bytes(key), name == "Sent.mbox"
        box.close()


def gatherings(sample):
    """Each meeting of the calendar."""
    now = datetime.now(UTC)
    window = (now - timedelta(days=5 * 366), now + timedelta(days=90))
    return list(meetings(calendar(sample), window=window, zone=ZONE, deadline_s=60))


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


@pytest.fixture
def by_files(sample, tmp_path, monkeypatch, capsys):
    """What the program says of the network when it reads it from files."""
    (tmp_path / "calendar.ics").write_bytes(calendar(sample).encode())
    accounts = (
        f'[[accounts]]\nname = "mail"\nkind = "mbox"\npath = "{sample / "mail"}"\nsent = ["Sent.mbox"]\n{TRUSTED}'
        f'[[accounts]]\nname = "calendar"\nkind = "ics"\npath = "{tmp_path / "calendar.ics"}"\n'
    )
    ledger, people = told(tmp_path / "files", monkeypatch, capsys, accounts)
    assert len(ledger) > 30
    return ledger, people


def test_imap_and_caldav_tell_the_same_network(by_files, dovecot, sample, tmp_path, monkeypatch, capsys):  # noqa: F811
    mails = list(boxes(sample))
    dovecot.load([raw for raw, own in mails if not own])
    dovecot.load([raw for raw, own in mails if own], "Sent")
    server = Radicale()
    user = server.new_user()
    events = re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", calendar(sample), re.DOTALL)
    zones = "".join(re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n", calendar(sample), re.DOTALL))
    server.put(server.make(user, "home"), {f"e{number}": zones + each for number, each in enumerate(events)})
    monkeypatch.setenv("KITH_TEST_PASSWORD", PASSWORD)
    secret = 'password_env = "KITH_TEST_PASSWORD"\n'
    accounts = (
        f'[[accounts]]\nname = "mail"\nkind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\ntls = "none"\n'
        f'username = "alice"\n{secret}{TRUSTED}'
        f'[[accounts]]\nname = "calendar"\nkind = "caldav"\nurl = "{server.url}"\nusername = "{user}"\n{secret}'
    )
    try:
        assert told(tmp_path / "servers", monkeypatch, capsys, accounts) == by_files
    finally:
        server.close()


def logged_in(folder, accounts, logins, capsys):
    """Write the config and carry the logins over, by account."""
    folder.mkdir()
    (folder / "kith.toml").write_text(f'{OWNER}[store]\nurl = "sqlite:///kith.db"\n{accounts}')
    for name, login in logins.items():
        (folder / f"{name}.login").write_text(login)
        words = ["--config", str(folder / "kith.toml"), "login", name, "--import", str(folder / f"{name}.login")]
        assert run(words) == 0
    capsys.readouterr()


def test_google_tells_the_same_network(by_files, google, sample, tmp_path, monkeypatch, capsys):  # noqa: F811
    for raw, own in boxes(sample):
        google.fake.mailbox.deliver(
            raw.replace(b"mx.lindqvist.example;", b"mx.google.com;"), ("SENT",) if own else ("INBOX",)
        )
    for number, each in enumerate(gatherings(sample)):
        google.fake.calendars.put(event(number, each))
    accounts = "".join(
        f'[[accounts]]\nname = "{name}"\nkind = "{kind}"\nendpoint = "{google.url}"\n{more}'
        for name, kind, more in (("mail", "gmail", "units_per_minute = 1000000\n"), ("calendar", "google_calendar", ""))
    )
    logins = {"mail": google.fake.login(), "calendar": google.fake.login(CALENDAR_SCOPES)}
    logged_in(tmp_path / "google", accounts, logins, capsys)
    assert told(tmp_path / "google", monkeypatch, capsys, accounts) == by_files


def test_microsoft_tells_the_same_network(by_files, sample, tmp_path, monkeypatch, capsys):
    with running(tmp_path) as fake:
        for raw, own in boxes(sample):
            fake.box.deliver("sentitems" if own else "inbox", raw)
        for each in gatherings(sample):
            minutes = int((each.end - each.start).total_seconds() // 60)
            answers = {who.address.email: GRAPH.get(who.answer, who.answer) for who in each.attendees}
            fake.box.meet(
                each.uid, each.start, minutes=minutes, subject=each.summary, attendees=answers, isAllDay=each.all_day,
                organizer=each.organizer.email if each.organizer and each.organizer.email != fake.box.owner else "",
            )  # fmt: skip
        settings = "".join(f'{name} = "{value}"\n' for name, value in fake.settings().items())
        accounts = (
            f'[[accounts]]\nname = "mail"\nkind = "outlook"\n{settings}{TRUSTED}'
            f'[[accounts]]\nname = "calendar"\nkind = "outlook_calendar"\n{settings}'
        )
        logins = {"mail": fake.login("Mail.Read"), "calendar": fake.login("Calendars.Read")}
        logged_in(tmp_path / "microsoft", accounts, logins, capsys)
        ledger, people = told(tmp_path / "microsoft", monkeypatch, capsys, accounts)
    assert people == by_files[1]
    assert nameless(ledger) == nameless(by_files[0])


def nameless(ledger):
    """The entries without their ids: Graph does not tell the names of attachments, which are part of a mail's identity."""
    return [{key: value for key, value in entry.items() if key != "id"} for entry in ledger]
