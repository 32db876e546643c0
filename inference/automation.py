"""A message in, who or what wrote it and why that is thought so out.

Precision first: a person's mail that is taken for a machine's vanishes from the ledger, so every rule rests on a
header that people's mail programs do not write, on a mailbox that nobody reads, or on wording in which only programs
write. Mail that the owner's Sent folder proves to be their own is never bulk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.records import Message
from inference import automation_wording as wording
from inference.findings import MailKind

#: The local part of the Message-ID of this program's letters begins so.
DIGEST_ID_PREFIX = "kithkeeper."
#: So many different stock phrases of cold sales make a mail a template.
SALES_PHRASES = 4
_TAIL = 4_000
_ESP_HEADERS = ("x-campaign-id", "x-mc-user", "x-sg-eid", "x-mailgun-sid", "feedback-id", "list-unsubscribe-post")


def mail_kind(message: Message, text: str) -> tuple[MailKind, str]:
    """Who or what wrote ``message``.

    Args:
        message: the mail.
        text: its author's own new text.

    Returns:
        The kind, and a phrase for the owner that says why.
    """
    if _own_digest(message):
        return MailKind.OWN_DIGEST, "this program's own letter"
    for rule in (_auto_reply, _calendar):
        found = rule(message, text)
        if found:
            return found
    if message.own:
        return MailKind.PERSONAL, "the owner sent it"
    for rule in (_robot_headers, _mailing_list, _bulk_headers, _mailbox, _wording):
        found = rule(message, text)
        if found:
            return found
    return MailKind.PERSONAL, "nothing says that a program wrote it"


def _own_digest(message: Message) -> bool:
    """Whether this program wrote it.

    Anybody can write the header; a stranger's mail is left out by it only where it says of itself that a program
    wrote it, which is enough to be left out anyway.
    """
    marked = "x-kithkeeper" in message.headers
    if message.own:
        return marked or (message.message_id or "").startswith(DIGEST_ID_PREFIX)
    return marked and message.headers.get("auto-submitted", "").strip().lower().startswith("auto-generated")


def _auto_reply(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    automatic = headers.get("auto-submitted", "").lower()
    if automatic.startswith("auto-replied"):
        return MailKind.AUTO_REPLY, "Auto-Submitted: auto-replied"
    for name in ("x-autoreply", "x-autorespond"):
        if headers.get(name, "no").strip().lower() not in ("no", "false", "0"):
            return MailKind.AUTO_REPLY, f"the header {name}"
    if headers.get("precedence", "").strip().lower() == "auto_reply":
        return MailKind.AUTO_REPLY, "Precedence: auto_reply"
    noted = wording.ANY_SUBJECT.match(message.subject)
    if noted and wording.OUT_OF_OFFICE_SUBJECT.match(message.subject) and (not message.own or len(text) < 1_000):
        return MailKind.AUTO_REPLY, "the subject of an out-of-office reply"
    named = noted and wording.ABSENCE_SUBJECT.match(message.subject)
    if not message.own and (named or _suppresses(headers)) and _absent(text):
        return MailKind.AUTO_REPLY, "the wording of an out-of-office reply"
    return None


def _absent(text: str) -> bool:
    return len(text) < 1_500 and bool(wording.OUT_OF_OFFICE_TEXT.search(text) and wording.RETURNS.search(text))


def _suppresses(headers: Mapping[str, str]) -> bool:
    return (
        "x-auto-response-suppress" in headers
        or headers.get("return-path", "x").strip() in ("", "<>")
        or headers.get("auto-submitted", "no").lower() != "no"
    )


def _calendar(message: Message, text: str) -> tuple[MailKind, str] | None:
    titled = bool(wording.ANY_SUBJECT.match(message.subject) and wording.CALENDAR_SUBJECT.match(message.subject))
    if titled or message.meetings:
        words = len(text.split())
        boilerplate = bool(wording.CALENDAR_BODY.search(text[:_TAIL]))
        if message.meetings and (titled or words < 25 or boilerplate):
            return MailKind.CALENDAR, "an invitation or answer that a calendar sent"
        if titled and not message.own and (words <= 8 or boilerplate):
            return MailKind.CALENDAR, "a calendar's own notice"
    if message.sender.email.startswith(("calendar-notification@", "calendar-server@")):
        return MailKind.CALENDAR, "a calendar program's mailbox"
    return None


def _robot_headers(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    automatic = headers.get("auto-submitted", "no").strip().lower()
    if automatic and not automatic.startswith("no"):
        return MailKind.BOT, f"Auto-Submitted: {automatic[:40]}"
    if "return-path" in headers and headers["return-path"].strip() in ("", "<>"):
        return MailKind.BOT, "an empty Return-Path, as bounces have"
    if "all" in headers.get("x-auto-response-suppress", "").lower() and not message.in_reply_to:
        return MailKind.BOT, "it forbids automatic answers, as programs do"
    return None


def _mailing_list(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    if wording.is_robot(_local(message)) or any(name in headers for name in _ESP_HEADERS):
        return None
    name = headers.get("list-id", "")[:60]
    if "list-post" in headers or headers.get("precedence", "").strip().lower() == "list":
        return MailKind.LIST, f"a post to the mailing list {name}".strip()
    if wording.is_mass_mailbox(_local(message)):
        return None
    if name and "list-unsubscribe" not in headers:
        return MailKind.LIST, f"a post to the mailing list {name}"
    if wording.LIST_FOOTER.search(message.text[-_TAIL:]) and not name:
        return MailKind.LIST, "the footer of a mailing list"
    addressed = any(wording.is_list(address.email) for address in (*message.to, *message.cc)[:20])
    if addressed and not wording.UNSUBSCRIBE.search(_own_part(message)):
        return MailKind.LIST, "a post to a mailing list's address"
    return None


def _bulk_headers(message: Message, text: str) -> tuple[MailKind, str] | None:
    headers = message.headers
    robot = wording.is_robot(_local(message))
    if "list-unsubscribe" in headers or "list-unsubscribe-post" in headers:
        return (MailKind.BOT if robot else MailKind.BULK), "it offers to unsubscribe, as mass mail does"
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in ("bulk", "junk"):
        return (MailKind.BOT if robot else MailKind.BULK), f"Precedence: {precedence}"
    if "x-mailer" in headers and wording.SEQUENCE_MAILER.search(headers["x-mailer"]):
        return MailKind.BULK, f"sent by {headers['x-mailer'][:40]}"
    if "x-campaign-id" in headers or "x-mc-user" in headers:
        return MailKind.BULK, "the headers of a mass mailing service"
    if any(name in headers for name in _ESP_HEADERS) and not message.in_reply_to:
        if robot or wording.ROBOT_SUBJECT.match(message.subject) or wording.ROBOT_TEXT.search(_own_part(message)):
            return MailKind.BOT, "the headers of a mailing service and the wording of a notice"
        if wording.UNSUBSCRIBE.search(_own_part(message)):
            return MailKind.BULK, "the headers of a mailing service and a way to unsubscribe"
    return None


def _mailbox(message: Message, text: str) -> tuple[MailKind, str] | None:
    local = _local(message)
    if wording.is_robot(local):
        return MailKind.BOT, f"nobody reads the mailbox {local[:40]}"
    if wording.LIST_PROGRAM.match(message.sender.email) and not message.in_reply_to:
        return MailKind.BOT, "a list program's mailbox"
    if wording.is_mass_mailbox(local) and not message.in_reply_to:
        return MailKind.BULK, f"a mailbox for mass mail: {local[:40]}"
    return None


def _wording(message: Message, text: str) -> tuple[MailKind, str] | None:
    if message.in_reply_to or not text or wording.ANSWER_SUBJECT.match(message.subject):
        return None
    own = _own_part(message)
    if wording.ROBOT_SUBJECT.match(message.subject) and _is_whole(own, message) and not _addresses_somebody(text):
        return MailKind.BOT, "the subject of a receipt or notice"
    if wording.has_wording(own):
        if wording.ROBOT_TEXT.search(own):
            return MailKind.BOT, "it says that a program wrote it"
        if wording.UNSUBSCRIBE.search(own):
            return MailKind.BULK, "it tells how to unsubscribe"
        if wording.PETITION.search(text[:_TAIL]):
            return MailKind.BULK, "a petition or chain letter"
    if wording.sales_phrases(text[:_TAIL]) >= SALES_PHRASES:
        return MailKind.BULK, "the stock phrases of cold sales mail"
    return None


def _addresses_somebody(text: str) -> bool:
    """Whether a short text opens with a plain greeting, as people's mail does."""
    return (
        bool(
            re.match(r"(?:hi|hello|hey|dear|hallo|liebe[r]?|bonjour|hola|ciao|olá)\b[^\n]{1,40}\n", text, re.IGNORECASE)
        )
        and len(text) < 600
    )


def _local(message: Message) -> str:
    return message.sender.email.partition("@")[0]


def _own_part(message: Message) -> str:
    """The beginning and the end of a mail down to what its author forwarded or answered."""
    body = message.text or _visible(message.html)
    others = wording.OTHERS.search(body)
    if others:
        body = body[: others.start()]
    return body if len(body) <= 2 * _TAIL else body[:_TAIL] + "\n" + body[-_TAIL:]


def _is_whole(own: str, message: Message) -> bool:
    """Whether nothing in a mail was forwarded or quoted, as far as ``own`` tells: programs comment on nothing."""
    return len(own) >= min(len(message.text), 2 * _TAIL)


def _visible(html: str) -> str:
    """Enough of a page's text to find wording in it."""
    part = html if len(html) <= 4 * _TAIL else html[: 2 * _TAIL] + html[-2 * _TAIL :]
    return re.sub(r"<[^<>]{0,2000}>", " ", part)
