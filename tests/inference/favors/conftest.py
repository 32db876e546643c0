"""``scene``: mails and meetings of a few invented people, written down as acts, and the ledger that they make."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inference.acts.act import Act, ActName, FavorType
from inference.favors import FAVOR_THRESHOLD, ledger, state
from inference.findings import MailKind
from inference.timeline import OWNER, Encounter, Mail, Participant, Timeline
from inference.words import name_hash, topic

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = {"me": "Maya Lindqvist", "dana": "Dana Whitfield", "omar": "Omar Haddad", "lin": "Lin Wei"}
NUMBERS = {"me": OWNER, "dana": 1, "omar": 2, "lin": 3}


def act(name: str, quote: str, kind: str | None = None, p: float = 0.9, *, start: int = 0) -> Act:
    return Act(
        act=ActName(name),
        type=FavorType(kind) if kind else None,
        start=start,
        end=start + len(quote),
        quote=quote,
        confidence=p,
        certain=p >= 0.5,
        topic=topic(quote),
    )


class Scene:
    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.meetings: list[Encounter] = []

    def mail(self, name, author, to, *acts, day=0.0, subject="Quick question", answers=None, **other) -> Mail:
        """A mail called ``name``; acts given without a place stand 200 characters apart."""
        parent = next((m for m in self.mails if m.identity == answers), None)
        spread = tuple(
            replace(a, start=a.start or 200 * i, end=(a.start or 200 * i) + len(a.quote)) for i, a in enumerate(acts)
        )
        mail = Mail(
            identity=name,
            message_id=f"{name}@mail.example",
            at=START + timedelta(days=day),
            thread=parent.thread if parent else len(self.mails) + 100,
            author=NUMBERS[author],
            to=tuple(NUMBERS[who] for who in to),
            cc=tuple(NUMBERS[who] for who in other.pop("cc", ())),
            answers=answers,
            subject=subject,
            topic=topic(subject),
            acts=spread,
            words=other.pop("words", 20),
            mentions=tuple(name_hash(NAMES[who]) for who in other.pop("mentions", ())),
            **other,
        )
        self.mails.append(mail)
        return mail

    def meeting(self, name, day, *who, minutes=30, summary="Maya / Dana", status="confirmed", answers=None, **other):
        start = START + timedelta(days=day)
        meeting = Encounter(
            uid=name,
            start=start,
            end=start + timedelta(minutes=minutes),
            status=status,
            organizer=OWNER,
            participants=tuple(
                Participant(person=NUMBERS[w], answer=(answers or {}).get(w, "accepted")) for w in ("me", *who)
            ),
            summary=summary,
            topic=topic(summary),
            **other,
        )
        self.meetings.append(meeting)
        return meeting

    def timeline(self, person="dana") -> Timeline:
        return Timeline(
            person=NUMBERS[person],
            key=f"{NUMBERS[person]:012x}",
            names=(NAMES[person],),
            owner_names=(NAMES["me"],),
            mails=tuple(self.mails),
            encounters=tuple(self.meetings),
        )

    def favors(self, person="dana"):
        """The favors that are sure enough to be shown."""
        return tuple(f for f in ledger(self.timeline(person)) if f.confidence >= FAVOR_THRESHOLD)

    def facts(self, person="dana", day=3650.0) -> list[tuple]:
        """Type, giver, receiver, status, thanked, told of every favor that shows on a day."""
        called = {number: name for name, number in NUMBERS.items()}
        found = []
        for favor in self.favors(person):
            now = state(favor, START + timedelta(days=day))
            if now:
                marks = tuple(
                    mark for mark, at in (("thanked", now.thanked_at), ("told", now.outcome_told_at)) if at is not None
                )
                found.append((str(favor.type), called[favor.giver], called[favor.receiver], str(now.status), *marks))
        return found

    act = staticmethod(act)
    kinds = MailKind
    start = START


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="session")
def new_scene():
    """For properties: a scene for every example."""
    return Scene
