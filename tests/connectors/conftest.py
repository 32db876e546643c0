"""``deadline``: a test that hangs is broken off; and how mails are parsed in these tests."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.mime import parse

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
SECONDS = 60


@pytest.fixture(autouse=True)
def deadline():
    """Nothing that strangers send may take a minute: a hang becomes a failure."""

    def give_up(signum, frame):
        raise TimeoutError(f"still at it after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def read():
    """``read(raw, **more)`` parses one mail."""

    def read(raw, now=NOW, **more):
        if isinstance(raw, str):
            raw = raw.encode()
        return parse(raw, key="k", now=now, zone=ZONE, **more)

    return read
