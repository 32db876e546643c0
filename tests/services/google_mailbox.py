"""Mails in, what the Gmail API answers about them out: a mailbox with labels, threads and a history."""

from __future__ import annotations

import base64
import email
import email.header
import email.utils
import re

from tests.services.google_discovery import Bad

_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_SYSTEM_HIDDEN = {"TRASH", "SPAM"}


class NotFound(Exception):
    """404."""


class Mailbox:
    """One Gmail mailbox.

    ``page`` bounds the size of pages; ``as_utf8`` hands texts out as UTF-8 and decodes header words, as Gmail does with
    many. ``duplicates``, ``empty_pages``, ``loops`` and ``reordered`` make lists as bad as servers can.
    """

    def __init__(self, address="maya@lindqvist.example"):
        self.address = address
        self.messages = {}
        self.history = []
        self.oldest = 0
        self.number = 1000
        self.serial = 0x18C0000000000000
        self.page = 500
        self.as_utf8 = False
        self.duplicates = self.empty_pages = self.loops = self.reordered = False
        self.threads = {}
        self.sent = []
        self.hiccups = {}

    # -- what happens to it ------------------------------------------------------------------------------------------

    def deliver(self, raw, labels=("INBOX", "UNREAD"), *, thread=None):
        """A mail arrives (or is sent); returns its id."""
        head = email.message_from_bytes(raw)
        self.serial += 0x100001
        name = f"{self.serial:016x}"
        own = _MESSAGE_ID.findall(str(head.get("message-id", "")))
        above = _MESSAGE_ID.findall(f"{head.get('references', '')} {head.get('in-reply-to', '')}")
        thread = thread or next((self.threads[each] for each in above if each in self.threads), name)
        self.threads.update((each, thread) for each in own)
        date = email.utils.parsedate_tz(str(head.get("date", "")))
        stamp = email.utils.mktime_tz(date) if date else 1_709_629_200
        self.messages[name] = {
            "id": name, "thread": thread, "labels": set(labels), "raw": raw, "date": int(stamp * 1000), "payload": None,
        }  # fmt: skip
        self._note("messagesAdded", name)
        return name

    def delete(self, name):
        """Gone for good."""
        self._note("messagesDeleted", name)
        del self.messages[name]

    def label(self, name, add=(), remove=()):
        """Change labels."""
        message = self.messages[name]
        if add:
            message["labels"] |= set(add)
            self._note("labelsAdded", name, list(add))
        if remove:
            message["labels"] -= set(remove)
            self._note("labelsRemoved", name, list(remove))

    def forget_history(self):
        """Gmail no longer knows what changed until now."""
        self.number += 1
        self.oldest = self.number
        self.history = []

    def _note(self, what, name, labels=None):
        self.number += 7
        message = self.messages[name]
        event = {"message": {"id": name, "threadId": message["thread"], "labelIds": sorted(message["labels"])}}
        if labels is not None:
            event["labelIds"] = labels
        self.history.append((self.number, what, event))
        message["history"] = self.number

    # -- what it answers ---------------------------------------------------------------------------------------------

    def profile(self, **_):
        return {
            "emailAddress": self.address, "messagesTotal": len(self.messages),
            "threadsTotal": len({each["thread"] for each in self.messages.values()}), "historyId": str(self.number),
        }  # fmt: skip

    def list(self, *, labelIds=(), includeSpamTrash=False, maxResults=100, pageToken="", q="", **_):  # noqa: N803
        if q:
            raise Bad("this server searches nothing")
        newest = sorted(self.messages.values(), key=lambda each: (-each["date"], each["id"]))
        if self.reordered:
            newest = newest[1::2] + newest[0::2]
        found = [
            {"id": each["id"], "threadId": each["thread"]}
            for each in newest
            if set(labelIds) <= each["labels"] and (includeSpamTrash or not each["labels"] & _SYSTEM_HIDDEN)
        ]
        return self._paged("messages", found, min(maxResults, self.page), pageToken) | {
            "resultSizeEstimate": len(found)
        }

    def _paged(self, name, found, size, token):
        start = int(token.partition("-")[0].lstrip("p") or 0)
        if self.empty_pages and not token.endswith("-e") and start:
            return {"nextPageToken": f"p{start}-e"}
        page = found[start : start + size]
        if self.duplicates and start:
            page = [found[start - 1], *page]
        answer = {name: page} if page else {}
        if self.loops:
            answer["nextPageToken"] = "p0-loop"
        elif start + size < len(found):
            answer["nextPageToken"] = f"p{start + size}"
        return answer

    def get(self, *, id, format="full", metadataHeaders=(), **_):  # noqa: A002, N803
        if self.hiccups.get(id, 0) > 0:
            self.hiccups[id] -= 1
            raise NotFound
        if id not in self.messages:
            raise NotFound
        return self._answer(self.messages[id], format, metadataHeaders)

    def thread(self, *, id, format="full", metadataHeaders=(), **_):  # noqa: A002, N803
        found = [each for each in self.messages.values() if each["thread"] == id]
        if not found:
            raise NotFound
        found.sort(key=lambda each: (each["date"], each["id"]))
        return {
            "id": id, "historyId": str(max(each["history"] for each in found)),
            "messages": [self._answer(each, format, metadataHeaders) for each in found],
        }  # fmt: skip

    def attachment(self, *, messageId, id, **_):  # noqa: A002, N803
        parts = list(email.message_from_bytes(self.messages[messageId]["raw"]).walk())
        content = parts[int(id.removeprefix("part-"))].get_payload(decode=True) or b""
        return {"size": len(content), "data": base64.urlsafe_b64encode(content).decode()}

    def changes(self, *, startHistoryId, maxResults=100, pageToken="", **_):  # noqa: N803
        if int(startHistoryId) < self.oldest:
            raise NotFound
        found = [
            {"id": str(number), "messages": [{"id": event["message"]["id"], "threadId": event["message"]["threadId"]}], what: [event]}
            for number, what, event in self.history
            if number > int(startHistoryId)
        ]  # fmt: skip
        return self._paged("history", found, min(maxResults, self.page), pageToken) | {"historyId": str(self.number)}

    def send(self, *, body, **_):
        raw = base64.urlsafe_b64decode(body["raw"])
        self.sent.append(raw)
        name = self.deliver(raw, ("SENT",))
        return {"id": name, "threadId": self.messages[name]["thread"], "labelIds": ["SENT"]}

    def _answer(self, message, form, wanted):
        answer = {
            "id": message["id"], "threadId": message["thread"], "labelIds": sorted(message["labels"]), "snippet": "",
            "historyId": str(message["history"]), "internalDate": str(message["date"]), "sizeEstimate": len(message["raw"]),
        }  # fmt: skip
        if form == "raw":
            answer["raw"] = base64.urlsafe_b64encode(message["raw"]).decode()
        elif form != "minimal":
            if message["payload"] is None:
                message["payload"] = payload(message["raw"], as_utf8=self.as_utf8)
            answer["payload"] = message["payload"]
        if form == "metadata":
            names = {name.lower() for name in wanted}
            headers = [each for each in message["payload"]["headers"] if not names or each["name"].lower() in names]
            answer["payload"] = {"mimeType": message["payload"]["mimeType"], "headers": headers}
        return answer


