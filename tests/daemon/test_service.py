"""The daemon as a service manager knows it: real processes that read, wait, fail, reload and stop."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.passwords import Secret
from connectors.protocol import ConnectorSpec
from daemon.config import Account, load
from daemon.demo import write_sample
from daemon.store import open_store
from daemon.surroundings import surroundings
from daemon.worker import Office, Worker
from tests.services.lines import KITH_WITH_LINES, LinesServer, all_at_once, hang
from tests.services.service_manager import Managed

KITH = Path(sys.executable).parent / "kith"
MAILS = [(f"m{number}", f"Could you send me the plan number {number}?") for number in range(5)]


def quiet(_cursor: str) -> Iterator[dict[str, object]]:
    """Answers a watch: nothing new for a long time."""
    time.sleep(3600)
    yield {"end": True}


def config(folder: Path, *accounts: tuple[str, int], poll: str = "5m", more: str = "") -> Path:
    """A config with accounts of the tests' own kind: their names and ports."""
    tables = "".join(f'\n[[accounts]]\nname = "{name}"\nkind = "lines"\nport = {port}\n' for name, port in accounts)
    path = folder / "kith.toml"
    path.write_text(
        f'[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\ntimezone = "Europe/Stockholm"\n'
        f'[store]\nurl = "sqlite:///kith.db"\n[run]\npoll = "{poll}"\n{tables}{more}'
    )
    path.chmod(0o600)
    return path


@pytest.fixture
def servers():
    opened = []

    def serve(**answers):
        opened.append(LinesServer(**answers))
        return opened[-1]

    yield serve
    for each in opened:
        each.close()


@pytest.fixture
def managed(tmp_path):
    started = []

    def start(path, *more, **options):
        started.append(Managed([*KITH_WITH_LINES, "--config", path, "run", *more], folder=tmp_path, **options))
        return started[-1]

    yield start
    for each in started:
        each.__exit__()


def mails(folder: Path) -> int:
    with sqlite3.connect(folder / "kith.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM messages").fetchone()
    connection.close()
    return count


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract name"])
def test_the_service_manager_hears_that_it_is_ready_what_it_does_and_that_it_stops(
    tmp_path, servers, managed, abstract
):
    server = servers(pull=all_at_once(MAILS), watch=quiet)
    daemon = managed(config(tmp_path, ("mail", server.port)), abstract=abstract)
    daemon.tells("^READY=1$")
    daemon.tells("^STATUS=1 account up to date$")
    daemon.logs("^mail: 5 new, 0 changed")
    assert daemon.stop() < 10
    daemon.tells("^STOPPING=1$")
    assert daemon.process.returncode == 0
    assert daemon.lines[-1] == "stopped"
    assert mails(tmp_path) == 5


def test_sigint_stops_it_too_and_another_sync_finds_nothing_new(tmp_path):
    path = write_sample(tmp_path)
    with Managed([KITH, "--config", path, "run"], folder=tmp_path) as daemon:
        daemon.logs("^mail: ")
        daemon.logs("^calendar: ")
        daemon.stop(signal.SIGINT)
        assert daemon.process.returncode == 0
    again = subprocess.run([KITH, "--config", path, "sync"], capture_output=True, text=True, timeout=120, check=True)
    assert "mail: 0 new, 0 changed, 0 removed, 0 rejected" in again.stdout


def test_it_stops_within_seconds_while_a_source_hangs_and_goes_on_there_at_the_next_start(tmp_path, servers, managed):
    def half(cursor: str) -> Iterator[dict[str, object]]:
        if cursor == "-":
            yield {"mails": MAILS[:2], "cursor": "2"}
            yield from hang(cursor)
        yield {"mails": MAILS[int(cursor) :], "cursor": "5"}
        yield {"end": True}

    server = servers(pull=half, watch=quiet)
    stuck = servers(pull=hang, watch=quiet)
    path = config(tmp_path, ("mail", server.port), ("other", stuck.port))
    daemon = managed(path)
    daemon.tells(r"reading mail")
    _until(lambda: (tmp_path / "kith.db").exists() and mails(tmp_path) == 2)
    assert daemon.stop() < 10  # 5 s are promised; this machine may be busy
    assert daemon.process.returncode == 0
    assert mails(tmp_path) == 2
    store = open_store("sqlite:///kith.db", tmp_path)
    assert [state.problem for state in store.account_states()] == []  # being stopped is no trouble of an account's
    store.close()
    again = managed(path)
    again.logs("^mail: 3 new")
    assert server.asked[0] == "pull -"
    assert "pull 2" in server.asked
    again.stop()


