"""The bytes of one mail in, a ``Message`` or a ``Rejected`` with the reason out.

Nothing here raises, hangs or keeps what a stranger wrote unchecked: see the caps of ``header_block``,
``mime_tree`` and ``bodies``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.addresses import addresses
from connectors.authentication import authenticated
from connectors.bodies import Bodies, bodies
from connectors.harmless import one_line
from connectors.header_block import MAX_BLOCK, MAX_FIELD, HeaderBlock, decoded, header_block
from connectors.mail_dates import sent_at
from connectors.mime_tree import OverCap, Unreadable, library_tree, part_tree
from connectors.records import AUTOMATION_HEADERS, Address, Meeting, Message, Rejected

#: Larger mails are refused (providers take 25 to 50 MB, attachments included).
MAX_MESSAGE = 25 * 1024 * 1024
MAX_SUBJECT = 1000
MAX_REFERENCES = 100
_MAX_ID = 500
_MAX_HEADER = 500
_SHOWN_ID, _SHOWN_SUBJECT = 120, 80

#: Which occurrences an invitation in a mail stands for, around the day on which it was sent.
_INVITED_BEFORE = timedelta(days=30)
_INVITED_AFTER = timedelta(days=366)
_MAX_MEETINGS = 400
#: For all calendar parts of a mail together.
_CALENDAR_SECONDS = 2.0

_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"[^\s<>,;\"]{1,250}@[^\s<>,;\"]{1,250}")
#: What a mail may do to a meeting. A COUNTER only proposes, a REFRESH only asks.
_METHODS = frozenset({"", "PUBLISH", "REQUEST", "ADD", "REPLY", "CANCEL"})


def parse(
    raw: bytes,
    *,
    key: str,
    own: bool = False,
    folder: str = "",
    labels: Sequence[str] = (),
    provider_thread: str | None = None,
    authserv_id: str | None = None,
    arrived: datetime | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> Message | Rejected:
    """Read one mail.

    ``raw`` is the mail without an mbox separator line. ``key``, ``own``, ``folder``, ``labels`` and
    ``provider_thread`` are passed on. ``authserv_id`` names the provider whose Authentication-Results count; None
    where it writes none. ``arrived`` is when the mail reached the mailbox, used where its own headers name no
    believable date. ``now`` is the clock (aware), ``zone`` the owner's, for floating times of invitations.
    """
    if len(raw) > MAX_MESSAGE:
        return Rejected(key=key, reason=f"is larger than {MAX_MESSAGE // 2**20} MB")
    head = header_block(raw)
    if head.size > MAX_BLOCK:
        return Rejected(key=key, reason=f"has a header block of more than {MAX_BLOCK // 2**20} MB{called(head)}")
    if not head.fields:
        return Rejected(key=key, reason="has no header fields")
    sender = _first_address(head, "from") or _first_address(head, "sender")
    if sender is None:
        return Rejected(key=key, reason=f"has no readable address in its From field{called(head)}")
    when = sent_at(head.first("date"), head.every("received"), arrived=arrived, now=now)
    if when is None:
        return Rejected(key=key, reason=f"has no believable date{called(head)}")
    try:
        content = _content(raw, head)
    except Unreadable as unreadable:
        return Rejected(key=key, reason=f"{unreadable}{called(head)}")
    return Message(
        key=key,
        message_id=_message_id(head),
        sent_at=when,
        sender=sender,
        to=addresses(head.first("to")),
        cc=addresses(head.first("cc")),
        bcc=addresses(head.first("bcc")),
        reply_to=_first_address(head, "reply-to"),
        submitter=_first_address(head, "sender"),
        subject=one_line(decoded(head.first("subject")), MAX_SUBJECT),
        text=content.text,
        html=content.html,
        in_reply_to=_ids(head.first("in-reply-to")),
        references=_ids(head.first("references")),
        provider_thread=provider_thread,
        attachments=content.attachments,
        headers=_automation(head),
        folder=folder,
        labels=tuple(labels),
        own=own,
        authenticated=_authenticated(head, authserv_id, sender),
        meetings=_meetings(content.calendars, sender, when, zone) if content.calendars else (),
    )


def _content(raw: bytes, head: HeaderBlock) -> Bodies:
    """By the fast parser; by the standard library where that finds a broken encoding, or nothing at all.

    Raises:
        Unreadable: neither can read it.
    """
    try:
        content = bodies(part_tree(raw, head))
    except OverCap:
        raise
    except Unreadable:
        return bodies(library_tree(raw, head))
    if content.text or content.html or content.attachments or content.calendars or len(raw) == head.size:
        return content
    return bodies(library_tree(raw, head))


def _first_address(head: HeaderBlock, name: str) -> Address | None:
    return next(iter(addresses(head.first(name), 1)), None)


def called(head: HeaderBlock) -> str:
    """By what a person can find a mail that cannot be read, in brackets; nothing where its header does not say."""
    message_id = _message_id(head)
    if message_id:
        return f" (Message-ID {one_line(message_id, _SHOWN_ID)})"
    subject = one_line(decoded(head.first("subject")), _SHOWN_SUBJECT)
    return f" (subject “{subject}”)" if subject else ""


def _message_id(head: HeaderBlock) -> str | None:
    value = one_line(head.first("message-id"), MAX_FIELD)
    match = _ID.search(value)
    text = match[1] if match else one_line(value, _MAX_ID).strip("<> ").replace(" ", "")
    return text or None


def _ids(value: str) -> tuple[str, ...]:
    """Message-IDs without brackets, without repetition; of very many the first and the latest."""
    if not value:
        return ()
    value = one_line(value, MAX_FIELD)
    found = list(dict.fromkeys(_ID.findall(value) or _BARE_ID.findall(value)))
    return tuple(found if len(found) <= MAX_REFERENCES else found[:1] + found[1 - MAX_REFERENCES :])


def _automation(head: HeaderBlock) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in head.fields:
        if name in AUTOMATION_HEADERS and name not in kept:
            kept[name] = one_line(decoded(value), _MAX_HEADER)
    return kept


def _authenticated(head: HeaderBlock, authserv_id: str | None, sender: Address) -> bool | None:
    if authserv_id is None:
        return None
    # Two From fields, or two authors in one: no provider can have meant the one that we picked.
    if len(head.every("from")) > 1 or len(addresses(head.first("from"), 2)) != 1:
        return False
    return authenticated(head.every("authentication-results"), authserv_id, sender.email)


def _meetings(calendars: Sequence[bytes], sender: Address, when: datetime, zone: ZoneInfo) -> tuple[Meeting, ...]:
    """The meetings of calendar parts, as far as this sender may speak of them."""
    from connectors.icalendar_events import meetings

    window = (when - _INVITED_BEFORE, when + _INVITED_AFTER)
    found: dict[str, Meeting] = {}
    deadline = time.monotonic() + _CALENDAR_SECONDS
    for calendar in calendars:
        if len(found) >= _MAX_MEETINGS:
            break
        for meeting in meetings(calendar, window=window, zone=zone, deadline_s=deadline - time.monotonic()):
            if isinstance(meeting, Meeting) and len(found) < _MAX_MEETINGS and _entitled(meeting, sender.email):
                found[meeting.key] = replace(meeting, by=sender.email)
    return tuple(found.values())


def _entitled(meeting: Meeting, sender: str) -> bool:
    """Only the organizer calls a meeting off, whatever way it is put, and only an attendee answers for themselves.

    Reply-To and Sender prove nothing: anybody writes anything there, and the provider does not look at them.
    """
    if meeting.method not in _METHODS:
        return False
    if meeting.status == "cancelled":
        return meeting.organizer is not None and meeting.organizer.email == sender
    if meeting.method == "REPLY":
        return bool(meeting.attendees) and all(attendee.address.email == sender for attendee in meeting.attendees)
    return True
