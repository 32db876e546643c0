"""Mails of the script in, the bytes of mbox files out: the way the mail programs of their senders write them."""

from __future__ import annotations

import base64
import html
import quopri
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from daemon.demo.script import OWNER, Character, Conversation, Letter, digest

AUTHSERV_ID: Final = "mx.lindqvist.example"
#: Quotes of quotes of quotes are cut by their authors.
_DEPTH: Final = 2
_SWEDISH_MONTHS: Final = "jan feb mars apr maj juni juli aug sep okt nov dec".split()  # noqa: SIM905


class Mailbag:
    """Writes the mails of conversations; ``cast`` says who is who."""

    def __init__(self, cast: Mapping[str, Character]) -> None:
        self._cast = cast

    def mails(self, conversations: Iterable[Conversation]) -> list[tuple[datetime, str, bytes]]:
        """Each mail as (when, who sent it, its bytes)."""
        found = []
        for conversation in conversations:
            for number, letter in enumerate(conversation.letters):
                found.append((letter.at, letter.sender, self._mail(conversation.letters, number)))
        return found

    def _mail(self, letters: Sequence[Letter], number: int) -> bytes:
        letter = letters[number]
        chain = self._chain(letters, number)
        sender = self._cast[letter.sender]
        subject = letter.subject if not chain or letter.subject.startswith("Re:") else f"Re: {letter.subject}"
        headers = [
            ("From", address(sender.name, self._from(letter))),
            ("To", self._addresses(letter.to)),
            ("Cc", self._addresses(letter.cc)),
            ("Subject", encoded(subject)),
            ("Date", format_datetime(letter.at)),
            ("Message-ID", f"<{self._id(letter)}>"),
            ("In-Reply-To", f"<{chain[-1]}>" if chain else ""),
            ("References", "\n ".join(f"<{each}>" for each in chain)),
            *sender.headers.items(),
            *authentication(letter.sender, sender, self._from(letter)),
        ]
        content = self._content(letters, number)
        if letter.attachments:
            files = [attached(name) for name in letter.attachments]
            content = multipart("mixed", [content, *files], self._id(letter))
        return assembled(headers, content)

    def _chain(self, letters: Sequence[Letter], number: int) -> list[str]:
        """The Message-IDs that a mail answers, the oldest first."""
        chain: list[str] = []
        answered = letters[number].answers
        while answered is not None:
            chain.insert(0, self._id(letters[answered]))
            answered = letters[answered].answers
        return chain

    def _from(self, letter: Letter) -> str:
        sender = self._cast[letter.sender]
        return sender.other if letter.second_address else sender.email

    def _id(self, letter: Letter) -> str:
        stamp = digest(f"{letter.at.isoformat()} {letter.sender} {letter.subject}")
        return f"{stamp[:24]}@{self._from(letter).partition('@')[2]}"

    def _addresses(self, names: Sequence[str]) -> str:
        return ",\n ".join(address(self._cast[name].name, self._cast[name].email) for name in names)

    def _content(self, letters: Sequence[Letter], number: int) -> bytes:
        sender = self._cast[letters[number].sender]
        text = self._text(letters, number, _DEPTH)
        if not sender.html:
            return part("text/plain", text)
        shown = self._html(letters, number, _DEPTH)
        both = [part("text/plain", text), part("text/html", f"<html><body>{shown}</body></html>")]
        return multipart("alternative", both, self._id(letters[number]) + "/alternative")

    def _text(self, letters: Sequence[Letter], number: int, depth: int) -> str:
        letter = letters[number]
        style = self._cast[letter.sender].quote
        body = wrapped(letter.body) if style in ("gmail", "swedish") else letter.body
        if letter.answers is None or not style or depth == 0:
            return body
        quoted = self._text(letters, letter.answers, depth - 1)
        head = self._heading(style, letters[letter.answers])
        if style == "outlook":
            return f"{body}\n\n{head}\n\n{quoted}"
        marked = "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())
        return f"{body}\n\n{head}\n\n{marked}"

    def _heading(self, style: str, answered: Letter) -> str:
        at, who = answered.at, self._cast[answered.sender]
        name = f"{who.name} <{self._from(answered)}>"
        if style == "outlook":
            to = "; ".join(self._cast[each].name for each in answered.to)
            sent = f"{at:%A}, {at.day} {at:%B %Y %H:%M}"
            return f"{'_' * 32}\nFrom: {name}\nSent: {sent}\nTo: {to}\nSubject: {answered.subject}"
        if style == "apple":
            return f"On {at.day} {at:%b %Y}, at {at:%H:%M}, {name} wrote:"
        if style == "swedish":
            return f"Den {at.day} {_SWEDISH_MONTHS[at.month - 1]} {at.year} kl. {at:%H:%M} skrev {name}:"
        return f"On {at:%a}, {at.day} {at:%b %Y} at {at:%H:%M}, {name} wrote:"

    def _html(self, letters: Sequence[Letter], number: int, depth: int) -> str:
        letter = letters[number]
        paragraphs = letter.body.split("\n\n")
        shown = "".join(f"<p>{html.escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs)
        if letter.answers is None or depth == 0:
            return shown
        answered = letters[letter.answers]
        quoted = self._html(letters, letter.answers, depth - 1)
        heading = html.escape(self._heading(self._cast[letter.sender].quote, answered).lstrip("_\n"))
        if self._cast[letter.sender].quote == "apple":
            return f'{shown}<div>{heading}</div><blockquote type="cite">{quoted}</blockquote>'
        border = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
        return f'{shown}<div style="{border}"><p>{heading.replace(chr(10), "<br>")}</p></div>{quoted}'


def authentication(key: str, sender: Character, email: str) -> list[tuple[str, str]]:
    """What the owner's mail server wrote on top of an incoming mail; nothing on own ones."""
    if key == OWNER:
        return []
    domain = email.partition("@")[2]
    genuine = f"spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    return [("Authentication-Results", f"{AUTHSERV_ID}; {sender.authentication or genuine}")]


def box(mails: Iterable[tuple[datetime, bytes]]) -> bytes:
    """The mails, in order of time, as one mbox file."""
    entries = []
    for at, mail in sorted(mails):
        body = b"".join(b">" + line if line.startswith(b"From ") else line for line in mail.splitlines(keepends=True))
        entries.append(b"From MAILER-DAEMON " + f"{at.astimezone(UTC):%a %b %d %H:%M:%S %Y}\n".encode() + body + b"\n")
    return b"".join(entries)


def assembled(headers: Iterable[tuple[str, str]], content: bytes) -> bytes:
    """A whole mail from its headers (empty ones are left out) and a content that brings its own headers."""
    lines = [f"{name}: {value}\n" for name, value in headers if value]
    return "".join([*lines, "MIME-Version: 1.0\n"]).encode() + content


def part(kind: str, text: str) -> bytes:
    """One text part: plain ASCII as it is, long lines and other letters quoted-printable."""
    head = f'Content-Type: {kind}; charset="utf-8"\n'
    plain = (text.rstrip() + "\n").encode()
    if plain.isascii() and all(len(line) < 900 for line in plain.splitlines()):
        return head.encode() + b"Content-Transfer-Encoding: 7bit\n\n" + plain
    return head.encode() + b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(plain)


def attached(name: str) -> bytes:
    """An attachment of that name; nobody needs to open it."""
    inside = base64.b64encode(f"{name}: the sample has no need of the real file.\n".encode()).decode()
    head = (
        f'Content-Type: application/octet-stream; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
    )
    return f"{head}Content-Transfer-Encoding: base64\n\n{inside}\n".encode()


def multipart(kind: str, parts: Sequence[bytes], seed: str) -> bytes:
    """Parts between boundaries that come from ``seed``."""
    boundary = f"=_{digest(seed)[:24]}"
    inside = b"".join(f"--{boundary}\n".encode() + each + b"\n" for each in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode() + inside + f"--{boundary}--\n".encode()


def wrapped(text: str) -> str:
    """``text`` with its lines broken at 76 columns."""
    return "\n".join(
        textwrap.fill(line, 76, break_long_words=False, break_on_hyphens=False) if line else ""
        for line in text.splitlines()
    )


def address(name: str, email: str) -> str:
    """A header's address; names that are not plain ASCII become encoded words."""
    if not name.isascii():
        return f"{encoded(name)} <{email}>"
    return f'"{name}" <{email}>' if not name.replace(" ", "").isalnum() else f"{name} <{email}>"


def encoded(text: str) -> str:
    """A header's text: ASCII as it is, anything else as one encoded word in base64 for every twelve characters."""
    if text.isascii():
        return text
    pieces = [text[start : start + 24] for start in range(0, len(text), 24)]
    return "\n ".join(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)
