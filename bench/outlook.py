"""Requests and speed of reading an Outlook mailbox, against the fake Microsoft in a process of its own.

Usage: python bench/outlook.py [MESSAGES]   (default 3000; bodies from the shared data where it is there)

Seconds are those of this process alone (user and system), so the fake and the loopback are left out.
"""

from __future__ import annotations

import json
import mailbox
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = (ROOT / os.environ.get("KITH_SHARED", "../shared")).resolve()
sys.path.insert(0, str(ROOT))

from connectors.passwords import Secret  # noqa: E402  # the project's own folder is no installed package here
from connectors.sources import outlook  # noqa: E402


def bodies() -> list[str]:
    """Texts of real mails, else invented ones."""
    box = SHARED / "data" / "mail" / "usrp-users-1500.mbox.gz"
    if not box.is_file():
        return [f"Could you have a look at number {number}?\n" * 20 for number in range(100)]
    import gzip

    with tempfile.NamedTemporaryFile() as plain:
        plain.write(gzip.decompress(box.read_bytes()))
        plain.flush()
        found = []
        for each in mailbox.mbox(plain.name, create=False):
            part = next((part for part in each.walk() if part.get_content_type() == "text/plain"), None)
            if part is not None:
                found.append(str(part.get_payload(decode=True), "utf-8", "replace"))
    return found


def serve(folder: Path, messages: int) -> None:
    """Run the fake until stdin ends."""
    from tests.services.microsoft import Microsoft

    fake = Microsoft(folder)
    fake.strict = False
    texts = bodies()
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(messages):
        at = begin + timedelta(minutes=7 * number)
        raw = (
            f"Message-ID: <m{number}@quist.example>\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\n"
            f"References: <m{max(0, number - 9)}@quist.example>\nFrom: Ada Quist <ada{number % 90}@quist.example>\n"
            "To: Maya Lindqvist <maya@lindqvist.example>\nContent-Type: text/plain; charset=utf-8\n"
            f"Content-Transfer-Encoding: 8bit\nSubject: Harbour {number % 300}\n\n{texts[number % len(texts)]}"
        )
        fake.box.deliver("inbox" if number % 4 else "sentitems", raw.encode("utf-8", "replace"))
    ready = {"settings": fake.settings(), "login": fake.login()}
    print(json.dumps(ready), flush=True)
    for _ in sys.stdin:
        print(len(fake.requests), flush=True)
    fake.stop()


def pull(connector: Any, cursors: dict[str, Any]) -> int:
    """One pass over all folders; how many messages came."""
    count = 0
    for stream in connector.streams():
        for batch in connector.pull(stream, cursors.get(stream.name)):
            count += len(batch.changes)
            cursors[stream.name] = batch.cursor or cursors.get(stream.name)
    return count


def main(messages: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, __file__, "serve", name, str(messages)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as fake:
            assert fake.stdin is not None
            assert fake.stdout is not None
            ready = json.loads(fake.stdout.readline())

            def requests() -> int:
                print(file=fake.stdin, flush=True)
                return int(fake.stdout.readline())

            connector = opened(folder, ready)
            cursors: dict[str, Any] = {}
            cpu, wall = time.process_time(), time.perf_counter()
            count = pull(connector, cursors)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            first = requests()
            assert count == messages, count
            pull(connector, cursors)
            again = requests() - first
            connector.close()
            fake.stdin.close()
    naive = messages + -(-messages // 1000)
    print(f"messages                                 {messages}")
    print(
        f"requests per 1,000 messages              {1000 * first / messages:.1f}  (a list and a get each: {naive * 1000 / messages:.0f})"
    )
    print(f"requests where nothing is new            {again}  (a list of folders, and one for each that has mail)")
    print(
        f"messages a second of this process        {messages / cpu:.0f}  (with the fake and loopback: {messages / wall:.0f})"
    )


def opened(folder: Path, ready: dict[str, Any]) -> Any:
    """The connector for the fake that said it is ready."""
    from zoneinfo import ZoneInfo

    import msgspec

    from connectors.protocol import Surroundings

    around = Surroundings(base=folder, now=lambda: datetime.now(UTC), zone=ZoneInfo("UTC"), account="work")
    with around.logins.changing("work") as slot:
        slot.write(Secret(ready["login"]))
    return outlook.CONNECTOR.open(msgspec.convert(ready["settings"], outlook.OutlookSettings), around)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
