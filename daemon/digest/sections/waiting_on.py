"""What the owner asked for or was promised, and has not received."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.favor import Status
from inference.network import Network
from inference.reciprocity import usual_reply_days
from inference.timeline import OWNER


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    waiting = entries.by_person(
        entry for entry in entries.entries(network, thresholds) if _outstanding(entry, network, thresholds)
    )
    return [_item(network, thresholds, group) for group in waiting.values()]


def _outstanding(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    if entry.favor.receiver != OWNER or entry.state.status not in (Status.ASKED, Status.PROMISED):
        return False
    patience = max(thresholds.waiting_on_days, _usual_days(network, entry.favor.person))
    return entries.still_open(entry, _began(entry), patience, network, thresholds)


def _began(entry: Entry) -> datetime:
    asked, promised = entry.state.asked_at, entry.state.promised_at
    return max((at for at in (asked, promised) if at is not None), default=entry.state.opened_at)


def _usual_days(network: Network, person: int) -> int:
    """The whole days within which nine in ten of this person's replies came, 0 where too few are known."""
    usual = usual_reply_days(network.contacts.get(person, ()), network.as_of.date())
    return math.ceil(usual) if usual is not None else 0


def _item(network: Network, thresholds: Thresholds, group: list[Entry]) -> Item:
    promised = group[0].state.status is Status.PROMISED
    began = _began(group[0])
    when = phrases.ago(entries.local_day(network, began), network.today)
    what = phrases.thing(group[0].favor.type)
    tail = f"{when}{entries.one_of(group)}."
    usual = _usual_days(network, group[0].favor.person)
    habit = f" They mostly answer within {phrases.counted(usual, 'day', 'days')}." if usual else ""
    return entries.favor_item(
        network,
        group,
        steps=("promised",) if promised else ("asked",),
        before="" if promised else "You asked ",
        after=f" promised you {what} {tail}" if promised else f" for {what} {tail}",
        because=("Nothing seen that keeps it." if promised else "No answer seen since.") + habit,
        since=began,
        worth=(0.5 + group[0].weight) * entries.freshness(entries.age(network, began), thresholds.waiting_on_days),
    )


SECTION = SectionSpec(id="waiting_on", title="You are waiting for", order=50, build=_build)
