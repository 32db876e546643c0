"""Message-ids that mails bear and refer to in, numbers of conversations out.

Mails that share an id, however many steps apart and whatever the order of arrival, are of one conversation. When two
conversations turn out to be one, the smaller takes the number of the larger; ``aliases`` leads from numbers that were
given up, so that ``links`` never has to be rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.records import Message
from daemon.store.database import Access
from daemon.store.encoding import hash64

#: A conversation of more mails than this is a noticeboard: its mails concern only those who wrote or received them.
NOTICEBOARD: Final = 256
#: Of a mail's references the first (the root) and so many of the last are followed.
_REFERENCES: Final = 10


def parent_of(message: Message) -> int | None:
    """The hash of the Message-ID that ``message`` answers, None where it answers none."""
    if message.in_reply_to:
        return id_hash(message.in_reply_to[0])
    return id_hash(message.references[-1]) if message.references else None


def id_hash(message_id: str) -> int:
    """The hash by which a Message-ID is known in ``links``."""
    return hash64("id", message_id)


def links_of(message: Message, account: str) -> tuple[int, ...]:
    """Hashes of everything that ties ``message`` to its conversation."""
    references = message.references
    if len(references) > _REFERENCES:
        references = (references[0], *references[-_REFERENCES:])
    ids = [*message.in_reply_to[:_REFERENCES], *references]
    found = [id_hash(each) for each in ids]
    if message.message_id:
        found.append(id_hash(message.message_id))
    if message.provider_thread:
        found.append(hash64("thread", account, message.provider_thread))
    return tuple(dict.fromkeys(found))


@dataclass(slots=True, kw_only=True)
class Place:
    """A mail that wants a conversation; ``thread`` is the one it has, 0 for a new mail."""

    message: int
    thread: int
    links: tuple[int, ...]


class Threads:
    """Places the mails of one transaction."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._root: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._stored: set[int] = set()
        self._stirred: set[int] = set()

    def place(self, places: Sequence[Place]) -> tuple[list[int], set[int]]:
        """The conversation of each place, and the conversations whose other mails now have new company."""
        known = self._known({link for place in places for link in place.links})
        stored = set(known)
        self._measure({*known.values(), *(place.thread for place in places if place.thread)})
        chosen = [self._place(place, known) for place in places]
        self._write({link: thread for link, thread in known.items() if link not in stored})
        return [self._find(thread) for thread in chosen], {self._find(thread) for thread in self._stirred}

    def _known(self, links: set[int]) -> dict[int, int]:
        statement = (
            "SELECT links.hash, coalesce(aliases.root, links.thread) FROM links "
            "LEFT JOIN aliases ON aliases.thread = links.thread WHERE links.hash IN (?*)"
        )
        return self._access.table(statement, links)

    def _measure(self, threads: set[int]) -> None:
        self._stored = threads
        self._size = dict.fromkeys(threads, 0)
        statement = "SELECT thread, count(*) FROM messages WHERE thread IN (?*) GROUP BY thread"
        for thread, size in self._access.pick(statement, threads):
            self._size[thread] = size

    def _place(self, place: Place, known: dict[int, int]) -> int:
        roots = {self._find(known[link]) for link in place.links if link in known}
        if place.thread:
            roots.add(self._find(place.thread))
        if not roots:
            thread = place.message
            self._size[thread] = 1
        else:
            thread = min(roots, key=lambda root: (-self._size[root], root))
            joins = len(roots) > 1 or not place.thread
            if joins and any(self._size[root] <= NOTICEBOARD for root in roots):
                self._stirred.add(thread)
            self._join(roots, thread)
            self._size[thread] += not place.thread
        for link in place.links:
            known[link] = thread
        return thread

    def _join(self, roots: set[int], thread: int) -> None:
        for root in roots - {thread}:
            self._root[root] = thread
            self._size[thread] += self._size[root]

    def _find(self, thread: int) -> int:
        while (root := self._root.get(thread, thread)) != thread:
            thread = root
        return thread

    def _write(self, links: dict[int, int]) -> None:
        moved = [(self._find(thread), thread) for thread in sorted(self._root) if thread in self._stored]
        self._access.many("UPDATE messages SET thread = ? WHERE thread = ?", moved)
        self._access.many("UPDATE aliases SET root = ? WHERE root = ?", moved)
        self._access.many("INSERT INTO aliases (root, thread) VALUES (?, ?)", moved)
        rows = [(link, self._find(thread)) for link, thread in links.items()]
        self._access.many("INSERT INTO links (hash, thread) VALUES (?, ?)", rows)
