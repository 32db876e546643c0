"""What reading Gmail costs: quota units against a naive client, time to a first useful letter, throughput.

Usage: python bench/gmail.py [MESSAGES]   (default 50,000; the network is left out: the fake Google answers in process)

The mailbox is invented: of 100 messages 40 are advertising, 10 of social networks, 15 notices, 5 of mailing lists, and 30
between people, in threads of four on average, a third of them the owner's. The clock is simulated; Google's limit of
6,000 units in any minute is enforced by the fake.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from connectors.google_api import Pace
from connectors.http import Response
from connectors.mime import parse
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.records import Message
from connectors.sources import gmail
from daemon.pipeline import read_with_default
from tests.services.google import Fake
from tests.services.google_discovery import BATCH

ME = "maya@lindqvist.example"
NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
LIMIT = 6000
SAYINGS = (
    "Could you introduce me to somebody at the harbour office? I would need it by Friday.",
    "I will send you the figures tomorrow.",
    "Here is the draft that you asked for, I hope that it helps.",
    "Thank you so much for your help with the tender, it made all the difference.",
    "Would you have time to look at my application before Monday?",
    "Shall we meet next week? I could do Tuesday.",
    "I have not forgotten it, the report is on its way.",
)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.at)


class InProcess:
    """The connector's HTTP client, without a network: seconds spent in the fake are counted apart."""

    def __init__(self, fake: Fake, tokens) -> None:
        self.fake, self.tokens, self.inside = fake, tokens, 0.0

    def request(self, method, url, *, headers, body, allow):
        token = self.tokens.authorization().reveal().removeprefix("Bearer ")
        began = time.process_time()
        parts = urlsplit(url)
        if parts.path in BATCH.values():
            content = self.fake.batch(body, headers["Content-Type"], token)
            answer = Response(
                status=200, headers={"content-type": "multipart/mixed; boundary=batch_x"}, body=content, url=url
            )
        else:
            import json

            status, said, more = self.fake.answer(method, parts.path, parse_qs(parts.query), body, token)
            answer = Response(status=status, headers=more, body=json.dumps(said).encode(), url=url)
        self.inside += time.process_time() - began
        return answer

    def close(self) -> None:
        pass


def mailbox(fake: Fake, count: int) -> None:
    """Fill the mailbox, oldest first, over three years."""
    chance = random.Random(7)
    people = [f"p{number}@people{number % 40}.example" for number in range(300)]
    threads: list[tuple[str, str, str]] = []
    step = timedelta(days=3 * 365) / count
    for number in range(count):
        at = NOW - timedelta(hours=1) - step * (count - number)
        draw = chance.random()
        if draw < 0.70:
            kind = "PROMOTIONS" if draw < 0.40 else "SOCIAL" if draw < 0.50 else "UPDATES" if draw < 0.65 else "FORUMS"
            more = "List-Id: <talk.list.example>\r\nList-Post: <mailto:talk@list.example>\r\n" if kind == "FORUMS" else (
                "List-Unsubscribe: <https://shop.example/u>\r\nFeedback-ID: 1:shop\r\n"
            )  # fmt: skip
            raw = mail(
                number, at, f"news{number % 50}@shop{number % 30}.example", ME, "Our offers of this week. " * 30, more
            )
            fake.mailbox.deliver(raw, ("INBOX", f"CATEGORY_{kind}"))
            continue
        if threads and chance.random() < 0.75:
            person, above, subject = threads[-1 - int(chance.expovariate(0.05)) % len(threads)]
            more = f"In-Reply-To: <{above}>\r\nReferences: <{above}>\r\n"
        else:
            person, above, subject, more = chance.choice(people), f"{number}@mail.example", f"Matter {number}", ""
            threads.append((person, above, subject))
        own = chance.random() < 0.35
        text = f"Hello,\r\n\r\n{chance.choice(SAYINGS)}\r\n\r\nBest\r\n"
        raw = mail(number, at, ME if own else person, person if own else ME, text, more, subject)
        fake.mailbox.deliver(raw, ("SENT",) if own else ("INBOX",))


