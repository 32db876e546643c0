"""A ``Case`` that builds a source of one kind in, the connector contract checked out: one function a promise.

A new connector's contract test is a ``Case`` and three lines::

    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
    def test_imap_keeps_the_contract(promise, tmp_path):
        promise(ImapCase(tmp_path))

Every promise is an assertion that a saboteur in ``test_contract_saboteurs.py`` must fail.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import ConnectorError, CursorExpired
from connectors.protocol import Connector, Stream, Surroundings
from connectors.records import Batch, Change, Contact, Cursor, Meeting, Message, Rejected, Removed

#: More batches than any case needs; a pull that goes on longer is said never to end.
MOST_BATCHES = 2000
NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)


class Case(ABC):
    """One source of one kind, with one stream that matters, which the suite may change.

    ``items`` are what the source holds now, by something that names them in the records (see ``name_of``).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.items: list[str] = []
        self.numbers = itertools.count(1)
        self.build(self.first_items())

    def first_items(self) -> list[str]:
        """Names of the items that the source begins with: enough for several batches."""
        return [self.next_name() for _ in range(1100)]

    def next_name(self) -> str:
        """A new item's name, which sorts after those before."""
        return f"item-{next(self.numbers):05}@source.example"

    def build(self, names: list[str]) -> None:
        """Make the source with these items."""
        self.add(names)

    def surroundings(self, now: datetime = NOW) -> Surroundings:
        """What the connector is opened with."""
        return Surroundings(base=self.folder, now=lambda: now, zone=ZoneInfo("Europe/Stockholm"))

    @abstractmethod
    def connector(self) -> Connector:
        """A freshly opened connector."""

    @abstractmethod
    def add(self, names: list[str]) -> None:
        """Put items of these names into the source, and into ``items``."""

    @abstractmethod
    def add_bad(self) -> None:
        """Put an item in that cannot be read."""

    @abstractmethod
    def take_out(self, name: str) -> None:
        """Take one item out of the source, and out of ``items``."""

    @abstractmethod
    def empty(self) -> None:
        """Let everything vanish, as by a mount that failed or a program that truncates."""

    @abstractmethod
    def vanish(self) -> None:
        """Let the source itself be gone."""


def name_of(change: Change) -> str:
    """What names an item in the source: its Message-ID, UID, or first address."""
    assert isinstance(change, Message | Meeting | Contact), f"not an item: {change}"
    if isinstance(change, Contact):
        return change.emails[0]
    return (change.message_id or "") if isinstance(change, Message) else change.uid


# -- pulling ---------------------------------------------------------------------------------------------------------


def stream_of(case: Case) -> Stream:
    """The stream that the case is about."""
    streams = case.connector().streams()
    assert streams, "a source without streams"
    return streams[0]


def pulled(case: Case, since: Cursor | None = None) -> list[Batch]:
    """One whole pull by a fresh connector."""
    batches = list(itertools.islice(case.connector().pull(stream_of(case), since), MOST_BATCHES + 1))
    assert len(batches) <= MOST_BATCHES, "the pull never ends"
    return batches


def changes_of(batches: list[Batch]) -> list[Change]:
    """All changes of some batches."""
    return [change for batch in batches for change in batch.changes]


def last_cursor(batches: list[Batch]) -> Cursor:
    """The cursor after which nothing is new."""
    assert batches, "a pull of everything yields at least one batch"
    cursor = batches[-1].cursor
    assert cursor is not None, "the last batch of a complete pull has no cursor"
    return cursor


def after(case: Case, since: Cursor) -> tuple[list[Change], Cursor]:
    """What a later pull brings, as the daemon sees it: an expired cursor means one pull of everything."""
    try:
        batches = pulled(case, since)
    except CursorExpired:
        batches = pulled(case, None)
    return changes_of(batches), last_cursor(batches) if batches else since


def one_line(text: str) -> bool:
    """Whether a message is one line for the owner."""
    return bool(text.strip()) and "\n" not in text and "Traceback" not in text


# -- the promises ----------------------------------------------------------------------------------------------------


def streams_are_stable_and_named_once(case: Case) -> None:
    streams = list(case.connector().streams())
    assert streams == list(case.connector().streams())
    assert len({stream.name for stream in streams}) == len(streams)
    assert all(stream.holds in ("mail", "calendar", "contacts") for stream in streams)


def a_first_pull_brings_everything_once(case: Case) -> None:
    assert sorted(map(name_of, changes_of(pulled(case)))) == sorted(case.items)


def keys_are_unique_and_stable(case: Case) -> None:
    first, second = changes_of(pulled(case)), changes_of(pulled(case))
    keys = [change.key for change in first]
    assert len(set(keys)) == len(keys), "one key names two items"
    assert {change.key: name_of(change) for change in first} == {change.key: name_of(change) for change in second}


def a_complete_pull_ends_with_a_cursor(case: Case) -> None:
    batches = pulled(case)
    assert isinstance(last_cursor(batches).value, str)
    assert all(batch.total is None or batch.total >= 0 for batch in batches)


def a_second_pull_brings_nothing(case: Case) -> None:
    cursor = last_cursor(pulled(case))
    for _ in range(2):
        batches = pulled(case, cursor)
        assert changes_of(batches) == []
        cursor = last_cursor(batches) if batches else cursor


