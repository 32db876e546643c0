"""Messages as the Gmail API gives them: read as the same mail from elsewhere is."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.google_mail import is_bulk, message_of, rebuilt, texts_apart
from connectors.mime import parse
from connectors.records import Message, Rejected
from tests.services.google_mailbox import Mailbox

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")


def answer(raw, *, as_utf8=False, labels=("INBOX",)):
    box = Mailbox()
    box.as_utf8 = as_utf8
    return box.get(id=box.deliver(raw, labels))


def both(raw, **more):
    given = answer(raw, **more)
    ours = message_of(given, key="k", thread="t", now=NOW, zone=ZONE)
    arrived = datetime.fromtimestamp(int(given["internalDate"]) / 1000, tz=UTC)
    return ours, parse(raw, key="k", arrived=arrived, now=NOW, zone=ZONE)


@pytest.mark.parametrize("as_utf8", [False, True])
def test_every_mail_of_a_real_mailbox_is_the_same_mail(shared, as_utf8):
    raw = gzip.decompress((shared / "data/mail/usrp-users-1500.mbox.gz").read_bytes())
    mails = [each.partition(b"\n")[2] for each in (b"\n" + raw).split(b"\nFrom ")[1:151]]
    assert differing(mails, as_utf8) == []


def differing(mails, as_utf8):
    found = []
    for mail in mails:
        ours, whole = both(mail, as_utf8=as_utf8)
        if isinstance(ours, Message) and isinstance(whole, Message) and ours.identity == whole.identity:
            continue
        if not (isinstance(ours, Rejected) and isinstance(whole, Rejected)):
            found.append((mail, ours, whole))
    return found


def test_odd_mails_are_the_same_mails_but_for_broken_encodings(shared):
    mails = {path.name: path.read_bytes() for path in sorted((shared / "data/fixtures/mime").rglob("*.eml"))}
    assert len(mails) > 100
    different = {name for name, raw in mails.items() if differing([raw], as_utf8=False)}
    # The server decodes these otherwise than our parser would: it is Gmail that reads a mail's encoding.
    assert different <= {
        "attachment_pdf_non_ascii.eml",
        "attachment_pdf_non_ascii_lf.eml",
        "raw_email4.eml",
        "raw_email_incorrect_header.eml",
    }


PLAIN = (
    b"Message-ID: <a@x.example>\r\nDate: Tue, 05 Mar 2024 10:00:00 +0100\r\nFrom: Ada <ada@x.example>\r\n"
    b"To: maya@y.example\r\n%s\r\nHello"
)


def test_only_gmails_own_result_proves_a_sender_and_none_proves_nothing():
    def read(*results):
        lines = b"".join(b"Authentication-Results: %s\r\n" % each for each in results)
        return message_of(answer(PLAIN % lines), key="k", thread="t", now=NOW, zone=ZONE).authenticated

    assert read() is None
    assert read(b"mx.google.com; dmarc=pass header.from=x.example") is True
    assert read(b"mx.google.com; dmarc=fail header.from=x.example", b"mx.google.com; dmarc=pass") is False
    assert read(b"evil.example; dmarc=pass") is None


def test_the_labels_say_who_wrote_it_and_the_thread_where_it_is():
    read = message_of(answer(PLAIN % b"", labels=("SENT",)), key="k", thread="18c0", now=NOW, zone=ZONE)
    assert (read.own, read.folder, read.labels) == (True, "Sent", ("SENT",))
    assert read.link == "https://mail.google.com/mail/u/0/#all/18c0"
    assert read.provider_thread == "18c0"
    hostile = message_of(answer(PLAIN % b""), key="k", thread='x"onclick=', now=NOW, zone=ZONE)
    assert (hostile.own, hostile.link) == (False, None)


def test_no_value_of_a_header_begins_another_header():
    given = answer(PLAIN % b"")
    given["payload"]["headers"] += [
        {"name": "Subject", "value": "one\r\nBcc: evil@x.example\r\n\r\nbody"},
        {"name": "X-A\r\nBcc", "value": "evil@x.example"},
        {"name": None, "value": 7},
        "nothing",
    ]
    read = message_of(given, key="k", thread="t", now=NOW, zone=ZONE)
    assert (read.subject, read.bcc, read.text) == ("one Bcc: evil@x.example body", (), "Hello")


@pytest.mark.parametrize(
    "spoiled",
    [
        {},
        {"payload": None},
        {"payload": {"headers": "x"}},
        {"payload": {"headers": [{"name": "From", "value": "a@x.example"}], "parts": "x", "body": 7, "mimeType": 3}},
        {"internalDate": "much", "payload": {"headers": [{"name": "Subject", "value": "no sender"}]}},
    ],
)
def test_what_is_no_message_is_rejected(spoiled):
    assert isinstance(message_of(spoiled, key="k", thread="t", now=NOW, zone=ZONE), Rejected)


def test_a_nested_or_endless_message_ends():
    part = {"mimeType": "multipart/mixed", "parts": []}
    for _ in range(3000):
        part = {"mimeType": "multipart/mixed", "parts": [part]}
    headers = [{"name": "From", "value": "a@x.example"}, {"name": "Date", "value": "Tue, 05 Mar 2024 10:00:00 +0100"}]
    deep = {"payload": part | {"headers": headers}}
    assert rebuilt(deep) is not None
    wide = {
        "payload": {"mimeType": "multipart/mixed", "headers": headers, "parts": [{"mimeType": "text/plain"}] * 50_000}
    }
    assert rebuilt(wide).count(b"Content-Type") < 2100
    assert isinstance(message_of(deep, key="k", thread="t", now=NOW, zone=ZONE), Message | Rejected)
    assert texts_apart(deep) == []


def test_bulk_is_known_by_its_header():
    for line in (b"List-Unsubscribe: <https://x.example>", b"Precedence: bulk", b"Auto-Submitted: auto-generated"):
        assert is_bulk(answer(PLAIN % (line + b"\r\n")))
    for line in (b"", b"List-Post: <mailto:l@x.example>\r\nList-Unsubscribe: <x>\r\n", b"Auto-Submitted: no\r\n"):
        assert not is_bulk(answer(PLAIN % line))
    assert not is_bulk(answer(PLAIN % b"Precedence: bulk\r\n", labels=("SENT",)))
