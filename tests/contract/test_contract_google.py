"""Gmail and Google Calendar keep the connector contract, against the fake Google."""

from __future__ import annotations

import dataclasses

import pytest

from connectors.google_api import Pace
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.sources import gmail
from tests.contract.contract_mail import BAD_MAIL, mail
from tests.contract.contract_suite import NOW, PROMISES, Case
from tests.services.google import GMAIL_SCOPES, Google, google  # noqa: F401

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


@each_promise
def test_gmail_keeps_the_contract(promise, tmp_path, google):  # noqa: F811
    case = GmailCase(tmp_path, google)
    try:
        promise(case)
    finally:
        case.close()
