"""CalDAV on real servers: which calendars are found under which names, what a change brings, how the window moves."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.caldav_cursor import known, packed, unpacked
from connectors.errors import CursorExpired, NeedsOwner, Transient
from connectors.http import Http
from connectors.protocol import Stream, Surroundings
from connectors.records import Cursor, Meeting, Rejected, Removed
from connectors.sources import caldav
from connectors.sources.caldav import CONNECTOR, CaldavSettings
from tests.services.caldav import PASSWORD, radicale, xandikos  # noqa: F401  # fixtures are found by their names

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
WEEKLY = (
    "BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20240501T000000Z\r\nDTSTART:20240506T100000Z\r\nDURATION:PT1H\r\n"
    "RRULE:FREQ=WEEKLY{}\r\nSUMMARY:{}\r\nEND:VEVENT\r\n"
)


def single(uid, summary="x"):
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20240301T000000Z\r\nDTSTART:20010305T100000Z\r\n"
        f"DTEND:20010305T110000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n"
    )


class Home:
    """A Radicale user's calendars, and connectors that read them."""

    def __init__(self, server, base):
        self.server, self.base, self.now = server, base, NOW
        self.user = server.new_user()
        self.secret = server.secret(base)

    def make(self, name, events=None, **more):
        folder = self.server.make(self.user, name, **more)
        self.server.put(folder, events or {})
        return folder

    def connector(self, place="", **settings):
        settings = {"username": self.user, "password_file": self.secret, **settings}
        surroundings = Surroundings(base=self.base, now=lambda: self.now, zone=ZoneInfo("Europe/Stockholm"))
        return CONNECTOR.open(CaldavSettings(url=self.server.url + place, **settings), surroundings)

    def names(self, place="", **settings):
        return [stream.name for stream in self.connector(place, **settings).streams()]

    def pull(self, since=None, name="work"):
        batches = list(self.connector().pull(Stream(name=name, holds="calendar"), since))
        changes = [change for batch in batches for change in batch.changes]
        return changes, batches[-1].cursor if batches else since


@pytest.fixture
def home(radicale, tmp_path):  # noqa: F811
    return Home(radicale, tmp_path)


@pytest.fixture
def asked(monkeypatch):
    """The requests that are sent, as method and body."""
    sent = []
    request = Http.request

    def noting(self, method, url, *, body=None, **more):
        answer = request(self, method, url, body=body, **more)
        sent.append((method, (body or b"").decode(), len(answer.body)))
        return answer

    monkeypatch.setattr(Http, "request", noting)
    return sent


# -- which calendars -------------------------------------------------------------------------------------------------


def test_every_way_to_a_home_leads_to_the_same_names_and_so_does_a_calendar_itself(home):
    for name in ("work", "family", "6d1c0b9e"):
        home.make(name, title=name.upper())
    for place in ("", f"{home.user}/", home.user, ".well-known/caldav"):
        assert home.names(place) == ["6d1c0b9e", "family", "work"]
    assert home.names(f"{home.user}/work/") == home.names(f"{home.user}/work") == ["work"]


def test_a_calendar_that_gets_another_title_keeps_its_name_and_its_cursor(home):
    folder = home.make("6d1c0b9e", {"a": single("a")}, title="Work")
    _, cursor = home.pull(name="6d1c0b9e")
    home.server.retitle(folder, "Everything else")
    assert home.names() == ["6d1c0b9e"]
    assert home.pull(cursor, name="6d1c0b9e")[0] == []


def test_lists_of_tasks_and_address_books_are_no_calendars(home):
    home.make("work")
    home.make("tasks", kinds="VTODO")
    home.make("both", kinds="VEVENT,VTODO")
    (home.make("people") / ".Radicale.props").write_text('{"tag": "VADDRESSBOOK"}')
    assert home.names() == ["both", "work"]


def test_calendars_are_chosen_by_title_or_place(home):
    for name, title in (("a1", "Work"), ("b2", "Birthdays"), ("c3", "Work trips")):
        home.make(name, title=title)
    assert home.names(include=("work*",)) == ["a1", "c3"]
    assert home.names(include=("WORK", "b2")) == ["a1", "b2"]
    assert home.names(exclude=("*trips", "Birthdays")) == ["a1"]
    with pytest.raises(NeedsOwner, match="leave none of the calendars Work, Birthdays, Work trips"):
        home.names(include=("nothing",))


def test_a_home_without_calendars_has_no_streams(home):
    assert home.names() == []


