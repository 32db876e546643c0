"""A letter in, what each of its numbers stands for out: kept, so that a reply means the same however late it comes."""

from __future__ import annotations

from daemon.digest.document import Document, Item
from daemon.store import LetterItem, Meant, Store
from inference.corrections import opening


def numbered(document: Document, store: Store) -> tuple[LetterItem, ...]:
    """What every number of the letter means."""
    opened = {favor.id: opening(favor) for favor in store.favors()}
    return tuple(
        LetterItem(
            code=item.code,
            section=section.id,
            emails=item.person.addresses,
            favors=_meant(item, opened),
        )
        for section in document.sections
        for item in section.shown
        if item.code is not None
    )


def _meant(item: Item, opened: dict[str, tuple[str, ...]]) -> tuple[Meant, ...]:
    return tuple(Meant(id=each, opening=opened[each]) for each in item.favor_ids if each in opened)
