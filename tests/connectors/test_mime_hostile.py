"""Mail built to crash or hang a reader: each comes back quickly, read or rejected with the reason."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.mime import MAX_MESSAGE
from connectors.records import Message, Rejected

HEAD = "Date: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: ada@quist.example\n"
WORD = "=?utf-8?q?aaa?= "


def nested(depth):
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(depth))
    return HEAD + levels + "Content-Type: text/plain\n\nhello\n"


HOSTILE = {
    "2,000 nested multiparts": nested(2000),
    "200 nested multiparts": nested(200),
    "2,000 nested forwards": HEAD + "Content-Type: message/rfc822\n\n" * 2000 + "x",
    "200,000 parts": HEAD + "Content-Type: multipart/mixed; boundary=x\n\n" + "--x\n\na\n" * 200_000 + "--x--",
    "200,000 parts on one boundary line": HEAD + "Content-Type: multipart/mixed; boundary=x\n\n" + "--x\n" * 200_000,
    "a boundary of dashes": HEAD + 'Content-Type: multipart/mixed; boundary="-"\n\n' + "-" * 10 + "\n---\n" * 100_000,
    "a header of 4 MB": HEAD + "X-Long: " + "a" * 4_000_000 + "\n\nhello",
    "a subject of 60 KB of encoded words": HEAD + "Subject: " + WORD * 3700 + "\n\nhello",
    "a part's header of encoded words": HEAD
    + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; name="
    + WORD * 50_000
    + "\n\nhello\n--x--",
    "encoded words without an end": HEAD + "Subject: " + "=?utf-8?q?" * 6000 + "\n\nhello",
    "a content type of parameters": HEAD + "Content-Type: text/plain" + '; a="b"' * 100_000 + "\n\nhello",
    "quoted semicolons": HEAD + 'Content-Type: text/plain; a="' + ";" * 60_000 + "\n\nhello",
    "quoted semicolons in parts": HEAD
    + "Content-Type: multipart/mixed; boundary=x\n\n"
    + ('--x\nContent-Type: text/plain; a="' + ";" * 60_000 + "\n\nhello\n") * 20,
    "open brackets": HEAD + "To: " + "<" * 60_000 + "\n\nhello",
    "spaces in names": HEAD
    + "".join(f"{name}: a{' ' * 60_000}b\n c{' ' * 500}d\n" for name in ("To", "Cc", "Bcc"))
    + "\nhello",
    "spaces in every field": HEAD + "".join(f"X-{n}: a{' ' * 60_000}b\n c\n" for n in range(15)) + "\nhello",
    "commas and spaces": HEAD + "To: " + (" " * 290 + "b,") * 200 + "\n\nhello",
    "escaped quotes": HEAD + "To: " + '"' + '\\"' * 30_000 + "\n\nhello",
    "open quotes": HEAD + "To: " + '"' * 60_000 + "\n\nhello",
    "open comments": HEAD + "To: " + "(" * 60_000 + "\n\nhello",
    "backslashes": HEAD + 'To: "' + "\\" * 60_000 + "\n\nhello",
    "300,000 fields": HEAD + "X: a\n" * 200_000 + "\nhello",
    "300,000 folds": HEAD + "X: a\n" + " b\n" * 200_000 + "\nhello",
    "a date of digits": "From: a@b.example\nDate: " + "1" * 60_000 + "\n\nhello",
    "references of brackets": HEAD + "References: " + "<a" * 30_000 + "\n\nhello",
    "results of parentheses": HEAD + "Authentication-Results: mx; " + "(" * 60_000 + "\n\nhello",
    "nothing": "",
    "only newlines": "\n" * 100_000,
    "no newline": "a" * 1_000_000,
    "zeros": "\x00" * 1_000_000,
    "uuencode": HEAD + "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n" + "M" * 100_000,
    "quoted-printable": HEAD + "Content-Transfer-Encoding: quoted-printable\n\n" + "=" * 500_000,
    "base64": HEAD + "Content-Transfer-Encoding: base64\n\n" + "=" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_comes_back(name, read):
    found = read(HOSTILE[name], authserv_id="mx")
    assert isinstance(found, Message | Rejected)
    if isinstance(found, Rejected):
        assert found.reason
        assert len(found.reason) < 200


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2,000 nested multiparts", "nested deeper"),
        ("200 nested multiparts", "nested deeper"),
        ("200,000 parts", "parts"),
        ("a header of 4 MB", "header block"),
        ("nothing", "no header fields"),
    ],
)
def test_what_is_over_a_cap_is_rejected_with_the_reason(name, reason, read):
    assert reason in read(HOSTILE[name]).reason


def test_mail_above_the_size_cap_is_rejected(read):
    assert read(HEAD.encode() + b"\n" + b"a" * MAX_MESSAGE).reason == "is larger than 25 MB"


def test_of_8_000_recipients_the_first_500_are_read(read):
    to = ", ".join(f"Person {number} <p{number}@b.example>" for number in range(8000))
    message = read(f"{HEAD}To: {to}\n\nhello")
    assert len(message.to) == 500
    assert message.to[0].name == "Person 0"


def test_a_long_text_is_cut_and_the_mail_is_kept(read):
    message = read(HEAD + "\n" + "a very long story " * 100_000)
    assert len(message.text) == 256 * 1024


FIELDS = st.sampled_from(
    ["From", "To", "Cc", "Date", "Subject", "Message-ID", "References", "Content-Type", "Content-Transfer-Encoding",
     "Content-Disposition", "Received", "Authentication-Results", "In-Reply-To", "List-Id", "Sender", "Reply-To"]
)  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(
        ["ada@quist.example", "<", ">", '"', "(", ")", ",", ";", ":", "=?utf-8?q?", "=?utf-8?b?w6Q=", "?=", "\\", "\n ", "\r\n\t",
         "multipart/mixed; boundary=b", "text/plain; charset=utf-7", "message/rfc822", "base64", "quoted-printable",
         "--b", "\n--b\n", "Tue, 05 Mar 2024 10:00:00 +0100", "\u202e", "\x00", "attachment; filename*0*=utf-8''%", "text/calendar"]
    ),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(st.tuples(FIELDS, st.lists(PIECES, max_size=8)), max_size=8), body=st.lists(PIECES, max_size=20))
def test_no_mail_of_odd_pieces_crashes_the_reader(fields, body, read):
    head = "".join(f"{name}: {''.join(pieces)}\n" for name, pieces in fields)
    found = read((HEAD + head + "\n" + "".join(body)).encode("utf-8", "surrogatepass"), authserv_id="mx")
    assert isinstance(found, Message | Rejected)
    if isinstance(found, Message):
        people = (found.sender, *found.to, *found.cc, *filter(None, (found.submitter, found.reply_to)))
        lines = [found.subject, found.message_id or "", *found.references, *found.in_reply_to]
        lines += [*found.attachments, *found.headers.values()]
        lines += [line for person in people for line in (person.name, person.email)]
        for line in lines:
            assert not set(line) & set("\r\n\x00\x1b\u202e")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400))
def test_no_bytes_crash_the_reader(raw, read):
    assert isinstance(read(raw), Message | Rejected)
    assert isinstance(read(HEAD.encode() + raw), Message | Rejected)
