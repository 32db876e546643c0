"""Invented mails and meetings, and a reader that finds in them what they are marked with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from connectors.records import Address, Attendee, Batch, Cursor, Meeting, Message
from daemon.store import best_copies
from inference.acts.act import Act, ActName, FavorType
from inference.findings import MailKind, MessageFindings
from inference.statements import statements
from inference.words import name_hash, topic

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
MAYA = Address(email="maya@lindqvist.example", name="Maya Lindqvist")
DANA = Address(email="dana.whitfield@acme.example", name="Dana Whitfield")
TOMAS = Address(email="tomas@brno.example", name="Tomáš Novák")
AOIFE = Address(email="aoife@brennan.example", name="Aoife Brennan")
SHOP = Address(email="noreply@shop.example", name="Shop")

_MARK = re.compile(r"\[(\w+)(?: (\w+))?\]([^\[]+)")
_NAMES = re.compile(r"[A-ZÁ-Ž]\w+ [A-ZÁ-Ž]\w+")


def mail(key, *, sender=DANA, to=(MAYA,), day=0, text="", **more):
    """A mail of ``day`` days after the start; its Message-ID is made of its key unless given."""
    more.setdefault("message_id", f"{key}@{sender.email.partition('@')[2]}")
    more.setdefault("subject", f"About {key}")
    return Message(key=key, sender=sender, to=tuple(to), sent_at=START + timedelta(days=day), text=text, **more)


def own(key, *, to=(DANA,), **more):
    """A mail from the owner's Sent folder."""
    return mail(key, sender=MAYA, to=to, own=True, **more)


def meeting(uid, *, day=0, hours=1, attendees=(MAYA, DANA), answers=None, key=None, **more):
    """A meeting of ``day`` days after the start; everybody accepts unless ``answers`` says otherwise."""
    answers = answers or {}
    more.setdefault("summary", "Coffee about the harbour")
    return Meeting(
        key=key or f"{uid}/{more.get('recurrence_id', '')}",
        uid=uid,
        start=START + timedelta(days=day),
        end=START + timedelta(days=day, hours=hours),
        attendees=tuple(Attendee(address=each, answer=answers.get(each, "accepted")) for each in attendees),
        **more,
    )


def batch(*changes, cursor=None):
    """A batch with a cursor of this name."""
    return Batch(changes=tuple(changes), cursor=None if cursor is None else Cursor(value=cursor))


def read(message):
    """Findings of a marked text: ``[ask advice]Could you look at it?`` is one act; "noreply" senders are bots."""
    kind = MailKind.BOT if "noreply" in message.sender.email else MailKind.PERSONAL
    acts = tuple(
        Act(
            act=ActName(match[1]),
            type=FavorType(match[2]) if match[2] else None,
            start=match.start(3),
            end=match.end(3),
            quote=match[3],
            confidence=0.9,
            reasons=("marked",),
            topic=topic(match[3]),
        )
        for match in _MARK.finditer(message.text)
    )
    return MessageFindings(
        kind=kind,
        kind_because="it is marked so" if kind is MailKind.BOT else "a person wrote it",
        acts=acts if kind is MailKind.PERSONAL else (),
        words=len(message.text.split()),
        text=message.text,
        language="en",
        topic=topic(message.subject),
        mentions=tuple(map(name_hash, _NAMES.findall(message.text))),
        statements=statements(message.text, message.text, message.sender.email),
    )


def feed(store, *changes, account="post", stream="INBOX", cursor=None, keep_text=False):
    """Apply one batch the way a pass does; what it did."""
    arriving = batch(*changes, cursor=cursor)
    best = best_copies(change for change in changes if isinstance(change, Message))
    unknown = store.unknown(list(best.values()))
    findings = {identity: read(message) for identity, message in best.items() if identity in unknown}
    return store.apply(account, stream, arriving, findings, now=NOW, keep_text=keep_text)
