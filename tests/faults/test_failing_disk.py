"""A disk that is full, or fails: one line for the owner, and nothing lost or twice when there is room again."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from connectors.records import Cursor
from daemon.store import StoreError
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import feed, mail
from tests.faults.interrupted_pass import STREAMS, run


@pytest.fixture
def undisturbed(sqlite_stores):
    store = sqlite_stores()
    run(store)
    return dump(store)


def limited(store, pages):
    """Let the database of ``store`` have no more than ``pages``; 0 lifts the limit."""
    most = pages or 4_294_967_294

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count={most}")

    event.listen(store._database.engine, "connect", limit)
    store._database.engine.dispose()
    return lambda: (event.remove(store._database.engine, "connect", limit), store._database.engine.dispose())


def pages(store):
    with store._database.reading() as access:
        return access.row("PRAGMA page_count")[0]


def test_a_full_disk_is_one_line_and_loses_nothing(sqlite_stores, undisturbed):
    lines = set()
    for more in range(0, 24, 2):
        store = sqlite_stores()
        lift = limited(store, pages(store) + more)
        with contextlib.suppress(StoreError):
            run(store)
            lines.add("")
        if more == 0:
            with pytest.raises(StoreError) as told:
                run(store)
            lines.add(str(told.value))
        lift()
        run(store)
        assert dump(store) == undisturbed, f"with room for {more} pages"
    assert len(lines) == 2
    assert all("\n" not in line for line in lines)
    assert any("no room left" in line for line in lines)


def test_what_was_stored_before_the_disk_was_full_stays(store):
    feed(store, mail("a"), cursor="1")
    lift = limited(store, pages(store))
    with pytest.raises(StoreError, match="no room left"):
        feed(store, *[mail(f"n{number}", subject="x" * 2_000) for number in range(50)], cursor="2")
    lift()
    assert store.place("post", "INBOX").cursor == Cursor(value="1")
    assert [row[2] for row in dump(store)["messages"]] == ["a@acme.example"]


@pytest.mark.parametrize("line", ["disk I/O error", "database or disk is full"])
def test_an_error_at_any_statement_loses_nothing_in_the_same_process(sqlite_stores, undisturbed, line):
    statement = 0
    failed = True
    while failed:
        statement += 7
        store = sqlite_stores()
        failed = fails_once(store, statement, line)
        run(store)
        assert dump(store) == undisturbed, f"failed at statement {statement}"
    assert statement > 100


def fails_once(store, at, line):
    """Run a pass whose statement number ``at`` fails; whether it got that far."""
    count = 0

    def execute(cursor, statement, parameters, context):
        nonlocal count
        count += 1
        if count == at:
            raise sqlite3.OperationalError(line)

    failing = Failing(store, execute)
    with failing:
        try:
            run(store)
        except StoreError:
            return True
    return False


@dataclass
class Failing:
    """Has ``execute`` called before every statement of a store."""

    store: object
    execute: object

    def __enter__(self):
        for name in ("do_execute", "do_executemany"):
            event.listen(self.store._database.engine, name, self.execute)

    def __exit__(self, *_):
        for name in ("do_execute", "do_executemany"):
            event.remove(self.store._database.engine, name, self.execute)


def test_an_error_that_stays_is_told_each_time(store):
    def execute(cursor, statement, parameters, context):
        if statement.startswith("INSERT INTO messages"):
            raise sqlite3.OperationalError("disk I/O error")

    with Failing(store, execute):
        for _ in range(3):
            with pytest.raises(StoreError, match="disk I/O error"):
                feed(store, STREAMS["INBOX"][0])
    assert dump(store)["messages"] == []
    assert feed(store, STREAMS["INBOX"][0]).new == 1
