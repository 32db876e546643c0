"""A month of trouble at Google and at Microsoft, read by the threads of ``kith run``, ends as a quiet one."""

from __future__ import annotations

from connectors.protocol import ConnectorSpec
from connectors.sources import outlook, outlook_calendar
from tests.connectors import test_source_outlook_month as microsoft
from tests.daemon.store_dump import dump
from tests.faults import test_google_month as google
from tests.services.driven_daemon import DrivenDaemon
from tests.services.microsoft import opened


class MonthOfTheDaemon(google.Month):
    """The same month, read by the daemon's threads."""

    monkeypatch = None

    def __init__(self, folder, store):
        super().__init__(folder, store)
        specs = {
            name: ConnectorSpec(kind=kind, settings=object, open=self.opening(name), login=lambda *_: None)
            for name, kind, _ in self.opened()
        }
        folder.mkdir(exist_ok=True)
        self.daemon = DrivenDaemon(folder, store, specs, now=lambda: self.time, monkeypatch=self.monkeypatch)

    def opening(self, wanted):
        return lambda *_: next(connector for name, _, connector in self.opened() if name == wanted)

    def sync(self):
        self.problems += self.daemon.pass_over()


def test_the_daemon_s_month_at_google(sqlite_stores, owner, tmp_path, monkeypatch):
    made = []

    def month(folder, store):
        made.append(MonthOfTheDaemon(folder, store))
        return made[-1]

    MonthOfTheDaemon.monkeypatch = monkeypatch
    monkeypatch.setattr(google, "Month", month)
    quiet, said = google.lived(tmp_path / "quiet", sqlite_stores(), owner, disturbed=False)
    made[0].daemon.stop()
    assert said == []
    assert len(quiet["favors"]) >= 20
    rough, said = google.lived(tmp_path / "rough", sqlite_stores(), owner, disturbed=True)
    made[1].daemon.stop()
    assert any("kith login post" in line for line in said)
    for table, rows in quiet.items():
        assert rough[table] == rows, table


def test_the_daemon_s_month_at_microsoft(tmp_path, monkeypatch):
    driven = {}

    def passes(fake, store, folder, clock):
        def opening(module):
            def opened_here(*_):
                connector = opened(fake, module.CONNECTOR, folder)
                connector._graph._sleep = lambda seconds: None
                return connector

            return opened_here

        if store not in driven:
            specs = {
                name: ConnectorSpec(
                    kind=module.CONNECTOR.kind, settings=object, open=opening(module), login=lambda *_: None
                )
                for name, module in (("mail", outlook), ("calendar", outlook_calendar))
            }
            driven[store] = DrivenDaemon(folder, store, specs, now=clock, monkeypatch=monkeypatch)
        problems = driven[store].pass_over()
        if problems:
            driven[store].pass_over()
        return set(problems)

    def ended(store):
        driven[store].stop()
        return dump(store)

    monkeypatch.setattr(microsoft, "passes", passes)
    monkeypatch.setattr(microsoft, "dump", ended)
    for name in ("calm", "troubled"):
        (tmp_path / name).mkdir()
    calm, none = microsoft.month(tmp_path / "calm", troubled=False)
    troubled, problems = microsoft.month(tmp_path / "troubled", troubled=True)
    assert none == set()
    assert any("kith login" in line for line in problems), problems
    for table, rows in calm.items():
        assert (table, troubled[table]) == (table, rows)
