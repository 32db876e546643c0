"""Favors in, the entries of the ledger as they stood on a day out: with names and addresses, as values and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from daemon.config import OwnerConfig
from daemon.store import StoredPerson
from inference.acts.act import FavorType
from inference.favor import Evidence, Favor, State, Status
from inference.favors import proof, state
from inference.timeline import OWNER

_OPEN = frozenset({Status.OFFERED, Status.ASKED, Status.PROMISED})


class Party(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Giver or receiver; ``is_owner`` stands only beside the owner."""

    name: str
    addresses: tuple[str, ...]
    is_owner: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence as the ledger shows it; ``message_id`` is without angle brackets."""

    act: str
    at: datetime
    message_id: str | None
    meeting_uid: str | None
    quote: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One favor as of a day; the fields up to ``evidence`` are those of ``kith ledger --format json``."""

    id: str
    type: FavorType
    giver: Party
    receiver: Party
    status: Status
    opened_at: datetime
    asked_at: datetime | None
    promised_at: datetime | None
    delivered_at: datetime | None
    declined_at: datetime | None
    thanked_at: datetime | None
    outcome_told_at: datetime | None
    confidence: float
    evidence: tuple[Shown, ...]
    matter: str

    @property
    def is_open(self) -> bool:
        """Whether it is offered, asked for or promised, and neither done nor declined."""
        return self.status in _OPEN

    @property
    def times(self) -> tuple[datetime | None, ...]:
        """When it was opened, asked for, promised, delivered, declined, thanked for, and its outcome told."""
        return (
            self.opened_at,
            self.asked_at,
            self.promised_at,
            self.delivered_at,
            self.declined_at,
            self.thanked_at,
            self.outcome_told_at,
        )

    @property
    def said(self) -> str:
        """The status in a word or two: ``delivered, thanked``."""
        if self.status is Status.DELIVERED and (self.thanked_at or self.outcome_told_at):
            return "delivered, " + ("told" if self.outcome_told_at else "thanked")
        return self.status.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Who the numbers of favors are."""

    parties: dict[int, Party]

    @classmethod
    def of(cls, people: Iterable[StoredPerson], owner: OwnerConfig, seen: Sequence[str]) -> Ledger:
        """The parties: everybody, and the owner with the configured addresses first, then those seen."""
        own = tuple(dict.fromkeys((*owner.addresses, *seen)))
        parties = {person.id: Party(name=person.name, addresses=person.emails) for person in people}
        return cls(parties={**parties, OWNER: Party(name=owner.name, addresses=own, is_owner=True)})

    def entries(self, favors: Iterable[Favor], as_of: datetime, *, least: float) -> list[Entry]:
        """The favors of at least ``least`` confidence that were open by ``as_of``, as they stood then, by opening."""
        found = []
        for favor in favors:
            then = state(favor, as_of) if favor.reaches(least) else None
            if then is not None and favor.person in self.parties:
                found.append(self._entry(favor, then, as_of))
        return found

    def _entry(self, favor: Favor, then: State, as_of: datetime) -> Entry:
        return Entry(
            id=favor.id,
            type=favor.type,
            giver=self.parties[favor.giver],
            receiver=self.parties[favor.receiver],
            status=then.status,
            opened_at=then.opened_at,
            asked_at=then.asked_at,
            promised_at=then.promised_at,
            delivered_at=then.delivered_at,
            declined_at=then.declined_at,
            thanked_at=then.thanked_at,
            outcome_told_at=then.outcome_told_at,
            confidence=favor.confidence,
            evidence=tuple(_shown(each) for each in proof(favor) if each.at <= as_of),
            matter=favor.matter,
        )


def _shown(evidence: Evidence) -> Shown:
    return Shown(
        act=str(evidence.act),
        at=evidence.at,
        message_id=evidence.message_id,
        meeting_uid=evidence.meeting_uid,
        quote=evidence.quote,
    )


def as_json(values: object) -> str:
    """Any of the program's values as indented JSON with a line break at the end; times are UTC."""
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode() + "\n"
