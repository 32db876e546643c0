"""A day of ``kith run`` in minutes: five accounts to which real mail arrives, its memory sampled, as a table.

Usage: python bench/run_memory.py [MINUTES]   (default 6; needs the shared data folder, KITH_SHARED). Four accounts are
maildirs, the fifth an IMAP mailbox on a Dovecot of its own where that is installed, else a maildir too. Each begins with a box
of mail; the rest of the day comes a few mails at a time, as often as a poll a five minutes would find it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

import mailboxes  # noqa: E402

from tests.services.dovecot import PASSWORD, Dovecot  # noqa: E402

SHARED = (ROOT / os.environ.get("KITH_SHARED", "../shared")).resolve()
KITH = str(ROOT / ".venv" / "bin" / "kith")
ACCOUNTS = 5
#: In each account before the daemon starts, and in the course of the day.
BEFORE, ARRIVING = 1_000, 200
#: A day has so many polls of five minutes.
POLLS = 288


#: Whether it is the owner's own, and the mail.
Mail = tuple[bool, bytes]


def maildir(folder: Path, mails: list[Mail]) -> Callable[[Mail], None]:
    """A maildir with these mails in it; what delivers more, as a delivery agent does."""
    for box in (folder, folder / ".Sent"):
        for name in ("cur", "new", "tmp"):
            (box / name).mkdir(parents=True)
    numbers = itertools.count()

    def deliver(mail: Mail) -> None:
        own, raw = mail
        box, name = folder / ".Sent" if own else folder, f"{time.time_ns()}.M{next(numbers)}.bench"
        (box / "tmp" / name).write_bytes(raw)
        (box / "tmp" / name).rename(box / "new" / name)

    for mail in mails:
        deliver(mail)
    return deliver


def mailbox(server: Dovecot, mails: list[Mail]) -> Callable[[Mail], None]:
    """A mailbox on the server with these mails in it; what delivers more."""
    for own in (False, True):
        server.load((raw for sent, raw in mails if sent == own), "Sent" if own else "INBOX")
    return lambda mail: server.append([mail[1]], "Sent" if mail[0] else "INBOX")


def resident(process: int) -> float:
    """MiB of memory that a process has."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def quiet(process: int) -> float:
    """Wait until a process has done nothing for some seconds; how much memory it has then."""
    still, before = 0, -1
    while still < 4:
        time.sleep(1)
        used = sum(map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]))
        still, before = (still + 1 if used - before <= 4 else 0), used
    return resident(process)


def day(work: Path, minutes: float, server: Dovecot | None) -> None:
    """Run it."""
    source = itertools.chain.from_iterable(map(mailboxes.messages, mailboxes.boxes(SHARED)))
    supply: Iterator[Mail] = iter(list(itertools.islice(source, ACCOUNTS * (BEFORE + ARRIVING))))
    tables, deliveries = [], []
    for number in range(ACCOUNTS):
        first = list(itertools.islice(supply, BEFORE))
        if server is not None and number == ACCOUNTS - 1:
            deliveries.append(mailbox(server, first))
            tables.append(f'kind = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nusername = "alice"\n'
                          'password_file = "secret"\n')  # fmt: skip
        else:
            deliveries.append(maildir(work / f"box{number}", first))
            tables.append(f'kind = "maildir"\npath = "box{number}"\n')
    secret = work / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    poll = max(5, round(minutes * 60 / POLLS))
    config = work / "kith.toml"
    config.write_text(
        '[owner]\nname = "Steven Kean"\naddresses = ["steven.kean@enron.com"]\n[store]\nurl = "sqlite:///kith.db"\n'
        f'[run]\npoll = "{poll}s"\n'
        + "".join(f'[[accounts]]\nname = "a{number}"\n{table}' for number, table in enumerate(tables))
    )
    began = time.monotonic()
    with subprocess.Popen([KITH, "--config", str(config), "run"], stdout=subprocess.DEVNULL) as daemon:
        time.sleep(5)
        after_first = quiet(daemon.pid)
        print(
            f"first sync of {ACCOUNTS * BEFORE} mails: {time.monotonic() - began:.0f} s, then {after_first:.0f} MiB",
            flush=True,
        )
        step = minutes * 60 / ARRIVING
        samples: list[float] = []
        for arrived in range(ARRIVING):
            for deliver_one in deliveries:
                deliver_one(next(supply))
            until = time.monotonic() + step
            while time.monotonic() < until:
                samples.append(resident(daemon.pid))
                time.sleep(min(1.0, step))
            if (arrived + 1) % (ARRIVING // 8) == 0:
                hour = (arrived + 1) * 24 // ARRIVING
                part = samples[-max(1, len(samples) * (ARRIVING // 8) // (arrived + 1)) :]
                print(f"{hour:02}:00  median {statistics.median(part):6.1f} MiB  most {max(part):6.1f} MiB", flush=True)
        evening = quiet(daemon.pid)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    print(
        f"day: most {max(samples):.1f} MiB, evening {evening:.1f} MiB, {ACCOUNTS * ARRIVING} mails arrived, poll {poll} s"
    )


def main() -> None:
    """Run the day."""
    if not (SHARED / "data").is_dir():
        sys.exit(f"bench: needs the shared data folder; {SHARED} is not it (set KITH_SHARED)")
    server = Dovecot() if shutil.which("dovecot") else None
    try:
        with tempfile.TemporaryDirectory(prefix="kith-bench-") as work:
            day(Path(work), float(sys.argv[1]) if len(sys.argv) > 1 else 6.0, server)
    finally:
        if server is not None:
            server.close()


if __name__ == "__main__":
    main()
