"""Two programs on one store: the second waits a little, then says in one line what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from daemon.store import open_store

CONFIG = """
[owner]
name = "Maya Lindqvist"
addresses = ["maya@lindqvist.example"]

[store]
url = "sqlite:///kith.db"

[[accounts]]
name = "post"
kind = "mbox"
path = "box.mbox"
"""


def test_a_second_sync_says_that_another_is_writing_and_loses_nothing(tmp_path):
    (tmp_path / "kith.toml").write_text(CONFIG)
    (tmp_path / "box.mbox").write_text(
        "From x Thu Jan  1 00:00:00 2026\nFrom: Dana <dana@acme.example>\nTo: maya@lindqvist.example\n"
        "Message-ID: <1@acme.example>\nDate: Thu, 1 Jan 2026 10:00:00 +0000\nSubject: Hello\n\nHello Maya\n"
    )
    command = [Path(sys.executable).parent / "kith", "--config", tmp_path / "kith.toml", "sync"]
    store = open_store("sqlite:///kith.db", tmp_path)
    with store.writing():
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "is writing to this store: try again" in refused.stderr
    assert store.people() == []
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert [person.emails for person in store.people()] == [("dana@acme.example",)]
    store.close()
