"""Labels of published mails that are kept without their text. The mails here are invented."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from inference.acts.annotations import read
from inference.acts.labelled import Label

TEXT = "Could you send me the deck?\nThe rest can wait."
BOX = (
    "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"
    "Message-ID: <one@box.example>\nFrom: dana@acme.example\nTo: Maya <maya@lindqvist.example>, omar@haddad.example\n"
    "Subject: The\n deck\n\n"
    "Could you send me the deck?  \nThe rest can wait.\n\n-----Original Message-----\nNot hers.\n"
    "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nMessage-ID: <two@box.example>\n\nSomething else.\n"
)


@pytest.fixture
def boxes(tmp_path):
    (tmp_path / "dana.mbox.gz").write_bytes(gzip.compress(BOX.encode()))
    return tmp_path


def labels(folder, identity="one@box.example", text=TEXT):
    row = ["dana", identity, 0, len(text), zlib.crc32(text.encode()), [[0, 27], [28, 46]], [[0, "ask", "info"]]]
    path = folder / "labels.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return path


def test_labels_find_the_text_of_their_mail_in_its_box(boxes):
    (mail,) = read(labels(boxes), boxes)
    assert mail.text == TEXT
    assert mail.subject == "The deck"
    assert mail.recipients == ("maya@lindqvist.example", "omar@haddad.example")
    assert mail.acts == (Label(act="ask", type="info", start=0, end=27),)
    assert [mail.text[start:end] for start, end in mail.sentences] == [
        "Could you send me the deck?",
        "The rest can wait.",
    ]


@pytest.mark.parametrize("identity", ["two@box.example", "three@box.example"])
def test_labels_of_another_text_or_of_no_mail_are_an_error(boxes, identity):
    with pytest.raises(ValueError, match="is not the one that was labelled"):
        read(labels(boxes, identity), boxes)
