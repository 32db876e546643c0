"""People who did something for the owner in the letter's period: the section that asks for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.network import Network, favors_of
from inference.reciprocity import follow_through


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    helped = entries.helped_owner(network, thresholds)
    items = []
    for group in helped.values():
        fresh = [entry for entry in group if _in_period(entry, network, thresholds)]
        if fresh:
            items.append(_item(network, thresholds, fresh))
    return items


def _in_period(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    done = entry.state.delivered_at
    return done is not None and 0 <= entries.age(network, done) <= thresholds.period_days


def _item(network: Network, thresholds: Thresholds, group: list[Entry]) -> Item:
    done = group[0].state.delivered_at or group[0].state.opened_at
    when = phrases.lately(entries.local_day(network, done), network.today)
    facts = [_first_move(network, group[0]), _follow_through(network, thresholds, group[0].favor.person)]
    return entries.favor_item(
        network,
        group,
        steps=("delivered",),
        after=f" {phrases.deed(group[0].favor.type)} {when}{entries.one_of(group)}.",
        because=" ".join(fact for fact in facts if fact),
        since=done,
        worth=0.9 + 0.6 * group[0].weight,
    )


def _first_move(network: Network, entry: Entry) -> str:
    asked, done = entry.state.asked_at, entry.state.delivered_at
    if asked is None or done is None:
        return "You had not asked." if entry.state.offered_at is None else "They had offered."
    took = (entries.local_day(network, done) - entries.local_day(network, asked)).days
    if took <= 0:
        return "You had asked that same day."
    return f"You had asked {phrases.counted(took, 'day', 'days')} before."


def _follow_through(network: Network, thresholds: Thresholds, person: int) -> str:
    """What became of the owner's asks, silent where there were too few."""
    favors = [favor for favor in favors_of(network, person) if favor.reaches(thresholds.confidence)]
    kept = follow_through(favors, network.as_of, giver=person)
    if kept.rate is None or not kept.delivered:
        return ""
    asked = phrases.number(kept.asked)
    which = f"all {asked}" if kept.delivered == kept.asked else f"{phrases.number(kept.delivered)} of the {asked}"
    return f"They have done {which} things you asked of them."


SECTION = SectionSpec(id="showed_up", title="Showed up for you", order=90, build=_build)
