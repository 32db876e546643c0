"""Calendar files: changed, rolled on, cut off, emptied; folders of them."""

from __future__ import annotations

import os
from collections import deque
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import NeedsOwner, Transient
from connectors.protocol import Surroundings
from connectors.records import Meeting, Removed
from connectors.sources import ics
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


def test_everything_of_a_calendar_that_is_cut_off_is_no_whole_pull(calendar):
    calendar.write(single("a"), single("b"), end="BEGIN:VEVENT\r\nUID:d\r\nSUMM")
    connector = calendar.connector()
    batches = []
    with pytest.raises(Transient, match="is cut off"):
        deque(map(batches.append, connector.pull(connector.streams()[0], None)))
    assert [change.uid for change in batches[0].changes if isinstance(change, Meeting)] == ["a", "b"]
    assert calendar.pull(batches[-1].cursor)[0] == []


def test_a_series_that_was_not_reached_in_time_is_not_removed(calendar, monkeypatch):
    calendar.write(WEEKLY.format("x"), single("a"))
    first, cursor = calendar.pull()
    monkeypatch.setattr(ics, "_SECONDS", -1.0)
    calendar.write(WEEKLY.format("x"), single("a", summary="new"))
    changes, cursor = calendar.pull(cursor)
    assert not any(isinstance(change, Removed) for change in changes)
    monkeypatch.undo()
    calendar.write(WEEKLY.format("x"), single("a", summary="newer"))
    changes, _ = calendar.pull(cursor)
    assert [change.uid for change in changes if isinstance(change, Meeting)] == ["a"]
    assert len(first) > 10


def state(held, changes):
    """What a store holds after ``changes``."""
    held = dict(held)
    for change in changes:
        if isinstance(change, Removed):
            held.pop(change.key, None)
        elif isinstance(change, Meeting):
            held[change.key] = change.summary
    return held


def test_what_is_deleted_while_a_pull_is_broken_off_is_removed_when_it_goes_on(calendar):
    calendar.write(*(single(str(number)) for number in range(1200)))
    connector = calendar.connector()
    first = next(iter(connector.pull(connector.streams()[0], None)))
    calendar.write(*(single(str(number), summary="y" if number < 200 else "x") for number in range(100, 1200)))
    changes, cursor = calendar.pull(first.cursor)
    held = state(state({}, first.changes), changes)
    assert held == state({}, calendar.pull()[0])
    assert len(held) == 1100
    assert calendar.pull(cursor)[0] == []


def test_every_kill_between_batches_and_every_change_after_it_ends_in_what_the_file_says(calendar):
    files = [range(1200), range(300, 1500), range(0, 1500, 2), range(1100)]
    held, cursor = {}, None
    for number, names in enumerate(files):
        calendar.write(*(single(str(name), summary=str(number % 2)) for name in names))
        connector = calendar.connector()
        batches = connector.pull(connector.streams()[0], cursor)
        for _, batch in zip(range(number % 2 + 1), batches, strict=False):
            held, cursor = state(held, batch.changes), batch.cursor
    changes, cursor = calendar.pull(cursor)
    assert state(held, changes) == state({}, calendar.pull()[0])
    assert calendar.pull(cursor)[0] == []


EMPTIED = {
    "no events": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "no bytes": "",
    "all broken": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
}


def pull_emptied(calendar, cursor):
    """The cursor after a pull of a calendar that is suddenly empty."""
    connector = calendar.connector()
    batches = []
    with pytest.raises(Transient, match="suddenly has no event"):
        deque(map(batches.append, connector.pull(connector.streams()[0], cursor)))
    assert all(batch.changes == () for batch in batches)
    return batches[-1].cursor if batches else cursor


@pytest.mark.parametrize("emptied", EMPTIED)
def test_a_calendar_that_is_empty_for_a_moment_removes_nothing_and_is_then_compared_with_what_was_known(
    emptied, calendar
):
    calendar.write(*(single(str(number)) for number in range(20)))
    before, cursor = calendar.pull()
    (calendar.folder / "calendar.ics").write_text(EMPTIED[emptied])
    cursor = pull_emptied(calendar, pull_emptied(calendar, cursor))
    calendar.write(*(single(str(number)) for number in range(10)))
    changes, cursor = calendar.pull(cursor)
    assert {change.key for change in changes} == {change.key for change in before[10:]}
    assert all(isinstance(change, Removed) for change in changes)
    assert calendar.pull(cursor)[0] == []


def test_a_calendar_that_stays_empty_is_believed_after_an_hour(calendar):
    calendar.write(single("a"), single("b"))
    before, cursor = calendar.pull()
    calendar.write()
    cursor = pull_emptied(calendar, cursor)
    calendar.now += timedelta(minutes=59)
    cursor = pull_emptied(calendar, cursor)
    calendar.now += timedelta(minutes=2)
    changes, cursor = calendar.pull(cursor)
    assert {change.key for change in changes} == {change.key for change in before}
    assert calendar.pull(cursor)[0] == []


def test_an_hour_without_events_begins_anew_when_they_were_back_in_between(calendar):
    calendar.write(single("a"))
    _, cursor = calendar.pull()
    for _ in range(3):
        calendar.write()
        cursor = pull_emptied(calendar, cursor)
        calendar.write(single("a"))
        changes, cursor = calendar.pull(cursor)
        assert changes == []
        calendar.now += timedelta(hours=2)


def test_what_is_no_calendar_needs_the_owner_and_an_empty_file_is_fine(calendar):
    path = calendar.folder / "calendar.ics"
    path.write_bytes(b" \r\n")
    assert calendar.pull()[0] == []
    for raw in (b"hello", b"<html>log in first</html>", bytes(range(256))):
        path.write_bytes(raw)
        with pytest.raises(NeedsOwner, match=r"calendar\.ics is not a calendar"):
            calendar.pull()


def test_a_folder_without_calendars_needs_the_owner_unless_it_is_empty(calendar):
    assert calendar.connector(path=".").streams() == []
    (calendar.folder / "notes.txt").write_text("x")
    with pytest.raises(NeedsOwner, match="has no calendar file"):
        calendar.connector(path=".").streams()


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
