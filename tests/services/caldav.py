"""Radicale and Xandikos as real processes on loopback, started by the tests, with calendars that tests fill.

``Radicale`` has users user-1, user-2, ... with the password "secret", each with a home of their own; its events are
files, which appear as soon as they are written. ``Xandikos`` has no login and keeps its calendars in git: it is filled
over HTTP, or by a copy of a calendar that is.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.conftest import missing
from tests.services.dovecot import free_port

PASSWORD = "secret"
_READY_S = 40.0
_USERS = 400
_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/collections
[logging]
level = warning
"""


class _Server:
    """A process that is started and stopped."""

    def __init__(self, module: str) -> None:
        if importlib.util.find_spec(module) is None:
            missing(f"needs the Python package {module}")
        self.folder = Path(tempfile.mkdtemp(prefix=f"kith-{module}-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._process: subprocess.Popen[bytes] | None = None

    def words(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = self.folder / "log"
        with log.open("ab") as file:
            self._process = subprocess.Popen([sys.executable, *self.words()], stdout=file, stderr=file)
        until = time.monotonic() + _READY_S
        while True:
            try:
                requests.options(self.url, timeout=5).close()
            except requests.ConnectionError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"the server does not start: {log.read_text()[-2000:]}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop the server; the calendars stay."""
        if self._process is not None:
            self._process.kill()  # both wait for their connections when they are asked kindly
            self._process.wait(20)
            self._process = None

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def calendar_of(event: str) -> bytes:
    """A whole calendar file around some components."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n{event}END:VCALENDAR\r\n".encode()


class Radicale(_Server):
    """A server, started. Calendars are folders of files, which their users alone may read."""

    def __init__(self) -> None:
        super().__init__("radicale")
        self._numbers = itertools.count(1)
        (self.folder / "users").write_text("".join(f"user-{number}:{PASSWORD}\n" for number in range(1, _USERS)))
        (self.folder / "config").write_text(_CONFIG.format(port=self.port, folder=self.folder))
        self.start()

    def words(self) -> list[str]:
        """How it is started."""
        return ["-m", "radicale", "--config", str(self.folder / "config")]

    def new_user(self) -> str:
        """A user without calendars, whom no other test has."""
        user = f"user-{next(self._numbers)}"
        self.home(user).mkdir(parents=True)
        return user

    def home(self, user: str) -> Path:
        """The folder with a user's calendars."""
        return self.folder / "collections" / "collection-root" / user

    def make(self, user: str, name: str, *, title: str = "", kinds: str = "VEVENT") -> Path:
        """A new calendar's folder."""
        folder = self.home(user) / name
        folder.mkdir(parents=True)
        self.retitle(folder, title, kinds)
        return folder

    def retitle(self, folder: Path, title: str, kinds: str = "VEVENT") -> None:
        """Give a calendar another display name."""
        properties = {"tag": "VCALENDAR", "C:supported-calendar-component-set": kinds}
        if title:
            properties["D:displayname"] = title
        (folder / ".Radicale.props").write_text(json.dumps(properties))

    def put(self, folder: Path, events: Mapping[str, str]) -> None:
        """Write events, given as components, as files of these names."""
        for name, event in events.items():
            (folder / f"{name}.ics").write_bytes(calendar_of(event))

    def forget_tokens(self, folder: Path) -> None:
        """Let the server no longer know which sync-tokens it gave."""
        shutil.rmtree(folder / ".Radicale.cache" / "sync-token", ignore_errors=True)
        shutil.rmtree(folder / ".Radicale.cache" / "history", ignore_errors=True)

    def secret(self, base: Path) -> str:
        """The name of a password file in ``base``."""
        path = base / "password"
        path.touch(mode=0o600)
        path.write_text(f"{PASSWORD}\n")
        return path.name


class Xandikos(_Server):
    """A server, started, with one user and the calendar ``/alice/calendars/calendar/``."""

    def __init__(self) -> None:
        super().__init__("xandikos")
        self.start()

    def words(self) -> list[str]:
        """How it is started."""
        return ["-m", "xandikos", "serve", "-d", str(self.folder / "store"), "-l", "127.0.0.1", "-p", str(self.port),
                "--current-user-principal", "/alice/", "--defaults"]  # fmt: skip

    def address(self, calendar: str = "calendar") -> str:
        """The URL of a calendar."""
        return f"{self.url}alice/calendars/{calendar}/"

    def put(self, events: Mapping[str, str], calendar: str = "calendar") -> None:
        """Put events, given as components, under these names."""
        with requests.Session() as session:
            for name, event in events.items():
                session.put(
                    f"{self.address(calendar)}{name}.ics",
                    data=calendar_of(event),
                    headers={"Content-Type": "text/calendar"},
                    timeout=30,
                ).raise_for_status()

    def take_out(self, names: Iterable[str], calendar: str = "calendar") -> None:
        """Delete events."""
        with requests.Session() as session:
            for name in names:
                session.delete(f"{self.address(calendar)}{name}.ics", timeout=30).raise_for_status()

    def copy(self, calendar: str) -> None:
        """A new calendar with the events of the default one."""
        home = self.folder / "store" / "alice" / "calendars"
        shutil.copytree(home / "calendar", home / calendar)

    def remove(self, calendar: str) -> None:
        """Delete a calendar."""
        requests.delete(self.address(calendar), timeout=30).raise_for_status()


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    """A Radicale for the tests of a module, each of which takes a user of its own."""
    server = Radicale()
    yield server
    server.close()


@pytest.fixture(scope="module")
def xandikos() -> Iterator[Xandikos]:
    """A Xandikos for the tests of a module, each of which takes a calendar of its own."""
    server = Xandikos()
    yield server
    server.close()
