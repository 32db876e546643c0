"""``kith sync`` on a real mailbox, killed at twenty random moments: the same ledger and counts as one undisturbed run."""

from __future__ import annotations

import gzip
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.store import open_store
from tests.daemon.store_dump import dump

KILLS = 20
FOLDER = re.compile(rb"^X-Folder: (.*)$", re.MULTILINE)
CONFIG = """
[owner]
name = "Phillip Allen"
addresses = ["phillip.allen@enron.com"]
timezone = "America/Chicago"

[store]
url = "sqlite:///kith.db"

[[accounts]]
name = "work"
kind = "mbox"
path = "boxes"
sent = ["*sent*"]
"""


def write_boxes(box, folder):
    """The mails of a box as one mbox file for each folder that they lay in, and a config."""
    (folder / "boxes").mkdir(parents=True)
    for mail in re.split(rb"(?m)^(?=From MAILER-DAEMON )", gzip.decompress(box.read_bytes()))[1:]:
        named = FOLDER.search(mail)[1].decode("ascii", "replace").lower()
        name = re.sub(r"[^a-z]+", "-", named.rpartition("\\")[2]).strip("-")
        with (folder / "boxes" / f"{name}.mbox").open("ab") as file:
            file.write(mail)
    (folder / "kith.toml").write_text(CONFIG)


def sync(folder):
    return subprocess.Popen(
        [Path(sys.executable).parent / "kith", "--config", folder / "kith.toml", "sync"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def state(folder):
    store = open_store("sqlite:///kith.db", folder)
    try:
        return dump(store)
    finally:
        store.close()


@pytest.fixture
def boxes(shared, tmp_path):
    box = shared / "data" / "mail" / "enron" / "allen-p.mbox.gz"
    for name in ("undisturbed", "killed"):
        write_boxes(box, tmp_path / name)
    return tmp_path


def finished(folder):
    """Sync to the end; how many seconds that took."""
    began = time.monotonic()
    running = sync(folder)
    _, complained = running.communicate(timeout=300)
    assert running.returncode == 0, complained
    return time.monotonic() - began


def test_killed_at_twenty_random_moments_and_resumed_it_ends_as_if_undisturbed(boxes):
    whole = finished(boxes / "undisturbed")
    wanted = state(boxes / "undisturbed")
    assert len(wanted["messages"]) > 3_000
    assert len(wanted["favors"]) > 50
    idle = finished(boxes / "undisturbed")
    assert state(boxes / "undisturbed") == wanted

    rng = random.Random(20)
    kills = 0
    for _ in range(KILLS):
        victim = sync(boxes / "killed")
        time.sleep(idle / 2 + rng.uniform(0, whole - idle) / 8)
        victim.kill()
        victim.communicate()
        kills += victim.returncode == -signal.SIGKILL
    assert kills > KILLS // 4
    finished(boxes / "killed")
    assert state(boxes / "killed") == wanted