def test_killed_in_the_middle_of_a_batch_nothing_is_lost_and_nothing_twice(tmp_path, servers, managed):
    def slowly(cursor: str) -> Iterator[dict[str, object]]:
        for number in range(0 if cursor == "-" else int(cursor), len(MAILS)):
            yield {"mails": [MAILS[number]], "cursor": str(number + 1)}
            if cursor == "-" and number == 2:
                yield from hang(cursor)
        yield {"end": True}

    server = servers(pull=slowly, watch=quiet)
    path = config(tmp_path, ("mail", server.port))
    daemon = managed(path)
    daemon.tells("READY")
    _until(lambda: mails(tmp_path) == 3)
    daemon.process.kill()
    daemon.process.wait()
    again = managed(path)
    again.logs("^mail: 2 new")
    again.stop()
    assert mails(tmp_path) == 5


def test_a_source_that_watches_is_read_at_once_when_something_is_new(tmp_path, servers, managed):
    box = list(MAILS[:2])
    arrived = threading.Event()

    def watch(_cursor: str) -> Iterator[dict[str, object]]:
        if arrived.wait(60):
            arrived.clear()
            yield {"new": True}
        yield {"end": True}

    def pull(cursor: str) -> Iterator[dict[str, object]]:
        yield from all_at_once(list(box))(cursor)

    server = servers(pull=pull, watch=watch)
    daemon = managed(config(tmp_path, ("mail", server.port), poll="1d"))
    daemon.logs("^mail: 2 new")
    _until(lambda: "watch -" in server.asked)
    box.append(MAILS[2])
    arrived.set()
    daemon.logs("^mail: 1 new")
    daemon.stop()
    assert server.asked[:3] == ["pull -", "watch -", "pull 2"]


def test_the_watchdog_is_fed_while_the_work_moves(tmp_path, servers, managed):
    server = servers(pull=all_at_once(MAILS), watch=quiet)
    daemon = managed(config(tmp_path, ("mail", server.port)), watchdog_s=3.0)
    daemon.tells("READY")
    for _ in range(3):
        daemon.tells("^WATCHDOG=1$", after=len(daemon.said))
    daemon.stop()


def test_an_account_that_needs_its_owner_is_paused_the_others_go_on_and_a_changed_file_brings_it_back(
    tmp_path, servers, managed
):
    secret = tmp_path / "secret"
    secret.write_text("wrong-hunter2\n")
    secret.chmod(0o600)

    def pull(cursor: str) -> Iterator[dict[str, object]]:
        if "right" not in secret.read_text():
            yield {"error": "NeedsOwner", "says": "the server refuses the password: correct password_file"}
        yield from all_at_once(MAILS)(cursor)

    locked, fine = servers(pull=pull, watch=quiet), servers(pull=all_at_once(MAILS), watch=quiet)
    path = config(tmp_path, ("fine", fine.port), ("locked", locked.port), more=f'password_file = "{secret}"\n')
    daemon = managed(path)
    daemon.tells("locked paused: the server refuses the password")
    daemon.logs("^locked: the server refuses the password: correct password_file .paused until that is mended")
    daemon.logs("^fine: 5 new")
    _until(lambda: "paused" in _status(path, "locked"))
    assert "watching for news" in _status(path, "fine")
    secret.write_text("right-hunter2\n")
    daemon.logs("^locked: is read again")
    daemon.stop()
    assert not [line for line in (*daemon.lines, *daemon.said) if "hunter2" in line]


