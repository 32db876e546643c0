"""A message as Graph tells of it (JSON) in, a ``Message`` or a ``Rejected`` out, by the same reader as all other mail.

The header fields that Exchange kept count as they are; what they lack (mail in Sent Items often has none) is said by
Graph's own properties. Both are put back together into a mail and read by ``connectors.mime``, so that its caps and
its strictness hold here too. Exchange makes one text of a body; attachments are known to be there, not by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connectors.harmless import one_line
from connectors.mail_dates import mail_date
from connectors.mime import parse
from connectors.records import Message, Rejected

#: What is asked for of each message.
SELECT: Final = (
    "subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,sentDateTime,receivedDateTime,body,"
    "internetMessageId,internetMessageHeaders,conversationId,webLink,hasAttachments,isDraft"
)
TEXT_BODY: Final = 'outlook.body-content-type="text"'
#: Where Exchange keeps what a mail of the owner's answers (MS-OXPROPS: PidTagInReplyToId, PidTagInternetReferences).
IN_REPLY_TO: Final = "String 0x1042"
REFERENCES: Final = "String 0x1039"
ANSWERED: Final = f"singleValueExtendedProperties($filter=id eq '{IN_REPLY_TO}' or id eq '{REFERENCES}')"
#: Microsoft's servers do not name themselves in Authentication-Results; this setting stands for them.
MICROSOFT: Final = "microsoft"

_LINK: Final = re.compile(r"https://[^\s<>\"'\\]{1,2000}")
_NAME: Final = re.compile(r"[!-9;-~]{1,100}")
_BREAKS: Final = re.compile(r"[\r\n\0]+[ \t]*")
_QUOTED: Final = re.compile(r'(["\\])')
_MOST_HEADERS: Final = 500
_MOST_RECIPIENTS: Final = 500
_LONGEST: Final = 8192
_LONGEST_HEADER: Final = 64 * 1024
#: Fields that describe a body which is not the one at hand, and such as Microsoft's servers write for themselves.
_NOT_TAKEN: Final = re.compile(
    r"(?:content-|mime-version|x-ms-|x-microsoft-|x-forefront-|arc-|dkim-|x-google-)", re.IGNORECASE
)


class EmailAddress(msgspec.Struct, frozen=True):
    """A name and an address."""

    name: str | None = None
    address: str | None = None


class Recipient(msgspec.Struct, frozen=True):
    """Somebody a mail comes from or goes to."""

    email: EmailAddress | None = msgspec.field(name="emailAddress", default=None)


class Body(msgspec.Struct, frozen=True):
    """A body and its form."""

    content: str | None = None
    form: str | None = msgspec.field(name="contentType", default=None)


class Header(msgspec.Struct, frozen=True):
    """One header field."""

    name: str | None = None
    value: str | None = None


class Property(msgspec.Struct, frozen=True):
    """One of Exchange's own properties."""

    id: str | None = None
    value: str | None = None


class Removal(msgspec.Struct, frozen=True):
    """That an item is no longer in the list, and why."""

    reason: str | None = None


class GraphMessage(msgspec.Struct, frozen=True, rename="camel"):
    """A message, or as much of it as Graph tells of a change."""

    id: str
    removed: Removal | None = msgspec.field(name="@removed", default=None)
    type: str | None = msgspec.field(name="@odata.type", default=None)
    subject: str | None = None
    from_: Recipient | None = msgspec.field(name="from", default=None)
    sender: Recipient | None = None
    to_recipients: list[Recipient] | None = None
    cc_recipients: list[Recipient] | None = None
    bcc_recipients: list[Recipient] | None = None
    reply_to: list[Recipient] | None = None
    sent_date_time: str | None = None
    received_date_time: str | None = None
    body: Body | None = None
    internet_message_id: str | None = None
    internet_message_headers: list[Header] | None = None
    conversation_id: str | None = None
    web_link: str | None = None
    has_attachments: bool | None = None
    is_draft: bool | None = None
    single_value_extended_properties: list[Property] | None = None

    @property
    def told(self) -> bool:
        """Whether this is the message itself, and not only word that something about it (read, flagged) changed."""
        said = (self.from_, self.sender, self.internet_message_id, self.sent_date_time, self.body, self.subject)
        return any(each is not None for each in said)

    @property
    def whole(self) -> bool:
        """Whether what makes a mail is there."""
        return self.body is not None and (self.from_ is not None or self.sender is not None)

    @property
    def invites(self) -> bool:
        """Whether it is an invitation, an answer to one, or a cancellation."""
        return "eventmessage" in (self.type or "").lower()


