"""A whole pass over two invented accounts and the refresh after it: the thing that is interrupted."""

from __future__ import annotations

from connectors.protocol import Stream
from connectors.records import Rejected, Removed
from daemon.pipeline import sync_account
from daemon.refresh import Owner, refresh
from tests.daemon.store_sample import AOIFE, DANA, MAYA, NOW, SHOP, TOMAS, batch, mail, meeting, own, read

OWNER = Owner(name="Maya Lindqvist", addresses=(MAYA.email,))

STREAMS = {
    "Sent": [
        own("ask", text="[ask advice]Could you look at the harbour plan?"),
        own("intro", to=(TOMAS, AOIFE), day=3, text="[intro]Tomáš, meet Aoife."),
        own("news", to=(DANA, AOIFE), day=6, text="[news]I got the job!"),
    ],
    "INBOX": [
        mail("answer", day=2, text="[deliver advice]I would move the pier.", in_reply_to=("ask@lindqvist.example",)),
        mail("bot", sender=SHOP, day=3),
        Rejected(key="odd", reason="too deep"),
        mail("thanks", sender=TOMAS, day=5, text="[thanks]Thank you for the introduction to Aoife Brennan!"),
        mail("group", sender=AOIFE, to=(MAYA, DANA), day=7, references=("answer@acme.example", "intro@lindqvist.example")),
        Removed(key="bot"),
        *[mail(f"long{count}", day=9 + count, subject="A long story " * 300) for count in range(6)],
    ],
    "calendar": [
        meeting("m1", day=4),
        meeting("m2", day=8, attendees=(MAYA, DANA, AOIFE)),
        Removed(key="m1/"),
    ],
}  # fmt: skip


class Account:
    """Yields one change a batch, with a cursor after each."""

    def streams(self):
        return [Stream(name=name, holds="calendar" if name == "calendar" else "mail") for name in STREAMS]

    def pull(self, stream, since):
        changes = STREAMS[stream.name]
        for number in range(int(since.value) if since else 0, len(changes)):
            yield batch(changes[number], cursor=str(number + 1))


def run(store):
    """Sync and refresh; the outcome of the sync."""
    outcome = sync_account("post", "fake", Account(), store, now=lambda: NOW, read=read)
    refresh(store, OWNER)
    return outcome
