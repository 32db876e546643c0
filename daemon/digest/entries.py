"""The network in, the questions that sections ask of it answered: favors as they stand, and who did what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from daemon.digest import phrases
from daemon.digest.document import Item, Quote, Who
from daemon.digest.section import Thresholds
from inference.acts.act import FavorType
from inference.debts import open_for_sure, untold
from inference.favor import Evidence, Favor, State, Status, StepName
from inference.network import Network, PersonView, favors_with_state
from inference.timeline import OWNER

#: How much one favor matters beside another; routine coordination weighs little.
WEIGHT: Mapping[FavorType, float] = {
    FavorType.INTRO: 1.0,
    FavorType.REFERRAL: 1.0,
    FavorType.ADVICE: 0.9,
    FavorType.FEEDBACK: 0.85,
    FavorType.SUPPORT: 0.85,
    FavorType.TIME: 0.75,
    FavorType.RESOURCE: 0.7,
    FavorType.ACTION: 0.4,
    FavorType.INFO: 0.3,
}
_ROUTINE = frozenset({FavorType.ACTION, FavorType.INFO})
#: Routine is done all day and misread more often than anything else: the letter wants to be surer of it.
_ROUTINE_CONFIDENCE = 0.7
_HALF_LIFE_DAYS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A favor that is certain enough for the letter, as it stood on the letter's day."""

    favor: Favor
    state: State

    @property
    def weight(self) -> float:
        """How much this favor matters, no unit."""
        return WEIGHT[self.favor.type]


def entries(network: Network, thresholds: Thresholds) -> Iterator[Entry]:
    """The favors that the letter may speak of: certain enough, opened by then, with somebody the owner listens to."""
    for favor, stood in favors_with_state(network.favors, network.as_of, confidence=thresholds.confidence):
        done = stood.status is Status.DELIVERED and favor.type in _ROUTINE
        if done and not favor.reaches(max(thresholds.confidence, _ROUTINE_CONFIDENCE)):
            continue
        if may_name(network, favor.person):
            yield Entry(favor=favor, state=stood)


def may_name(network: Network, person: int) -> bool:
    """Whether the letter may name this person: known, not muted, not a shared mailbox."""
    view = network.people.get(person)
    return view is not None and not view.muted and not view.role


def by_person(found: Iterable[Entry]) -> dict[int, list[Entry]]:
    """Entries by person, for each the weightiest first, then the oldest."""
    grouped: dict[int, list[Entry]] = defaultdict(list)
    for entry in found:
        grouped[entry.favor.person].append(entry)
    for group in grouped.values():
        group.sort(key=lambda entry: (-entry.weight, entry.state.opened_at, entry.favor.id))
    return dict(grouped)


def helped_owner(network: Network, thresholds: Thresholds) -> dict[int, list[Entry]]:
    """What each person has done for the owner, by person."""
    return by_person(
        entry
        for entry in entries(network, thresholds)
        if entry.favor.receiver == OWNER and entry.state.status is Status.DELIVERED
    )


def helped_by_owner(network: Network, thresholds: Thresholds) -> dict[int, list[Entry]]:
    """What the owner has done for each person, by person."""
    return by_person(
        entry
        for entry in entries(network, thresholds)
        if entry.favor.giver == OWNER and entry.state.status is Status.DELIVERED
    )


def still_open(entry: Entry, since: datetime, due: int, network: Network, thresholds: Thresholds) -> bool:
    """Whether an ask or promise of ``since`` is ``due`` days old and has not yet settled itself."""
    if not open_for_sure(entry.favor, entry.state, thresholds.confidence) or entry.favor.id in network.resting:
        return False
    routine = entry.favor.type in _ROUTINE
    longest = min(thresholds.stale_days, thresholds.routine_stale_days) if routine else thresholds.stale_days
    return due <= age(network, since) <= longest


def outcome_untold(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    """Whether a helper has waited long enough to hear how it turned out, and it is a kind of help that turns out."""
    done = entry.state.delivered_at
    return (
        entry.favor.receiver == OWNER
        and entry.favor.id not in network.resting
        and untold(entry.favor, entry.state, thresholds.confidence)
        and done is not None
        and thresholds.tell_outcome_days <= age(network, done) <= thresholds.gratitude_days
    )


def local_day(network: Network, at: datetime) -> date:
    """The owner's calendar day of ``at``."""
    return at.astimezone(network.zone).date()


def age(network: Network, at: datetime) -> int:
    """Whole days of the owner's calendar since ``at``."""
    return (network.today - local_day(network, at)).days


def who(network: Network, person: int) -> Who:
    """A person as the letter names them; an address stands in for a missing name."""
    view = network.people[person]
    return Who(name=view.name or first_address(view), addresses=view.emails)


def first_address(view: PersonView) -> str:
    """The first address of a person, or "" where none is known."""
    return view.emails[0] if view.emails else ""


def evidence_of(favor: Favor, *steps: StepName, until: datetime) -> Evidence:
    """The latest evidence of one of ``steps`` that the letter's day knows, else what opened the favor."""
    found = [step.evidence for step in favor.steps if step.what in steps and step.at <= until]
    return favor.evidence[found[-1]] if found else favor.evidence[0]


def quoted(network: Network, evidence: Evidence) -> Quote | None:
    """The sentence behind an item, or None where a whole answer counts and no single sentence of it."""
    if not evidence.quote:
        return None
    on = local_day(network, evidence.at)
    if evidence.act == "meeting":
        return Quote(text=evidence.quote, by="", on=on)
    return Quote(text=evidence.quote, by=_author(network, evidence.author), on=on)


def _author(network: Network, person: int) -> str:
    if person == OWNER:
        return "You"
    return network.people[person].name if person in network.people else ""


def freshness(days: int, due: int) -> float:
    """What is left of an item's worth ``days`` after it began, if it fell due after ``due``: halves in 90 days."""
    return float(0.5 ** (max(0, days - due) / _HALF_LIFE_DAYS))


def favor_item(
    network: Network,
    group: Sequence[Entry],
    *,
    steps: tuple[StepName, ...],
    before: str = "",
    after: str,
    because: str,
    since: datetime,
    worth: float,
) -> Item:
    """The item of one person's favors, ``group[0]`` speaking for all of them."""
    favor = group[0].favor
    evidence = evidence_of(favor, *steps, until=network.as_of)
    return Item(
        person=who(network, favor.person),
        favor_ids=tuple(entry.favor.id for entry in group),
        before=before,
        after=after,
        because=because,
        type=favor.type,
        matter=favor.matter,
        quote=quoted(network, evidence),
        link=evidence.link,
        since=local_day(network, since),
        worth=worth,
    )


def one_of(group: Sequence[Entry]) -> str:
    """What the sentence about ``group[0]`` adds where there are others: ``""`` or ``, one of three things``."""
    return f", one of {phrases.number(len(group))} things" if len(group) > 1 else ""


def past_help(helped: Sequence[Entry], network: Network) -> str:
    """A sentence on what a person did for the owner, ``""`` where nothing is known."""
    if not helped:
        return ""
    latest = max(entry.state.delivered_at for entry in helped if entry.state.delivered_at)
    what = phrases.kinds([entry.favor.type for entry in helped])
    last = ", most recently " if len(helped) > 1 else " "
    return f"They gave you {what}{last}{phrases.month(local_day(network, latest), network.today)}."
