"""Helpers who were never told how it turned out."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.network import Network


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    untold = entries.by_person(
        entry for entry in entries.entries(network, thresholds) if entries.outcome_untold(entry, network, thresholds)
    )
    return [_item(network, thresholds, group) for group in untold.values()]


def _item(network: Network, thresholds: Thresholds, group: list[Entry]) -> Item:
    done = group[0].state.delivered_at or group[0].state.opened_at
    since = entries.local_day(network, done)
    did = f"{phrases.deed(group[0].favor.type)} {phrases.ago(since, network.today)}"
    thanked = group[0].state.thanked_at is not None
    return entries.favor_item(
        network,
        group,
        steps=("delivered",),
        after=f" {did}{entries.one_of(group)}.",
        because=("You thanked them, but they" if thanked else "They") + " have not heard how it turned out.",
        since=done,
        worth=(0.6 + 1.2 * group[0].weight)
        * entries.freshness(entries.age(network, done), thresholds.tell_outcome_days),
    )


SECTION = SectionSpec(id="tell_outcome", title="They would like to know how it went", order=40, build=_build)