def test_a_wrong_password_and_a_wrong_url_are_told_apart(home):
    home.make("work")
    (home.base / "wrong").touch(mode=0o600)
    (home.base / "wrong").write_text("wrong-secret\n")
    with pytest.raises(NeedsOwner, match="refuses the login: check the username and the password") as refused:
        home.names(password_file="wrong")
    assert "wrong-secret" not in str(refused.value)
    with pytest.raises(NeedsOwner, match="config names no password"):
        home.names(password_file="")
    with pytest.raises(NeedsOwner, match=r"nowhere/at/all (is not there|does not allow)"):
        home.names(f"{home.user}/nowhere/at/all")


def test_a_server_without_login_is_read_without_one(xandikos, tmp_path):  # noqa: F811
    surroundings = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("UTC"))
    for url in (xandikos.url, xandikos.address(), f"{xandikos.url}alice/"):
        streams = CONNECTOR.open(CaldavSettings(url=url), surroundings).streams()
        assert [stream.name for stream in streams] == ["calendar"]


@pytest.mark.parametrize("url", ["dav.example.org", "caldav://dav.example.org/", "https://ada:secret@dav.example.org/"])
def test_what_is_no_url_is_said_when_the_account_is_opened(url, tmp_path):
    surroundings = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("UTC"))
    with pytest.raises(NeedsOwner) as refused:
        CONNECTOR.open(CaldavSettings(url=url), surroundings)
    assert "secret" not in str(refused.value)


# -- what a change brings --------------------------------------------------------------------------------------------


def test_only_what_changed_is_brought(home):
    folder = home.make("work", {name: single(name) for name in "abc"})
    before, cursor = home.pull()
    (folder / "c.ics").unlink()
    home.server.put(folder, {"b": single("b", "new"), "d": single("d")})
    changes, cursor = home.pull(cursor)
    assert [change.uid for change in changes if isinstance(change, Meeting)] == ["b", "d"]
    assert [change for change in changes if isinstance(change, Removed)] == [Removed(key=before[2].key)]
    assert home.pull(cursor)[0] == []


def test_nothing_new_is_seen_in_the_list_of_calendars(home, asked):
    for name in ("work", "family"):
        home.make(name, {f"{number}": single(f"{number}") for number in range(10)})
    cursors = {name: home.pull(name=name)[1] for name in ("work", "family")}
    asked.clear()
    connector = home.connector()
    for stream in connector.streams():
        assert list(connector.pull(stream, cursors[stream.name])) == []
    assert [method for method, *_ in asked] == ["PROPFIND"] * 3
    assert sum(len(body) + size for _, body, size in asked) < 8000


def test_a_second_pull_by_one_connector_does_not_trust_an_old_list(home):
    folder = home.make("work", {"a": single("a")})
    connector = home.connector()
    (stream,) = connector.streams()
    cursor = list(connector.pull(stream, None))[-1].cursor
    home.server.put(folder, {"b": single("b")})
    changes = [change for batch in connector.pull(stream, cursor) for change in batch.changes]
    assert [change.uid for change in changes] == ["b"]


def test_a_series_goes_with_all_its_occurrences_and_a_shortened_one_with_its_end(home):
    folder = home.make("work", {"w": WEEKLY.format("", "x"), "a": single("a")})
    first, cursor = home.pull()
    series = [change for change in first if change.uid == "weekly"]
    assert len(series) > 10
    home.server.put(folder, {"w": WEEKLY.format(";COUNT=3", "x")})
    changes, cursor = home.pull(cursor)
    assert {change.key for change in changes if isinstance(change, Removed)} == {item.key for item in series[3:]}
    assert len([change for change in changes if isinstance(change, Meeting)]) == 0
    (folder / "w.ics").unlink()
    changes, cursor = home.pull(cursor)
    assert {change.key for change in changes} == {item.key for item in series[:3]}
    assert all(isinstance(change, Removed) for change in changes)


def test_one_changed_occurrence_changes_only_that_one(home):
    folder = home.make("work", {"w": WEEKLY.format(";COUNT=5", "x")})
    first, cursor = home.pull()
    moved = (
        "BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20240502T000000Z\r\nRECURRENCE-ID:20240513T100000Z\r\n"
        "DTSTART:20240513T150000Z\r\nDURATION:PT1H\r\nSUMMARY:moved\r\nEND:VEVENT\r\n"
    )
    gone = moved.replace("20240513", "20240520").replace("SUMMARY:moved", "STATUS:CANCELLED\r\nSUMMARY:x")
    home.server.put(folder, {"w": WEEKLY.format(";COUNT=5", "x") + moved + gone})
    changes, _ = home.pull(cursor)
    assert [(change.key, change.start.hour, change.status) for change in changes] == [
        (first[1].key, 15, "confirmed"),
        (first[2].key, 15, "cancelled"),
    ]


