"""Passes over accounts: one that fails never stops the others, and the daemon stops when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from connectors.errors import NeedsOwner
from connectors.protocol import ConnectorSpec, Stream
from daemon.config import Account, load
from daemon.demo import write_sample
from daemon.service import Loop, passes
from daemon.store import StoreError, open_store

KITH = Path(sys.executable).parent / "kith"


class Failing:
    """A source that fails as it is told to."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def streams(self):
        return [Stream(name="box", holds="mail")]

    def pull(self, stream, since):
        raise self._error
        yield


def failing(name: str, error: Exception, *, needs_login: bool = False) -> Account:
    login = (lambda settings, around: pytest.fail("nobody logs in here")) if needs_login else None
    spec = ConnectorSpec(kind="failing", settings=object, open=lambda settings, around: Failing(error), login=login)
    return Account(name=name, spec=spec, settings=None)


@pytest.fixture
def sample(tmp_path):
    """The config of a fresh copy of the sample network."""
    return load(write_sample(tmp_path / "sample"))


@pytest.fixture
def store(sample):
    opened = open_store(sample.store.url, sample.folder)
    yield opened
    opened.close()


@pytest.mark.parametrize("error", [RuntimeError("a bug\nwith two lines"), NeedsOwner("the disk is not plugged in")])
def test_an_account_that_fails_never_stops_the_others(sample, store, error):
    accounts = [failing("broken", error), *sample.accounts]
    done = {each.account.name: each.outcome for each in passes(sample, store, accounts)}
    assert done["broken"].problem
    assert "\n" not in done["broken"].problem
    assert done["mail"].problem is None
    assert done["mail"].applied.new > 300
    states = {state.name: state.problem for state in store.account_states()}
    assert states == {"broken": done["broken"].problem, "mail": None, "calendar": None}


def test_an_account_that_cannot_even_be_opened_is_a_problem_of_its_own(sample, store):
    def refuse(settings, around):
        raise NeedsOwner("no such server")

    spec = ConnectorSpec(kind="refusing", settings=object, open=refuse)
    (done,) = passes(sample, store, [Account(name="refused", spec=spec, settings=None)])
    assert done.outcome.problem == "no such server"
    assert store.account_states()[0].problem == "no such server"


def test_only_an_account_with_a_login_asks_for_one(sample, store):
    accounts = [failing("file", NeedsOwner("gone")), failing("server", NeedsOwner("expired"), needs_login=True)]
    assert [done.needs_login for done in passes(sample, store, accounts)] == [False, True]


def test_trouble_with_the_store_is_nobodys_account(sample, store):
    with pytest.raises(StoreError):
        list(passes(sample, store, [failing("any", StoreError("disk full"))]))


def test_the_loop_reads_again_and_ends_when_told_to(sample, store):
    stopping, lines = Event(), []
    loop = Loop(config=sample, store=store, say=lines.append, stopping=stopping, chance=lambda: 0.5)
    timer = Timer(60, stopping.set)  # in case it never says that it has read

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("calendar: "):
            stopping.set()

    loop.say = say
    timer.start()
    loop.run()
    timer.cancel()
    assert lines[0] == "reading mail, calendar every 5m"
    assert [line.partition(":")[0] for line in lines[1:]] == ["mail", "calendar"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_stops_cleanly_and_has_read_everything(tmp_path, told):
    path = write_sample(tmp_path)
    with subprocess.Popen(
        [KITH, "--config", path, "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as daemon:
        lines = [daemon.stdout.readline() for _ in range(3)]
        began = time.monotonic()
        daemon.send_signal(told)
        rest, errors = daemon.communicate(timeout=30)
    assert daemon.returncode == 0
    assert time.monotonic() - began < 30
    assert errors == ""
    assert [line.partition(":")[0] for line in lines[1:]] == ["mail", "calendar"]
    assert rest == "stopped\n"
    again = subprocess.run([KITH, "--config", path, "sync"], capture_output=True, text=True, timeout=60, check=True)
    assert "mail: 0 new, 0 changed, 0 removed, 0 rejected" in again.stdout


def test_the_daemon_reads_a_changed_config_and_keeps_the_old_one_if_it_is_wrong(tmp_path):
    path = write_sample(tmp_path)
    good = path.read_text()
    with subprocess.Popen([KITH, "--config", path, "run"], stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout.readline() == "reading mail, calendar every 5m\n"
        path.write_text(good + '\n[run]\npoll = "7m"\n')
        os.kill(daemon.pid, signal.SIGHUP)
        seen = _until(daemon, "reading")
        assert "config read anew\n" in seen
        assert seen[-1] == "reading mail, calendar every 7m\n"
        path.write_text(good + "[runn]\n")
        os.kill(daemon.pid, signal.SIGHUP)
        seen = _until(daemon, "reading")
        assert any("unknown key 'runn'" in line and "as it was" in line for line in seen)
        assert seen[-1] == "reading mail, calendar every 7m\n"
        daemon.terminate()
        assert daemon.communicate(timeout=30)[0].endswith("stopped\n")


def _until(daemon: subprocess.Popen[str], beginning: str) -> list[str]:
    lines = [daemon.stdout.readline()]
    while not lines[-1].startswith(beginning):
        assert lines[-1], "the daemon ended"
        lines.append(daemon.stdout.readline())
    return lines
