"""The test's side of the source of ``more_sources/lines.py``: a server that answers, fails or hangs as a test says.

``answers`` maps what is asked ("pull", "watch") to a function from the cursor to answers, each a JSON object a line:
``{"mails": [[key, text], …], "cursor": "3"}``, ``{"error": "Transient", "says": "…", "after": 60}``, ``{"new": true}``
or ``{"end": true}``; the function may wait before it gives one.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

#: The command ``kith`` with this kind of source.
KITH_WITH_LINES = [sys.executable, str(Path(__file__).parent / "kith_with_more_sources.py")]
Answer = Callable[[str], Iterator[dict[str, object]]]


class LinesServer:
    """Answers as the test says; ``asked`` is what it was asked."""

    def __init__(self, **answers: Callable[[str], Iterator[dict[str, object]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(taken)
            threading.Thread(target=self._answer, args=(taken,), daemon=True).start()

    def _answer(self, taken: socket.socket) -> None:
        try:
            with taken, taken.makefile("rb") as asked:
                for line in asked:
                    what, _, cursor = line.decode().strip().partition(" ")
                    self.asked.append(f"{what} {cursor}")
                    for answer in self.answers[what](cursor):
                        taken.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:
            return


def all_at_once(mails: list[tuple[str, str]]) -> Callable[[str], Iterator[dict[str, object]]]:
    """Answers a pull with the mails after the cursor (a count), in one batch."""

    def pull(cursor: str) -> Iterator[dict[str, object]]:
        seen = 0 if cursor == "-" else int(cursor)
        yield {"mails": mails[seen:], "cursor": str(len(mails))}
        yield {"end": True}

    return pull


def hang(_cursor: str) -> Iterator[dict[str, object]]:
    """Answers nothing, ever."""
    time.sleep(3600)
    yield {}
