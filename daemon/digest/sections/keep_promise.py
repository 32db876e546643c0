"""What the owner promised and has not done."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.favor import Status
from inference.network import Network
from inference.timeline import OWNER


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    open_promises = entries.by_person(
        entry for entry in entries.entries(network, thresholds) if _unkept(entry, network, thresholds)
    )
    helped = entries.helped_owner(network, thresholds)
    return [_item(network, thresholds, group, helped.get(person, [])) for person, group in open_promises.items()]


def _unkept(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    promised = entry.state.promised_at
    return (
        entry.favor.giver == OWNER
        and entry.state.status is Status.PROMISED
        and promised is not None
        and entries.still_open(entry, promised, thresholds.keep_promise_days, network, thresholds)
    )


def _item(network: Network, thresholds: Thresholds, group: list[Entry], helped: list[Entry]) -> Item:
    promised = group[0].state.promised_at or group[0].state.opened_at
    days = entries.age(network, promised)
    since = entries.local_day(network, promised)
    said = f"{phrases.thing(group[0].favor.type)} {phrases.ago(since, network.today)}"
    return entries.favor_item(
        network,
        group,
        steps=("promised",),
        before="You promised ",
        after=f" {said}{entries.one_of(group)}.",
        because=f"Nothing seen that keeps it. {entries.past_help(helped, network)}".strip(),
        since=promised,
        worth=(1.2 + group[0].weight + min(len(helped), 2)) * entries.freshness(days, thresholds.keep_promise_days),
    )


SECTION = SectionSpec(id="keep_promise", title="You said you would", order=20, build=_build)