def test_a_busy_source_is_asked_again_and_one_that_breaks_its_protocol_is_left_alone(tmp_path, servers, managed):
    tries = []

    def busy(cursor: str) -> Iterator[dict[str, object]]:
        tries.append(cursor)
        if len(tries) == 1:
            yield {"error": "Transient", "says": "try again later", "after": 1}
        yield from all_at_once(MAILS)(cursor)

    def broken(_cursor: str) -> Iterator[dict[str, object]]:
        yield {"error": "ProtocolViolation", "says": "the server speaks in tongues\nand lines"}

    one, two = servers(pull=busy, watch=quiet), servers(pull=broken, watch=quiet)
    daemon = managed(config(tmp_path, ("busy", one.port), ("broken", two.port), poll="5s"))
    daemon.logs("^busy: try again later .tried again in")
    daemon.logs("^broken: the server speaks in tongues .stopped; tried again in a day")
    daemon.logs("^busy: is read again")
    before = len(two.asked)
    daemon.ask(signal.SIGHUP)
    _until(lambda: len(two.asked) > before)
    daemon.stop()


def test_a_reload_takes_accounts_in_and_out_and_a_wrong_config_changes_nothing(tmp_path, servers, managed):
    one, two = servers(pull=all_at_once(MAILS), watch=quiet), servers(pull=all_at_once(MAILS), watch=quiet)
    path = config(tmp_path, ("one", one.port))
    daemon = managed(path)
    daemon.tells("READY")
    config(tmp_path, ("two", two.port))
    before = len(daemon.said)
    daemon.ask(signal.SIGHUP)
    told = daemon.tells("RELOADING=1", after=before)
    assert int(told.partition("MONOTONIC_USEC=")[2]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    daemon.tells("^READY=1$", after=before)
    daemon.logs("^reading two every 5m")
    _until(lambda: bool(two.asked))
    good = path.read_text()
    path.write_text(good + "[runn]\n")
    before = len(daemon.said)
    daemon.ask(signal.SIGHUP)
    daemon.logs("unknown key 'runn'.*going on with the config as it was")
    daemon.tells("^READY=1$", after=before)
    assert daemon.process.poll() is None
    daemon.stop()


def test_a_reload_may_name_another_store(tmp_path, servers, managed):
    server = servers(pull=all_at_once(MAILS), watch=quiet)
    path = config(tmp_path, ("mail", server.port))
    daemon = managed(path)
    daemon.logs("^mail: 5 new")
    path.write_text(path.read_text().replace("kith.db", "other.db"))
    daemon.ask(signal.SIGHUP)
    daemon.logs("^mail: 5 new", after=len(daemon.lines))
    daemon.stop()
    assert (tmp_path / "other.db").exists()


def test_the_log_can_be_json_a_line(tmp_path, servers, managed):
    server = servers(pull=all_at_once(MAILS), watch=quiet)
    daemon = managed(config(tmp_path, ("mail", server.port)), "--log", "json")
    daemon.logs('"event":"pass"')
    daemon.stop()
    entries = [json.loads(line) for line in daemon.lines]
    done = next(entry for entry in entries if entry["event"] == "pass")
    assert (done["account"], done["level"], done["new"], done["rejected"]) == ("mail", "info", 5, 0)
    assert done["time"].endswith("Z")
    assert done["message"].startswith("mail: 5 new")


def test_a_second_daemon_is_told_who_runs(tmp_path, servers, managed):
    server = servers(pull=all_at_once(MAILS), watch=quiet)
    path = config(tmp_path, ("mail", server.port))
    daemon = managed(path)
    daemon.tells("READY")
    second = subprocess.run(
        [*KITH_WITH_LINES, "--config", path, "run"], capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    assert f"process {daemon.process.pid}" in second.stderr
    assert second.stderr.count("\n") == 1
    daemon.stop()


def _status(path: Path, account: str) -> str:
    done = subprocess.run(
        [*KITH_WITH_LINES, "--config", path, "status"], capture_output=True, text=True, timeout=60, check=False
    )
    return next((line for line in done.stdout.splitlines() if line.startswith(account)), "")


def _until(holds, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except sqlite3.OperationalError:
            pass
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.1)


def test_a_new_login_is_a_change_that_a_paused_account_waits_for(tmp_path):
    spec = ConnectorSpec(kind="gated", settings=object, open=lambda *_: None, login=lambda *_: None)
    account = Account(name="work", spec=spec, settings=None)
    loaded = load(config(tmp_path))
    office = Office(journal=None, changed=lambda: None, read=lambda brought: None)
    worker = Worker(loaded, account, None, office)
    before = worker._files()
    assert worker._files() == before
    with surroundings(loaded, "work").logins.changing("work") as slot:
        slot.write(Secret("refreshed"))
    assert worker._files() != before
