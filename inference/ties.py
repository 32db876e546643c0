"""Days of contact in; how close a tie is, its rhythm, whether it is drifting or dormant, each with its reason, out.

Sources of the formulas:

- Strength: recency weighs more than duration, duration more than volume, and both sides count (Gilbert and
  Karahalios 2009, "Predicting tie strength with social media": 2,184 ties). So it halves with every 90 days of
  silence, volume goes in by its logarithm, and the directions by their geometric mean: who only writes stays at 0.
- Layers of 5, 15, 50 and 150 people: Dunbar's circles (Zhou, Sornette, Hill and Dunbar 2005).
- Dormant: no contact for three years, as in Levin, Walter and Murnighan 2011, "Dormant ties: the value of
  reconnecting", Organization Science 22(4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from inference.interactions import Day

HALF_LIFE_DAYS: Final = 90.0
#: What one mail from the owner, one mail from the person, and one meeting (beside its hours) weigh.
SENT_WEIGHT: Final = 1.5
RECEIVED_WEIGHT: Final = 1.0
MET_WEIGHT: Final = 3.0
#: Two years of knowing each other add a quarter to the strength; less adds less.
_DURATION_BONUS: Final = 0.25
_DURATION_DAYS: Final = 730.0

#: The size of each layer, and how often people of that layer are in touch where their own history is too short.
LAYERS: Final = (5, 15, 50, 150)
DEFAULT_RHYTHM: Final[Mapping[int, float]] = {5: 7.0, 15: 28.0, 50: 112.0, 150: 112.0, 0: 112.0}

#: Days that follow this closely carry on with the same exchange: a long thread is no rhythm.
SAME_EXCHANGE_DAYS: Final = 3
_FEWEST_GAPS: Final = 3
_LONG_ENOUGH_DAYS: Final = 60
#: Fewer days of contact than this, or all of them within so short a time, are an errand and no tie that could fade.
_TIE_DAYS: Final = 3
_TIE_SPAN_DAYS: Final = 28

DRIFT_FACTOR: Final = 3.0
DRIFT_LEAST_DAYS: Final = 30
#: What a tie must have been at its last contact to be missed: less is to have stood on the same lists.
DRIFT_STRENGTH: Final = 0.6
DORMANT_DAYS: Final = 3 * 365
#: How strong a tie must have been at its last contact to be missed when it sleeps.
DORMANT_STRENGTH: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """The tie of the owner and one person on a day.

    ``strength`` has no unit: 0 is none, about 1 a few mails both ways this month, about 3 somebody met every week.
    ``once`` is the strength on the day of the last contact. ``layer`` is 5, 15, 50 or 150 for the so many closest
    people, else 0. ``rhythm_days`` is the usual gap between contacts, ``silent_days`` how long ago the last one was
    (None without any). ``contact_days`` counts days of contact. ``because`` explains ``strength``, ``layer``,
    ``two_way``, ``rhythm``, ``drifting`` and ``dormant`` in plain English.
    """

    person: int
    strength: float = 0.0
    once: float = 0.0
    layer: int = 0
    first_contact: date | None = None
    last_contact: date | None = None
    contact_days: int = 0
    two_way: bool = False
    rhythm_days: float = DEFAULT_RHYTHM[0]
    silent_days: int | None = None
    drifting: bool = False
    dormant: bool = False
    because: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether there is a tie that could be missed: both ways, on several days, over some weeks."""
        if self.first_contact is None or self.last_contact is None:
            return False
        span = (self.last_contact - self.first_contact).days
        return self.two_way and self.contact_days >= _TIE_DAYS and span >= _TIE_SPAN_DAYS

    @property
    def alive(self) -> bool:
        """Whether the two have been in touch within what their rhythm allows."""
        limit = max(DRIFT_FACTOR * self.rhythm_days, DRIFT_LEAST_DAYS)
        return self.two_way and self.silent_days is not None and self.silent_days <= limit


