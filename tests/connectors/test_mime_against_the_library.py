"""The fast reader is judged by the standard library: same subject, people and text on real mail and fixtures."""

from __future__ import annotations

import email
import email.policy
import gzip
import re

import pytest

from connectors.harmless import one_line
from connectors.records import Message, Rejected

#: Where the library itself is wrong or stricter, and why ours is right.
DISAGREEMENTS = {
    "raw_email_incorrect_header.eml": "the library stops at a line that is no header",
    "raw_email_with_at_display_name.eml": "the library takes a name with @ for an address",
    "example11.eml": "an address with spaces in its domain is left out",
    "raw_email11.eml": "an address without @ is left out",
    "missing_body.eml": "an empty group is nobody",
}


def plain(text):
    text = re.sub(r"[\ufffd\u200b\u2060\u00ad\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]+", "", text)
    return re.sub(r"\s+", " ", text).strip()


class Judged:
    """What the standard library says of a mail."""

    def __init__(self, raw):
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    def header(self, name):
        return plain(one_line(str(self.message[name] or ""), 1000))

    def people(self, name):
        field = self.message[name]
        if field is None:
            return []
        return list(dict.fromkeys(address.addr_spec.lower() for address in field.addresses if "@" in address.addr_spec))

    def texts(self, kind):
        return plain(
            "\n".join(self.leaf(part) for part in self.leaves(self.message) if part.get_content_type() == kind)
        )

    def leaves(self, part):
        if part.get_content_maintype() == "multipart":
            for child in part.iter_parts():
                yield from self.leaves(child)
        elif part.get_content_disposition() != "attachment":
            yield part

    def leaf(self, part):
        try:
            return part.get_content()
        except LookupError:
            return part.get_payload(decode=True).decode("latin-1")


def boxed(path, count):
    raw = gzip.decompress(path.read_bytes())
    mails = [mail.partition(b"\n")[2] for mail in re.split(rb"(?m)^(?=From MAILER-DAEMON )", raw)[1:]]
    return mails[:: max(1, len(mails) // count)][:count]


def assert_agreed(raw, message):
    judged = Judged(raw)
    assert plain(message.subject) == judged.header("subject")
    assert message.sender.email == judged.people("from")[0]
    assert [address.email for address in message.to] == judged.people("to")[:500]
    assert [address.email for address in message.cc] == judged.people("cc")[:500]
    if message.text:
        assert plain(message.text) == judged.texts("text/plain")
    else:
        assert plain(message.html) == judged.texts("text/html")


@pytest.mark.parametrize("box", ["allen-p", "kean-s", "lay-k", "dasovich-j", "arnold-j"])
def test_real_mail_of_2001_reads_the_same(box, shared, read):
    mails = boxed(shared / "data" / "mail" / "enron" / f"{box}.mbox.gz", 100)
    read_ones = [(raw, message) for raw in mails if isinstance(message := read(raw), Message)]
    assert len(read_ones) > 95
    for raw, message in read_ones:
        assert_agreed(raw, message)


def test_real_modern_mail_reads_the_same(shared, read):
    mails = boxed(shared / "data" / "mail" / "usrp-users-1500.mbox.gz", 300)
    for raw in mails:
        assert_agreed(raw, read(raw))


def test_every_fixture_is_read_or_rejected_with_a_reason(shared, read):
    seen = {"read": 0, "rejected": 0}
    for path in sorted((shared / "data" / "fixtures" / "mime").rglob("*")):
        if path.is_file():
            found = read(path.read_bytes())
            assert isinstance(found, Message | Rejected), path.name
            if isinstance(found, Rejected):
                assert found.reason
                assert "\n" not in found.reason
            seen["read" if isinstance(found, Message) else "rejected"] += 1
    assert seen["read"] > 80


def test_the_fixtures_read_the_same(shared, read):
    for path in sorted((shared / "data" / "fixtures" / "mime").rglob("*.eml")):
        raw = path.read_bytes()
        found = read(raw)
        if isinstance(found, Rejected) or path.name in DISAGREEMENTS:
            continue
        judged = Judged(raw)
        assert plain(found.subject) == judged.header("subject"), path.name
        assert found.sender.email == judged.people("from")[0], path.name
        assert [address.email for address in found.to] == judged.people("to"), path.name