def test_names_of_resources_may_be_anything(home):
    names = ["a b", "ä+ö", "c%20d", "e@f", "g&h", "i;j=k", "{1}", "l'm", "名"]
    folder = home.make(
        "Mein Kalender & mehr",
        {name: single(f"u{number}") for number, name in enumerate(names)},
        title="Mein <Kalender>",
    )
    assert home.names() == ["Mein Kalender & mehr"]
    changes, cursor = home.pull(name="Mein Kalender & mehr")
    assert sorted(change.uid for change in changes) == [f"u{number}" for number in range(len(names))]
    (folder / "ä+ö.ics").unlink()
    changes, _ = home.pull(cursor, name="Mein Kalender & mehr")
    assert [type(change) for change in changes] == [Removed]


def test_a_resource_under_another_name_is_the_same_meeting(home):
    folder = home.make("work", {"a": single("a"), "b": single("b")})
    _, cursor = home.pull()
    (folder / "a.ics").rename(folder / "z.ics")
    changes, _ = home.pull(cursor)
    assert [type(change) for change in changes] == [Meeting, Removed]  # comes before it goes


def test_an_event_that_cannot_be_read_is_rejected_and_no_more_when_it_is_mended(home):
    bad = single("bad").replace("SUMMARY", "RRULE:FREQ=SECONDLY\r\nSUMMARY")
    folder = home.make("work", {"a": single("a"), "bad": bad})
    changes, cursor = home.pull()
    (rejected,) = [change for change in changes if isinstance(change, Rejected)]
    assert rejected.reason == "event 'x': repeats more often than daily"
    assert home.pull(cursor)[0] == []
    home.server.put(folder, {"bad": single("bad")})
    changes, _ = home.pull(cursor)
    assert isinstance(changes[0], Meeting)
    assert changes[0].uid == "bad"


# -- tokens ----------------------------------------------------------------------------------------------------------


def test_radicale_that_forgot_a_token_is_asked_for_everything(home):
    folder = home.make("work", {"a": single("a")})
    _, cursor = home.pull()
    home.server.put(folder, {"b": single("b")})
    home.server.forget_tokens(folder)
    with pytest.raises(CursorExpired):
        home.pull(cursor)


def test_xandikos_that_does_not_know_a_token_is_asked_for_everything(xandikos, tmp_path):  # noqa: F811
    xandikos.put({"a": single("a")})
    surroundings = Surroundings(base=tmp_path, now=lambda: NOW, zone=ZoneInfo("UTC"))
    connector = CONNECTOR.open(CaldavSettings(url=xandikos.url), surroundings)
    (stream,) = connector.streams()
    cursor = list(connector.pull(stream, None))[-1].cursor
    token = cursor.value.partition('"token":"')[2].partition('"')[0]
    with pytest.raises(CursorExpired):
        list(connector.pull(stream, Cursor(value=cursor.value.replace(token, "0" * 40))))
    connector.close()


@pytest.mark.parametrize(
    "value",
    ["", "[]", '{"way":"sync"}', '{"way":"sync","token":"","first":"2024-01-01","until":"2024-01-01","known":"AAAA"}'],
)
def test_a_cursor_that_is_not_understood_is_expired(value, home):
    with pytest.raises(CursorExpired, match="not understood"):
        home.pull(Cursor(value=value))


def test_what_a_cursor_knows_comes_back():
    items = [{bytes([m]) * 8: b"abcd" for m in range(n)} for n in range(4)]
    resources = {bytes([n]) * 8: known(bytes(8), each) for n, each in enumerate(items)}
    assert unpacked(packed(resources)) == resources
    assert [resource.items for resource in resources.values()] == items
    for cut in range(1, 16):
        with pytest.raises(ValueError, match=r"."):
            unpacked(packed(resources)[:-cut])


# -- the window ------------------------------------------------------------------------------------------------------


def test_occurrences_come_into_the_window_as_days_pass_and_only_endless_series_are_asked_for(home, asked):
    events = {f"s{number}": single(f"s{number}") for number in range(5)}
    home.make(
        "work",
        {
            **events,
            "w": WEEKLY.format("", "x"),
            "old": WEEKLY.format(";UNTIL=20240601T000000Z", "old").replace("weekly", "old"),
        },
    )
    first, cursor = home.pull()
    last = max(change.start for change in first)
    assert last > NOW + timedelta(days=90)
    home.now += timedelta(days=3)
    asked.clear()
    assert home.pull(cursor) == ([], cursor)
    assert all(method == "PROPFIND" for method, *_ in asked)
    home.now += timedelta(days=11)
    later, cursor = home.pull(cursor)
    assert [change.start for change in later] == [last + timedelta(days=7 * week) for week in (1, 2)]
    (got,) = [body for _, body, _ in asked if "multiget" in body]
    assert got.count("<href>") == 1
    assert home.pull(cursor) == ([], cursor)


