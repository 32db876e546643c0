"""What a fake Microsoft keeps of one user: mail, calendars, contacts, and a journal of what changed.

Mail goes in as the bytes of a mail (``deliver``), events and contacts as plain values (``meet``, ``know``); all come out
as Graph tells of them. Every change gets a number, by which the delta queries go.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

GLOBAL = "040000008200E00074C5B7101A82E008"


def stamp(when: datetime) -> str:
    """A time as Graph writes it."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(when: datetime) -> dict:
    """A time of an event as Graph writes it when asked for UTC."""
    return {"dateTime": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def person(name: str, address: str) -> dict:
    return {"emailAddress": {"name": name or address, "address": address}}


@dataclass
class Item:
    """A message or an event: where it is, as which it is told, and the numbers of its last changes.

    ``noticed`` is the number of a change that is told without the item itself (read, flagged).
    """

    id: str
    place: str
    told: dict
    changed: int
    noticed: int = 0
    raw: bytes = b""
    answers: tuple[str, str] = ("", "")
    start: datetime | None = None
    end: datetime | None = None
    master: str = ""


@dataclass
class MailFolder:
    id: str
    name: str
    well_known: str = ""
    parent: str = ""
    gone: dict[str, int] = field(default_factory=dict)


class Box:
    """One user's mail, calendars and contacts."""

    def __init__(self, owner: str = "maya@lindqvist.example", name: str = "Maya Lindqvist") -> None:
        self.owner, self.name = owner, name
        self.numbers = itertools.count(1)
        self.last = 0
        self.folders: dict[str, MailFolder] = {}
        self.messages: dict[str, Item] = {}
        self.events: dict[str, Item] = {}
        self.gone_events: dict[str, tuple[str, int]] = {}
        self.calendars: dict[str, dict] = {}
        self.contact_folders: dict[str, dict] = {}
        self.contacts: dict[str, Item] = {}
        self.gone_contacts: dict[str, tuple[str, int]] = {}
        for number, (name_, known) in enumerate(
            (
                ("Archive", "archive"),
                ("Deleted Items", "deleteditems"),
                ("Drafts", "drafts"),
                ("Inbox", "inbox"),
                ("Junk Email", "junkemail"),
                ("Sent Items", "sentitems"),
            )
        ):
            self.folder(name_, known, key=f"AAMkFOLDER{number}=")
        self.calendar("Calendar", default=True)

    def number(self) -> int:
        self.last = next(self.numbers)
        return self.last

    # -- mail ------------------------------------------------------------------------------------------------------

    def folder(self, name: str, well_known: str = "", parent: str = "", key: str = "") -> str:
        """A new folder; its id."""
        made = MailFolder(id=key or f"AAMkFOLDERx{len(self.folders)}=", name=name, well_known=well_known, parent=parent)
        self.folders[made.id] = made
        return made.id

    def folder_id(self, name: str) -> str:
        """The id of a folder by its id, name or well-known name."""
        for each in self.folders.values():
            if name in (each.id, each.name, each.well_known):
                return each.id
        raise KeyError(name)

    def deliver(self, folder: str, raw: bytes, *, at: datetime | None = None) -> str:
        """Put a mail into a folder; its id."""
        number = self.number()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        sent = _sent(mail)
        key = f"AAkALgMSG{number:07}="
        place = self.folder_id(folder)
        kind, text = _text(mail)
        told = {
            "@odata.etag": f'W/"CQ{number}"',
            "id": key,
            "createdDateTime": stamp(at or sent),
            "lastModifiedDateTime": stamp(at or sent),
            "changeKey": f"CQ{number}",
            "categories": [],
            "receivedDateTime": stamp(at or sent),
            "sentDateTime": stamp(sent),
            "hasAttachments": any(True for _ in mail.iter_attachments()) if mail.is_multipart() else False,
            "internetMessageId": str(mail["message-id"] or f"<made-{number}@outlook.example>").strip(),
            "subject": str(mail["subject"] or ""),
            "bodyPreview": text[:200],
            "importance": "normal",
            "parentFolderId": place,
            "conversationId": _conversation(mail),
            "isDeliveryReceiptRequested": None,
            "isReadReceiptRequested": False,
            "isRead": False,
            "isDraft": False,
            "webLink": f"https://outlook.office365.example/owa/?ItemID={key.rstrip('=')}",
            "inferenceClassification": "focused",
            "body": {"contentType": kind, "content": text.replace("\n", "\r\n")},
            "toRecipients": _people(mail, "to"),
            "ccRecipients": _people(mail, "cc"),
            "bccRecipients": _people(mail, "bcc"),
            "replyTo": _people(mail, "reply-to"),
            "flag": {"flagStatus": "notFlagged"},
        }
        senders = _people(mail, "from")
        if senders:
            told |= {"from": senders[0], "sender": (_people(mail, "sender") or senders)[0]}
        if place != self.folder_id("sentitems"):
            told["internetMessageHeaders"] = [{"name": name, "value": str(value)} for name, value in mail.items()]
        if any(part.get_content_type() == "text/calendar" for part in mail.walk()):
            told["@odata.type"] = "#microsoft.graph.eventMessageRequest"
        answers = (str(mail["in-reply-to"] or ""), str(mail["references"] or ""))
        self.messages[key] = Item(id=key, place=place, told=told, changed=number, raw=raw, answers=answers)
        return key

    def remove(self, key: str) -> None:
        """Delete a message for good."""
        item = self.messages.pop(key)
        self.folders[item.place].gone[key] = self.number()

    def move(self, key: str, folder: str) -> None:
        """Move a message; with immutable ids it keeps its id."""
        item = self.messages[key]
        number = self.number()
        self.folders[item.place].gone[key] = number
        item.place = self.folder_id(folder)
        item.told["parentFolderId"] = item.place
        item.changed = number
        self.folders[item.place].gone.pop(key, None)

    def read(self, key: str) -> None:
        """Mark a message as read, which Graph tells without the message."""
        self.messages[key].told["isRead"] = True
        self.messages[key].noticed = self.number()

    # -- calendars -------------------------------------------------------------------------------------------------

    def calendar(self, name: str, *, default: bool = False, owner: str = "") -> str:
        """A new calendar; its id."""
        key = f"AAMkCALENDAR{len(self.calendars)}="
        self.calendars[key] = {
            "id": key,
            "name": name,
            "isDefaultCalendar": default,
            "canEdit": True,
            "owner": {"name": self.name, "address": owner or self.owner},
        }
        return key

    def meet(
        self,
        uid: str,
        start: datetime,
        *,
        minutes: int = 60,
        subject: str = "",
        attendees: dict[str, str] | None = None,
        organizer: str = "",
        calendar: str = "",
        key: str = "",
        **more: object,
    ) -> str:
        """A new event, or the event ``key`` as it is now; its id. ``attendees`` are addresses with their answers."""
        number = self.number()
        key = key or f"AAkALgEVT{number:07}="
        place = calendar or next(iter(self.calendars))
        end = start + timedelta(minutes=minutes)
        told = {
            "@odata.etag": f'W/"EV{number}"',
            "id": key,
            "type": "singleInstance",
            "createdDateTime": stamp(start - timedelta(days=3)),
            "lastModifiedDateTime": stamp(start - timedelta(days=2) + timedelta(seconds=number)),
            "changeKey": f"EV{number}",
            "categories": [],
            "iCalUId": uid,
            "subject": subject or f"About {uid}",
            "body": {"contentType": "text", "content": ""},
            "bodyPreview": "",
            "start": moment(start),
            "end": moment(end),
            "isAllDay": False,
            "isCancelled": False,
            "isDraft": False,
            "isOrganizer": not organizer,
            "hideAttendees": False,
            "sensitivity": "normal",
            "showAs": "busy",
            "seriesMasterId": None,
            "responseStatus": {"response": "none" if organizer else "organizer", "time": "0001-01-01T00:00:00Z"},
            "organizer": person("", organizer or self.owner),
            "attendees": [
                {
                    "type": "required",
                    "status": {"response": answer, "time": "0001-01-01T00:00:00Z"},
                    **person("", address),
                }
                for address, answer in (attendees or {}).items()
            ],
            "webLink": f"https://outlook.office365.example/owa/?itemid={key.rstrip('=')}",
            **more,
        }
        self.events[key] = Item(id=key, place=place, told=told, changed=number, start=start, end=end)
        self.gone_events.pop(key, None)
        return key

    def series(self, day_uid: str, starts: list[datetime], **more: object) -> tuple[str, list[str]]:
        """A series of events; the ids of the series and of its occurrences. ``day_uid`` is 16 hex digits of its id."""
        uid = f"{GLOBAL}00000000{'0' * 32}08000000{day_uid}"
        master = self.meet(uid, starts[0], **more)
        self.events[master].told |= {"type": "seriesMaster"}
        keys = []
        for start in starts:
            day = f"{start.year:04X}{start.month:02X}{start.day:02X}"
            own = f"{GLOBAL}{day}{uid[40:]}"
            shared = {name: self.events[master].told[name] for name in ("subject", "lastModifiedDateTime")}
            told = {"type": "occurrence", "seriesMasterId": master, "originalStart": stamp(start), **shared}
            key = self.meet(own, start, **{**more, **told})
            self.events[key].master = master
            keys.append(key)
        return master, keys

    def change(self, key: str, *, start: datetime | None = None, **told: object) -> None:
        """Change an event."""
        item = self.events[key]
        item.changed = self.number()
        item.told |= told
        if start is not None:
            length = item.end - item.start
            item.start, item.end = start, start + length
            item.told |= {"start": moment(start), "end": moment(item.end)}
        item.told["lastModifiedDateTime"] = stamp(item.start + timedelta(seconds=item.changed))

    def cancel(self, key: str, *, silently: bool = True) -> None:
        """Delete an event for good.

        Of an occurrence Graph tells so only by telling its series anew, and of a series only by the series itself;
        not ``silently``: by themselves.
        """
        item = self.events.pop(key)
        if item.master and silently:
            for each in self.events.values():
                if item.master in (each.id, each.master):
                    each.changed = self.number()
        else:
            self.gone_events[key] = (item.place, self.number())
        for each in [each for each in self.events.values() if each.master == key]:
            del self.events[each.id]
            if not silently:
                self.gone_events[each.id] = (item.place, self.number())

    # -- contacts ----------------------------------------------------------------------------------------------------

    def contact_folder(self, name: str, parent: str = "") -> str:
        """A new contact folder besides the default one, which has the id ""; its id."""
        key = f"AAMkCONTACTS{len(self.contact_folders)}="
        self.contact_folders[key] = {"id": key, "parentFolderId": parent or "AAMkCONTACTS=", "displayName": name}
        return key

    def know(self, name: str, *emails: str, folder: str = "", **more: object) -> str:
        """A new contact; its id."""
        number = self.number()
        key = f"AAkALgCON{number:07}="
        told = {
            "@odata.etag": f'W/"CO{number}"',
            "id": key,
            "changeKey": f"CO{number}",
            "categories": [],
            "parentFolderId": folder or "AAMkCONTACTS=",
            "fileAs": "",
            "displayName": name,
            "givenName": None,
            "surname": None,
            "emailAddresses": [{"name": name or address, "address": address} for address in emails],
            "mobilePhone": None,
            "personalNotes": "",
            **more,
        }
        self.contacts[key] = Item(id=key, place=folder, told=told, changed=number)
        return key

    def correct(self, key: str, **told: object) -> None:
        """Change a contact."""
        self.contacts[key].told |= told
        self.contacts[key].changed = self.number()

    def lose(self, key: str) -> None:
        """Delete a contact for good."""
        self.gone_contacts[key] = (self.contacts.pop(key).place, self.number())


def _sent(mail) -> datetime:
    try:
        return email.utils.parsedate_to_datetime(str(mail["date"])).astimezone(UTC)
    except (ValueError, TypeError):
        return datetime(1601, 1, 1, tzinfo=UTC)


def _text(mail) -> tuple[str, str]:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "text", ""
    return ("html" if part.get_content_type() == "text/html" else "text"), part.get_content()


def _people(mail, name: str) -> list[dict]:
    values = [str(each) for each in mail.get_all(name, [])]
    return [person(shown, address) for shown, address in email.utils.getaddresses(values) if "@" in address]


def _conversation(mail) -> str:
    root = (str(mail["references"] or mail["in-reply-to"] or mail["message-id"] or "")).split()
    return f"AAQk{hashlib.blake2b(root[0].encode() if root else b'', digest_size=8).hexdigest()}="
