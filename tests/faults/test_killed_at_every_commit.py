"""A pass that dies at any one of its commits, and is run again, ends where an undisturbed one does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import event

from daemon.store import open_store
from tests.daemon.store_dump import dump
from tests.faults.interrupted_pass import run

KILLED = 9


def in_child(url, die_at):
    """Open the store and run the pass in a process of its own that dies before its commit number ``die_at``."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        store = open_store(url, Path("/"))
        commits = 0

        def count(connection):
            nonlocal commits
            commits += connection.get_execution_options().get("kith_begin") == "BEGIN IMMEDIATE"
            if commits == die_at:
                os._exit(KILLED)

        event.listen(store._database.engine, "commit", count)
        run(store)
        code = 0
    finally:
        os._exit(code)


def state(url):
    store = open_store(url, Path("/"))
    try:
        return dump(store)
    finally:
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request, tmp_path):
    """Makes the URLs of fresh stores that are open nowhere."""
    if request.param == "sqlite":
        numbers = iter(range(1_000))
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}/kith.db"
    stores = request.getfixturevalue("postgres_stores")

    def url():
        store = stores()
        store.close()
        return store._database.url.render_as_string(hide_password=False)

    return url


def test_a_pass_killed_at_any_commit_and_resumed_ends_as_if_undisturbed(fresh_url):
    undisturbed = fresh_url()
    assert in_child(undisturbed, die_at=-1) == 0
    wanted = state(undisturbed)
    assert len(wanted["favors"]) > 1
    commit = 0
    code = KILLED
    while code == KILLED:
        commit += 1
        url = fresh_url()
        code = in_child(url, commit)
        assert code in (0, KILLED)
        assert in_child(url, die_at=-1) == 0
        assert state(url) == wanted, f"killed at commit {commit}"
    assert commit > 12


def test_passes_that_are_all_killed_early_get_through_in_the_end(fresh_url):
    undisturbed, url = fresh_url(), fresh_url()
    assert in_child(undisturbed, die_at=-1) == 0
    assert any(in_child(url, die_at=3) == 0 for _ in range(40))
    assert state(url) == state(undisturbed)
