"""What a pass has stirred up in the store in; people, favors and ties worked out again, for whom it touches, out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.store import CorrectionKind, Store, WorkedOut
from daemon.store.corrections import pairs, singles
from inference.copies import without_copies
from inference.favors import ledger
from inference.interactions import days
from inference.timeline import Timeline

_TOGETHER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who the owner is, as the config says."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did: whether who-is-who was asked anew, and how many persons were worked out."""

    resolved: bool
    persons: int


def refresh(
    store: Store,
    owner: Owner,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Refreshed:
    """Bring people, favors and ties up to date with everything that was read.

    With nothing new this asks the store three questions. Killed or stopped, it goes on where it was the next time.
    Whoever waits for the store writes in between.

    Raises:
        StoreError: the store failed, or another process is writing to it.
    """
    with store.writing():
        resolved = _resolve(store, owner)
        store.settle()
        done = 0
        more = True
        while more:
            touched = store.touched()
            known = store.acquainted(touched)
            strangers = [each for each in touched if each not in known]
            if strangers:
                store.save_findings([], strangers)
            some, more = _work_out(store, [each for each in touched if each in known], done, progress, stop)
            done += some
    return Refreshed(resolved=resolved, persons=done)


def _work_out(
    store: Store,
    numbers: Sequence[int],
    before: int,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> tuple[int, bool]:
    """Work these persons out, some at a time; how many it came to, and whether others wrote before the end."""
    done = 0
    for loaded in store.timelines(numbers, _TOGETHER):
        some = numbers[done : done + _TOGETHER]
        store.save_findings([work_out(timeline) for timeline in loaded], some)
        done += len(some)
        progress(before + done, before + len(numbers))
        if stop():
            break
        if done < len(numbers) and store.give_way():
            return done, True
    return done, False


def _resolve(store: Store, owner: Owner) -> bool:
    """Ask who is who, where something was seen or said since, or the config names the owner otherwise."""
    settings = "\n".join((owner.name, *sorted(owner.addresses)))
    if not store.people_stirred() and store.note("people") == settings:
        return False
    from inference.people import resolve

    said = store.corrections()
    people = resolve(
        store.identities(),
        owner_name=owner.name,
        owner_addresses=[*owner.addresses, *singles(said, CorrectionKind.ME, CorrectionKind.NOT_ME)],
        own_sent=store.own_sent(),
        merged=pairs(said, CorrectionKind.MERGE),
        split=pairs(said, CorrectionKind.SPLIT),
        moves=store.moves(),
        cards=store.cards(),
        not_me=singles(said, CorrectionKind.NOT_ME, CorrectionKind.ME),
    )
    names: Sequence[str] = list(dict.fromkeys((owner.name, *store.names_in_own_mail())))
    store.save_people(people, names, settings)
    return True


def work_out(timeline: Timeline) -> WorkedOut:
    """One person's favors and days of contact."""
    timeline = without_copies(timeline)
    return WorkedOut(person=timeline.person, favors=ledger(timeline), days=days(timeline), first_at=_first(timeline))


def _first(timeline: Timeline) -> datetime | None:
    """When the person first wrote, was written to, or met."""
    person = timeline.person
    mails = (mail.at for mail in timeline.mails if person in (mail.author, *mail.to, *mail.cc))
    return min((*mails, *(meeting.start for meeting in timeline.encounters)), default=None)
