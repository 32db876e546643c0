"""A month at Google with everything that happens in one ends in the state of an undisturbed month."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.google_api import Pace
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.sources import gmail, google_calendar
from daemon.pipeline import sync_account
from daemon.refresh import refresh
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import NOW, read
from tests.services.google import CALENDAR_SCOPES, GMAIL_SCOPES, Google

DAYS = 31
PEOPLE = ("Dana Whitfield <dana.whitfield@acme.example>", "Tomas Novak <tomas@brno.example>")


class Month:
    """A Google, two accounts that read it, and a store."""

    def __init__(self, folder, store):
        self.server, self.store, self.time = Google(), store, NOW
        self.fake = self.server.fake
        self.fake.now = lambda: self.time
        self.folder = folder
        self.problems = []
        self.log_in()

    def log_in(self):
        for name, scopes in (("post", GMAIL_SCOPES), ("diary", CALENDAR_SCOPES)):
            with self.around(name).logins.changing(name) as slot:
                slot.write(Secret(self.fake.login(scopes)))

    def around(self, name):
        logins = self.folder / "logins"
        return Surroundings(base=self.folder, now=lambda: self.time, zone=ZoneInfo("UTC"), account=name, tokens=logins)

    def opened(self):
        pace = Pace(clock=lambda: self.time.timestamp(), sleep=self.sleep, chance=lambda: 0.5)
        settings = gmail.GmailSettings(endpoint=self.server.url)
        yield "post", "gmail", gmail.GmailConnector(settings, self.around("post"), pace=pace)
        settings = google_calendar.GoogleCalendarSettings(endpoint=self.server.url)
        yield (
            "diary",
            "google_calendar",
            google_calendar.GoogleCalendarConnector(settings, self.around("diary"), pace=pace),
        )

    def sleep(self, seconds):
        self.time += timedelta(seconds=seconds)

    def sync(self):
        """One pass over both accounts."""
        for name, kind, connector in self.opened():
            outcome = sync_account(name, kind, connector, self.store, now=lambda: self.time, read=read)
            connector.close()
            if outcome.problem:
                self.problems.append(outcome.problem)

    def live(self, day):
        """What happens at Google on a day."""
        box, calendars = self.fake.mailbox, self.fake.calendars
        person = PEOPLE[day % 2]
        ask = box.deliver(mail(day, person, "maya@lindqvist.example", "[ask advice]Could you look at the plan?"))
        box.deliver(
            mail(day, "maya@lindqvist.example", person, "[deliver advice]I would move the pier.", answers=True),
            ("SENT",),
        )
        box.deliver(
            mail(day + 100, "shop@x.example", "maya@lindqvist.example", "Sale"), ("INBOX", "CATEGORY_PROMOTIONS")
        )
        if day % 5 == 0:
            box.label(ask, add=["TRASH"], remove=["INBOX"])
        start = NOW + timedelta(days=day, hours=3)
        people = [
            {"email": "dana.whitfield@acme.example", "responseStatus": "accepted"},
            {"email": "maya@lindqvist.example", "responseStatus": "accepted"},
        ]
        calendars.put(
            {
                "id": f"coffee{day}",
                "summary": "Coffee about the harbour",
                "start": {"dateTime": start.isoformat()},
                "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
                "attendees": people,
            }
        )
        if day == 3:
            point = {"dateTime": start.isoformat()}
            calendars.put({"id": "weekly", "summary": "Weekly", "start": point, "end": point, "attendees": people, "recurrence": ["RRULE:FREQ=WEEKLY"]})  # fmt: skip
        if day == 20:
            calendars.remove("coffee12")


def mail(day, sender, to, text, *, answers=False):
    at: datetime = NOW + timedelta(days=day, hours=answers)
    above = f"In-Reply-To: <ask{day}@x.example>\r\nReferences: <ask{day}@x.example>\r\n" if answers else ""
    name = f"answer{day}" if answers else f"ask{day}"
    return (
        f"Message-ID: <{name}@x.example>\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: {sender}\r\nTo: {to}\r\n"
        f"Subject: Matter {day}\r\n{above}\r\n{text}\r\n"
    ).encode()


def disturb(month, day):
    """What goes wrong on a day."""
    fake = month.fake
    if day == 5:
        fake.per_minute = 150  # somebody else spends the same quota
    elif day == 7:
        fake.per_minute = None
    elif day == 9:
        fake.mailbox.forget_history()
        fake.calendars.forget()
    elif day == 11:
        fake.trouble("429-after", times=8, seconds=300)
    elif day in (14, 15):
        fake.troubles.clear()
        fake.trouble("500", times=10**6)
    elif day == 16:
        fake.troubles.clear()
        fake.trouble("cut", times=3, after=2)
    elif day == 18:
        fake.revoke_all()
    elif day == 21:
        month.log_in()
    elif day == 24:
        fake.trouble("html", times=4)
        fake.trouble("garbled", times=5, where="messages.get")
    elif day == 26:
        fake.mailbox.page, fake.mailbox.duplicates, fake.mailbox.empty_pages = 3, True, True
        fake.mailbox.forget_history()


def lived(folder, store, owner, *, disturbed):
    """The state after a month, and what was said in it."""
    month = Month(folder, store)
    try:
        for day in range(DAYS):
            month.time = NOW + timedelta(days=day)
            month.live(day)
            if disturbed:
                disturb(month, day)
            month.sync()
        month.fake.troubles.clear()
        month.time = NOW + timedelta(days=DAYS)
        month.sync()
        refresh(store, owner)
        assert month.fake.complaints == []
    finally:
        month.server.close()
    return dump(store), month.problems


def test_a_month_of_trouble_ends_as_a_quiet_one(sqlite_stores, owner, tmp_path):
    quiet, said = lived(tmp_path / "quiet", sqlite_stores(), owner, disturbed=False)
    assert said == []
    assert len(quiet["favors"]) >= 20
    rough, said = lived(tmp_path / "rough", sqlite_stores(), owner, disturbed=True)
    assert any("kith login post" in line for line in said)
    assert any("fault of its own" in line for line in said)
    for table, rows in quiet.items():
        assert rough[table] == rows, table
