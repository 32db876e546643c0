"""Accounts in; the threads that ``kith run`` reads them with, driven pass by pass on a clock of the test's own, out."""

from __future__ import annotations

import queue

from daemon import worker
from daemon.config import Account, load
from daemon.logs import Log
from tests.daemon.store_sample import read

PATIENCE_S = 120.0


class DrivenDaemon:
    """One worker an account. ``pass_over`` has each account read once, whatever it waits for, and waits for the end."""

    def __init__(self, folder, store, specs, *, now, monkeypatch):
        """``specs`` are the kinds of the accounts by name; ``now`` tells the time to everything but the waiting."""
        for place in ("daemon.worker.clock", "daemon.passes.clock"):
            monkeypatch.setattr(place, now)
        monkeypatch.setattr(worker, "read_with_default", read)
        path = folder / "kith.toml"
        path.write_text('[owner]\nname = "Maya Lindqvist"\naddresses = ["maya@lindqvist.example"]\n')
        path.chmod(0o600)
        config = load(path)
        self._workers = []
        self._read = queue.Queue()
        office = worker.Office(journal=Log(), changed=lambda: None, read=self._read.put)
        for name, spec in specs.items():
            account = Account(name=name, spec=spec, settings=None)
            self._workers.append(worker.Worker(config, account, store, office))
        self._started = False

    def pass_over(self):
        """Each account once; the problems, if any."""
        problems = []
        for each in self._workers:
            if self._started:
                each.read_now()
            else:
                each.start()
            self._read.get(timeout=PATIENCE_S)
            if each.now.problem:
                problems.append(each.now.problem)
        self._started = True
        return problems

    def stop(self):
        """End the threads."""
        for each in self._workers:
            each.stop()
        assert all(each.ended(20) for each in self._workers)
