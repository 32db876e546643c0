"""Everything that is said about speed, measured: paired with peers in one run, printed as a table.

Usage: python bench/run.py [LOCAL|SCALE|START|IMAP|GMAIL|OUTLOOK]…   (default: all; needs the shared data folder, KITH_SHARED)
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import mailboxes
import measure

ROOT = Path(__file__).resolve().parent.parent
SHARED = (ROOT / os.environ.get("KITH_SHARED", "../shared")).resolve()
KITH = str(ROOT / ".venv" / "bin" / "kith")
ROUNDS = 3


def row(name: str, result: measure.Run, note: str = "") -> None:
    """One line of the table."""
    print(f"{name:44}{result.cpu:9.2f} s cpu{result.wall:9.2f} s wall{result.memory:7.0f} MiB  {note}", flush=True)


def fresh(folder: Path) -> None:
    """Drop the store of an earlier run."""
    for old in folder.glob("kith.db*"):
        old.unlink()


def sync(config: Path) -> measure.Run:
    """A first sync into an empty store."""
    fresh(config.parent)
    return measure.run([KITH, "--config", str(config), "sync"])


def notmuch(folder: Path) -> measure.Run:
    """``notmuch new`` over the same maildir into an empty index."""
    index = folder / "notmuch"
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir()
    settings = index / "config"
    settings.write_text(f"[database]\npath={index}\nmail_root={folder / 'mail'}\n[user]\nprimary_email=me@bench.test\n")
    return measure.run(["notmuch", "new", "--no-hooks"], env={"NOTMUCH_CONFIG": str(settings)})


def mu(folder: Path) -> measure.Run:
    """``mu index`` over the same maildir into an empty index."""
    home = folder / "mu"
    shutil.rmtree(home, ignore_errors=True)
    measure.run(["mu", "init", f"--muhome={home}", f"--maildir={folder / 'mail'}"])
    return measure.run(["mu", "index", f"--muhome={home}"])


def local(work: Path) -> None:
    """Local mail to stored events against two indexers, then what a second pass and the reports cost."""
    config = mailboxes.write_maildir(SHARED, work / "maildir", 10_000)
    contestants = {"kith sync": lambda: sync(config)}
    peers = {"notmuch new": notmuch, "mu index": mu}
    for name, peer in peers.items():
        if shutil.which(name.split()[0]):
            contestants[name] = lambda peer=peer: peer(config.parent)
        else:
            print(f"{name}: not installed, left out (Debian: notmuch, maildir-utils)")
    results = {name: measure.median(runs) for name, runs in measure.interleaved(contestants, ROUNDS).items()}
    ours = results["kith sync"]
    row("kith sync, maildir of 10,000", ours, f"{10_000 / ours.cpu:.0f} messages a second a core")
    for name in contestants:
        if name != "kith sync":
            row(name, results[name], f"kith / {name.split()[0]}: cpu {ours.cpu / results[name].cpu:.2f}")
    base = [KITH, "--config", str(config)]
    reports = {
        "kith sync, nothing new": [*base, "sync"],
        "kith ledger": [*base, "ledger", "--as-of", "2001-10-01", "--format", "json"],
        "kith digest": [*base, "digest", "--as-of", "2001-10-01", "--format", "json"],
    }
    for name, runs in measure.interleaved({n: lambda c=c: measure.run(c) for n, c in reports.items()}, 5).items():
        row(name, measure.median(runs))


def scale(work: Path) -> None:
    """Linear time and flat memory from 2,000 to 20,000 messages, and the larger boxes one by one."""
    for count in (2_000, 5_000, 10_000, 20_000):
        result = sync(mailboxes.write_maildir(SHARED, work / f"maildir-{count}", count))
        row(f"kith sync, maildir of {count:,}", result, f"{count / result.cpu:.0f} messages a second a core")
    for name, address in (("kean-s", "steven.kean"), ("lay-k", "kenneth.lay"), ("arnold-j", "john.arnold")):
        box = SHARED / "data" / "mail" / "enron" / f"{name}.mbox.gz"
        config = mailboxes.write_mbox(box, work / name, f"{address}@enron.com")
        count = sum(1 for _ in mailboxes.messages(box))
        result = sync(config)
        row(f"kith sync, mbox {name} ({count:,})", result, f"{count / result.cpu:.0f} messages a second a core")


def start(work: Path) -> None:
    """What starting costs, beside a Python that does nothing."""
    python = str(ROOT / ".venv" / "bin" / "python")
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "kith --help": [KITH, "--help"],
        "kith --version": [KITH, "--version"],
    }
    runs = measure.interleaved({n: lambda c=c: measure.run(c, cwd=work) for n, c in commands.items()}, 15)
    results = {name: measure.median(found) for name, found in runs.items()}
    for name, result in results.items():
        row(name, result, f"{result.wall / results['python -c pass'].wall:.2f} × python -c pass")


def imap(work: Path) -> None:
    """A mailbox on a mail server against mbsync, on loopback and over a slow line."""
    from imap import imap as measured

    measured(KITH, SHARED, work)


def gmail(work: Path) -> None:
    """Quota units at Gmail, time to a first letter, throughput; against a fake in this process."""
    from gmail import gmail_part

    gmail_part(work)


def outlook(work: Path) -> None:
    """Requests and throughput at Outlook, against a fake in a process of its own."""
    from outlook import main as measured

    measured(3000)


def main() -> None:
    """Run the parts that were asked for."""
    if not (SHARED / "data").is_dir():
        sys.exit(f"bench: needs the shared data folder; {SHARED} is not it (set KITH_SHARED)")
    parts = {"LOCAL": local, "SCALE": scale, "START": start, "IMAP": imap, "GMAIL": gmail, "OUTLOOK": outlook}
    asked = [name.upper() for name in sys.argv[1:]] or list(parts)
    if unknown := set(asked) - set(parts):
        sys.exit(f"bench: no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as work:
        for name in asked:
            print(f"== {name}")
            parts[name](Path(work))


if __name__ == "__main__":
    main()
