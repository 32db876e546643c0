"""Every due item in, the dozen that the letter shows out, numbered in reading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from daemon.digest.document import Item, Section

#: A second item of a section, or of a person, is worth less than the first one: a letter has variety.
_AGAIN_IN_SECTION = 0.8
_AGAIN_ABOUT_PERSON = 0.5

#: Sections that ask something of the owner or wait for somebody; what they say, no other section says again.
_SPEAKING = frozenset({"answer", "keep_promise", "thank", "tell_outcome", "waiting_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The sections with what they show, and how many due items nobody gets to see."""

    sections: tuple[Section, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    section: int
    item: Item


def choose(sections: Sequence[Section], limit: int | None) -> Choice:
    """The ``limit`` items of greatest worth (None: all); sections are in reading order, as are their shown items.

    An item that only repeats what an earlier section asks is left to that section and not counted.
    """
    open_ones = _without_repeats(sections)
    if limit is None:
        return Choice(sections=_numbered(sections, open_ones), left_out=0)
    picked: list[_Candidate] = []
    by_section: Counter[int] = Counter()
    by_person: Counter[tuple[str, ...]] = Counter()
    while open_ones and len(picked) < limit:
        best = max(open_ones, key=lambda candidate: _worth(candidate, by_section, by_person))
        open_ones.remove(best)
        picked.append(best)
        by_section[best.section] += 1
        by_person[best.item.person.addresses] += 1
    return Choice(sections=_numbered(sections, picked), left_out=len(open_ones))


def _without_repeats(sections: Sequence[Section]) -> list[_Candidate]:
    kept: list[_Candidate] = []
    said: set[str] = set()
    for place, section in enumerate(sections):
        fresh = [item for item in section.items if not item.favor_ids or not said.issuperset(item.favor_ids)]
        kept.extend(_Candidate(section=place, item=item) for item in fresh)
        if section.id in _SPEAKING:
            said.update(favor for item in fresh for favor in item.favor_ids)
    return kept


def _worth(candidate: _Candidate, by_section: Counter[int], by_person: Counter[tuple[str, ...]]) -> float:
    seen = by_section[candidate.section], by_person[candidate.item.person.addresses]
    return candidate.item.worth * _AGAIN_IN_SECTION ** seen[0] * _AGAIN_ABOUT_PERSON ** seen[1]


def _numbered(sections: Sequence[Section], picked: Sequence[_Candidate]) -> tuple[Section, ...]:
    numbered, code = [], 0
    for place, section in enumerate(sections):
        shown = sorted((each.item for each in picked if each.section == place), key=lambda item: -item.worth)
        items = tuple(replace(item, code=code + offset) for offset, item in enumerate(shown, start=1))
        code += len(items)
        codes = dict(zip(map(id, shown), items, strict=True))
        every = tuple(codes.get(id(item), item) for item in section.items)
        numbered.append(replace(section, items=every, shown=items))
    return tuple(numbered)
