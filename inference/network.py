"""The snapshot that the letter and the health of the network are made from, and plain questions asked of it.

The store fills it for one moment; nothing here reads or changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from inference.favor import Favor, State
from inference.favors import state
from inference.interactions import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person as the letter names them; ``first_seen`` is the day of their first mail or meeting, where known."""

    id: int
    key: str
    name: str
    emails: tuple[str, ...]
    muted: bool = False
    role: bool = False
    first_seen: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Own news that the owner shared: the sentence, and the people whom that mail told."""

    at: datetime
    quote: str
    told: frozenset[int]
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """How the reading of one account goes; ``problem`` is one line for the owner, None while all is well."""

    name: str
    kind: str
    last_success: datetime | None = None
    problem: str | None = None
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A meeting to come with one person."""

    person: int
    start: datetime
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Everything known about the owner's network.

    ``as_of`` is the moment (UTC) that all questions are about; ``zone`` is where the owner's days begin. ``favors``
    and ``contacts`` may reach beyond ``as_of``: whoever reads them asks for their state then. ``resting`` are favors
    (ids), and ``silent`` sections with an address, of which the owner wants to hear nothing for now.
    """

    as_of: datetime
    zone: ZoneInfo
    owner_name: str
    people: Mapping[int, PersonView]
    favors: tuple[Favor, ...] = ()
    contacts: Mapping[int, tuple[Day, ...]] = field(default_factory=dict)
    news: tuple[News, ...] = ()
    accounts: tuple[AccountState, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    resting: frozenset[str] = frozenset()
    silent: frozenset[tuple[str, str]] = frozenset()

    @property
    def today(self) -> date:
        """The owner's calendar day at ``as_of``."""
        return self.as_of.astimezone(self.zone).date()


def favors_with_state(
    favors: Iterable[Favor], as_of: datetime, *, confidence: float = 0.0
) -> list[tuple[Favor, State]]:
    """The favors of at least ``confidence`` that were open or done by ``as_of``, each with its state then."""
    standing = ((favor, state(favor, as_of)) for favor in favors if favor.reaches(confidence))
    return [(favor, then) for favor, then in standing if then is not None]


def favors_of(network: Network, person: int) -> tuple[Favor, ...]:
    """The favors between the owner and one person."""
    return tuple(favor for favor in network.favors if favor.person == person)
