"""A daemon and whatever else runs on its store: a second daemon, kith sync, corrections, on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from daemon.store import open_store
from tests.daemon.store_dump import dump
from tests.services.lines import KITH_WITH_LINES, LinesServer, all_at_once
from tests.services.service_manager import Managed

MAILS = [(f"m{number}", f"Could you send me the plan number {number}?") for number in range(60)]
#: So long the daemon of these tests reads, unless the test lets it end before.
_READING_S = 120


class Slow:
    """A source that yields a mail every now and then until it is told to end."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.server = LinesServer(pull=self.pull, watch=self.watch)

    def pull(self, cursor: str) -> Iterator[dict[str, object]]:
        until = time.monotonic() + _READING_S
        for number in range(0 if cursor == "-" else int(cursor), len(MAILS)):
            if number and time.monotonic() < until:
                self.may_end.wait(0.3)
            yield {"mails": [MAILS[number]], "cursor": str(number + 1), "total": len(MAILS)}
        self.may_end.wait(max(0.0, until - time.monotonic()))
        yield {"end": True}

    def watch(self, _cursor: str) -> Iterator[dict[str, object]]:
        time.sleep(3600)
        yield {"end": True}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return "sqlite:///kith.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def slow():
    source = Slow()
    yield source
    source.may_end.set()
    source.server.close()


@pytest.fixture
def path(tmp_path, url, slow):
    """The config of a store, with an account whose first sync takes long."""
    path = tmp_path / "kith.toml"
    path.write_text(
        '[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\n'
        f'[store]\nurl = "{url}"\n[[accounts]]\nname = "mail"\nkind = "lines"\nport = {slow.server.port}\n'
    )
    path.chmod(0o600)
    return path


@pytest.fixture
def daemon(path, tmp_path):
    with Managed([*KITH_WITH_LINES, "--config", path, "run"], folder=tmp_path) as started:
        started.tells("READY=1")
        started.tells(r"reading mail \([1-9]")
        yield started
        started.stop()


def kith(path, *words, seconds=90):
    """Run a command to its end, beside the daemon."""
    return subprocess.run(
        [*KITH_WITH_LINES, "--config", path, *words], capture_output=True, text=True, timeout=seconds, check=False
    )


def test_a_second_daemon_ends_at_once_and_says_who_runs(daemon, path):
    second = kith(path, "run")
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert f"already (process {daemon.process.pid})" in second.stderr
    assert daemon.process.poll() is None


def test_a_sync_beside_the_daemon_waits_for_its_pass_with_a_clear_line_and_then_runs(daemon, path, slow):
    with subprocess.Popen(
        [*KITH_WITH_LINES, "--config", path, "sync"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as sync:
        line = sync.stderr.readline()
        assert f"kith run (process {daemon.process.pid}) is reading mail; waiting" in line
        assert sync.poll() is None
        slow.may_end.set()
        out, errors = sync.communicate(timeout=90)
    assert sync.returncode == 0, errors
    assert "mail: 0 new" in out
    assert slow.server.asked.count("pull -") == 1  # what one read the other did not read again


def test_corrections_and_erasure_come_through_within_seconds_during_a_first_sync(daemon, path, url, tmp_path):
    refused = [kith(path, "correct", "mute", "@shop.example"), kith(path, "forget", "stranger@x.example", "--yes")]
    assert [(each.returncode, each.stderr) for each in refused] == [(0, ""), (0, "")]
    status = kith(path, "status")
    assert f"kith run: process {daemon.process.pid} since" in status.stdout
    assert "mail (lines): not read completely yet; reading now" in status.stdout
    assert daemon.process.poll() is None
    assert not [line for line in daemon.lines if "busy" in line or "another kith" in line]
    store = open_store(url, tmp_path)
    assert [each.kind.value for each in store.corrections()] == ["mute"]
    store.close()


def test_commands_in_the_middle_of_a_first_sync_change_nothing_about_its_end(
    daemon, path, url, tmp_path, slow, sqlite_stores
):
    assert kith(path, "reinfer").returncode == 0
    slow.may_end.set()
    daemon.logs("^mail: 60 new")
    assert kith(path, "sync").returncode == 0
    daemon.stop()
    store = open_store(url, tmp_path)
    disturbed = dump(store)
    store.close()
    plain = tmp_path / "plain"
    plain.mkdir()
    other = LinesServer(pull=all_at_once(MAILS))
    (plain / "kith.toml").write_text(
        path.read_text()
        .replace(url, "sqlite:///plain.db")
        .replace(f"port = {slow.server.port}", f"port = {other.port}")
    )
    assert kith(plain / "kith.toml", "sync").returncode == 0
    other.close()
    store = open_store("sqlite:///plain.db", plain)
    assert dump(store) == disturbed
    store.close()