def payload(raw, *, as_utf8=False):
    """A mail as the ``payload`` of a message."""
    numbers = iter(range(10_000))
    return _part(email.message_from_bytes(raw), "", numbers, as_utf8)


def _part(message, number, numbers, as_utf8):
    index = next(numbers)
    kind, name = message.get_content_type(), message.get_filename("")
    part = {
        "partId": number, "mimeType": kind, "filename": _decoded(str(name)),
        "headers": [{"name": key, "value": _value(value, as_utf8)} for key, value in message.raw_items()],
    }  # fmt: skip
    inner = message.get_payload()
    if isinstance(inner, list):
        part["body"] = {"size": 0}
        if kind == "message/rfc822":
            part["body"] = {"size": 1, "attachmentId": f"part-{index}"}
        part["parts"] = [
            _part(each, f"{number}.{place}".strip("."), numbers, as_utf8) for place, each in enumerate(inner)
        ]
        return part
    content = message.get_payload(decode=True) or b""
    if as_utf8 and kind.startswith("text/"):
        content = _text(content, message.get_content_charset() or "utf-8").encode()
    if name or not kind.startswith("text/"):
        part["body"] = {"attachmentId": f"part-{index}", "size": len(content)}
    else:
        part["body"] = {"size": len(content), "data": base64.urlsafe_b64encode(content).decode()}
    return part


def _value(value, as_utf8):
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = re.sub(r"\r?\n[ \t]+", " ", text)
    return _decoded(text) if as_utf8 else text


def _decoded(text):
    try:
        return str(email.header.make_header(email.header.decode_header(text)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return text


def _text(content, charset):
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
