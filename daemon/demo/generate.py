"""The script in, the files of the bundled sample network out: ``python -m daemon.demo.generate [FOLDER]``.

Nothing is left to chance: the same texts give the same bytes on every machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from daemon.demo.boxes import Mailbag, box
from daemon.demo.calendar_file import calendar, invitations
from daemon.demo.script import OWNER, cast, conversations, events


def files() -> dict[str, bytes]:
    """The generated files of the sample, by name."""
    people, entries = cast(), list(events())
    mails = Mailbag(people).mails(conversations())
    incoming = [(at, mail) for at, sender, mail in mails if sender != OWNER]
    return {
        "mail/Inbox.mbox": box([*incoming, *invitations(entries, people)]),
        "mail/Sent.mbox": box((at, mail) for at, sender, mail in mails if sender == OWNER),
        "calendar.ics": calendar(entries, people),
    }


def main() -> None:
    """Write the files into a folder, by default where the package keeps them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "sample"
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
