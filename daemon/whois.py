"""A key, an address or a name as the owner types it in, the one person who is meant out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daemon.digest.plain import one_line
from daemon.failure import Failure
from daemon.store import StoredPerson
from inference.scripts import plain as _plain

_SHOWN: Final = 8


def person(people: Sequence[StoredPerson], wanted: str) -> StoredPerson:
    """The person with this key (or the beginning of it), address, or name; case and accents do not matter.

    A whole name wins over a part of one.

    Raises:
        Failure: nobody is meant, or several are; the message lists them.
    """
    found = _meant(people, wanted.strip())
    if len(found) == 1:
        return found[0]
    if not found:
        raise Failure(f"nobody is known as {wanted!r}: kith people --all lists everybody")
    listed = "; ".join(f"{one_line(each.name)} <{each.emails[0]}> {each.key}" for each in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise Failure(f"{wanted!r} may be {len(found)} people, name one by address or key: {listed}{more}")


def _meant(people: Sequence[StoredPerson], wanted: str) -> list[StoredPerson]:
    """Everybody who may be meant, by the first way of naming that finds anybody."""
    plain = _plain(wanted)
    words = plain.split()
    if not words:
        return []
    email = wanted.lower()
    ways = (
        lambda each: each.key == email,
        lambda each: email in each.emails,
        lambda each: plain in {_plain(name) for name in (each.name, *each.names)},
        lambda each: any(set(words) <= set(_plain(name).split()) for name in (each.name, *each.names)),
        lambda each: len(email) >= 6 and each.key.startswith(email),
    )
    for way in ways:
        if found := [each for each in people if way(each)]:
            return found
    return []
