"""People who gave the owner clearly more than they got."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.network import Network


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    given = entries.helped_by_owner(network, thresholds)
    return [
        _item(network, got, given.get(person, []))
        for person, got in entries.helped_owner(network, thresholds).items()
        if len(given.get(person, [])) - len(got) <= thresholds.give_back_balance
    ]


def _item(network: Network, got: list[Entry], given: list[Entry]) -> Item:
    latest = max(got, key=lambda entry: entry.state.delivered_at or entry.state.opened_at)
    group = [latest, *(entry for entry in got if entry is not latest)]
    what = phrases.kinds([entry.favor.type for entry in got])
    done = latest.state.delivered_at or latest.state.opened_at
    return entries.favor_item(
        network,
        group,
        steps=("delivered",),
        after=f" has helped you {phrases.times(len(got))}; you have helped them {phrases.times(len(given))}.",
        because=f"They gave you {what}, most recently {_when(network, latest)}.",
        since=done,
        worth=0.5 + 0.2 * min(sum(entry.weight for entry in got) - sum(entry.weight for entry in given), 5.0),
    )


def _when(network: Network, latest: Entry) -> str:
    done = latest.state.delivered_at or latest.state.opened_at
    return phrases.month(entries.local_day(network, done), network.today)


SECTION = SectionSpec(id="give_back", title="Gave more than they got", order=70, build=_build)
