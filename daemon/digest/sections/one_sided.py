"""Exchanges that have run one way so far: counts of asks made and asks answered, never a judgement of anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daemon.digest import entries, phrases
from daemon.digest.document import Item
from daemon.digest.entries import Entry
from daemon.digest.section import SectionSpec, Thresholds
from inference.favor import Status
from inference.network import Network
from inference.reciprocity import ask_share
from inference.timeline import OWNER

#: Asks answered at this rate or below, beside one side's asks, are worth a line.
_SELDOM = 0.25
#: From this share on, the owner's mails to somebody are nearly only of one kind.
_NEARLY_ONLY = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Asks of both sides that are old enough to have an answer, and what each gave unasked."""

    theirs: list[Entry]
    ours: list[Entry]
    given_by_them: int


def _build(network: Network, thresholds: Thresholds) -> Sequence[Item]:
    everything = entries.by_person(entries.entries(network, thresholds))
    counts = {person: _counts(group) for person, group in everything.items()}
    theirs = [_item(network, found) for found in counts.values() if _one_sided(found, thresholds)]
    return [*theirs, *_own_mails(network)]


def _counts(group: list[Entry]) -> _Counts:
    asked = [entry for entry in group if entry.state.asked_at is not None]
    return _Counts(
        theirs=[entry for entry in asked if entry.favor.giver == OWNER],
        ours=[entry for entry in asked if entry.favor.receiver == OWNER],
        given_by_them=sum(entry.favor.receiver == OWNER and _done(entry) for entry in group),
    )


def _done(entry: Entry) -> bool:
    return entry.state.status is Status.DELIVERED


def _one_sided(found: _Counts, thresholds: Thresholds) -> bool:
    """They asked often and were helped, and have given (asked or not) at most a quarter of that."""
    helped = sum(_done(entry) for entry in found.theirs)
    often = len(found.theirs) >= thresholds.one_sided_asks and helped >= thresholds.few_asks
    return often and found.given_by_them <= _SELDOM * helped


def _item(network: Network, found: _Counts) -> Item:
    newest = max(found.theirs, key=lambda entry: entry.state.asked_at or entry.state.opened_at)
    group = [newest, *(entry for entry in found.theirs if entry is not newest)]
    first = min(entry.state.asked_at or entry.state.opened_at for entry in found.theirs)
    helped = sum(_done(entry) for entry in found.theirs)
    since = phrases.day(entries.local_day(network, first), network.today)
    return entries.favor_item(
        network,
        group,
        steps=("asked",),
        after=f" has asked you for {phrases.counted(len(found.theirs), 'thing', 'things')} since {since};"
        f" {_of_them(helped, len(found.theirs))}.",
        because=_our_side(found),
        since=first,
        worth=0.3 + 0.05 * min(len(found.theirs), 6),
    )


def _own_mails(network: Network) -> Iterator[Item]:
    """People to whom the owner wrote, for a year, nearly only to ask, or nearly only of themselves."""
    for person, days in sorted(network.contacts.items()):
        if not entries.may_name(network, person):
            continue
        share = ask_share(days, network.as_of.date())
        for part, mails, does in (
            (share.asks_share, share.asks_only, "do nothing but ask"),
            (share.news_share, share.news_only, "only tell your own news"),
        ):
            if part is not None and part >= _NEARLY_ONLY:
                yield Item(
                    person=entries.who(network, person),
                    before=f"Of the {phrases.number(share.own_mails)} mails that you wrote to ",
                    after=f" within a year, {phrases.number(mails)} {does}.",
                    because="",
                    worth=0.6 * part,
                )


def _of_them(helped: int, asked: int) -> str:
    return "you did all of them" if helped == asked else f"you did {phrases.number(helped)}"


def _our_side(found: _Counts) -> str:
    done = sum(_done(entry) for entry in found.ours)
    unasked = found.given_by_them - done
    if not found.ours:
        asks = "You have asked them for nothing"
    else:
        was = "was" if done <= 1 else "were"
        answered = "none" if done == 0 else phrases.number(done)
        asks = f"You have asked them for {phrases.counted(len(found.ours), 'thing', 'things')}; {answered} {was} done"
    return f"{asks}, and {phrases.counted(unasked, 'thing', 'things')} came unasked." if unasked > 0 else f"{asks}."


SECTION = SectionSpec(id="one_sided", title="One-sided so far", order=100, build=_build)