def tie(person: int, days: Sequence[Day], as_of: date, *, layer: int = 0) -> Tie:
    """The tie with ``person`` on the (UTC) day ``as_of``; days after it are not looked at.

    ``layer`` comes from the other ties (see ``ties``) and sets the rhythm that is expected of a short history.
    """
    past = _past(days, as_of)
    if not past:
        return Tie(person=person, layer=layer, because={"strength": "No contact yet."})
    first, last = past[0].on, past[-1].on
    rhythm, rhythm_because = _rhythm(past, layer)
    silent = (as_of - last).days
    two_way, two_way_because = _two_way(past)
    settled = two_way and len(past) >= _TIE_DAYS and (last - first).days >= _TIE_SPAN_DAYS
    sums = _sums(past)
    once, now = sums.strength(last), sums.strength(as_of)
    dormant = settled and silent >= DORMANT_DAYS and once >= DORMANT_STRENGTH
    quiet = silent >= DRIFT_LEAST_DAYS and silent > DRIFT_FACTOR * rhythm
    drifting = settled and not dormant and quiet and once >= DRIFT_STRENGTH
    return Tie(
        person=person,
        strength=now,
        once=once,
        layer=layer,
        first_contact=first,
        last_contact=last,
        contact_days=len(past),
        two_way=two_way,
        rhythm_days=rhythm,
        silent_days=silent,
        drifting=drifting,
        dormant=dormant,
        because={
            "strength": _strength_because(past, as_of, now),
            "layer": f"Among your {layer} closest." if layer else "Outside your 150 closest.",
            "two_way": two_way_because,
            "rhythm": rhythm_because,
            "drifting": _silence_because(silent, rhythm, settled and once >= DRIFT_STRENGTH),
            "dormant": f"A tie sleeps after {DORMANT_DAYS // 365} years of silence; the last contact was {_days(silent)} ago.",
        },
    )


def ties(contacts: Mapping[int, Sequence[Day]], as_of: date) -> dict[int, Tie]:
    """All ties on a day, each in its layer: the two-way ties by strength, the strongest first.

    An errand of a few days is in none of the two inner layers, however few ties there are.
    """
    found = {person: tie(person, days, as_of) for person, days in contacts.items()}
    ranked = sorted((each for each in found.values() if each.two_way), key=lambda each: (-each.strength, each.person))
    settled = {each.person: rank for rank, each in enumerate(each for each in ranked if each.settled)}
    for rank, each in enumerate(ranked):
        inner = next((size for size in LAYERS[:2] if settled.get(each.person, size) < size), 0)
        layer = inner or next((size for size in LAYERS[2:] if rank < size), 0)
        if layer:
            found[each.person] = tie(each.person, contacts[each.person], as_of, layer=layer)
    return found


def strength(days: Sequence[Day], as_of: date) -> float:
    """How close the contact on ``days`` makes two people as of a day; more contact never makes it less.

    The geometric mean of both directions, and up to a quarter more for knowing each other for up to two years. A
    direction is ln(1 + its contact) as of its last day, and half of that with every 90 days since. Its contact is
    the sum of log2(1 + mails) · weight and of what the two met (3 for a meeting, 1 for its hour), each · 2^(-age/90).
    Meetings with others count for their share of 1/(n-1), and at most one more than direct contact: to sing in one
    choir is not to be close.
    """
    past = _past(days, as_of)
    return _sums(past).strength(as_of) if past else 0.0


def _past(days: Sequence[Day], as_of: date) -> list[Day]:
    return sorted((day for day in days if day.on <= as_of), key=lambda day: day.on)


@dataclass(slots=True)
class _Direction:
    """Contact in one direction: direct and in groups, as of a day of reference, and the last day of any."""

    direct: float = 0.0
    group: float = 0.0
    last: date | None = None

    def reach(self, reference: date, as_of: date) -> float:
        if self.last is None:
            return 0.0
        then = 2.0 ** ((reference - self.last).days / HALF_LIFE_DAYS)
        direct, group = self.direct * then, self.group * then
        return math.log1p(direct + min(group, 1 + direct)) * float(2.0 ** ((self.last - as_of).days / HALF_LIFE_DAYS))


