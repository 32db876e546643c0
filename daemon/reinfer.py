"""A store in, its people, favors and ties dropped and made again out; the acts too where whole mails were kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.pipeline import Read, read_with_default
from daemon.refresh import Owner, refresh
from daemon.replies import answered, findings_of_answer
from daemon.store import Store

_TOGETHER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinferred:
    """What was made again: mails whose kept text was read anew, and persons."""

    mails: int
    persons: int


def reinfer(
    store: Store,
    owner: Owner,
    *,
    read: Read = read_with_default,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Reinferred:
    """Drop what was concluded, read the kept texts again, and work everybody out from the acts.

    Corrections stay and hold. Killed in between, the next refresh works everybody out from the acts that are there.

    Raises:
        StoreError: the store failed, or another process is writing to it.
    """
    with store.writing():
        store.drop_conclusions()
        mails = 0
        last = 0
        while kept := store.kept_messages(last, _TOGETHER):
            store.save_readings(
                [
                    (number, message, findings_of_answer() if answered(store, message) else read(message))
                    for number, message in kept
                ]
            )
            last = kept[-1][0]
            mails += len(kept)
        persons = refresh(store, owner, progress=progress).persons
    return Reinferred(mails=mails, persons=persons)
