"""An IMAP server that says what a test tells it to say: what no real server says on demand.

``FakeImap({"LIST": b"* LIST ..."})`` answers the command LIST with these lines and then OK; without an entry it plays a
server with one empty inbox. ``{tag}`` in an answer stands for the command's tag; an answer that holds it ends the
command itself. A callable gets the whole command line and answers. ``commands`` are those that came.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping

Answer = bytes | Callable[[str], bytes]

_USUAL: Mapping[str, Answer] = {
    "GREETING": b"* OK ready\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n",
    "LIST": b'* LIST (\\HasNoChildren) "/" INBOX\r\n',
    "STATUS": b"* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\r\n",
    "EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n",
    "UID SEARCH": b"* SEARCH\r\n",
}


class FakeImap:
    """It listens on ``port`` of loopback."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = {**_USUAL, **(answers or {})}
        self.commands: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take nobody any more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.sendall(self._said("GREETING", "GREETING"))
            with client.makefile("rb") as lines:
                for line in lines:
                    tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                    self.commands.append(command)
                    answer = self._answer(command)
                    if b"{tag}" not in answer:
                        answer += b"{tag} OK done\r\n"
                    client.sendall(answer.replace(b"{tag}", tag.encode()))
                    if command.upper() == "LOGOUT" or b"* BYE" in answer:
                        return

    def _answer(self, command: str) -> bytes:
        names = [name for name in self.answers if command.upper().startswith(name)]
        return self._said(max(names, key=len), command) if names else b""

    def _said(self, name: str, command: str) -> bytes:
        answer = self.answers[name]
        return answer(command) if callable(answer) else answer