def a_pull_goes_on_after_any_batch(case: Case) -> None:
    batches = pulled(case)
    resumable = [number for number, batch in enumerate(batches) if batch.cursor is not None]
    assert len(resumable) > 1, "the case is too small, or the pull cannot be resumed"
    for number in resumable:
        rest = changes_of(pulled(case, batches[number].cursor))
        assert [change.key for change in rest] == [change.key for change in changes_of(batches[number + 1 :])]


def an_abandoned_pull_harms_nothing(case: Case) -> None:
    pull = iter(case.connector().pull(stream_of(case), None))
    next(pull)
    close = getattr(pull, "close", None)
    if close is not None:
        close()
    a_first_pull_brings_everything_once(case)


def what_comes_later_is_brought_once(case: Case) -> None:
    cursor = last_cursor(pulled(case))
    for count in (1, 2):
        fresh = [case.next_name() for _ in range(count)]
        case.add(fresh)
        batches = pulled(case, cursor)
        assert sorted(map(name_of, changes_of(batches))) == fresh
        cursor = last_cursor(batches)
    assert changes_of(pulled(case, cursor)) == []


def what_comes_during_an_interrupted_pull_is_not_lost(case: Case) -> None:
    batches = pulled(case)
    seen = list(map(name_of, batches[0].changes))
    fresh = [case.next_name()]
    case.add(fresh)
    assert batches[0].cursor is not None
    rest, _ = after(case, batches[0].cursor)
    assert set(seen) | set(map(name_of, rest)) == set(case.items)


def a_bad_item_is_rejected_and_passed(case: Case) -> None:
    cursor = last_cursor(pulled(case))
    case.add_bad()
    fresh = [case.next_name()]
    case.add(fresh)
    batches = pulled(case, cursor)
    changes = changes_of(batches)
    rejected = [change for change in changes if isinstance(change, Rejected)]
    assert len(rejected) == 1
    assert one_line(rejected[0].reason)
    assert [name_of(change) for change in changes if not isinstance(change, Rejected)] == fresh
    assert changes_of(pulled(case, last_cursor(batches))) == []
    everything = changes_of(pulled(case))
    assert [change.key for change in everything if isinstance(change, Rejected)] == [rejected[0].key]
    assert sorted(name_of(change) for change in everything if not isinstance(change, Rejected)) == sorted(case.items)


def only_what_is_gone_is_removed(case: Case) -> None:
    batches = pulled(case)
    keys = {name_of(change): change.key for change in changes_of(batches)}
    gone = case.items[len(case.items) // 2]
    case.take_out(gone)
    changes, cursor = after(case, last_cursor(batches))
    removed = [change.key for change in changes if isinstance(change, Removed)]
    assert removed in ([], [keys[gone]]), "something was removed that is still there"
    kept = [change for change in changes if not isinstance(change, Removed)]
    # Either the removal is told, or everything is pulled anew, under the same keys.
    if removed:
        assert kept == []
    else:
        assert {name_of(change): change.key for change in kept} == {name: keys[name] for name in case.items}
    assert changes_of(pulled(case, cursor)) == []


def a_source_that_is_suddenly_empty_removes_nothing(case: Case) -> None:
    cursor = last_cursor(pulled(case))
    case.empty()
    for since in (cursor, None):
        with contextlib.suppress(ConnectorError):
            assert changes_of(pulled(case, since)) == []


def all_times_are_aware_and_in_utc(case: Case) -> None:
    changes = changes_of(pulled(case))
    found = [moment for change in changes for moment in _moments(change)]
    assert found or isinstance(changes[0], Contact)  # contacts have no time
    assert all(moment.tzinfo is not None and moment.utcoffset() == timedelta(0) for moment in found)


def an_unknown_cursor_is_expired(case: Case) -> None:
    for value in ("", "nonsense", "{}", '{"v":1}', "999999999999", "null"):
        with pytest.raises(CursorExpired) as expired:
            pulled(case, Cursor(value=value))
        assert one_line(str(expired.value))


def a_source_that_is_gone_is_an_error_of_the_tree(case: Case) -> None:
    stream, cursor = stream_of(case), last_cursor(pulled(case))
    case.vanish()
    for ask in (case.connector, lambda: case.connector().streams()):
        _only_errors_of_the_tree(ask)
    for since in (None, cursor):
        assert _only_errors_of_the_tree(lambda since=since: list(case.connector().pull(stream, since)))


def _only_errors_of_the_tree(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ConnectorError as error:
        message = str(error)
    else:
        return False
    assert one_line(message)
    return True


def _moments(value: object) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _moments(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _moments(getattr(value, field.name))


PROMISES: tuple[Callable[[Case], None], ...] = (
    streams_are_stable_and_named_once,
    a_first_pull_brings_everything_once,
    keys_are_unique_and_stable,
    a_complete_pull_ends_with_a_cursor,
    a_second_pull_brings_nothing,
    a_pull_goes_on_after_any_batch,
    an_abandoned_pull_harms_nothing,
    what_comes_later_is_brought_once,
    what_comes_during_an_interrupted_pull_is_not_lost,
    a_bad_item_is_rejected_and_passed,
    only_what_is_gone_is_removed,
    a_source_that_is_suddenly_empty_removes_nothing,
    all_times_are_aware_and_in_utc,
    an_unknown_cursor_is_expired,
    a_source_that_is_gone_is_an_error_of_the_tree,
)
