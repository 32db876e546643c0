"""Mails that bear the same Message-ID and author in, those of them that say something of their own out.

Anybody can send a mail under somebody else's name and Message-ID, and gateways and lists change what they pass on. So
a mail whose sender is better proven stands for all others; of equals each stays that says what none before it said.
Nothing that a copy says can take away what another one said, whichever came first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from inference.timeline import Mail

#: So many mails of one Message-ID are compared with each other; those beyond stay as they are.
_COMPARED: Final = 16


def without_doubles(mails: Iterable[tuple[int, Mail]]) -> list[Mail]:
    """Of these mails (how little is known of the sender, mail) those that count, in order of time."""
    kept: list[Mail] = []
    groups: dict[tuple[str, int], list[tuple[int, Mail]]] = defaultdict(list)
    for distrust, mail in mails:
        if mail.message_id is None:
            kept.append(mail)
        else:
            groups[mail.message_id, mail.author].append((distrust, mail))
    for group in groups.values():
        kept += [group[0][1]] if len(group) == 1 else _distinct(group)
    return sorted(kept, key=lambda mail: (mail.at, mail.identity))


def _distinct(group: list[tuple[int, Mail]]) -> list[Mail]:
    best = min(distrust for distrust, _ in group)
    equals = [mail for distrust, mail in group if distrust == best]
    kept: list[Mail] = []
    for mail in sorted(equals, key=lambda mail: (-len(mail.acts), len(mail.subject), mail.at, mail.identity)):
        if not any(_says_all(other, mail) for other in kept[:_COMPARED]):
            kept.append(mail)
    return kept


def _says_all(one: Mail, other: Mail) -> bool:
    """Whether ``one`` says everything that ``other`` says, at the same time and to everybody that it went to."""
    return (
        one.at == other.at
        and {*other.to, *other.cc} <= {*one.to, *one.cc}
        and {(act.act, act.quote) for act in other.acts} <= {(act.act, act.quote) for act in one.acts}
    )
