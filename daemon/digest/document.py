"""The letter as values: built once from the network, rendered three times (text, HTML, JSON).

Strings from senders (names, subjects, quotes) are kept here as they are stored; each rendering makes them harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from inference.acts.act import FavorType
from inference.health import Health

#: The section about the reading itself; every other one is about people.
ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom an item is about. An account's trouble is about the account: its name, no addresses."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The sentence behind an item: what was written, by whom ("You" for the owner), on which of the owner's days."""

    text: str
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing the owner should know.

    Read as a sentence, it is ``before`` + the person's name + ``after``, then ``because``. ``worth`` orders items of
    all sections against each other (greater first, no unit). ``type`` is None where no favor is meant.
    ``matter`` is the subject it came under. ``code`` is the number by which the owner corrects it, None while it
    is not shown.
    """

    person: Who
    favor_ids: tuple[str, ...] = ()
    before: str = ""
    after: str
    because: str
    type: FavorType | None = None
    matter: str = ""
    quote: Quote | None = None
    link: str | None = None
    since: date | None = None
    worth: float = 0.0
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a reply to an earlier letter that was written on the owner's day ``on``.

    ``applied`` counts its corrections; ``puzzling`` are the lines (the owner's own) that were not understood.
    """

    on: date
    applied: int
    puzzling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the letter: every due item, and those that the letter shows, best first."""

    id: str
    title: str
    items: tuple[Item, ...] = ()
    shown: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole letter. ``start`` and ``end`` are the first and last day of its period, on the owner's calendar.

    ``opening`` sums the letter up, ``accounts_line`` says in one line how the reading of mail and calendars goes.
    ``left_out`` counts due items that are not shown; ``everything`` says that all were to be shown, however many.
    ``reply_to`` is where corrections go, if they may come by reply, and ``token`` what such a reply must bring along.
    ``heard`` is what came of the replies of which no letter has told yet.
    """

    as_of: date
    start: date
    end: date
    owner_name: str
    opening: str
    accounts_line: str
    sections: tuple[Section, ...]
    health: Health
    left_out: int = 0
    everything: bool = False
    reply_to: str | None = None
    token: str = ""
    heard: tuple[Heard, ...] = ()

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items of the letter, in the order in which they are read and numbered."""
        return tuple(item for section in self.sections for item in section.shown)
