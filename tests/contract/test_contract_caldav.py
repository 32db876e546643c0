"""The CalDAV source keeps the connector contract, against Radicale, Xandikos and servers without sync-collection."""

from __future__ import annotations

import itertools
import shutil

import pytest

from connectors import caldav_reports
from connectors.sources import caldav
from tests.contract.contract_mail import BAD_EVENT, event
from tests.contract.contract_suite import PROMISES, Case
from tests.services.caldav import radicale, xandikos  # noqa: F401  # fixtures are found by their names

each_promise = pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
ITEMS = 32


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """So that few events are several batches, in which resources and meetings do not end together."""
    monkeypatch.setattr(caldav, "BATCH_RESOURCES", 16)
    monkeypatch.setattr(caldav, "BATCH_MEETINGS", 10)


#: A rule that is not expanded, in an event that any server takes.
BAD_RULE = event("bad@source.example").replace("SUMMARY", "RRULE:FREQ=SECONDLY\r\nSUMMARY")


class RadicaleCase(Case):
    """One calendar of a user of their own; the first items are read by the server once, and then copied."""

    def __init__(self, folder, server):
        self.server = server
        self.user = server.new_user()
        self.calendar = server.home(self.user) / "work"
        super().__init__(folder)

    def first_items(self):
        return [self.next_name() for _ in range(ITEMS)]

    def build(self, names):
        template = self.server.home("template") / "work"
        if not template.exists():
            self.server.make("template", "work", title="Work")
            self.server.put(template, {name: event(name) for name in names})
            shutil.copytree(template, self.calendar)
            list(self.connector().streams())  # now the server has read them
            shutil.rmtree(template)
            shutil.copytree(self.calendar, template)
        else:
            shutil.copytree(template, self.calendar)
        self.items.extend(names)

    def connector(self):
        settings = caldav.CaldavSettings(
            url=self.server.url, username=self.user, password_file=self.server.secret(self.folder)
        )
        return caldav.CONNECTOR.open(settings, self.surroundings())

    def add(self, names):
        self.server.put(self.calendar, {name: event(name) for name in names})
        self.items.extend(names)

    def add_bad(self):
        self.server.put(self.calendar, {"bad": BAD_RULE})  # what has no start is left out by the server

    def take_out(self, name):
        self.items.remove(name)
        (self.calendar / f"{name}.ics").unlink()

    def empty(self):
        for path in self.calendar.glob("*.ics"):
            path.unlink()

    def vanish(self):
        shutil.rmtree(self.calendar)


class XandikosCase(Case):
    """One calendar, named in the url; the first items are made once and then copied."""

    numbers_of_cases = itertools.count(1)

    def __init__(self, folder, server):
        self.server = server
        self.name = f"case-{next(self.numbers_of_cases)}"
        super().__init__(folder)

    def first_items(self):
        return [self.next_name() for _ in range(ITEMS)]

    def build(self, names):
        if not (self.server.folder / "filled").exists():
            self.server.put({name: event(name) for name in names})
            (self.server.folder / "filled").touch()
        self.server.copy(self.name)
        self.items.extend(names)

    def connector(self):
        return caldav.CONNECTOR.open(caldav.CaldavSettings(url=self.server.address(self.name)), self.surroundings())

    def add(self, names):
        self.server.put({name: event(name) for name in names}, self.name)
        self.items.extend(names)

    def add_bad(self):
        self.server.put({"bad": BAD_EVENT}, self.name)

    def take_out(self, name):
        self.items.remove(name)
        self.server.take_out([name], self.name)

    def empty(self):
        self.server.take_out(self.items, self.name)

    def vanish(self):
        self.server.remove(self.name)


@each_promise
def test_caldav_keeps_the_contract_with_radicale(promise, tmp_path, radicale):  # noqa: F811
    promise(RadicaleCase(tmp_path, radicale))


@each_promise
def test_caldav_keeps_the_contract_with_xandikos(promise, tmp_path, xandikos):  # noqa: F811
    promise(XandikosCase(tmp_path, xandikos))


@each_promise
def test_caldav_keeps_the_contract_by_etags_alone(promise, tmp_path, radicale, monkeypatch):  # noqa: F811
    monkeypatch.setattr(caldav_reports, "_by_token", lambda http, calendar, token: None)
    promise(RadicaleCase(tmp_path, radicale))
