"""Published mailboxes in (mbox.gz with X-Folder headers), mbox folders and maildirs to measure with out."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

_FOLDER = re.compile(rb"^X-Folder: (.*)$", re.MULTILINE)
_SENT = re.compile(rb"sent", re.IGNORECASE)
_FROM = re.compile(rb"(?m)^From (?=MAILER-DAEMON )")


def messages(box: Path) -> Iterator[tuple[bool, bytes]]:
    """Each mail of a box as (lies in a sent folder, raw bytes without the ``From `` line)."""
    for raw in _FROM.split(gzip.decompress(box.read_bytes()))[1:]:
        mail = raw.partition(b"\n")[2]
        folder = _FOLDER.search(mail)
        yield bool(folder and _SENT.search(folder.group(1))), mail


def boxes(shared: Path) -> list[Path]:
    """The boxes, largest first."""
    found = (shared / "data" / "mail" / "enron").glob("*.mbox.gz")
    return sorted(found, key=lambda box: -box.stat().st_size)


def write_mbox(box: Path, folder: Path, address: str) -> Path:
    """``box`` as Inbox.mbox and Sent.mbox with a config beside them; returns the config."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "Inbox.mbox").open("wb") as inbox, (folder / "Sent.mbox").open("wb") as sent:
        for own, mail in messages(box):
            (sent if own else inbox).write(b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" + mail)
    return write_config(folder, address, 'kind = "mbox"\npath = "."\nsent = ["Sent.mbox"]')


def write_maildir(shared: Path, folder: Path, count: int) -> Path:
    """A maildir with the first ``count`` mails of all boxes, sent ones in .Sent; returns the config."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("mail", "mail/.Sent"):
        for part in ("cur", "new", "tmp"):
            (folder / name / part).mkdir(parents=True)
    number = 0
    for box in boxes(shared):
        for own, mail in messages(box):
            if number == count:
                break
            number += 1
            place = folder / ("mail/.Sent/cur" if own else "mail/cur")
            (place / f"{1_000_000_000 + number}.M{number}.bench:2,S").write_bytes(mail)
    if number < count:
        raise ValueError(f"only {number} mails in {shared}, {count} wanted")
    return write_config(folder, "steven.kean@enron.com", 'kind = "maildir"\npath = "mail"\nsent = ["Sent"]')


def write_config(folder: Path, address: str, account: str) -> Path:
    """A config with one account."""
    config = folder / "kith.toml"
    config.write_text(
        f'[owner]\nname = "Owner"\naddresses = ["{address}"]\ntimezone = "UTC"\n\n'
        f'[store]\nurl = "sqlite:///kith.db"\n\n[[accounts]]\nname = "mail"\n{account}\n'
    )
    return config