@dataclass(frozen=True, slots=True)
class _Sums:
    first: date
    reference: date
    out: _Direction
    into: _Direction

    def strength(self, as_of: date) -> float:
        known = min((as_of - self.first).days / _DURATION_DAYS, 1.0)
        both = self.out.reach(self.reference, as_of) * self.into.reach(self.reference, as_of)
        return math.sqrt(both) * (1 + _DURATION_BONUS * known)


def _sums(past: Sequence[Day]) -> _Sums:
    """Everything that strength on any later day needs, in one walk through the days."""
    sums = _Sums(past[0].on, past[-1].on, _Direction(), _Direction())
    for day in past:
        fresh = 2.0 ** ((day.on - sums.reference).days / HALF_LIFE_DAYS)
        met = MET_WEIGHT * day.met + day.met_minutes / 60
        group = MET_WEIGHT * day.group_weight + day.group_minutes / 60
        for way, weight, mails in ((sums.out, SENT_WEIGHT, day.sent), (sums.into, RECEIVED_WEIGHT, day.received)):
            if mails or met or group:
                way.direct += fresh * (weight * math.log2(1 + mails) + met)
                way.group += fresh * group
                way.last = day.on
    return sums


def _two_way(past: Sequence[Day]) -> tuple[bool, str]:
    """Contact in both directions, a meeting of the two, or as many group meetings as weigh one."""
    own, theirs = sum(day.own_mails for day in past), sum(day.their_mails for day in past)
    met, groups = sum(day.met for day in past), sum(day.group_weight for day in past)
    counts = f"{_count(own, 'mail')} from you, {_count(theirs, 'mail')} from them, {_count(met, 'meeting')} of the two"
    if own and theirs:
        return True, f"Both write: {counts}."
    if met or groups >= 1:
        return True, f"You met: {counts}."
    return False, f"One way so far: {counts}."


def _rhythm(past: Sequence[Day], layer: int) -> tuple[float, str]:
    gaps = [(later.on - earlier.on).days for earlier, later in pairwise(past)]
    apart = [gap for gap in gaps if gap > SAME_EXCHANGE_DAYS]
    span = (past[-1].on - past[0].on).days
    if len(apart) >= _FEWEST_GAPS:
        usual = float(median(apart))
        return usual, f"Usually in touch every {_days(usual)} (the middle one of {len(apart)} gaps)."
    if len(gaps) >= _FEWEST_GAPS and span >= _LONG_ENOUGH_DAYS and not apart:
        usual = float(median(gaps))
        return usual, f"In touch nearly without a break: every {_days(usual)}."
    default = DEFAULT_RHYTHM[layer]
    place = f"for one of your {layer} closest" if layer else "outside your 150 closest"
    return default, f"Too few contacts to know a rhythm; {_days(default)} is assumed {place}."


def _silence_because(silent: int, rhythm: float, would_be_missed: bool) -> str:
    limit = max(DRIFT_FACTOR * rhythm, DRIFT_LEAST_DAYS)
    if not would_be_missed:
        return f"Last contact {_days(silent)} ago; too brief or one-sided an acquaintance to speak of drifting."
    return (
        f"Last contact {_days(silent)} ago; three times the usual {_days(rhythm)}, and at least 30, is {_days(limit)}."
    )


def _strength_because(past: Sequence[Day], as_of: date, now: float) -> str:
    recent = [day for day in past if day.on > as_of - timedelta(days=365)]
    own, theirs = sum(day.own_mails for day in recent), sum(day.their_mails for day in recent)
    hours = sum(day.met_minutes + day.group_minutes for day in recent) / 60
    met = sum(day.met + day.group_met for day in recent)
    text = f"In the last year {_count(own, 'mail')} from you, {_count(theirs, 'mail')} from them"
    if met:
        text += f", {_count(met, 'meeting')} ({hours:.1f} hours)"
    zero = " One direction is missing, so it counts nothing." if now == 0 else ""
    return f"{text}; the last contact was {_days((as_of - past[-1].on).days)} ago.{zero}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _days(number: float) -> str:
    shown = f"{number:.0f}" if number == int(number) else f"{number:.1f}"
    return f"{shown} day" if shown == "1" else f"{shown} days"
