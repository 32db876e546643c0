"""A pass over an IMAP mailbox that is cut off anywhere, or killed at any commit, ends as an undisturbed one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from sqlalchemy import event

from connectors import imap_fetch
from connectors.errors import ConnectorError, Transient
from daemon.pipeline import sync_account
from daemon.store import open_store
from tests.connectors.imap_sample import NOW, VARIABLE, imap_connector, pulled, rich
from tests.contract.contract_mail import BAD_MAIL, mail
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import read
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.proxy import Proxy

KILLED = 9


@pytest.fixture(scope="module")
def server():
    """A mailbox of forty mails in three folders, one of which nobody can read."""
    server = Dovecot()
    server.load([rich(f"rich{number}@x.example") for number in range(12)])
    server.load([mail(f"plain{number}@x.example") for number in range(12)] + [BAD_MAIL])
    server.load([mail(f"sent{number}@x.example") for number in range(8)], folder="Sent")
    server.load([rich(f"old{number}@x.example") for number in range(8)], folder="Archive/2019")
    yield server
    server.close()


@pytest.fixture
def line(server):
    """A line to it that can be cut."""
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    monkeypatch.setattr(imap_fetch, "BATCH_MAILS", 5)


def sync(store, port, **settings):
    connector = imap_connector(port, **settings)
    try:
        return sync_account("post", "imap", connector, store, now=lambda: NOW, read=read)
    finally:
        connector.close()


def everything(connector):
    """All that the streams of a connector yield, by their keys."""
    return {
        (stream.name, change.key): change
        for stream in connector.streams()
        for batch in connector.pull(stream, None)
        for change in batch.changes
    }


def bytes_of_a_whole_pass(line, **settings):
    before = line.received
    connector = imap_connector(line.port, **settings)
    whole = everything(connector)
    connector.close()
    return line.received - before, whole


@pytest.mark.parametrize("settings", [{}, {"compress": True}], ids=["plain", "compressed"])
def test_cut_after_any_bytes_it_fails_in_one_line_and_then_gets_everything(line, settings):
    size, whole = bytes_of_a_whole_pass(line, **settings)
    assert len(whole) == 41
    spread = 1000 if settings else 200  # compressed, one pass takes some hundred bytes more than another
    for count in range(1, size - spread, size // 61):
        line.cut_after(count)
        connector = imap_connector(line.port, **settings)
        with pytest.raises(Transient) as broken:
            everything(connector)
        assert "\n" not in str(broken.value)
        line.cut_after(None)
        assert everything(connector) == whole, f"cut after {count} bytes"
        connector.close()


def test_a_store_that_was_filled_over_a_line_that_broke_is_as_if_it_had_not(line, tmp_path):
    size, _ = bytes_of_a_whole_pass(line)
    numbers = iter(range(1000))

    def filled(cuts):
        store = open_store(f"sqlite:///{tmp_path}/{next(numbers)}/kith.db", Path("/"))
        try:
            for count in cuts:
                line.cut_after(count)
                outcome = sync(store, line.port)
                assert outcome.problem is None or isinstance(outcome.error, ConnectorError)
            line.cut_after(None)
            assert sync(store, line.port).problem is None
            return dump(store)
        finally:
            store.close()

    wanted = filled([])
    assert len(wanted["messages"]) == 40
    for count in range(size // 31, size, size // 17):
        assert filled([count]) == wanted, f"cut after {count} bytes"
    assert filled([size // 9] * 12) == wanted


def test_a_pass_killed_at_any_commit_and_resumed_ends_as_if_undisturbed(server, tmp_path):
    def in_child(url, die_at):
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
            assert sync(store, server.port).problem is None
            code = 0
        finally:
            os._exit(code)

    def state(url):
        store = open_store(url, Path("/"))
        try:
            return dump(store)
        finally:
            store.close()

    undisturbed = f"sqlite:///{tmp_path}/undisturbed/kith.db"
    assert in_child(undisturbed, die_at=-1) == 0
    wanted = state(undisturbed)
    assert len(wanted["messages"]) == 40
    commit, code = 0, KILLED
    while code == KILLED:
        commit += 1
        url = f"sqlite:///{tmp_path}/{commit}/kith.db"
        code = in_child(url, commit)
        assert code in (0, KILLED)
        assert in_child(url, die_at=-1) == 0
        assert state(url) == wanted, f"killed at commit {commit}"
    assert commit > 10


def test_a_folder_that_goes_while_it_is_read_is_one_line_and_the_others_are_read(server):
    server.load([mail(f"doomed{number}@x.example") for number in range(20)], folder="Doomed", user="bob")
    server.load([mail("kept@x.example")], folder="Kept", user="bob")
    connector = imap_connector(server.port, username="bob")
    stream = next(stream for stream in connector.streams() if stream.name == "Doomed")
    pull = connector.pull(stream, None)
    cursor = next(pull).cursor
    with server.client("bob") as client:
        client.delete("Doomed")
    with contextlib.suppress(ConnectorError):
        list(pull)
    late = imap_connector(server.port, username="bob")
    with pytest.raises(Transient, match="Doomed"):
        list(late.pull(stream, cursor))
    assert [change.message_id for change in pulled(connector, "Kept")[0]] == ["kept@x.example"]
    connector.close()
    late.close()
