"""The network in; how it does, as a handful of plain figures with last month's beside them, out. No magic score.

A month is the 30 days before a moment in the figures, and a calendar month (UTC) in the series.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from inference.acts.act import FavorType
from inference.bridges import Bridge, bridges
from inference.debts import ANSWER_DAYS, OUTCOME_DAYS, PROMISE_DAYS, THANKS_DAYS, debts
from inference.favor import FAVOR_THRESHOLD, Favor, Status
from inference.interactions import Day
from inference.network import Network, favors_with_state
from inference.reciprocity import TimeSpent, time_spent
from inference.ties import Tie, ties
from inference.timeline import OWNER

MONTH: Final = timedelta(days=30)
#: How many calendar months the picture shows.
MONTHS: Final = 12
#: A month that has only so many days so far says nothing yet and is left out.
_MONTH_BEGUN: Final = 7
#: How many of the costliest ties are named.
_COSTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One plain number, the same number a month before (None where it cannot be known), and how it is counted."""

    id: str
    label: str
    now: float
    before: float | None
    because: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One calendar month (``start`` is its first day; the last one may be unfinished).

    ``alive`` counts the two-way ties with contact in it, ``given``/``received`` favors delivered in it, ``hours``
    what the owner spent in meetings.
    """

    start: date
    alive: int
    given: int
    received: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Who has given one type of help, who gave most first; nobody means a hole in the safety net."""

    type: FavorType
    givers: tuple[int, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one tie took of the owner's time in the last 30 days."""

    person: int
    spent: TimeSpent


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The figures, twelve months (oldest first), the cover by type of help, the costliest ties, the bridges."""

    figures: tuple[Figure, ...]
    months: tuple[Month, ...]
    coverage: tuple[Coverage, ...]
    costs: tuple[Cost, ...]
    bridges: tuple[Bridge, ...]


def health(network: Network) -> Health:
    """How the network does at ``network.as_of``; muted people and shared mailboxes are left out."""
    people = {number for number, person in network.people.items() if not person.muted and not person.role}
    contacts = {person: days for person, days in network.contacts.items() if person in people}
    favors = [each for each in network.favors if each.person in people and each.reaches(FAVOR_THRESHOLD)]
    today = network.as_of.date()
    now, before, earlier = (ties(contacts, today - MONTH * ago) for ago in range(3))
    return Health(
        figures=(
            _roster(network, people),
            *_tie_figures(now, before, earlier),
            *_debt_figures(favors, network.as_of),
            *_flow_figures(favors, contacts, network.as_of, (now, before)),
        ),
        months=_months(network, contacts, favors, now),
        coverage=coverage(favors, network.as_of),
        costs=_costs(contacts, today),
        bridges=bridges(now, contacts, today),
    )


def _roster(network: Network, people: set[int]) -> Figure:
    first = [network.people[number].first_seen for number in people]
    limit = network.as_of.date() - MONTH
    before = None if None in first else sum(day is not None and day <= limit for day in first)
    because = "Everybody who wrote, was written to or was invited, without bots and shared mailboxes."
    return Figure(id="roster", label="people seen", now=len(people), before=before, because=because)


def _tie_figures(now: Mapping[int, Tie], before: Mapping[int, Tie], earlier: Mapping[int, Tie]) -> tuple[Figure, ...]:
    def count(name: str, label: str, because: str) -> Figure:
        was = sum(bool(getattr(tie, name)) for tie in before.values())
        has = sum(bool(getattr(tie, name)) for tie in now.values())
        return Figure(id="ties" if name == "two_way" else name, label=label, now=has, before=was, because=because)

    known = count("two_way", "two-way ties", "People who wrote to you and you to them, or whom you met.")
    alive = count("alive", "ties alive", "In touch within three times the tie's own rhythm, or within 30 days.")
    drifting = count("drifting", "ties drifting", "Silent for over three times their own rhythm, and at least 30 days.")
    share = Figure(
        id="alive_share",
        label="share of ties alive",
        now=_percent(alive.now, known.now),
        before=_percent(alive.before or 0, known.before or 0),
        because="Ties alive of all two-way ties.",
        unit="%",
    )
    new = Figure(
        id="new_ties",
        label="new ties this month",
        now=_new(now, before),
        before=_new(before, earlier),
        because="Two-way now and not yet 30 days before.",
    )
    return known, alive, share, new, drifting


def _new(now: Mapping[int, Tie], before: Mapping[int, Tie]) -> int:
    return sum(tie.two_way and not before[person].two_way for person, tie in now.items())


def _percent(part: float, whole: float) -> float:
    return float(round(100 * part / whole)) if whole else 0.0


def _debt_figures(favors: Sequence[Favor], as_of: datetime) -> tuple[Figure, ...]:
    now, before = debts(favors, as_of), debts(favors, as_of - MONTH)
    told = (
        ("asks_unanswered", "asks you have not answered", f"Asked {ANSWER_DAYS} or more days ago, no answer seen."),
        ("promises_open", "your open promises", f"Made {PROMISE_DAYS} or more days ago, nothing seen that keeps them."),
        ("thanks_owed", "thanks you owe", f"Done for you {THANKS_DAYS} or more days ago, no thanks seen."),
        (
            "outcomes_untold",
            "outcomes not told",
            f"Help of {OUTCOME_DAYS} or more days ago; its giver heard nothing since.",
        ),
        ("waiting_on", "things you wait for", f"Asked or promised {PROMISE_DAYS} or more days ago, not seen done."),
    )
    return tuple(
        Figure(id=name, label=label, now=getattr(now, name), before=getattr(before, name), because=because)
        for name, label, because in told
    )


def _flow_figures(
    favors: Sequence[Favor],
    contacts: Mapping[int, Sequence[Day]],
    as_of: datetime,
    found: tuple[Mapping[int, Tie], Mapping[int, Tie]],
) -> tuple[Figure, ...]:
    (given, received), (given_before, received_before) = (_delivered(favors, as_of - MONTH * ago) for ago in range(2))
    hours, mails = _spent(contacts, as_of.date())
    hours_before, mails_before = _spent(contacts, (as_of - MONTH).date())
    alive, alive_before = (sum(tie.alive for tie in each.values()) for each in found)
    done = "Delivered within 30 days."
    met = "Meetings of 30 days that took place; those of groups are shared among their members."
    each = "Your own mails of 30 days, divided by the ties alive."
    per_tie, per_tie_before = _each(mails, alive), _each(mails_before, alive_before)
    return (
        Figure(id="given", label="favors you did this month", now=given, before=given_before, because=done),
        Figure(
            id="received", label="favors done for you this month", now=received, before=received_before, because=done
        ),
        Figure(id="hours", label="hours in meetings", now=hours, before=hours_before, because=met, unit="h"),
        Figure(id="mails_a_tie", label="mails to each live tie", now=per_tie, before=per_tie_before, because=each),
    )


def _delivered(favors: Sequence[Favor], until: datetime) -> tuple[int, int]:
    """Favors given and received in the 30 days up to a moment."""
    done = [
        favor.giver == OWNER
        for favor, then in favors_with_state(favors, until)
        if then.status is Status.DELIVERED and then.delivered_at and until - MONTH < then.delivered_at
    ]
    return sum(done), len(done) - sum(done)


def _spent(contacts: Mapping[int, Sequence[Day]], until: date) -> tuple[float, int]:
    """Hours in meetings and own mails of the 30 days up to a day."""
    spent = [time_spent(days, until, within_days=MONTH.days) for days in contacts.values()]
    return round(sum(each.hours for each in spent), 1), sum(each.own_mails for each in spent)


def _each(number: float, among: int) -> float:
    return round(number / among, 1) if among else 0.0


def _months(
    network: Network, contacts: Mapping[int, Sequence[Day]], favors: Sequence[Favor], now: Mapping[int, Tie]
) -> tuple[Month, ...]:
    today = network.as_of.date()
    newest = today - timedelta(days=_MONTH_BEGUN)
    last = newest.year * 12 + newest.month - 1
    starts = [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]
    alive: dict[date, set[int]] = defaultdict(set)
    hours: defaultdict[date, float] = defaultdict(float)
    for person, days in contacts.items():
        for day in days:
            if starts[0] <= day.on <= today:
                hours[day.on.replace(day=1)] += day.met_minutes + day.group_minutes
                if now[person].two_way:
                    alive[day.on.replace(day=1)].add(person)
    done: Counter[tuple[date, bool]] = Counter()
    for favor, then in favors_with_state(favors, network.as_of):
        if then.status is Status.DELIVERED and then.delivered_at:
            done[then.delivered_at.date().replace(day=1), favor.giver == OWNER] += 1
    return tuple(
        Month(
            start=start,
            alive=len(alive[start]),
            given=done[start, True],
            received=done[start, False],
            hours=round(hours[start] / 60, 1),
        )
        for start in starts
    )


def coverage(favors: Sequence[Favor], as_of: datetime) -> tuple[Coverage, ...]:
    """For each type of help, who has given it to the owner by ``as_of``."""
    givers: dict[FavorType, Counter[int]] = {kind: Counter() for kind in FavorType}
    for favor, then in favors_with_state(favors, as_of):
        if favor.receiver == OWNER and then.status is Status.DELIVERED:
            givers[favor.type][favor.giver] += 1
    found = []
    for kind, counts in givers.items():
        ranked = tuple(sorted(counts, key=lambda person: (-counts[person], person)))
        times = "once" if counts.total() == 1 else f"{counts.total()} times"
        because = f"Given {times} by {len(ranked)}." if ranked else "Nobody has given this yet."
        found.append(Coverage(type=kind, givers=ranked, because=because))
    return tuple(found)


def _costs(contacts: Mapping[int, Sequence[Day]], today: date) -> tuple[Cost, ...]:
    spent = [Cost(person=person, spent=time_spent(days, today, within_days=30)) for person, days in contacts.items()]
    spent = [cost for cost in spent if cost.spent.hours or cost.spent.own_mails]
    spent.sort(key=lambda cost: (-cost.spent.hours, -cost.spent.own_mails, cost.person))
    return tuple(spent[:_COSTS])
