"""A month of daily passes over an Outlook account, through everything that goes wrong, ends as an undisturbed one does."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from connectors.errors import NeedsOwner
from connectors.passwords import Secret
from connectors.sources import outlook, outlook_calendar
from daemon.pipeline import sync_account
from daemon.store import open_store
from inference.findings import MailKind, MessageFindings
from tests.daemon.store_dump import dump
from tests.services.microsoft import Fault, Microsoft, opened

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAYS = 31
TROUBLE = {
    2: [Fault("throttled", "delta", after=1, retry_after="300")],
    4: [Fault("cut", "delta", times=3)],
    6: [Fault("expired", "delta", times=2)],
    8: [Fault("unavailable", "v1.0", times=30)],
    11: [Fault("html", "", times=4)],
    13: [Fault("duplicate", "delta", times=9), Fault("reorder", "delta", times=9)],
    15: [Fault("drop", "token", times=3), Fault("unauthorized", "v1.0", times=1)],
    17: [Fault("expired", "calendarView", status=400, code="resyncRequired")],
    19: [Fault("garbage", "mailFolders?"), Fault("types", "delta")],
    21: [Fault("loop", "delta", times=4)],
    23: [Fault("throttled", "calendar", times=4)],
    25: [Fault("empty", "delta", times=4)],
}
OUTAGE, REVOKED = 9, 27


class Clock:
    def __init__(self):
        self.now = BEGIN

    def __call__(self):
        return self.now


def written(number, day):
    at = BEGIN + timedelta(days=day, minutes=number)
    return (
        f"Message-ID: <m{number}@quist.example>\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\n"
        f"From: Ada Quist <ada@quist.example>\nTo: Maya Lindqvist <maya@lindqvist.example>\n"
        f"Subject: Harbour {number % 7}\n\nCould you have a look at number {number}?\n"
    ).encode()


def happens(fake, day, chance):
    """What the day brings: mail comes, moves and goes; meetings are made, moved and called off."""
    box = fake.box
    for number in range(3):
        folder = chance.choice(("inbox", "inbox", "sentitems", "archive"))
        box.deliver(folder, written(10 * day + number, day))
    keys = sorted(box.messages)
    box.move(chance.choice(keys), "archive")
    box.read(chance.choice(keys))
    if day % 5 == 4:
        box.remove(chance.choice(keys))
    at = BEGIN + timedelta(days=day + 3)
    box.meet(f"meeting{day}@quist.example", at, attendees={"ada@quist.example": "none", box.owner: "none"})
    events = [key for key, item in sorted(box.events.items()) if item.told["type"] == "singleInstance"]
    box.change(chance.choice(events), start=at + timedelta(hours=chance.randrange(9)))
    if day % 6 == 5:
        box.cancel(chance.choice(events))
    if day == 10:
        days = [BEGIN + timedelta(days=each) for each in (11, 18, 25)]
        box.series("AB12CD34EF56AB78", days, attendees={"ada@quist.example": "accepted"})


def month(folder, *, troubled):
    """The store after a month of passes, each repeated once more where it failed."""
    clock = Clock()
    fake = Microsoft(folder, now=clock)
    chance = random.Random(7)
    fake.page_limit = 5
    store = open_store(f"sqlite:///{folder / 'kith.db'}", folder)
    problems = set()
    for day in range(DAYS):
        clock.now = BEGIN + timedelta(days=day)
        happens(fake, day, chance)
        if troubled:
            fake.faults[:] = [Fault(**vars(each)) for each in TROUBLE.get(day, ())]
            if day == OUTAGE:
                fake.stop()
            if day == REVOKED:
                fake.accounts.revoke()
        problems |= passes(fake, store, folder, clock)
        fake.faults.clear()
        if troubled and day == OUTAGE:
            fake.start()
        if troubled and day == REVOKED:
            around = opened(fake, outlook.CONNECTOR, folder)._surroundings
            with around.logins.changing("work") as slot:
                slot.write(Secret(fake.login()))
    passes(fake, store, folder, clock)
    found = dump(store)
    store.close()
    fake.stop()
    assert fake.complaints == []
    return found, problems


def passes(fake, store, folder, clock):
    problems = set()
    for name, module in (("mail", outlook), ("calendar", outlook_calendar)):
        for _ in range(2):
            connector = opened(fake, module.CONNECTOR, folder)
            connector._graph._sleep = lambda seconds: None
            outcome = sync_account(name, module.CONNECTOR.kind, connector, store, now=clock, read=read)
            connector.close()
            if outcome.error is None:
                break
            problems.add(type(outcome.error))
            clock.now += timedelta(minutes=10)
    return problems


def read(message):
    return MessageFindings(kind=MailKind.PERSONAL, kind_because="")


def test_a_troubled_month_ends_as_an_undisturbed_one(tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "troubled").mkdir()
    calm, none = month(tmp_path / "calm", troubled=False)
    troubled, problems = month(tmp_path / "troubled", troubled=True)
    assert none == set()
    assert len(problems) >= 2
    assert NeedsOwner in problems
    for table, rows in calm.items():
        assert (table, troubled[table]) == (table, rows)
