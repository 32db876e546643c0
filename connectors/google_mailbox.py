"""What Gmail lists of a mailbox in, in which order to read it out; and its history in, what that comes to out.

The order makes a first letter useful soon: the newest part of the mailbox first, in it the threads in which the owner
wrote, then other people's, then what Gmail takes for notices. A get costs the same whether it brings the text or not,
and a whole thread costs as much as two messages: so what is wanted is fetched whole and at once, threads of three and
more as threads, and only where the text probably does not matter is the header looked at first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.google_api import list_of, text_of
from connectors.google_mail import LEFT_OUT, SENT, labels_of

#: What Gmail files as notices: the header says whether the text can matter.
NOTICES: Final = "CATEGORY_UPDATES"
#: What a get of a message and of a thread costs, in quota units.
MESSAGE_UNITS: Final = 20
THREAD_UNITS: Final = 40
_WINDOWS: Final = (2_000, 10_000)
_THREAD_FROM: Final = 3
_THREAD_TO: Final = 60
_WIDTH: Final = 8
_HEX: Final = re.compile(r"[0-9a-f]{16}")


def mark(identifier: str) -> bytes:
    """Eight bytes for an id: Gmail's own are 16 hex digits, any other is hashed."""
    if _HEX.fullmatch(identifier):
        return bytes.fromhex(identifier)
    return hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as a list names it."""

    id: str
    thread: str


@dataclass(slots=True, kw_only=True)
class Group:
    """Messages of one thread that are to be read. ``notices`` are those of which only the header is fetched at first.

    ``whole`` asks for all of the thread that is not known, whoever is named; ``apart`` for each by itself.
    """

    thread: str
    wanted: list[str] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)
    whole: bool = False
    apart: bool = False

    @property
    def as_thread(self) -> bool:
        """Whether it is fetched as one thread."""
        many = _THREAD_FROM <= len(self.wanted) <= _THREAD_TO and not self.notices
        return not self.apart and (self.whole or many)

    @property
    def units(self) -> int:
        """What fetching it costs."""
        return THREAD_UNITS if self.as_thread else MESSAGE_UNITS * len(self.wanted)

    def parts(self, most: int) -> list[Group]:
        """The group in parts of at most ``most`` messages."""
        if len(self.wanted) <= most or self.as_thread:
            return [self]
        some = [self.wanted[start : start + most] for start in range(0, len(self.wanted), most)]
        return [Group(thread=self.thread, wanted=part, notices=self.notices & set(part), apart=True) for part in some]


def listed(answer: Mapping[str, Any]) -> list[Listed]:
    """The messages of one page of ``messages.list``."""
    found = []
    for each in list_of(answer, "messages"):
        name = text_of(each.get("id"))
        if name:
            found.append(Listed(id=name, thread=text_of(each.get("threadId")) or name))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The ids of a mailbox, newest first, and of those in it that carry certain labels."""

    all: tuple[Listed, ...]
    sent: frozenset[str]
    drafts: frozenset[str]
    notices: frozenset[str]
    skipped: frozenset[str]

    @property
    def own_threads(self) -> frozenset[str]:
        """The threads in which the owner wrote."""
        return frozenset(each.thread for each in self.all if each.id in self.sent)


def plan(listing: Listing, known: Collection[bytes]) -> list[Group]:
    """What is to be read, in the order in which to read it; not what is ``known``."""
    own = listing.own_threads
    groups: dict[str, Group] = {}
    rank: dict[str, tuple[int, int, int]] = {}
    for position, each in enumerate(listing.all):
        ours = each.thread in own
        if each.id in listing.drafts or (each.id in listing.skipped and not ours):
            continue
        notice = each.id in listing.notices and not ours
        if each.thread not in rank:
            window = sum(position >= bound for bound in _WINDOWS)
            rank[each.thread] = (window, 0 if ours else 2 if notice else 1, position)
        if mark(each.id) in known:
            continue
        group = groups.setdefault(each.thread, Group(thread=each.thread))
        group.wanted.append(each.id)
        if notice:
            group.notices.add(each.id)
    return sorted(groups.values(), key=lambda group: rank[group.thread])


