"""Several threads and processes on one store: turns are handed on fairly, and what one reads no other reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from connectors.records import Address
from daemon.refresh import refresh
from daemon.store import StoreBusy, StoreError, open_store
from daemon.store.locks import WRITER
from tests.daemon.store_dump import dump
from tests.daemon.store_sample import feed, mail, own


@pytest.fixture(params=["sqlite", "postgresql"])
def twice(request, tmp_path):
    """Two openings of one store, as two processes have them."""
    if request.param == "sqlite":
        url, base = "sqlite:///kith.db", tmp_path
    else:
        url, base = request.getfixturevalue("postgres_url"), tmp_path
    opened = [open_store(url, base), open_store(url, base)]
    yield opened
    for store in opened:
        store.close()


def in_threads(*works):
    """Run these at once; what one of them raised is raised here."""
    raised = []

    def run(work):
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
        assert not each.is_alive()
    if raised:
        raise raised[0]


def test_threads_that_write_at_once_end_as_if_they_had_written_one_after_another(stores, owner):
    one, other = stores(), stores()
    boxes = {f"box{box}": [mail(f"{box}-{number}", day=number) for number in range(20)] for box in range(4)}

    def fill(store, name):
        for each in boxes[name]:
            feed(store, each, account=name)

    in_threads(*[lambda name=name: fill(one, name) for name in boxes], lambda: refresh(one, owner))
    for name in boxes:
        fill(other, name)
    refresh(one, owner)
    refresh(other, owner)
    assert dump(one) == dump(other)


def test_two_processes_that_write_addresses_in_turns_never_mix_up_their_numbers(twice, sqlite_stores, owner):
    expected = sqlite_stores()
    for number in range(12):
        each = mail(f"m{number}", to=tuple(person(number + step) for step in range(3)))
        feed(twice[number % 2], each)
        feed(expected, each)
    refresh(twice[0], owner)
    refresh(expected, owner)
    assert dump(twice[1]) == dump(expected)


def person(number):
    return Address(email=f"p{number % 7}@x.example", name=f"Person {number % 5}")


def test_whoever_waits_gets_the_next_turn_between_two_steps_of_a_long_work(twice):
    one, two = twice
    order = []

    def waits():
        with two.writing(patience_s=30):
            order.append("two")

    waiting = threading.Thread(target=waits)
    with one.writing():
        assert not one.give_way()
        waiting.start()
        until = time.monotonic() + 30
        while not one.give_way():
            assert time.monotonic() < until
            order.append("one") if not order else None
            time.sleep(0.01)
        order.append("one again")
    waiting.join(30)
    assert order[-2:] == ["two", "one again"]


def test_a_thread_that_waits_gets_its_turn_before_the_one_that_gave_way(sqlite_stores):
    store = sqlite_stores()
    order = []

    def waits():
        with store.writing():
            order.append("other")

    with store.writing():
        waiting = threading.Thread(target=waits)
        waiting.start()
        until = time.monotonic() + 30
        while not store.give_way():
            assert time.monotonic() < until
            time.sleep(0.01)
        order.append("first again")
    waiting.join(30)
    assert order == ["other", "first again"]


def test_within_a_turn_of_a_turn_nobody_is_let_in(twice):
    one, two = twice
    with one.writing(), one.writing():
        with pytest.raises(StoreBusy, match=f"process {os.getpid()}"), two.writing(patience_s=0.2):
            pass
        assert not one.give_way()
    with two.writing(patience_s=0.2):
        pass


def test_an_account_is_read_by_one_process_at_a_time_and_another_account_by_another(twice):
    one, two = twice
    lines = []
    with one.running(), one.reading("mail", told=lines.append) as alone:
        assert alone
        with two.reading("calendar", told=lines.append) as also:
            assert also
        assert lines == []
        with two.reading("mail", told=lines.append, stop=lambda: bool(lines)) as both:
            assert not both
    assert lines == [f"kith run (process {os.getpid()}) is reading mail; waiting"]
    with two.reading("mail", told=lines.append) as alone:
        assert alone


def test_one_daemon_a_store(twice):
    one, two = twice
    assert two.runner() == ""
    with one.running():
        assert two.runner() == f"process {os.getpid()}"
        with pytest.raises(StoreBusy, match=f"already .process {os.getpid()}"), two.running():
            pass
        with two.writing(patience_s=0.2):  # commands write beside it
            pass
    with two.running():
        assert one.runner() == f"process {os.getpid()}"


def test_locks_go_with_a_process_that_is_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from daemon.store import open_store\n"
        "store = open_store('sqlite:///kith.db', Path(sys.argv[1]))\n"
        "with store.running(), store.writing():\n    print('held', flush=True); time.sleep(600)\n"
    )
    store = open_store("sqlite:///kith.db", tmp_path)
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        assert store.runner() == f"process {holder.pid}"
        with pytest.raises(StoreBusy, match=f"process {holder.pid}"), store.writing(patience_s=0.1):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with store.running(), store.writing(patience_s=5):
        pass
    store.close()


def test_a_session_that_broke_takes_its_locks_again(postgres_url, tmp_path):
    one, two = open_store(postgres_url, tmp_path), open_store(postgres_url, tmp_path)
    with one.running():
        with two._database.reading() as access:
            access.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE left(application_name, 5) = 'kith ' AND pid <> pg_backend_pid()"
            )
        with pytest.raises(StoreError, match="failed"), one.writing():  # the first attempt finds the session broken
            pass
        with one.writing():
            pass
        assert two.runner() == f"process {os.getpid()}"
    assert two._database.locks.holder(WRITER) == ""
    one.close()
    two.close()


def test_a_refresh_lets_others_write_and_loses_nothing(sqlite_stores, owner):
    store, plain = sqlite_stores(), sqlite_stores()
    for number in range(160):
        for each in (store, plain):
            feed(each, own(f"m{number}", to=(Address(email=f"p{number}@x.example"),)))
    begun = threading.Event()

    def write():
        assert begun.wait(30)
        for number in range(20):
            feed(store, mail(f"late{number}"), account="late")

    in_threads(write, lambda: refresh(store, owner, progress=lambda done, total: begun.set()))
    for number in range(20):
        feed(plain, mail(f"late{number}"), account="late")
    refresh(store, owner)
    refresh(plain, owner)
    assert dump(store) == dump(plain)
