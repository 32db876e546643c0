"""Ties that have gone quiet against their own rhythm, and one or two that sleep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.section import SectionSpec, Thresholds
from inference.favor import Evidence, Favor
from inference.favors import proof
from inference.network import Network
from inference.ties import DEFAULT_RHYTHM, Tie, ties


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    favor: Favor
    evidence: Evidence

    @property
    def order(self) -> tuple[datetime, str]:
        return self.evidence.at, self.favor.id


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    booked = {meeting.person for meeting in network.ahead if meeting.start >= network.as_of}
    known = [
        tie
        for tie in ties(network.contacts, network.as_of.date()).values()
        if entries.may_name(network, tie.person) and tie.person not in booked
    ]
    asleep = sorted((tie for tie in known if tie.dormant), key=lambda tie: (-tie.once, tie.person))
    words = _last_words(network, thresholds)
    quiet = [_drifting(network, tie, words.get(tie.person)) for tie in known if tie.drifting]
    return [*quiet, *(_dormant(network, tie, words.get(tie.person)) for tie in asleep[: thresholds.dormant])]


def _drifting(network: Network, tie: Tie, last: _Words | None) -> Item:
    silent = phrases.duration(tie.silent_days or 0)
    rhythm = round(tie.rhythm_days)
    assumed = tie.rhythm_days == DEFAULT_RHYTHM[tie.layer]
    return _item(
        network,
        tie,
        after=f" has been quiet for {silent}.",
        because="" if assumed else f"You used to be in touch every {_every(rhythm)}.",
        worth=0.5 + min(tie.once, 4.0) * 0.25,
        last=last,
    )


def _every(days: int) -> str:
    return "day" if days <= 1 else phrases.duration(days)


def _dormant(network: Network, tie: Tie, last: _Words | None) -> Item:
    return _item(
        network,
        tie,
        after=f" and you have not been in touch for {phrases.duration(tie.silent_days or 0)}.",
        because="You were close once; such ties are easily taken up again.",
        worth=0.3 + min(tie.once, 4.0) * 0.2,
        last=last,
    )


def _item(network: Network, tie: Tie, *, after: str, because: str, worth: float, last: _Words | None) -> Item:
    when = phrases.day(tie.last_contact, network.today) if tie.last_contact else ""
    return Item(
        person=entries.who(network, tie.person),
        after=after,
        because=f"{because} The last contact was on {when}.".strip() if when else because,
        matter=last.favor.matter if last else "",
        quote=entries.quoted(network, last.evidence) if last else None,
        link=last.evidence.link if last else None,
        since=tie.last_contact,
        worth=worth,
    )


def _last_words(network: Network, thresholds: Thresholds) -> dict[int, _Words]:
    """For each person the latest sentence that the ledger keeps of the two: what one could take up again."""
    latest: dict[int, _Words] = {}
    for favor in network.favors:
        for evidence in proof(favor):
            if not favor.reaches(thresholds.confidence) or evidence.at > network.as_of or not evidence.quote:
                continue
            if favor.person not in latest or latest[favor.person].order < (evidence.at, favor.id):
                latest[favor.person] = _Words(favor=favor, evidence=evidence)
    return latest


SECTION = SectionSpec(id="drifting", title="Gone quiet", order=60, build=_build)
