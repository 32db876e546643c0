"""A story in, the favors that the library finds in it out: parsed, read, put in timelines, and brought to a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from storymail import AUTHSERV, Story

from connectors.icalendar_events import meetings
from connectors.mime import parse
from connectors.records import Meeting, Message
from inference.acts.act import Act, ActName, FavorType
from inference.automation import mail_kind
from inference.favors import FAVOR_THRESHOLD, Favor, ledger
from inference.findings import MailKind, MessageFindings
from inference.new_text import new_text
from inference.read import mentions
from inference.sentences import sentences
from inference.timeline import OWNER, Encounter, Mail, Participant, Timeline
from inference.words import name_hash, topic

_UTC = ZoneInfo("UTC")
_TITLES = {"dr", "prof", "sister", "fr", "mr", "mrs", "ms", "sir", "father"}


class Reader(Protocol):
    """Reads one message of a story."""

    def findings(self, message: Message, told: dict) -> MessageFindings: ...


class Recognised:
    """Reads mails as the program does."""

    def __init__(self) -> None:
        from inference.acts.recogniser import load

        self._recogniser = load()

    def findings(self, message: Message, told: dict) -> MessageFindings:
        from inference.read import read

        return read(message, self._recogniser)


class Labelled:
    """Knows the acts from the story itself (``acts``: name, type, quote), as a faultless recogniser would."""

    def findings(self, message: Message, told: dict) -> MessageFindings:
        body = new_text(message.text, message.html)
        kind, because = mail_kind(message, body.text)
        spoken = kind in (MailKind.PERSONAL, MailKind.LIST)
        return MessageFindings(
            kind=kind,
            kind_because=because,
            acts=tuple(_labelled(body.text, told)) if spoken else (),
            words=len(body.text.split()),
            topic=topic(message.subject),
            mentions=mentions(body.text),
        )


def _labelled(text: str, told: dict) -> Iterator[Act]:
    flat = text.replace("\n", " ")
    for name, kind, quote in told.get("acts") or ():
        start = flat.find(quote)
        if start < 0:
            raise ValueError(f"{told['id']}: {quote!r} does not stand in the mail")
        yield Act(
            act=ActName(name),
            type=FavorType(kind) if kind else None,
            start=start,
            end=start + len(quote),
            quote=text[start : start + len(quote)],
            confidence=0.9,
            topic=_topic(text, start, quote, told["subject"]),
        )


def _topic(text: str, start: int, quote: str, subject: str) -> tuple[int, ...]:
    """The words of the quote, the subject, the next sentence and the one before."""
    spans = sentences(text)
    after = next((text[a:b] for a, b in spans if a >= start + len(quote)), "")
    before = next((text[a:b] for a, b in reversed(spans) if b <= start), "")
    return topic(quote, subject, after, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message with what was found in it."""

    name: str
    message: Message
    findings: MessageFindings


