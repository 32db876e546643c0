"""Help that arrived and was never thanked for."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.debts import unthanked
from inference.network import Network
from inference.timeline import OWNER


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    found = entries.by_person(
        entry for entry in entries.entries(network, thresholds) if _unthanked(entry, network, thresholds)
    )
    return [_item(network, thresholds, group) for group in found.values()]


def _unthanked(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    done = entry.state.delivered_at
    return (
        entry.favor.receiver == OWNER
        and entry.favor.id not in network.resting
        and unthanked(entry.favor, entry.state, thresholds.confidence)
        and done is not None
        and thresholds.thank_days <= entries.age(network, done) <= thresholds.gratitude_days
    )


def _item(network: Network, thresholds: Thresholds, group: list[Entry]) -> Item:
    done = group[0].state.delivered_at or group[0].state.opened_at
    since = entries.local_day(network, done)
    did = f"{phrases.deed(group[0].favor.type)} {phrases.ago(since, network.today)}"
    untold = entries.outcome_untold(group[0], network, thresholds)
    return entries.favor_item(
        network,
        group,
        steps=("delivered",),
        after=f" {did}{entries.one_of(group)}.",
        because="No thanks from you seen since" + (", nor how it turned out." if untold else "."),
        since=done,
        worth=(0.8 + 1.2 * group[0].weight) * entries.freshness(entries.age(network, done), thresholds.thank_days),
    )


SECTION = SectionSpec(id="thank", title="Not yet thanked", order=30, build=_build)