def mail(number: int, at: datetime, sender: str, to: str, text: str, more: str, subject: str = "News") -> bytes:
    """One mail."""
    result = (
        ""
        if sender == ME
        else f"Authentication-Results: mx.google.com; dmarc=pass header.from={sender.partition('@')[2]}\r\n"
    )
    received = "".join(
        f"Received: from relay{n}.example by mx.google.com with ESMTPS; {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        for n in range(3)
    )
    return (
        f"{result}{received}Message-ID: <{number}@mail.example>\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: {sender}\r\n"
        f"To: {to}\r\nSubject: {subject}\r\n{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    ).encode()


def account(count: int, folder: Path, *, limit: int | None = LIMIT):
    """A fake with a mailbox, its clock, and a function that opens a connector."""
    clock = Clock()
    fake = Fake(now=clock.now)
    fake.url = "https://gmail.invalid"
    fake.life = 10**9
    mailbox(fake, count)
    around = Surroundings(base=folder, now=clock.now, zone=ZONE, account="post", tokens=folder / "logins")
    import json

    kept = json.loads(fake.login()) | {"token": "here", "expiry": "2099-01-01T00:00:00Z"}
    fake.tokens["here"] = (tuple(kept["scopes"]), datetime.max.replace(tzinfo=UTC))
    with around.logins.changing("post") as slot:
        slot.write(Secret(json.dumps(kept)))
    fake.per_minute = limit

    def opened() -> gmail.GmailConnector:
        settings = gmail.GmailSettings(endpoint=fake.url, units_per_minute=limit or 10**9)
        pace = Pace(clock=lambda: clock.at, sleep=clock.sleep)
        connector = gmail.GmailConnector(settings, around, pace=pace)
        connector.api._http = InProcess(fake, connector._tokens)
        return connector

    return fake, clock, opened


def pulled(connector, since=None):
    """All messages, and the last cursor."""
    found, cursor = [], since
    for batch in connector.pull(gmail.STREAM, since):
        found += [change for change in batch.changes if isinstance(change, Message)]
        cursor = batch.cursor or cursor
    return found, cursor


def findings(messages) -> set:
    """What is found in messages: acts by mail."""
    return {
        (message.message_id, act.act, act.quote)
        for message in messages
        for act in read_with_default(message).acts
    }  # fmt: skip


def units(folder: Path) -> None:
    """Units for a first import and for what comes later, against list + get, at the same findings."""
    count, later = 4000, 400
    fake, _, opened = account(count, folder, limit=None)
    ours, cursor = pulled(opened())
    spent = fake.units
    naive = 5 * -(-count // 500) + 20 * count
    whole = [
        parse(each["raw"], key="k", own="SENT" in each["labels"], authserv_id="mx.google.com", now=NOW, zone=ZONE)
        for each in fake.mailbox.messages.values()
    ]
    same = findings(ours) == findings(whole)
    print(
        f"first import: {1000 * spent / count:,.0f} units per 1,000 messages, naive {1000 * naive / count:,.0f}: {spent / naive:.2f} ×; same findings: {same}"
    )
    fake.units = fake.requests = 0
    asked = len(fake.asked)
    fresh = Fake(now=fake.now)
    mailbox(fresh, later)
    for each in fresh.mailbox.messages.values():
        fake.mailbox.deliver(each["raw"].replace(b"@mail.example>", b"@later.example>"), each["labels"])
    _, cursor = pulled(opened(), cursor)
    naive = 2 * -(-later // 500) + 5 + 20 * later
    print(
        f"later: {1000 * fake.units / later:,.0f} units per 1,000 messages, naive {1000 * naive / later:,.0f}: {fake.units / naive:.2f} ×"
    )
    asked = len(fake.asked)
    fake.units = 0
    connector = opened()
    connector.streams()
    assert pulled(connector, cursor)[0] == []
    print(
        f"nothing new: {len(fake.asked) - asked} requests (and one more where the token is renewed), {fake.units} units"
    )
    fake.mailbox.forget_history()
    fake.units = 0
    pulled(opened(), cursor)
    print(f"a history that Gmail forgot: {fake.units} units for {count + later:,} messages, a new import {spent:,}")


def throughput(folder: Path) -> None:
    """Messages a second of CPU time, the fake's own left out."""
    count = 6000
    fake, _, opened = account(count, folder, limit=None)
    for each in fake.mailbox.messages.values():
        each["labels"] = {"INBOX"} if "SENT" not in each["labels"] else {"SENT"}
    connector = opened()
    began = time.process_time()
    found, _ = pulled(connector)
    spent = time.process_time() - began - connector.api._http.inside
    print(
        f"throughput: {len(found) / spent:,.0f} messages a second ({len(found):,} in {spent:.1f} s, network and fake left out)"
    )


def first_letter(count: int, folder: Path) -> None:
    """What of the last letter is known after how long."""
    fake, clock, opened = account(count, folder)
    recent = NOW - timedelta(days=60)
    personal = {
        name
        for name, each in fake.mailbox.messages.items()
        if not any(label.startswith("CATEGORY") for label in each["labels"])
    }
    young = {name for name in personal if each_date(fake, name) >= recent}
    seen: set[str] = set()
    done: dict[str, float] = {}
    for batch in opened().pull(gmail.STREAM, None):
        seen |= {change.key for change in batch.changes}
        for what, goal in (("60 days of mail between people", young), ("all mail between people", personal)):
            if what not in done and goal <= seen:
                done[what] = clock.at
    done["everything"] = clock.at
    for what, at in done.items():
        print(f"{count:,} messages at {LIMIT:,} units a minute: {what} after {at / 60:.1f} min")
    print(f"units {fake.units:,}; refused for coming too fast: {fake.refused}")


def each_date(fake: Fake, name: str) -> datetime:
    """When a message came."""
    return datetime.fromtimestamp(fake.mailbox.messages[name]["date"] / 1000, tz=UTC)


def gmail_part(work: Path, messages: int = 50_000) -> None:
    """All of it, in a folder of its own."""
    for part in (units, throughput):
        (work / part.__name__).mkdir()
        part(work / part.__name__)
    (work / "first").mkdir()
    first_letter(messages, work / "first")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as work:
        gmail_part(Path(work), int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 50_000)