def message_of(
    found: GraphMessage,
    *,
    folder: str,
    own: bool,
    authserv_id: str | None,
    now: datetime,
    zone: ZoneInfo,
    mime: bytes | None = None,
) -> Message | Rejected:
    """Read one message. ``mime`` is the whole mail where it was fetched; the rest is as for ``connectors.mime.parse``."""
    read = parse(
        mime if mime is not None else rebuilt(found, authserv_id),
        key=found.id,
        own=own,
        folder=folder,
        provider_thread=one_line(found.conversation_id or "", 300) or None,
        authserv_id=authserv_id,
        arrived=mail_date(found.received_date_time) if found.received_date_time else None,
        now=now,
        zone=zone,
    )
    if isinstance(read, Rejected):
        return read
    attachments = read.attachments or (("attachment",) if found.has_attachments else ())
    return replace(read, attachments=attachments, link=link_of(found.web_link))


def link_of(link: str | None) -> str | None:
    """A link that may stand in a letter, or None."""
    return link if link is not None and _LINK.fullmatch(link) and link.isprintable() else None


def rebuilt(found: GraphMessage, authserv_id: str | None = None) -> bytes:
    """The mail: header fields that were kept, then those that Graph's properties add, then the body."""
    kept = list(_kept(found.internet_message_headers or (), authserv_id))
    there = {name.lower() for name, _ in kept}
    lines = [f"{name}: {value}" for name, value in kept]
    lines += [f"{name}: {value}" for name, value in _added(found) if value and name.lower() not in there]
    body = found.body or Body()
    form = "html" if (body.form or "").lower() == "html" else "plain"
    lines += ["MIME-Version: 1.0", f"Content-Type: text/{form}; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    text = "\n".join(lines) + "\n\n" + (body.content or "").replace("\r\n", "\n")
    return text.encode("utf-8", "replace")


def _kept(headers: Sequence[Header], authserv_id: str | None) -> Iterator[tuple[str, str]]:
    if authserv_id == MICROSOFT and any(map(_is_internal, headers[:_MOST_HEADERS])):
        yield "Authentication-Results", f"{MICROSOFT}; dmarc=pass"
    for header in headers[:_MOST_HEADERS]:
        name, value = (header.name or "").strip(), header.value
        if value is None or not _NAME.fullmatch(name) or _NOT_TAKEN.match(name):
            continue
        value = _BREAKS.sub(" ", value[:_LONGEST_HEADER]).strip()
        if authserv_id == MICROSOFT and name.lower() == "authentication-results":
            if "=" not in value.partition(";")[0]:
                continue  # somebody else's, who could have named themselves so
            value = f"{MICROSOFT}; {value}"
        yield name, value


def _is_internal(header: Header) -> bool:
    """Whether Exchange says that the sender logged in at the same organisation; it takes the field from all other mail.

    See https://learn.microsoft.com/exchange/header-firewall-exchange-2013-help
    """
    named = (header.name or "").strip().lower() == "x-ms-exchange-organization-authas"
    return named and (header.value or "").strip().lower() == "internal"


def _added(found: GraphMessage) -> Iterator[tuple[str, str]]:
    yield "From", _mailboxes([found.from_ or found.sender])
    if found.sender is not None and found.sender != found.from_:
        yield "Sender", _mailboxes([found.sender])
    yield "To", _mailboxes(found.to_recipients)
    yield "Cc", _mailboxes(found.cc_recipients)
    yield "Bcc", _mailboxes(found.bcc_recipients)
    yield "Reply-To", _mailboxes(found.reply_to)
    yield "Subject", _value(found.subject)
    yield "Date", _value(found.sent_date_time)
    yield "Message-ID", _value(found.internet_message_id)
    for each in found.single_value_extended_properties or ():
        name = {IN_REPLY_TO.lower(): "In-Reply-To", REFERENCES.lower(): "References"}.get((each.id or "").lower())
        if name is not None:
            yield name, _value(each.value)


def _mailboxes(people: Iterable[Recipient | None] | None) -> str:
    written = []
    for person in list(people or ())[:_MOST_RECIPIENTS]:
        email = person.email if person is not None else None
        address = _value(email.address if email is not None else None)
        if email is None or "@" not in address or "<" in address or ">" in address:
            continue  # Exchange names people of its own directory, and some that left, by other means
        name = _QUOTED.sub(r"\\\1", _value(email.name))
        written.append(f'"{name}" <{address}>' if name and name != address else f"<{address}>")
    return ", ".join(written)


def _value(text: str | None) -> str:
    return _BREAKS.sub(" ", (text or "")[:_LONGEST]).strip()
