"""A story in; its mails as raw bytes (as mail programs write them) and its meetings as calendar text out.

The format of a story is told in README.md. Everything is the same on every run.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

#: The authentication server whose results count in the stories.
AUTHSERV = "mx.owner.test"


def draw(key: str, n: int) -> int:
    """A number below ``n`` that depends on nothing but ``key``."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % n


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it stands in a file."""

    told: dict

    @property
    def id(self) -> str:
        return self.told["id"]

    def message(self, name: str | None) -> dict | None:
        return next((m for m in self.told["messages"] if m["id"] == name), None)

    def address(self, who: str) -> tuple[str, str]:
        """Name and address of ``me``, of a person (``dana@2``: by their second address), of ``other:Name <a@b>``."""
        if who.startswith("other:"):
            name, _, rest = who[6:].rpartition("<")
            return name.strip(' "'), rest.rstrip("> ") or who[6:].strip()
        key, _, number = who.partition("@")
        if number and not number.isdigit():
            return "", who
        if key == "me":
            return self.told["owner"]["name"], self.told["owner"]["addresses"][0]
        person = self.told["people"][key]
        return person["name"], person["addresses"][int(number or 1) - 1]

    def header(self, people: list[str]) -> str:
        return ", ".join(f'"{name}" <{email}>' if name else email for name, email in map(self.address, people))

    def message_id(self, name: str) -> str:
        return f"{self.id}-{name}@stories.test"

    def text(self, message: dict, depth: int = 0) -> str:
        """The body, with the mail that it answers quoted below in one of four ways."""
        body, parent = message["body"], self.message(message.get("in_reply_to"))
        if not (message.get("quote") and parent) or depth > 3:
            return body
        name, email = self.address(parent["from"])
        when = datetime.fromisoformat(parent["date"])
        quoted = self.text(parent, depth + 1)
        style = draw(self.id + message["id"] + "quote", 4)
        if style < 2:
            line = "-----Original Message-----" if style == 0 else "_" * 32
            sent = f"{when:%d %B %Y %H:%M}" if style == 0 else f"{when:%A, %B %d, %Y %I:%M %p}"
            to, subject = self.header(parent["to"]), parent["subject"]
            return f"{body}\n\n{line}\nFrom: {name} <{email}>\nSent: {sent}\nTo: {to}\nSubject: {subject}\n\n{quoted}"
        marked = "\n".join(("> " + line).rstrip() for line in quoted.splitlines())
        form = f"{when:%a, %d %b %Y at %H:%M}" if style == 2 else f"{when:%b %d, %Y, at %I:%M %p}"
        return f"{body}\n\nOn {form}, {name} <{email}> wrote:\n{marked}\n"

    def mail(self, message: dict) -> bytes:
        """One message of the story as it lies in a mailbox."""
        mail = EmailMessage()
        name, email = self.address(message["from"])
        email = message.get("from_address", email)
        mail["From"] = f'"{name}" <{email}>' if name else email
        mail["To"] = self.header(message["to"])
        if message.get("cc"):
            mail["Cc"] = self.header(message["cc"])
        mail["Subject"] = message["subject"]
        mail["Date"] = format_datetime(datetime.fromisoformat(message["date"]))
        mail["Message-ID"] = f"<{self.message_id(message['id'])}>"
        chain = self._ancestors(message)
        if chain:
            mail["In-Reply-To"], mail["References"] = chain[-1], " ".join(chain)
        headers = dict(message.get("headers") or {})
        if message["from"] != "me":
            domain = email.rpartition("@")[2]
            passed = f"{AUTHSERV}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
            headers.setdefault("Authentication-Results", passed)
        for header, value in headers.items():
            del mail[header]
            mail[header] = value
        self._fill(mail, message)
        return mail.as_bytes()

    def _ancestors(self, message: dict) -> list[str]:
        chain: list[str] = []
        parent = self.message(message.get("in_reply_to"))
        while parent:
            chain.insert(0, f"<{self.message_id(parent['id'])}>")
            parent = self.message(parent.get("in_reply_to"))
        return chain

    def _fill(self, mail: EmailMessage, message: dict) -> None:
        text = self.text(message)
        mail.set_content(text)
        if draw(self.id + message["id"] + "html", 5) < 2:
            paragraphs = "".join(f"<p>{html.escape(p).replace(chr(10), '<br>')}</p>" for p in text.split("\n\n"))
            mail.add_alternative(f"<html><body><div>{paragraphs}</div></body></html>", subtype="html")
        for name in message.get("attachments") or []:
            content = f"{name}\n".encode() * 40
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
            part.set_boundary(f"=_{self.id}_{message['id']}_{number}")

    def calendar(self) -> str:
        """The meetings as one calendar."""
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//stories//EN"]
        for meeting in self.told.get("meetings") or []:
            lines += self._event(meeting)
        return "".join(_fold(line) for line in [*lines, "END:VCALENDAR"])

    def _event(self, meeting: dict) -> list[str]:
        answers = {a["who"]: a["status"] for a in meeting["attendees"]}
        answers.setdefault(meeting["organizer"], "ACCEPTED")
        answers.setdefault("me", "ACCEPTED")
        name, email = self.address(meeting["organizer"])
        lines = [
            "BEGIN:VEVENT",
            f"UID:{self.message_id(meeting['id'])}",
            f"DTSTAMP:{_stamp(meeting['start'])}",
            f"DTSTART:{_stamp(meeting['start'])}",
            f"DTEND:{_stamp(meeting['end'])}",
            f"SUMMARY:{_escape(meeting['summary'])}",
            f"DESCRIPTION:{_escape(meeting.get('description') or '')}",
            f"STATUS:{meeting.get('status', 'CONFIRMED')}",
            f'ORGANIZER;CN="{name}":mailto:{email}',
        ]
        for who, status in answers.items():
            name, email = self.address(who)
            lines.append(f'ATTENDEE;CN="{name}";PARTSTAT={status}:mailto:{email}')
        return [*lines, "END:VEVENT"]


def _stamp(when: str) -> str:
    return datetime.fromisoformat(when).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> str:
    """RFC 5545 folding at 75 octets."""
    out, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            out, size = out + "\r\n ", 1
        out, size = out + char, size + width
    return out + "\r\n"
