"""Calendar files: changed, rolled on, cut off, emptied; folders of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import CursorExpired, NeedsOwner
from connectors.protocol import Surroundings
from connectors.records import Meeting, Removed
from connectors.sources.ics import CONNECTOR, IcsSettings

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
WEEKLY = "BEGIN:VEVENT\r\nUID:w\r\nDTSTART:20240506T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:{}\r\nEND:VEVENT\r\n"


def single(uid, summary="x", stamp="20240301T000000Z"):
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\nDTSTART:20010305T100000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n"


@pytest.fixture
def calendar(tmp_path):
    return Calendar(tmp_path)


class Calendar:
    def __init__(self, folder):
        self.folder = folder
        self.now = NOW

    def write(self, *events, end="END:VCALENDAR\r\n", name="calendar.ics"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(("BEGIN:VCALENDAR\r\n" + "".join(events) + end).encode())

    def connector(self, path="calendar.ics"):
        surroundings = Surroundings(base=self.folder, now=lambda: self.now, zone=ZoneInfo("Europe/Stockholm"))
        return CONNECTOR.open(IcsSettings(path=path), surroundings)

    def pull(self, since=None):
        connector = self.connector()
        batches = list(connector.pull(connector.streams()[0], since))
        changes = [change for batch in batches for change in batch.changes]
        return changes, batches[-1].cursor if batches else since


def test_only_what_changed_is_brought(calendar):
    calendar.write(single("a"), single("b"), single("c"))
    before, cursor = calendar.pull()
    calendar.write(single("a"), single("b", summary="new"), single("d"))
    changes, cursor = calendar.pull(cursor)
    assert [change.uid for change in changes if isinstance(change, Meeting)] == ["b", "d"]
    assert [change for change in changes if isinstance(change, Removed)] == [Removed(key=before[2].key)]
    assert calendar.pull(cursor)[0] == []


def test_an_export_with_new_stamps_is_nothing_new(calendar):
    calendar.write(single("a"))
    _, cursor = calendar.pull()
    calendar.write(single("a", stamp="20240601T000000Z"))
    assert calendar.pull(cursor)[0] == []


def test_occurrences_come_into_the_window_as_days_pass_and_never_leave_it(calendar):
    calendar.write(WEEKLY.format("x"))
    first, cursor = calendar.pull()
    assert first[-1].start <= NOW + timedelta(days=90) < first[-1].start + timedelta(days=8)
    calendar.now = NOW + timedelta(days=14)
    later, cursor = calendar.pull(cursor)
    assert [change.start for change in later] == [first[-1].start + timedelta(days=7 * week) for week in (1, 2)]
    calendar.now = NOW + timedelta(days=365 * 6)
    assert not any(isinstance(change, Removed) for change in calendar.pull(cursor)[0])


def test_a_clock_that_was_set_back_removes_nothing(calendar):
    calendar.write(WEEKLY.format("x"))
    _, cursor = calendar.pull()
    calendar.now = NOW - timedelta(days=60)
    assert calendar.pull(cursor)[0] == []


def test_a_change_of_a_series_changes_each_occurrence(calendar):
    calendar.write(WEEKLY.format("x"))
    first, cursor = calendar.pull()
    calendar.write(WEEKLY.format("y"))
    changes, _ = calendar.pull(cursor)
    assert [change.key for change in changes] == [change.key for change in first]


def test_a_calendar_that_is_cut_off_removes_nothing_and_is_read_again_when_whole(calendar):
    calendar.write(single("a"), single("b"), single("c"))
    _, cursor = calendar.pull()
    calendar.write(single("a"), end="BEGIN:VEVENT\r\nUID:d\r\nSUMM")
    changes, cursor = calendar.pull(cursor)
    assert not any(isinstance(change, Removed) for change in changes)
    calendar.write(single("a"), single("b"))
    changes, cursor = calendar.pull(cursor)
    assert len([change for change in changes if isinstance(change, Removed)]) == 2  # c, and the half one


@pytest.mark.parametrize("emptied", ["no events", "no bytes", "all broken"])
def test_an_emptied_calendar_removes_nothing(emptied, calendar):
    calendar.write(single("a"), single("b"))
    _, cursor = calendar.pull()
    calendar.write(*(["BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"] if emptied == "all broken" else []))
    if emptied == "no bytes":
        (calendar.folder / "calendar.ics").write_bytes(b"")
    try:
        changes, _ = calendar.pull(cursor)
    except CursorExpired:
        changes, _ = calendar.pull()
    assert not any(isinstance(change, Meeting | Removed) for change in changes)


def test_a_folder_has_a_stream_a_calendar(calendar):
    for name in ("Takeout/Calendar/ada@quist.example.ics", "Takeout/Calendar/Work.ICS", "b.ical"):
        calendar.write(single("a"), name=name)
    (calendar.folder / "notes.txt").write_text("x")
    os.mkfifo(calendar.folder / "pipe.ics")
    streams = calendar.connector(path=".").streams()
    assert [stream.name for stream in streams] == [
        "Takeout/Calendar/Work.ICS",
        "Takeout/Calendar/ada@quist.example.ics",
        "b.ical",
    ]
    assert {stream.holds for stream in streams} == {"calendar"}


def test_what_the_owner_must_mend_is_said_in_one_line(calendar):
    with pytest.raises(NeedsOwner, match="is not there"):
        calendar.connector().streams()
