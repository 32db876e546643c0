"""Header fields of hostile and careless mail: addresses, dates, encoded words, identifiers, authentication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.addresses import addresses
from connectors.authentication import authenticated
from connectors.header_block import decoded
from connectors.mail_dates import mail_date
from connectors.records import Address, Message, Rejected

DATE = "Date: Tue, 05 Mar 2024 10:00:00 +0100\n"


def emails(value):
    return [address.email for address in addresses(value)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ada@quist.example", [("ada@quist.example", "")]),
        ("Ada Quist <Ada@Quist.Example>", [("ada@quist.example", "Ada Quist")]),
        ('"Quist, Ada" <ada@quist.example>, bo@b.example', [("ada@quist.example", "Quist, Ada"), ("bo@b.example", "")]),
        ("ada@quist.example (Ada Quist)", [("ada@quist.example", "Ada Quist")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@b.example>", [("j@b.example", "Jörg")]),
        ("Team: a@b.example, Bo <c@b.example>;", [("a@b.example", ""), ("c@b.example", "Bo")]),
        ("Undisclosed recipients:;", []),
        ("a@b.example; c@d.example", [("a@b.example", ""), ("c@d.example", "")]),
        ("<@relay.example:ada@quist.example>", [("ada@quist.example", "")]),
        ("'ada@quist.example' <ada@quist.example>", [("ada@quist.example", "")]),
        ("Ada <ada@quist.example>, Ada <ADA@quist.example>", [("ada@quist.example", "Ada")]),
        ('"Ada \\"the\\" Quist" <ada@quist.example>', [("ada@quist.example", 'Ada "the" Quist')]),
        ("jörg@bücher.example", [("jörg@bücher.example", "")]),
    ],
)
def test_addresses_are_read_with_their_names(value, found):
    assert [(address.email, address.name) for address in addresses(value)] == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("boss@corp.example <evil@x.example>", ["evil@x.example"]),
        ('"boss@corp.example" <evil@x.example>', ["evil@x.example"]),
        ("<boss@corp.example> <evil@x.example>", []),
        ('"a <boss@corp.example>,"b <evil@x.example>', ["evil@x.example"]),
        ('"a, <boss@corp.example>, b" <evil@x.example>', ["evil@x.example"]),
        ("boss@corp.example evil@x.example", []),
        ("=?utf-8?q?boss=40corp.example=2C?= <evil@x.example>", ["evil@x.example"]),
        ("=?utf-8?q?boss=40corp.example?=", []),
        ("evil@x.example\x00@corp.example", []),
        ("evil @ x.example", []),
        ("@x.example", []),
        ("evil@", []),
        ("a@b@c.example", []),
        ("(boss@corp.example) evil@x.example", ["evil@x.example"]),
        ('boss@corp.example" <evil@x.example>', ["evil@x.example"]),
    ],
)
def test_nobody_passes_for_another_address(value, found):
    assert emails(value) == found


def test_a_name_that_shows_another_address_is_dropped():
    assert addresses('"Boss <boss@corp.example>" <evil@x.example>') == (Address(email="evil@x.example"),)
    assert addresses("=?utf-8?q?boss=40corp.example?= <evil@x.example>") == (Address(email="evil@x.example"),)


def test_names_and_subjects_hold_no_controls_and_nothing_that_turns_text(read):
    raw = (
        DATE + "From: =?utf-8?q?Ada=0D=0ABcc:_x=40y.example=E2=80=AE=E2=80=8B?= <ada@quist.example>\n"
        "Subject: =?UTF-8?Q?=0ABcc:_victim=40x.example=1B[31m=E2=80=AEtxt?=\n\nhello\n"
    )
    message = read(raw)
    assert message.subject == "Bcc: victim@x.example[31mtxt"
    assert "\n" not in message.sender.name
    assert "\u202e" not in message.sender.name


def test_encoded_words_split_inside_a_character_are_joined():
    assert decoded("=?utf-8?B?w6TDtsM=?= =?utf-8?B?vA==?=") == "äöü"
    assert decoded("=?iso-8859-1?q?caf=E9?= au lait") == "café au lait"
    assert decoded("a =?utf-8?q?b?= =?utf-8?q?c?= d") == "a bc d"
    assert decoded("=?no-such?q?caf=C3=A9?=") == "café"
    assert decoded("=?utf-8?q?open") == "=?utf-8?q?open"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 05 Mar 2024 10:00:00 +0100", (2024, 3, 5, 9, 0)),
        ("5 Mar 2024 10:00 -0530 (IST)", (2024, 3, 5, 15, 30)),
        ("Tue, 5 Mar 2024 10:00:60 GMT", (2024, 3, 5, 10, 0, 59)),
        ("Tue, 05 Mar 2024 10:00:00 EST", (2024, 3, 5, 15, 0)),
        ("Tue, 05 Mar 2024 10:00:00", (2024, 3, 5, 10, 0)),
        ("2024-03-05T10:00:00+01:00", (2024, 3, 5, 9, 0)),
        ("05-Mar-2024 10:00:00 +0000", (2024, 3, 5, 10, 0)),
    ],
)
def test_dates_are_read_in_utc(text, moment):
    assert mail_date(text) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Tue, 35 Mar 2024 10:00:00 +0100", "Tue, 05 Mar 2024 10:00:00 +9999", "9" * 500]
)
def test_what_is_no_date_is_none(text):
    assert mail_date(text) is None


def stamped(date, *received):
    fields = "".join(f"Received: from a by b; {value}\n" for value in received)
    return f"{fields}{date}From: ada@quist.example\n\nhello\n"


def test_a_missing_or_future_date_is_taken_from_the_topmost_readable_received(read):
    for date in ("", "Date: Fri, 01 Jan 2038 00:00:00 +0000\n", "Date: Thu, 01 Jan 1970 00:00:00 +0000\n"):
        raw = stamped(date, "not a date", "Tue, 05 Mar 2024 10:00:00 +0000", "Mon, 04 Mar 2024 10:00:00 +0000")
        assert read(raw).sent_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_without_any_header_date_the_arrival_counts_and_without_that_the_mail_is_rejected(read):
    raw = stamped("Date: Fri, 01 Jan 2038 00:00:00 +0000\n")
    arrived = datetime(2024, 3, 6, tzinfo=UTC)
    assert read(raw, arrived=arrived).sent_at == arrived
    assert read(raw) == Rejected(key="k", reason="has no believable date")


def test_a_rejected_mail_is_named_by_its_message_id_or_else_its_subject(read):
    both = stamped("Message-ID: <lost@post.example>\nSubject: The pier\n")
    assert read(both).reason == "has no believable date (Message-ID lost@post.example)"
    assert read(stamped("Subject: =?utf-8?q?The_pi=C3=A8r?=\n")).reason == "has no believable date (subject “The pièr”)"


@pytest.mark.parametrize("days", [-5000, -30, 0, 1, 30, 5000])
def test_the_day_on_which_a_mail_is_read_does_not_date_it(days, read):
    now = datetime(2024, 3, 6, 12, tzinfo=UTC) + timedelta(days=max(days, 0))
    arrived = datetime(2024, 3, 5, 10, tzinfo=UTC)
    stated = arrived + timedelta(days=days)
    date = f"Date: {format_datetime(stated)}\n"
    believed = stated if days < 2 and stated.year > 1982 else arrived
    for raw, more in ((stamped(date, format_datetime(arrived)), {}), (stamped(date), {"arrived": arrived})):
        assert read(raw, now=now, **more).sent_at == believed


def test_message_ids_and_references_have_no_brackets(read):
    raw = (
        DATE + "From: ada@quist.example\nMessage-ID: <a@b.example>\nIn-Reply-To: Your mail <c@d.example>\n"
        "References: <e@f.example>\n <c@d.example> <e@f.example>\n\nhello\n"
    )
    message = read(raw)
    assert message.message_id == "a@b.example"
    assert message.in_reply_to == ("c@d.example",)
    assert message.references == ("e@f.example", "c@d.example")
    assert read(DATE + "From: ada@quist.example\n\nhello").message_id is None


def test_of_very_many_references_the_first_and_the_latest_stay(read):
    fields = " ".join(f"<{number}@r.example>" for number in range(1000))
    message = read(f"{DATE}From: ada@quist.example\nReferences: {fields}\n\nhello")
    assert len(message.references) == 100
    assert (message.references[0], message.references[-1]) == ("0@r.example", "999@r.example")


def test_only_headers_that_tell_automation_are_kept(read):
    raw = (
        DATE + "From: a@b.example\nList-Id: =?utf-8?q?L=C3=A4ufer?= <l.b.example>\nX-Secret: 1\nPrecedence: list\n\nhi"
    )
    assert read(raw).headers == {"list-id": "Läufer <l.b.example>", "precedence": "list"}


def test_who_writes_for_whom_is_kept(read):
    raw = DATE + "From: a@b.example\nSender: C <c@b.example>\nReply-To: d@b.example\nBcc: e@b.example\n\nhi"
    message = read(raw, own=True, folder="Sent", labels=("x",), provider_thread="7")
    assert message.submitter == Address(email="c@b.example", name="C")
    assert message.reply_to == Address(email="d@b.example")
    assert message.bcc == (Address(email="e@b.example"),)
    assert (message.own, message.folder, message.labels, message.provider_thread) == (True, "Sent", ("x",), "7")


@pytest.mark.parametrize(
    ("results", "passed"),
    [
        (["mx.home.example; dmarc=pass (p=NONE) header.from=quist.example"], True),
        (["(x) mx.home.example; dmarc=fail", "mx.home.example; dmarc=pass header.from=quist.example"], False),
        (["mx.home.example 1; dkim=pass header.d=quist.example"], True),
        (["mx.home.example; dkim=pass header.i=@mail.quist.example"], True),
        (["mx.home.example; dkim=pass header.d=other.example"], False),
        (["mx.home.example; spf=pass smtp.mailfrom=bounce@quist.example"], True),
        (["mx.home.example; spf=pass smtp.mailfrom=quist.example.evil.example"], False),
        (["mx.home.example; dmarc=fail header.from=quist.example; dkim=pass header.d=quist.example"], False),
        (["mx.home.example; dmarc=pass header.from=evil.example"], False),
        (["mx.evil.example; dmarc=pass header.from=quist.example"], False),
        (["mx.home.example; none"], False),
        (["mx.home.example; spf=fail", "mx.home.example; dmarc=pass header.from=quist.example"], False),
        (["mx.evil.example; spf=fail", "MX.home.example; dmarc=pass header.from=quist.example"], True),
        (['mx.home.example; spf=fail smtp.mailfrom="x; dmarc=pass header.from=quist.example "@evil.example'], False),
        (["mx.home.example; spf=fail (x; dmarc=pass header.from=quist.example)"], False),
        (["mx.home.example; dkim=pass header.d=example"], False),
        ([], False),
    ],
)
def test_only_the_topmost_result_of_the_own_provider_counts(results, passed):
    assert authenticated(results, "mx.home.example", "ada@quist.example") is passed


@pytest.mark.parametrize(
    "tail",
    [
        "(" * 30_000,
        '"' + '\\"' * 30_000,
        "()" * 30_000,
        '"(' * 30_000,
        "\\" * 60_000,
        "; dmarc=pass header.from=quist.example" * 2000,
    ],
    ids=["opened", "escaped quotes", "comments", "quotes and comments", "backslashes", "long"],
)
def test_results_that_never_end_are_no_results(tail, read):
    result = f"mx.home.example; dmarc=pass header.from=quist.example {tail}"
    assert authenticated([result] * 200, "mx.home.example", "ada@quist.example") is False
    assert authenticated([f"other.example {tail}"] * 2000, "mx.home.example", "ada@quist.example") is False
    raw = "".join(f"Authentication-Results: other.example {tail}\n" for _ in range(10))
    assert read(f"{raw}{DATE}From: ada@quist.example\n\nhi", authserv_id="mx.home.example").authenticated is False


@pytest.mark.parametrize("odd", ["a (b", 'a "b', "a (b (c)", "a)b"])
def test_what_is_not_balanced_is_not_believed_further_than_it_can_be_read(odd):
    result = f"mx.home.example; spf=pass smtp.mailfrom=ada@quist.example {odd}"
    assert authenticated([result], "mx.home.example", "ada@quist.example") is (odd == "a)b")


def test_without_a_configured_provider_nothing_is_said_about_authentication(read):
    raw = "Authentication-Results: mx.home.example; dmarc=pass\n" + DATE + "From: a@b.example\n\nhi"
    assert read(raw).authenticated is None
    assert read(raw, authserv_id="mx.home.example").authenticated is True


def test_two_authors_are_never_authenticated(read):
    proof = "Authentication-Results: mx.home.example; dmarc=pass\n" + DATE
    for authors in ("From: a@b.example\nFrom: c@d.example\n", "From: a@b.example, c@d.example\n"):
        message = read(f"{proof}{authors}\nhi", authserv_id="mx.home.example")
        assert isinstance(message, Message)
        assert message.authenticated is False
