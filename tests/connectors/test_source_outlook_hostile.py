"""Whatever JSON comes from a server, an item of it is read, rejected or left out, and nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError
from connectors.microsoft_events import GraphEvent, Reader
from connectors.microsoft_graph import Page, Refused, decoded
from connectors.microsoft_mail import GraphMessage
from connectors.protocol import Surroundings
from connectors.records import Cursor, Meeting, Message, Rejected, Removed
from connectors.sources import outlook, outlook_calendar
from tests.connectors.conftest import NOW
from tests.services.microsoft import CLIENT

NAMES = sorted(
    {field.encode_name for kind in (GraphMessage, GraphEvent) for field in msgspec.structs.fields(kind)}
    | {"emailAddress", "address", "name", "content", "contentType", "value", "dateTime", "timeZone", "response"}
)
TEXTS = st.sampled_from(
    [
        "",
        "x",
        "a@b.example",
        "2024-03-05T09:00:00Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "occurrence",
        "\ud83d",
    ]
) | st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
PERSON = st.fixed_dictionaries({"emailAddress": st.fixed_dictionaries({"name": TEXTS, "address": TEXTS})})
MOMENT = st.fixed_dictionaries({"dateTime": TEXTS, "timeZone": TEXTS})
ITEMS = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={
        "from": PERSON,
        "toRecipients": st.lists(PERSON, max_size=3),
        "internetMessageHeaders": st.lists(st.fixed_dictionaries({"name": TEXTS, "value": TEXTS}), max_size=4),
        "body": st.fixed_dictionaries({"content": TEXTS}),
        "subject": TEXTS,
        "start": MOMENT,
        "end": MOMENT,
        "isAllDay": st.booleans(),
        "iCalUId": TEXTS,
        "type": TEXTS,
        "seriesMasterId": TEXTS,
        "attendees": st.lists(PERSON, max_size=3),
    },
)
ANYTHING = st.lists(ITEMS | st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8) | VALUES, max_size=5)
AROUND = Surroundings(base=Path(), now=lambda: NOW, zone=ZoneInfo("Europe/Stockholm"), account="work")
KNOWN = (Message, Meeting, Removed, Rejected)


class Nobody:
    """A Graph that has nothing else to say."""

    def __getattr__(self, name):
        def refuse(*args, **named):
            raise Refused(404, "ErrorItemNotFound", "x")

        return refuse

    def url(self, *path, **query):
        return "https://graph.example/"


def page(items):
    return decoded(json.dumps({"value": items, "@odata.deltaLink": "https://graph.example/x"}).encode(), Page)


@given(ANYTHING)
@settings(deadline=None, max_examples=300)
def test_any_message_is_read_rejected_or_left_out(items):
    connector = outlook.OutlookConnector(outlook.OutlookSettings(client_id=CLIENT), AROUND)
    connector._graph = Nobody()
    place = outlook.Place(folder="f", link="https://graph.example/")
    reader = outlook._FolderReader(connector=connector, name="Inbox", place=place, total=None)
    batch = reader.batch(page(items))
    assert all(isinstance(change, KNOWN) and isinstance(change.key, str) for change in batch.changes)


@given(ANYTHING, st.sampled_from(["window", "changes"]))
@settings(deadline=None, max_examples=300)
def test_any_event_is_read_rejected_or_left_out(items, stage):
    reading = outlook_calendar._Reading(
        graph=Nobody(),
        settings=outlook_calendar.OutlookCalendarSettings(client_id=CLIENT),
        surroundings=AROUND,
        calendar="",
        reader=Reader(zone=AROUND.zone, owner=frozenset()),
    )
    place = msgspec.structs.replace(reading._new_window(), stage=stage)
    changes = [change for raw in page(items).value for change in reading._changes(raw, place)]
    changes += reading._changed(place)
    changes += reading._removals(place)
    assert all(isinstance(change, KNOWN) and isinstance(change.key, str) for change in changes)


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
@settings(deadline=None, max_examples=300)
def test_any_cursor_is_understood_or_expired(content):
    said = []
    for module in (outlook, outlook_calendar):
        try:
            module._place(Cursor(value=content.decode("utf-8", "replace")))
        except ConnectorError as error:
            said.append(str(error))
    assert not any("\n" in each for each in said)