def test_occurrences_never_leave_the_window_and_a_clock_set_back_removes_nothing(home):
    home.make("work", {"w": WEEKLY.format("", "x")})
    _, cursor = home.pull()
    home.now = NOW - timedelta(days=60)
    changes, cursor = home.pull(cursor)
    assert changes == []
    home.now = NOW + timedelta(days=365 * 6)
    assert not any(isinstance(change, Removed) for change in home.pull(cursor)[0])


def test_a_window_that_moves_brings_everything_after_any_kill(home, monkeypatch):
    monkeypatch.setattr(caldav, "BATCH_RESOURCES", 2)
    monkeypatch.setattr(caldav, "BATCH_MEETINGS", 2)
    home.make("work", {f"w{n}": WEEKLY.format("", "x").replace("weekly", f"weekly-{n}") for n in range(5)})
    first, cursor = home.pull()
    home.now += timedelta(days=14)
    held = {change.key for change in first}
    for _ in range(20):
        connector = home.connector()
        batch = next(iter(connector.pull(connector.streams()[0], cursor)), None)
        if batch is None:
            break
        held |= {change.key for change in batch.changes}
        cursor = batch.cursor
    assert held == {change.key for change in home.pull()[0]} | {change.key for change in first}
    assert len(held) == len(first) + 10


# -- emptied, broken off ---------------------------------------------------------------------------------------------


def pull_emptied(home, cursor):
    """The cursor after a pull of a calendar that is suddenly empty."""
    connector = home.connector()
    batches = []
    with pytest.raises(Transient, match="suddenly has no event"):
        deque(map(batches.append, connector.pull(connector.streams()[0], cursor)))
    assert all(batch.changes == () for batch in batches)
    return batches[-1].cursor if batches else cursor


def test_a_calendar_that_stays_empty_is_believed_after_an_hour(home):
    folder = home.make("work", {"a": single("a"), "w": WEEKLY.format("", "x")})
    before, cursor = home.pull()
    for path in folder.glob("*.ics"):
        path.unlink()
    cursor = pull_emptied(home, cursor)
    home.now += timedelta(minutes=59)
    cursor = pull_emptied(home, cursor)
    home.now += timedelta(minutes=2)
    changes, cursor = home.pull(cursor)
    assert {change.key for change in changes} == {change.key for change in before}
    assert home.pull(cursor)[0] == []


def test_events_that_come_back_are_nothing_new_and_the_hour_begins_anew(home):
    events = {"a": single("a"), "b": single("b")}
    folder = home.make("work", events)
    _, cursor = home.pull()
    for _ in range(2):
        for path in folder.glob("*.ics"):
            path.unlink()
        cursor = pull_emptied(home, cursor)
        home.server.put(folder, events)
        changes, cursor = home.pull(cursor)
        assert changes == []
        home.now += timedelta(hours=2)


def state(held, changes):
    """What a store holds after ``changes``."""
    held = dict(held)
    for change in changes:
        if isinstance(change, Removed):
            held.pop(change.key, None)
        elif isinstance(change, Meeting):
            held[change.key] = change.summary
    return held


def test_every_kill_between_batches_and_every_change_after_it_ends_in_what_the_server_says(home, monkeypatch):
    monkeypatch.setattr(caldav, "BATCH_RESOURCES", 7)
    monkeypatch.setattr(caldav, "BATCH_MEETINGS", 5)
    folder = home.make("work")
    held, cursor = {}, None
    for number, names in enumerate([range(30), range(8, 38), range(0, 38, 2), range(28)]):
        for path in folder.glob("*.ics"):
            path.unlink()
        home.server.put(folder, {str(name): single(str(name), summary=str(number % 2)) for name in names})
        connector = home.connector()
        batches = connector.pull(connector.streams()[0], cursor)
        for _, batch in zip(range(number % 2 + 1), batches, strict=False):
            held, cursor = state(held, batch.changes), batch.cursor
    changes, cursor = home.pull(cursor)
    assert state(held, changes) == state({}, home.pull()[0])
    assert home.pull(cursor)[0] == []


def test_the_password_stays_where_it_is(home):
    connector = home.connector()
    connector.streams()
    assert PASSWORD not in repr(vars(connector)) + repr(connector)