class StoryLedger:
    """All timelines of one story."""

    def __init__(self, told: dict, reader: Reader) -> None:
        self.story = Story(told)
        self.people = {email.lower(): OWNER for email in told["owner"]["addresses"]}
        self.keys = {OWNER: "me"}
        self.names = {OWNER: (told["owner"]["name"],)}
        for number, (key, person) in enumerate(told["people"].items(), start=1):
            self.keys[number], self.names[number] = key, _names(person["name"])
            self.people.update({email.lower(): number for email in person["addresses"]})
        self.seen = [self._see(message, reader) for message in told["messages"]]
        self.meetings = self._calendar()
        self._number_others()
        self.mails = self._mails()

    def favors(self) -> list[Favor]:
        """The favors of all people of the story that are sure enough to be shown."""
        found = [favor for person in self.keys if person != OWNER for favor in ledger(self.timeline(person))]
        return [favor for favor in found if favor.confidence >= FAVOR_THRESHOLD]

    def timeline(self, person: int) -> Timeline:
        hashes = {name_hash(name) for name in self.names[person]}
        threads = {m.thread for m in self.mails if person in (m.author, *m.to, *m.cc)}
        return Timeline(
            person=person,
            key=f"{person:012x}",
            names=self.names[person],
            owner_names=self.names[OWNER],
            mails=tuple(m for m in self.mails if m.thread in threads or hashes & set(m.mentions)),
            encounters=tuple(e for m in self.meetings for e in [self._encounter(m)] if _with(e, person)),
        )

    def _see(self, told: dict, reader: Reader) -> Seen:
        own = told["from"] == "me"
        now = datetime(2030, 1, 1, tzinfo=UTC)
        message = parse(self.story.mail(told), key=told["id"], own=own, authserv_id=AUTHSERV, now=now, zone=_UTC)
        if not isinstance(message, Message):
            raise TypeError(f"{self.story.id} {told['id']}: {message}")
        return Seen(name=told["id"], message=message, findings=reader.findings(message, told))

    def _calendar(self) -> list[Meeting]:
        day = datetime.fromisoformat(self.story.told["as_of"]).replace(tzinfo=UTC)
        window = (day - timedelta(days=900), day + timedelta(days=400))
        found = meetings(self.story.calendar(), window=window, zone=_UTC, deadline_s=5.0)
        return [meeting for meeting in found if isinstance(meeting, Meeting)]

    def _number_others(self) -> None:
        for seen in self.seen:
            message = seen.message
            for address in (message.sender, *message.to, *message.cc):
                if address.email not in self.people:
                    number = max(self.people.values()) + 1
                    self.people[address.email] = number
                    self.keys[number] = f"other:{address.name} <{address.email}>"
                    self.names[number] = _names(address.name)

    def _mails(self) -> list[Mail]:
        identities = {seen.message.message_id: seen.message.identity for seen in self.seen}
        threads: dict[str | None, int] = {}
        mails = []
        for seen in sorted(self.seen, key=lambda s: s.message.sent_at):
            message, found = seen.message, seen.findings
            parents = [threads[p] for p in (*message.in_reply_to, *message.references) if p in threads]
            thread = parents[0] if parents else len(threads) + 1
            threads[message.message_id] = thread
            author = self.people[message.sender.email]
            to = self._numbers(message.to, author)
            mails.append(
                Mail(
                    identity=message.identity,
                    message_id=message.message_id,
                    at=message.sent_at,
                    thread=thread,
                    author=author,
                    to=to,
                    cc=tuple(n for n in self._numbers(message.cc, author) if n not in to),
                    answers=next((identities[p] for p in message.in_reply_to if p in identities), None),
                    subject=message.subject,
                    topic=found.topic,
                    acts=found.acts,
                    words=found.words,
                    attachments=len(message.attachments),
                    kind=found.kind,
                    trusted=message.own if author == OWNER else message.authenticated is not False,
                    mentions=found.mentions,
                )
            )
        return mails

    def _numbers(self, addresses, author: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(n for a in addresses if (n := self.people[a.email]) != author))

    def _encounter(self, meeting: Meeting) -> Encounter:
        organizer = self.people.get(meeting.organizer.email) if meeting.organizer else None
        answers = {self.people.get(a.address.email): a.answer for a in meeting.attendees}
        if organizer is not None:
            answers[organizer] = "accepted"
        return Encounter(
            uid=meeting.uid,
            recurrence_id=meeting.recurrence_id,
            start=meeting.start,
            end=meeting.end,
            all_day=meeting.all_day,
            status=meeting.status,
            organizer=organizer,
            participants=tuple(Participant(person=p, answer=a) for p, a in answers.items() if p is not None),
            summary=meeting.summary,
            topic=topic(meeting.summary, meeting.description),
        )


def _with(encounter: Encounter, person: int) -> bool:
    return any(participant.person == person for participant in encounter.participants)


def _names(name: str) -> tuple[str, ...]:
    """A full name as written, and without a title."""
    plain = " ".join(word for word in name.split() if word.lower().rstrip(".") not in _TITLES)
    return tuple(dict.fromkeys(n for n in (plain, name) if n))