@dataclass(slots=True, kw_only=True)
class _Fate:
    """What the history says of one message, in its order. ``labels`` None: nobody said which it has."""

    thread: str = ""
    added: bool = False
    deleted: bool = False
    labels: set[str] | None = None
    plus: set[str] = field(default_factory=set)
    minus: set[str] = field(default_factory=set)

    def change(self, more: Iterable[str], less: Iterable[str]) -> None:
        for label in more:
            self.plus.add(label)
            self.minus.discard(label)
        for label in less:
            self.minus.add(label)
            self.plus.discard(label)

    @property
    def now(self) -> set[str]:
        """The labels, as far as they are known."""
        return ((self.labels or set()) | self.plus) - self.minus


class History:
    """The pages of ``history.list``, added up to what each message came to."""

    def __init__(self) -> None:
        self._fates: dict[str, _Fate] = {}

    def add(self, answer: Mapping[str, Any]) -> None:
        """Take in one page; only its typed arrays say what happened."""
        for record in list_of(answer, "history"):
            for event in list_of(record, "messagesAdded"):
                fate = self._of(event)
                if fate is not None:
                    fate.added, fate.deleted = True, False
                    fate.labels = set(labels_of(_message(event))) if "labelIds" in _message(event) else None
                    fate.plus, fate.minus = set(), set()
            for event in list_of(record, "labelsAdded"):
                if (fate := self._of(event)) is not None:
                    fate.change(labels_of(event), ())
            for event in list_of(record, "labelsRemoved"):
                if (fate := self._of(event)) is not None:
                    fate.change((), labels_of(event))
            for event in list_of(record, "messagesDeleted"):
                if (fate := self._of(event)) is not None:
                    fate.deleted = True

    def _of(self, event: Mapping[str, Any]) -> _Fate | None:
        message = _message(event)
        name = text_of(message.get("id"))
        if not name:
            return None
        fate = self._fates.setdefault(name, _Fate())
        fate.thread = text_of(message.get("threadId")) or fate.thread or name
        return fate

    def removed(self, known: Collection[bytes]) -> list[str]:
        """The known messages that are gone, or lie in the bin now."""
        return [
            name for name, fate in self._fates.items() if mark(name) in known and (fate.deleted or LEFT_OUT & fate.now)
        ]

    def wanted(self, known: Collection[bytes], threads: Collection[bytes], skipped: Collection[str]) -> list[Group]:
        """What is to be read because of it.

        Args:
            known: the messages that were read.
            threads: threads of which something was read, beside those whose first message is known.
            skipped: the labels of what is not read, but in the owner's own threads.
        """
        groups: dict[str, Group] = {}
        for name, fate in self._fates.items():
            if fate.deleted or LEFT_OUT & fate.now or not self._is_news(name, fate, known, skipped):
                continue
            told = mark(fate.thread) in known or mark(fate.thread) in threads
            own = SENT in fate.now
            if not (told or own) and fate.now & set(skipped):
                continue
            group = groups.setdefault(fate.thread, Group(thread=fate.thread))
            group.wanted.append(name)
            # The owner answered something that was passed over: now it matters.
            group.whole = group.whole or (own and not told and fate.thread != name)
            if NOTICES in fate.now and not (told or own):
                group.notices.add(name)
        return list(groups.values())

    @staticmethod
    def _is_news(name: str, fate: _Fate, known: Collection[bytes], skipped: Collection[str]) -> bool:
        if mark(name) in known:
            return SENT in fate.plus and not fate.added  # only now it turns out to be the owner's
        back = fate.minus & (LEFT_OUT | set(skipped))
        return fate.added or bool(back) or SENT in fate.plus


def _message(event: Mapping[str, Any]) -> Mapping[str, Any]:
    value = event.get("message")
    return value if isinstance(value, dict) else {}
