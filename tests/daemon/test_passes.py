"""Passes over accounts: one that fails never stops the others."""

from __future__ import annotations

import pytest

from connectors.errors import NeedsOwner, Transient
from connectors.protocol import ConnectorSpec, Stream
from daemon.config import Account, load
from daemon.demo import write_sample
from daemon.passes import passes
from daemon.store import StoreError, open_store


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


def test_a_connector_that_holds_something_open_gives_it_back_however_the_pass_ends(sample, store):
    closed = []

    class Held(Failing):
        def close(self):
            closed.append(True)

    spec = ConnectorSpec(kind="held", settings=object, open=lambda settings, around: Held(NeedsOwner("no")))
    list(passes(sample, store, [Account(name="held", spec=spec, settings=None)]))
    assert closed == [True]


def test_a_pass_that_is_stopped_says_nothing_about_the_account(sample, store):
    stopped = []

    class CutOff(Failing):
        def pull(self, stream, since):
            stopped.append(True)
            raise Transient("the connection was closed")
            yield

    spec = ConnectorSpec(kind="cut", settings=object, open=lambda settings, around: CutOff(NeedsOwner("no")))
    list(passes(sample, store, [Account(name="cut", spec=spec, settings=None)], stop=lambda: bool(stopped)))
    assert store.account_states() == ()
