"""Outlook's mail, calendars and contacts keep the connector contract, against a fake Microsoft."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.sources import outlook, outlook_calendar, outlook_contacts
from tests.contract.contract_mail import mail
from tests.contract.contract_suite import NOW, PROMISES, Case
from tests.services.microsoft import Microsoft

each_promise = pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)


class MicrosoftCase(Case):
    """One account at a fake Microsoft, whose clock is the suite's."""

    source = outlook
    scope = "Mail.Read Calendars.Read"

    def build(self, names):
        self.fake = Microsoft(self.folder, now=lambda: NOW)
        self.keys = {}
        with self.surroundings().logins.changing("work") as slot:
            slot.write(Secret(self.fake.login(self.scope)))
        self.add(names)

    def first_items(self):
        return [self.next_name() for _ in range(450)]

    def surroundings(self, now=NOW):
        return Surroundings(**_fields(super().surroundings(now)), account="work")

    def connector(self):
        spec = self.source.CONNECTOR
        return spec.open(msgspec.convert(self.fake.settings(), spec.settings), self.surroundings())

    def vanish(self):
        self.fake.stop()


def _fields(surroundings):
    names = ("base", "now", "zone", "owner_addresses", "tokens")
    return {name: getattr(surroundings, name) for name in names}


class OutlookCase(MicrosoftCase):
    """The inbox."""

    def add(self, names):
        for name in names:
            self.keys[name] = self.fake.box.deliver("inbox", mail(name))
        self.items.extend(names)

    def add_bad(self):
        self.fake.box.deliver(
            "inbox", b"Subject: nobody wrote this\n\nNo sender, no date.\n", at=datetime(2024, 1, 1, tzinfo=UTC)
        )

    def take_out(self, name):
        self.items.remove(name)
        self.fake.box.remove(self.keys[name])

    def empty(self):
        for name in list(self.items):
            self.take_out(name)


class CalendarCase(MicrosoftCase):
    """The default calendar."""

    source = outlook_calendar
    when = datetime(2029, 3, 5, 9, tzinfo=UTC)

    def add(self, names):
        for name in names:
            self.keys[name] = self.fake.box.meet(name, self.when, attendees={"ada@quist.example": "accepted"})
        self.items.extend(names)

    def add_bad(self):
        key = self.fake.box.meet("bad@source.example", self.when)
        self.fake.box.events[key].told["start"] = {"dateTime": "next week", "timeZone": "UTC"}

    def take_out(self, name):
        self.items.remove(name)
        self.fake.box.cancel(self.keys[name])

    def empty(self):
        for name in list(self.items):
            self.take_out(name)


class ContactsCase(MicrosoftCase):
    """The default contact folder."""

    source = outlook_contacts
    scope = "Contacts.Read"

    def add(self, names):
        for name in names:
            self.keys[name] = self.fake.box.know(f"Person {name.partition('@')[0]}", name)
        self.items.extend(names)

    def add_bad(self):
        self.fake.box.know("Bad", emailAddresses="bad@source.example")

    def take_out(self, name):
        self.items.remove(name)
        self.fake.box.lose(self.keys[name])

    def empty(self):
        for name in list(self.items):
            self.take_out(name)


@pytest.fixture
def case(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.fake.stop()
    assert made.fake.complaints == []


@each_promise
@pytest.mark.parametrize("case", [OutlookCase], indirect=True)
def test_outlook_keeps_the_contract(promise, case):
    promise(case)


@each_promise
@pytest.mark.parametrize("case", [CalendarCase], indirect=True)
def test_outlook_calendar_keeps_the_contract(promise, case):
    promise(case)


@each_promise
@pytest.mark.parametrize("case", [ContactsCase], indirect=True)
def test_outlook_contacts_keeps_the_contract(promise, case):
    promise(case)
