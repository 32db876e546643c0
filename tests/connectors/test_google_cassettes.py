"""The wire format of each call to Google, as it was recorded; nothing secret is in a recording."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired
from connectors.google_events import meeting_of
from connectors.google_mail import is_bulk, message_of
from connectors.records import Contact, Meeting, Message
from tests.services.google_recording import FOLDER, GONE, NOW, replayed

#: How tokens, codes, client secrets and keys of Google's look, and fields that hold such.
SECRETS = (
    r"ya29\.",
    r"\b1//",
    r"\b4/",
    r"GOCSPX-",
    r"AIza[\w-]{20}",
    r"(?i)^\s*-?\s*(?:authorization|cookie|set-cookie)\b",
    rf"(?:access_token|refresh_token|id_token|client_id|client_secret|code|code_verifier)[=]+(?!{GONE})",
    rf"\"(?:access_token|refresh_token|id_token|client_secret)\"\s*:\s*\"(?!{GONE})",
)


def test_gmails_answers_are_read(tmp_path):
    (profile, page, found, thread, head, missing, history), exchanges = replayed("gmail", tmp_path)
    assert profile["historyId"].isdecimal()
    assert page["messages"]
    messages = [answer for _, answer in found.found]
    for answer in (*messages, *thread["messages"]):
        read = message_of(answer, key="k", thread=answer["threadId"], now=NOW, zone=ZoneInfo("UTC"))
        assert isinstance(read, Message)
        assert read.text or read.html
    assert not is_bulk(head)
    assert missing == 404
    assert history is not None
    assert exchanges >= 7


def test_calendars_answers_are_read(tmp_path):
    (streams, page, refused), exchanges = replayed("calendar", tmp_path)
    assert streams
    read = [meeting_of(event, key="k", zone=ZoneInfo("UTC")) for event in page["items"]]
    assert read
    assert all(isinstance(each, Meeting) for each in read)
    assert refused in (400, 410)
    assert exchanges >= 3


def test_contacts_answers_are_read(tmp_path):
    (batches, later, ended, abilities, whose), exchanges = replayed("contacts", tmp_path)
    assert all(isinstance(change, Contact) for batch in batches for change in batch.changes)
    assert batches[-1].cursor
    assert [change for batch in later for change in batch.changes] == []
    assert isinstance(ended, CursorExpired)
    assert abilities
    assert isinstance(whose, str)
    assert exchanges >= 5


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_no_secret_is_in_a_recording_and_it_says_where_it_is_from(path):
    text = path.read_text()
    assert [secret for secret in SECRETS if re.search(secret, text, re.MULTILINE)] == []
    assert text.startswith("# Recorded from ")


def test_the_look_for_secrets_finds_some():
    for text in (
        '"access_token": "ya29.abc"',
        "refresh_token=1//0abc",
        "  Authorization:\n  - Bearer x",
        "client_secret=abc",
    ):
        assert any(re.search(secret, text, re.MULTILINE) for secret in SECRETS), text
