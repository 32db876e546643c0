"""What a service manager is to a daemon: a process with a NOTIFY_SOCKET, what it said, and its log."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE_S = 60.0


class Managed:
    """A started daemon; ``said`` are the datagrams so far, ``lines`` its log."""

    def __init__(
        self, command: Sequence[str | Path], *, abstract: bool = False, watchdog_s: float = 0.0, folder: Path
    ) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = f"kith-{os.getpid()}-{os.urandom(4).hex()}"
        path = f"@{name}" if abstract else str(folder / name)
        self._socket.bind(f"\0{name}" if abstract else path)
        self._socket.settimeout(0.2)
        environment = {**os.environ, "NOTIFY_SOCKET": path}
        if watchdog_s:
            environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1e6))
        self.said: list[str] = []
        self.lines: list[str] = []
        self._news: queue.Queue[None] = queue.Queue()
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._threads = [
            threading.Thread(target=self._hear, daemon=True),
            threading.Thread(target=self._follow, daemon=True),
        ]
        for each in self._threads:
            each.start()

    def __enter__(self) -> Managed:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for each in self._threads:
            each.join(5)
        self.process.stdout.close()
        self._socket.close()

    def _hear(self) -> None:
        while self.process.poll() is None:
            try:
                self.said.append(self._socket.recv(65536).decode())
                self._news.put(None)
            except TimeoutError:
                continue
            except OSError:
                return

    def _follow(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._news.put(None)
        self._news.put(None)

    def tells(self, pattern: str, *, after: int = 0) -> str:
        """Wait for a datagram that matches, from number ``after`` on."""
        return self._awaited(self.said, pattern, after)

    def logs(self, pattern: str, *, after: int = 0) -> str:
        """Wait for a line of the log that matches, from number ``after`` on."""
        return self._awaited(self.lines, pattern, after)

    def _awaited(self, found: list[str], pattern: str, after: int) -> str:
        until = time.monotonic() + PATIENCE_S
        while True:
            for each in found[after:]:
                if re.search(pattern, each):
                    return each
            left = until - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and self._news.empty()):
                raise AssertionError(f"{pattern!r} was not said; log {self.lines}, told {self.said}")
            try:
                self._news.get(timeout=min(left, 0.5))
            except queue.Empty:
                continue

    def ask(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Stop it, as a service manager does; how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - began
