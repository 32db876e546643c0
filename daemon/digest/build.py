"""A snapshot of the network in, the letter as a document out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from connectors.discovery import members
from daemon.digest import choice, phrases, sections
from daemon.digest.document import ACCOUNTS, Document, Heard, Item, Section
from daemon.digest.section import SectionSpec, Thresholds
from inference.health import health
from inference.network import Network

_SHOWN_ACCOUNTS = 6
#: The sections that ask something of the owner, and how the opening counts them.
_DUE = {
    "answer": ("answer to give", "answers to give"),
    "keep_promise": ("promise to keep", "promises to keep"),
    "thank": ("person to thank", "people to thank"),
    "tell_outcome": ("helper to tell how it went", "helpers to tell how it went"),
}


def build(
    network: Network,
    thresholds: Thresholds,
    *,
    reply_to: str | None = None,
    token: str = "",
    heard: Sequence[Heard] = (),
    everything: bool = False,
) -> Document:
    """The letter of ``network`` as of its day, or ``everything`` that is due, however much that is.

    ``reply_to`` is where corrections go, if they may come by reply, and ``token`` what such a reply must bring along;
    ``heard`` is what came of earlier ones.
    """
    specs = sorted(members(sections, "SECTION", SectionSpec), key=lambda spec: spec.order)
    filled = [
        Section(id=spec.id, title=spec.title, items=_sorted(_wanted(spec, spec.build(network, thresholds), network)))
        for spec in specs
    ]
    accounts = [
        replace(part, shown=part.items[: None if everything else _SHOWN_ACCOUNTS])
        for part in filled
        if part.id == ACCOUNTS
    ]
    about_people = [part for part in filled if part.id != ACCOUNTS]
    chosen = choice.choose(about_people, None if everything else thresholds.shown)
    end = network.today
    return Document(
        as_of=end,
        start=end - timedelta(days=thresholds.period_days),
        end=end,
        owner_name=network.owner_name,
        opening=_opening(chosen),
        accounts_line=_accounts_line(network, accounts),
        sections=(*accounts, *chosen.sections),
        health=health(network),
        left_out=chosen.left_out,
        everything=everything,
        reply_to=reply_to,
        token=token,
        heard=tuple(heard),
    )


def _wanted(spec: SectionSpec, items: Sequence[Item], network: Network) -> list[Item]:
    """The items without those of which the owner wants to hear nothing for now."""
    return [
        item
        for item in items
        if not any((spec.id, email) in network.silent for email in item.person.addresses)
        and not (item.favor_ids and network.resting.issuperset(item.favor_ids))
    ]


def _sorted(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (-item.worth, item.person.name, item.person.addresses)))


def _opening(chosen: choice.Choice) -> str:
    """The letter in a sentence: how much waits for the owner, or that nothing does."""
    found = {part.id: len(part.items) for part in chosen.sections}
    if not any(part.shown for part in chosen.sections):
        return "Nothing is due this week."
    due = [phrases.counted(found[id_], *words) for id_, words in _DUE.items() if found.get(id_)]
    if not due:
        return "Nobody waits for you this week. A few things are good to know."
    shown = sum(len(part.shown) for part in chosen.sections)
    rest = f" Below are the {phrases.number(shown)} things that matter most." if chosen.left_out else ""
    return f"This week there {_is(found)} {phrases.listed(due)}.{rest}"


def _is(found: dict[str, int]) -> str:
    first = next(found[id_] for id_ in _DUE if found.get(id_))
    return "is" if first == 1 else "are"


def _accounts_line(network: Network, accounts: Sequence[Section]) -> str:
    """How the reading goes, in one line."""
    count, troubled = len(network.accounts), sum(len(part.items) for part in accounts)
    if not count:
        return "No account is set up yet, so there is nothing to read from: kith init."
    if troubled:
        which = (
            "Your account"
            if count == 1
            else f"{phrases.started(phrases.number(troubled))} of {phrases.number(count)} accounts"
        )
        be, it = ("is", "it") if troubled == 1 else ("are", "they")
        return f"{which} {be} not being read as {it} should be, so this letter may lack something."
    last = min(account.last_success for account in network.accounts if account.last_success).astimezone(network.zone)
    which = {1: "Your account was", 2: "Both accounts were"}.get(count, f"All {phrases.number(count)} accounts were")
    rejected = sum(account.rejected for account in network.accounts)
    unread = (
        f" {phrases.started(phrases.counted(rejected, 'item', 'items'))} could not be read; kith doctor lists them."
    )
    return f"{which} read {phrases.lately(last.date(), network.today)} at {last:%H:%M}.{unread if rejected else ''}"
