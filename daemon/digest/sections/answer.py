"""People who asked the owner for something and have no answer; past helpers first."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.favor import Status
from inference.network import Network
from inference.timeline import OWNER

#: What is left of the worth of a stranger's ask: nobody owes one an answer as they owe it to a helper.
_STRANGER = 0.4


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    waiting = entries.by_person(
        entry for entry in entries.entries(network, thresholds) if _unanswered(entry, network, thresholds)
    )
    helped = entries.helped_owner(network, thresholds)
    return [_item(network, thresholds, group, helped.get(person, [])) for person, group in waiting.items()]


def _unanswered(entry: Entry, network: Network, thresholds: Thresholds) -> bool:
    asked = entry.state.asked_at
    return (
        entry.favor.giver == OWNER
        and entry.state.status is Status.ASKED
        and asked is not None
        and entries.still_open(entry, asked, thresholds.answer_days, network, thresholds)
    )


def _item(network: Network, thresholds: Thresholds, group: list[Entry], helped: list[Entry]) -> Item:
    asked = group[0].state.asked_at or group[0].state.opened_at
    since = entries.local_day(network, asked)
    what = phrases.thing(group[0].favor.type)
    return entries.favor_item(
        network,
        group,
        steps=("asked",),
        after=f" asked you for {what} {phrases.ago(since, network.today)}{entries.one_of(group)}.",
        because=f"No answer from you since. {entries.past_help(helped, network)}".strip(),
        since=asked,
        worth=_worth(group, helped, entries.age(network, asked), thresholds)
        * (1.0 if _known(network, group[0].favor.person) else _STRANGER),
    )


def _known(network: Network, person: int) -> bool:
    """Whether the owner has ever written to or met this person."""
    return any(day.sent or day.met or day.group_met for day in network.contacts.get(person, ()))


def _worth(group: list[Entry], helped: list[Entry], days: int, thresholds: Thresholds) -> float:
    """An ask of a past helper outweighs every other ask of the same age; more help, more worth."""
    debt = sum(entry.weight for entry in helped)
    return (1.0 + group[0].weight + min(debt, 4.0)) * entries.freshness(days, thresholds.answer_days)


SECTION = SectionSpec(id="answer", title="Waiting for your answer", order=10, build=_build)
