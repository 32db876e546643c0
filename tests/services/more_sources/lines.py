"""A source of the tests' own, ``kind = "lines"``: asks a server of the test over TCP, which may answer, fail or hang.

See ``tests/services/lines.py``, the test's side of it.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from connectors import errors
from connectors.protocol import ConnectorSpec, Stream, Surroundings
from connectors.records import Address, Batch, Cursor, Message

DANA = Address(email="dana@acme.example", name="Dana Whitfield")
MAYA = Address(email="maya@lindqvist.example", name="Maya Lindqvist")


class LinesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``port`` of the test's server on loopback; the password is not asked for."""

    port: int
    password_file: str = ""


class LinesConnector:
    """Asks the server; a connection is kept, and closed from outside if need be."""

    def __init__(self, settings: LinesSettings, _surroundings: Surroundings) -> None:
        self._settings = settings
        self._socket: socket.socket | None = None

    def close(self) -> None:
        opened, self._socket = self._socket, None
        if opened is not None:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def streams(self) -> Sequence[Stream]:
        return [Stream(name="box", holds="mail")]

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        for line in self._ask("pull", since.value if since else "-"):
            mails = tuple(mail(key, text) for key, text in line["mails"])
            yield Batch(changes=mails, cursor=Cursor(value=line["cursor"]), total=line.get("total"))

    def watch(self, seconds: float, woken: Callable[[], bool]) -> bool:
        lines = self._ask("watch", "-", woken=woken, until=time.monotonic() + seconds)
        return any(line.get("new") for line in lines)

    def _ask(
        self, what: str, cursor: str, woken: Callable[[], bool] | None = None, until: float = 0.0
    ) -> Iterator[dict[str, object]]:
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._settings.port))
            opened = self._socket
            opened.sendall(f"{what} {cursor}\n".encode())
            rest = b""
            while True:
                if woken is not None and not select.select([opened], [], [], 0.2)[0]:
                    if woken() or time.monotonic() > until:
                        self.close()
                        return
                    continue
                got = opened.recv(65536)
                if not got:
                    self.close()
                    raise errors.Transient("the server hung up")
                *lines, rest = (rest + got).split(b"\n")
                for each in lines:
                    line = json.loads(each)
                    if "error" in line:
                        raise failure(line)
                    if line.get("end"):
                        return
                    yield line
        except OSError as error:
            self.close()
            raise errors.Transient(f"the server cannot be reached: {error}") from error


def failure(line: dict[str, object]) -> Exception:
    if line["error"] == "Transient" and "after" in line:
        return errors.Transient(str(line["says"]), retry_after=timedelta(seconds=float(str(line["after"]))))
    return getattr(errors, str(line["error"]), RuntimeError)(line["says"])


def mail(key: str, text: str) -> Message:
    """A mail of Dana's to Maya."""
    return Message(
        key=key,
        message_id=f"{key}@acme.example",
        sender=DANA,
        to=(MAYA,),
        sent_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        subject=f"About {key}",
        text=text,
    )


CONNECTOR = ConnectorSpec(kind="lines", settings=LinesSettings, open=LinesConnector)
