"""Gmail, Google Calendar and Google Contacts keep the connector contract, against the fake Google."""

from __future__ import annotations

import dataclasses

import pytest

from connectors.google_api import Pace
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.sources import gmail, google_calendar, google_contacts
from tests.contract.contract_mail import BAD_MAIL, mail
from tests.contract.contract_suite import NOW, PROMISES, Case
from tests.services.google import CALENDAR_SCOPES, CONTACTS_SCOPES, GMAIL_SCOPES, google  # noqa: F401

each_promise = pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)


class GoogleCase(Case):
    """An account of a fresh Google, whose login is there already."""

    scopes = ()

    def __init__(self, folder, server):
        self.server, self.fake = server, server.fake
        self.fake.now = lambda: NOW
        self.opened = []
        super().__init__(folder)

    def first_items(self):
        return [self.next_name() for _ in range(120)]

    def surroundings(self, now=NOW) -> Surroundings:
        around = dataclasses.replace(super().surroundings(now), account="post", tokens=self.folder / "logins")
        if around.logins.read("post") is None:
            with around.logins.changing("post") as slot:
                slot.write(Secret(self.fake.login(self.scopes)))
        return around

    def close(self):
        for each in self.opened:
            each.close()

    def vanish(self):
        self.fake.revoke_all()


class GmailCase(GoogleCase):
    """One mailbox."""

    scopes = GMAIL_SCOPES

    def connector(self):
        settings = gmail.GmailSettings(endpoint=self.server.url, units_per_minute=10**9)
        self.opened.append(gmail.GmailConnector(settings, self.surroundings(), pace=Pace(sleep=lambda _: None)))
        return self.opened[-1]

    def add(self, names):
        self.ids = getattr(self, "ids", {})
        for name in names:
            self.ids[name] = self.fake.mailbox.deliver(mail(name))
        self.items.extend(names)

    def add_bad(self):
        self.fake.mailbox.deliver(BAD_MAIL)

    def take_out(self, name):
        self.items.remove(name)
        self.fake.mailbox.delete(self.ids.pop(name))

    def empty(self):
        self.fake.mailbox.messages.clear()
        self.fake.mailbox.forget_history()
        self.items = []


class GoogleCalendarCase(GoogleCase):
    """One calendar."""

    scopes = CALENDAR_SCOPES

    def build(self, names):
        self.fake.calendars.page = 30
        super().build(names)

    def connector(self):
        settings = google_calendar.GoogleCalendarSettings(endpoint=self.server.url, requests_per_minute=10**9)
        pace = Pace(sleep=lambda _: None)
        self.opened.append(google_calendar.GoogleCalendarConnector(settings, self.surroundings(), pace=pace))
        return self.opened[-1]

    def add(self, names):
        for name in names:
            self.fake.calendars.put(
                {
                    "id": name.partition("@")[0],
                    "iCalUID": name,
                    "summary": f"About {name}",
                    "start": {"dateTime": "2030-03-05T10:00:00+01:00", "timeZone": "Europe/Stockholm"},
                    "end": {"dateTime": "2030-03-05T11:00:00+01:00"},
                    "attendees": [{"email": "ada@quist.example", "responseStatus": "accepted"}],
                }
            )
        self.items.extend(names)

    def add_bad(self):
        self.fake.calendars.put({"id": "bad", "summary": "no start"})

    def take_out(self, name):
        self.items.remove(name)
        self.fake.calendars.remove(name.partition("@")[0])

    def empty(self):
        kept = self.fake.calendars.entries[self.fake.calendars.primary]
        kept["events"].clear()
        kept["changed"].clear()
        self.fake.calendars.forget()
        self.items = []


class GoogleContactsCase(GoogleCase):
    """One address book."""

    scopes = CONTACTS_SCOPES

    def build(self, names):
        self.fake.people.page = 30
        super().build(names)

    def connector(self):
        settings = google_contacts.GoogleContactsSettings(endpoint=self.server.url, requests_per_minute=10**9)
        pace = Pace(sleep=lambda _: None)
        self.opened.append(google_contacts.GoogleContactsConnector(settings, self.surroundings(), pace=pace))
        return self.opened[-1]

    def add(self, names):
        self.ids = getattr(self, "ids", {})
        for name in names:
            self.ids[name] = self.fake.people.put(f"About {name.partition('@')[0]}", name)
        self.items.extend(names)

    def add_bad(self):
        self.fake.people.put("Ada Quist", "ada, at quist")

    def take_out(self, name):
        self.items.remove(name)
        self.fake.people.remove(self.ids.pop(name))

    def empty(self):
        self.fake.people.persons.clear()
        self.fake.people.changed.clear()
        self.fake.people.forget()
        self.items = []


@each_promise
def test_google_contacts_keep_the_contract(promise, tmp_path, google):  # noqa: F811
    case = GoogleContactsCase(tmp_path, google)
    try:
        promise(case)
    finally:
        case.close()


@each_promise
def test_google_calendar_keeps_the_contract(promise, tmp_path, google):  # noqa: F811
    case = GoogleCalendarCase(tmp_path, google)
    try:
        promise(case)
    finally:
        case.close()


@each_promise
def test_gmail_keeps_the_contract(promise, tmp_path, google):  # noqa: F811
    case = GmailCase(tmp_path, google)
    try:
        promise(case)
    finally:
        case.close()
