"""What of a mail is its text: alternatives, footers, charsets that lie, attachments, invitations."""

from __future__ import annotations

import base64

import pytest

from connectors.charsets import text_of
from connectors.records import Message

HEAD = "Date: Tue, 05 Mar 2024 10:00:00 +0100\nFrom: ada@quist.example\nMIME-Version: 1.0\n"


def multipart(kind, *parts):
    body = "".join(f"--=b\n{part}\n" for part in parts)
    return f"{HEAD}Content-Type: multipart/{kind}; boundary==b\n\n{body}--=b--\n".replace(
        "boundary==b", 'boundary="=b"'
    )


def part(kind, text, *more):
    return "\n".join((f"Content-Type: {kind}", *more, "", text))


PLAIN = part("text/plain; charset=utf-8", "Could you look at it?")
HTML = part("text/html; charset=utf-8", "<p>Could you look at it?</p>")


def test_of_alternatives_the_plain_text_counts(read):
    message = read(multipart("alternative", PLAIN, HTML))
    assert (message.text, message.html) == ("Could you look at it?", "")


@pytest.mark.parametrize(
    "notice",
    [
        "",
        " \n ",
        "Your mail client does not support HTML messages.",
        "View this email in a browser that can display HTML",
    ],
)
def test_html_counts_where_the_plain_alternative_says_nothing(notice, read):
    message = read(multipart("alternative", part("text/plain", notice), HTML))
    assert (message.text, message.html) == ("", "<p>Could you look at it?</p>")


def test_a_footer_in_the_other_form_does_not_replace_the_text(read):
    footer = part("text/plain", "_____\nlist mailing list")
    assert read(multipart("mixed", HTML, footer)).html == "<p>Could you look at it?</p>"
    assert read(multipart("mixed", PLAIN, part("text/html", "<p>Scanned</p>"))).text == "Could you look at it?"


def test_attachments_are_named_and_their_text_is_not_read(read):
    pdf = part(
        "application/pdf",
        "JVBERi0=",
        'Content-Disposition: attachment; filename="Q1 \x1b report.pdf"',
        "Content-Transfer-Encoding: base64",
    )
    notes = part("text/plain; name=notes.txt", "not his words", "Content-Disposition: attachment")
    logo = part("image/png; name=logo.png", "aGk=", "Content-ID: <logo>", "Content-Transfer-Encoding: base64")
    signature = part("application/pgp-signature; name=signature.asc", "xx")
    message = read(multipart("mixed", PLAIN, pdf, notes, logo, signature))
    assert message.text == "Could you look at it?"
    assert message.attachments == ("Q1 report.pdf", "notes.txt")


def test_a_forwarded_mail_is_an_attachment_and_not_this_authors_text(read):
    inner = part("message/rfc822", "From: bo@b.example\nSubject: inner\n\nCan you lend me money?")
    message = read(multipart("mixed", PLAIN, inner))
    assert message.text == "Could you look at it?"
    assert message.attachments == ("message/rfc822",)


@pytest.mark.parametrize(
    ("content", "claimed", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "us-ascii", "Grüße"),
        ("“Grüße”".encode("cp1252"), "iso-8859-1", "“Grüße”"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("日本".encode("iso-2022-jp"), "iso-2022-jp", "日本"),
        ("中文".encode("gbk"), "gb2312", "中文"),
        (b"plain", "x-unknown", "plain"),
        (b"plain", "punycode", "plain"),
        (rb"\u0041", "unicode_escape", r"\u0041"),
        (b"abc", "rot13", "abc"),
        ("ä".encode() * 100 + b"\xc3", "utf-8", "ä" * 100 + "\ufffd"),
    ],
)
def test_charsets_that_lie_are_seen_through(content, claimed, text):
    assert text_of(content, claimed) == text


def test_a_body_in_a_charset_that_lies_is_read(read):
    raw = (HEAD + "Content-Type: text/plain; charset=us-ascii\n\n").encode() + "Grüße aus Köln".encode()
    assert read(raw).text == "Grüße aus Köln"


def test_line_ends_are_newlines_and_controls_are_gone(read):
    raw = (HEAD + "\n").replace("\n", "\r\n").encode() + b"one\r\ntwo\tthree\x00\x1b[0m\x07\r\nfour"
    assert read(raw).text == "one\ntwo\tthree[0m\nfour"


def test_broken_base64_does_not_lose_the_mail(read):
    broken = part("application/pdf; name=a.pdf", "!!!!=", "Content-Transfer-Encoding: base64")
    cut = base64.b64encode(b"Could you look at it? Thanks for all of it." * 3).decode()[:-3]
    message = read(multipart("mixed", part("text/plain", cut, "Content-Transfer-Encoding: base64"), broken))
    assert isinstance(message, Message)
    assert message.text.startswith("Could you look at it?")


def test_a_multipart_without_its_boundary_still_has_text(read):
    raw = HEAD + 'Content-Type: multipart/mixed; boundary="nowhere"\n\nCould you look at it?\n'
    assert "Could you look at it?" in read(raw).text


def invitation(method, organizer="ada@quist.example", attendee="bo@b.example", rule=""):
    return part(
        f"text/calendar; method={method}; charset=utf-8",
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u1@quist.example\nDTSTAMP:20240301T090000Z\n"
        f"DTSTART:20240310T090000Z\nDTEND:20240310T100000Z\n{rule}ORGANIZER:mailto:{organizer}\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}\nSUMMARY:Coffee\nEND:VEVENT\nEND:VCALENDAR",
    )


def test_an_invitation_is_a_meeting_of_the_mail(read):
    (meeting,) = read(multipart("alternative", PLAIN, invitation("REQUEST"))).meetings
    assert (meeting.uid, meeting.summary, meeting.status) == ("u1@quist.example", "Coffee", "confirmed")
    assert meeting.attendees[0].answer == "accepted"


def test_a_recurring_invitation_is_expanded_around_the_day_it_was_sent(read):
    meetings = read(multipart("mixed", PLAIN, invitation("REQUEST", rule="RRULE:FREQ=WEEKLY\n"))).meetings
    assert 50 < len(meetings) < 60


def test_only_the_organizer_calls_off_and_only_an_attendee_answers(read):
    def found(calendar):
        return read(multipart("mixed", PLAIN, calendar)).meetings

    assert found(invitation("CANCEL"))[0].status == "cancelled"
    assert found(invitation("CANCEL", organizer="maya@lindqvist.example")) == ()
    (reply,) = found(invitation("REPLY", organizer="maya@lindqvist.example", attendee="ada@quist.example"))
    assert reply.attendees_omitted
    assert found(invitation("REPLY", attendee="bo@b.example")) == ()
