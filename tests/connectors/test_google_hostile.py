"""Whatever JSON a server sends as a message, an event, a list or a history: nothing raises, hangs or gets through raw."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.google_batch import batch_answers
from connectors.google_errors import error_of
from connectors.google_events import is_meeting, meeting_of
from connectors.google_mail import is_bulk, message_of, texts_apart
from connectors.google_mailbox import History, Listing, listed, plan
from connectors.google_people import MAX_EMAILS, contact_of, former_keys, is_deleted
from connectors.harmless import one_line
from connectors.records import Contact, Meeting, Message, Rejected

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)


def objects(*names):
    """JSON with such names in it, nested anyhow."""
    return st.recursive(
        ATOMS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(names), inner, max_size=5),
        max_leaves=25,
    )


MESSAGES = objects(
    "id", "threadId", "labelIds", "internalDate", "payload", "headers", "name", "value", "parts", "body", "data", "size",
    "attachmentId", "mimeType", "filename",
)  # fmt: skip
HEADERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(
                ["From", "To", "Date", "Subject", "Content-Type", "Content-Disposition", "Message-ID", "X\r\nBcc"]
            ),
            "value": st.text(max_size=60) | st.just("Ada <ada@x.example>") | st.just("Tue, 05 Mar 2024 10:00:00 +0100"),
        }
    ),
    max_size=8,
)
EVENTS = objects(
    "id", "iCalUID", "summary", "start", "end", "date", "dateTime", "timeZone", "attendees", "email", "displayName", "organizer",
    "recurringEventId", "originalStartTime", "updated", "sequence", "status", "htmlLink", "eventType",
)  # fmt: skip
TIMES = st.sampled_from(
    ["2030-06-03T10:00:00+02:00", "2030-06-03", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "25:00", ""]
)
LISTS = objects(
    "messages",
    "id",
    "threadId",
    "history",
    "messagesAdded",
    "messagesDeleted",
    "labelsAdded",
    "labelsRemoved",
    "message",
    "labelIds",
)


def clean(text):
    return "\r" not in text and "\0" not in text


@quick
@given(MESSAGES, HEADERS)
def test_any_message_is_a_message_or_rejected(answer, headers):
    if not isinstance(answer, dict):
        answer = {"payload": {"headers": headers, "parts": answer, "mimeType": "multipart/mixed"}}
    read = message_of(answer, key="k", thread="t", now=NOW, zone=ZONE)
    assert isinstance(read, Message | Rejected)
    if isinstance(read, Message):
        assert clean(read.subject)
        assert clean(read.text)
        assert "\n" not in read.subject
    is_bulk(answer)
    texts_apart(answer)


@quick
@given(EVENTS, TIMES, TIMES)
def test_any_event_is_a_meeting_or_rejected(event, start, end):
    if not isinstance(event, dict):
        event = {"id": event, "start": {"dateTime": start}, "end": {"date": end}, "attendees": event}
    is_meeting(event)
    read = meeting_of(event, key="k", zone=ZONE)
    assert isinstance(read, Meeting | Rejected)
    if isinstance(read, Meeting):
        assert read.start.utcoffset().total_seconds() == 0
        assert read.start <= read.end
        assert "\n" not in read.summary
    else:
        assert "\n" not in read.reason


@quick
@given(LISTS)
def test_any_list_and_any_history_are_added_up(answer):
    answer = answer if isinstance(answer, dict) else {"messages": answer, "history": answer}
    found = listed(answer)
    none = frozenset()
    plan(Listing(all=tuple(found), sent=none, drafts=none, notices=none, skipped=none), {})
    history = History()
    history.add(answer)
    history.removed({})
    history.wanted({}, {}, ("CATEGORY_SOCIAL",))


@quick
@given(st.binary(max_size=300), st.text(max_size=40), st.integers(0, 5))
def test_any_batch_answer_has_an_answer_or_none_for_each_request(body, boundary, count):
    head = b"--b\r\nContent-Type: application/http\r\nContent-ID: <response-0>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    for content in (body, head + body, head + body + b"\r\n--b--"):
        assert len(batch_answers("multipart/mixed; boundary=b", content, count)) == count
        assert len(batch_answers(f"multipart/mixed; boundary={boundary}", content, count)) == count


@quick
@given(
    st.integers(200, 599),
    st.binary(max_size=60) | st.sampled_from([b'{"error": 7}', b'{"error": {"errors": [{"reason": 7}]}}']),
)
def test_any_refusal_is_one_line(status, body):
    error = error_of(status, {"retry-after": "soon"}, body, product="Gmail", account="post", now=NOW)
    assert str(error)
    assert "\n" not in str(error)


PEOPLE = objects(
    "resourceName", "metadata", "deleted", "previousResourceNames", "names", "displayName", "unstructuredName", "givenName",
    "familyName", "primary", "emailAddresses", "value",
)  # fmt: skip
NAMED = st.fixed_dictionaries(
    {
        "resourceName": st.sampled_from(["people/c1", "", 7]) | st.text(max_size=40),
        "names": st.lists(
            st.fixed_dictionaries({"displayName": st.text(max_size=300), "metadata": PEOPLE}), max_size=3
        ),
        "emailAddresses": st.lists(
            st.fixed_dictionaries({"value": st.text(max_size=40) | st.just(" Ada@Quist.example ")}), max_size=40
        ),
    }
)


@quick
@given(person=PEOPLE | NAMED)
def test_any_json_is_a_contact_a_rejected_one_or_none(person):
    if not isinstance(person, dict):
        return
    assert is_deleted(person) in (True, False)
    assert all(key.isascii() and key.isprintable() for key in former_keys(person))
    read = contact_of(person)
    if isinstance(read, Contact):
        assert read.emails
        assert len(read.emails) <= MAX_EMAILS
        assert all(email == email.lower() and "@" in email for email in read.emails)
        assert len(set(read.emails)) == len(read.emails)
        assert "@" not in read.name
    if read is not None:
        text = read.name if isinstance(read, Contact) else read.reason
        assert text == one_line(text, 400)
        assert (text + read.key).encode()
        assert len(text) <= 200
