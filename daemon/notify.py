"""The service manager's environment in, what it is told out: ready, what is being done, still moving, stopping.

Speaks the sd_notify protocol of systemd by itself: datagrams of ``NAME=value`` lines to a Unix socket. Without a
service manager nothing is said to anybody.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import MutableMapping
from typing import Final

_LONGEST_STATUS: Final = 200


class Notifier:
    """Tells the service manager; its failures are nobody's trouble."""

    def __init__(self, address: str = "", watchdog_s: float = 0.0) -> None:
        self._socket: socket.socket | None = None
        #: How often it must hear that the work moves, in seconds; 0 where it does not ask.
        self.watchdog_s = watchdog_s
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
            self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self) -> None:
        """The service works."""
        self._send("READY=1")

    def status(self, line: str) -> None:
        """What it is doing, for ``systemctl status``."""
        self._send(f"STATUS={' '.join(line.split())[:_LONGEST_STATUS]}")

    def reloading(self) -> None:
        """The config is being read anew; ``ready`` follows."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The service ends."""
        self._send("STOPPING=1")

    def moving(self) -> None:
        """The work moves: feeds the watchdog."""
        self._send("WATCHDOG=1")

    def close(self) -> None:
        """Say no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, said: str) -> None:
        if self._socket is not None:
            try:
                self._socket.sendto(said.encode(), self._address)
            except OSError:  # nobody listens (any more), or its queue is full: there will be a next time
                return


def notifier(environment: MutableMapping[str, str]) -> Notifier:
    """The notifier that ``environment`` asks for; what asks is taken out, for programs started here are not meant."""
    address = environment.pop("NOTIFY_SOCKET", "")
    pid = environment.pop("WATCHDOG_PID", "")
    usec = environment.pop("WATCHDOG_USEC", "")
    meant = usec.isdecimal() and pid in ("", str(os.getpid()))
    return Notifier(address, int(usec) / 1e6 if meant else 0.0)
