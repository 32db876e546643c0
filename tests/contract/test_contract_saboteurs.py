"""Connectors that break the contract in one way each, every one of which the suite must catch."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.errors import CursorExpired, NeedsOwner
from connectors.protocol import Stream
from connectors.records import Address, Batch, Cursor, Message, Rejected, Removed
from tests.contract.contract_suite import MOST_BATCHES, PROMISES, Case

SIZE = 4
BAD = "bad"


@dataclass
class Shelf:
    """The source behind the connectors here: a log of what came and went, whose length is the cursor."""

    log: list[tuple[str, str]] = field(default_factory=list)
    gone: bool = False
    emptied: bool = False
    opened: int = 0

    def there(self, upto: int | None = None) -> list[str]:
        found: dict[str, None] = {}
        for what, name in self.log[:upto]:
            if what == "came":
                found[name] = None
            else:
                found.pop(name, None)
        return list(found)


class Honest:
    """Keeps the contract; the saboteurs change one step of it each."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.shelf.opened += 1

    def streams(self):
        if self.shelf.gone:
            raise NeedsOwner("the shelf is gone: put it back")
        return [Stream(name="shelf", holds="mail")]

    def pull(self, stream, since):
        if self.shelf.gone:
            raise NeedsOwner("the shelf is gone: put it back")
        start = self.start(since)
        if since is not None and self.shelf.emptied and start:
            yield from self.when_empty()
            return
        log = self.order([] if self.shelf.emptied else self.shelf.log[start:])
        for begin in range(0, len(log), SIZE):
            part = log[begin : begin + SIZE]
            changes = tuple(change for what, name in part for change in self.change(what, name))
            yield Batch(changes=changes, cursor=self.cursor(start + begin, len(part)), total=len(log))
        if not log and since is None:
            yield Batch(changes=(), cursor=self.cursor(0, 0))

    def start(self, since):
        if since is None:
            return 0
        if not since.value.startswith("at "):
            raise CursorExpired("the note is not understood")
        return int(since.value[3:])

    def when_empty(self):
        raise CursorExpired("the shelf is suddenly empty")

    def order(self, log):
        return log

    def cursor(self, begin, count):
        return Cursor(value=f"at {begin + count}")

    def key(self, name):
        return f"key of {name}"

    def change(self, what, name):
        if what == "went":
            yield Removed(key=self.key(name))
        elif name.startswith(BAD):
            yield Rejected(key=self.key(name), reason="cannot be read")
        elif name in self.shelf.there():
            yield self.message(name)

    def message(self, name):
        return Message(
            key=self.key(name),
            message_id=name,
            sent_at=datetime(2024, 3, 5, 9, tzinfo=UTC),
            sender=Address(email="ada@quist.example"),
        )


class TwoItemsOneKey(Honest):
    def key(self, name):
        return "key of item-1" if name.startswith("item-0001") else super().key(name)


class KeysThatChange(Honest):
    def key(self, name):
        return f"{self.shelf.opened} {name}"


class StreamsThatChange(Honest):
    def streams(self):
        return [replace(stream, name=f"shelf {self.shelf.opened}") for stream in super().streams()]


class TwoStreamsOneName(Honest):
    def streams(self):
        return [*super().streams(), *super().streams()]


class CursorTooEarly(Honest):
    def cursor(self, begin, count):
        return Cursor(value=f"at {begin + max(0, count - 1)}")


class CursorTooLate(Honest):
    def cursor(self, begin, count):
        return Cursor(value=f"at {min(begin + count + 1, len(self.shelf.log))}")


class CursorAtTheEndAtOnce(Honest):
    def cursor(self, begin, count):
        return Cursor(value=f"at {len(self.shelf.log)}")


class NoCursor(Honest):
    def cursor(self, begin, count):
        return None


class CursorOnlyAtTheEnd(Honest):
    def cursor(self, begin, count):
        return super().cursor(begin, count) if begin + count == len(self.shelf.log) else None


class NaiveTimes(Honest):
    def message(self, name):
        return replace(super().message(name), sent_at=datetime(2024, 3, 5, 9))  # noqa: DTZ001


class LocalTimes(Honest):
    def message(self, name):
        local = timezone(timedelta(hours=1))
        return replace(super().message(name), sent_at=datetime(2024, 3, 5, 10, tzinfo=local))


class RaisesOnABadItem(Honest):
    def change(self, what, name):
        if name.startswith(BAD):
            raise ValueError("cannot be read")
        return super().change(what, name)


class SwallowsABadItem(Honest):
    def change(self, what, name):
        return () if name.startswith(BAD) else super().change(what, name)


class StopsAtABadItem(Honest):
    def cursor(self, begin, count):
        bad = next((at for at, (_, name) in enumerate(self.shelf.log) if name.startswith(BAD)), None)
        return super().cursor(begin, count if bad is None else min(count, max(0, bad - begin)))


class RaisesOnAnUnknownCursor(Honest):
    def start(self, since):
        return 0 if since is None else int(since.value.removeprefix("at "))


class TakesAnyCursor(Honest):
    def start(self, since):
        return super().start(since) if since is None or since.value.startswith("at ") else 0


class RaisesWhenGone(Honest):
    def pull(self, stream, since):
        if self.shelf.gone:
            raise FileNotFoundError("shelf")
        return super().pull(stream, since)


class EmptyWhenGone(Honest):
    def pull(self, stream, since):
        return iter(()) if self.shelf.gone else super().pull(stream, since)


class TracebackForAMessage(Honest):
    def streams(self):
        if self.shelf.gone:
            raise NeedsOwner("Traceback (most recent call last):\n  shelf.py, line 1")
        return super().streams()


class YieldsEverythingAgain(Honest):
    def start(self, since):
        super().start(since)
        return 0


class YieldsTheLastAgain(Honest):
    def start(self, since):
        return max(0, super().start(since) - 1) if since is not None else 0


class OrderOfTheDay(Honest):
    """Counts on an order that the source does not keep."""

    def order(self, log):
        return random.Random(self.shelf.opened).sample(log, len(log))


class NeverEnds(Honest):
    def pull(self, stream, since):
        return itertools.islice(itertools.cycle([Batch(changes=())]), 10 * MOST_BATCHES)


class DropsTheLast(Honest):
    def order(self, log):
        return log[:-1] if len(log) > 2 * SIZE else log


class RemovesAllWhenEmpty(Honest):
    def when_empty(self):
        yield Batch(
            changes=tuple(Removed(key=self.key(name)) for name in self.shelf.there()), cursor=Cursor(value="at 0")
        )


class RemovesNeighbours(Honest):
    def change(self, what, name):
        yield from super().change(what, name)
        if what == "went":
            yield Removed(key=self.key(self.shelf.there()[0]))


class ForgetsRemovals(Honest):
    """Tells what went again and again."""

    def pull(self, stream, since):
        yield from super().pull(stream, since)
        went = [name for what, name in self.shelf.log if what == "went"]
        if went and since is not None:
            yield Batch(changes=tuple(Removed(key=self.key(name)) for name in went), cursor=since)


class SpoiltByAnAbandonedPull(Honest):
    def pull(self, stream, since):
        for batch in super().pull(stream, since):
            yield batch
            self.shelf.log[:] = [(what, name) for what, name in self.shelf.log if name not in _names(batch)]


def _names(batch):
    return {change.message_id for change in batch.changes if isinstance(change, Message)}


class ShelfCase(Case):
    """The suite's case for the connectors here."""

    def __init__(self, folder, kind):
        self.kind = kind
        self.shelf = Shelf()
        super().__init__(folder)

    def first_items(self):
        return [self.next_name() for _ in range(3 * SIZE + 1)]

    def connector(self):
        return self.kind(self.shelf)

    def add(self, names):
        self.shelf.log.extend(("came", name) for name in names)
        self.items.extend(names)

    def add_bad(self):
        self.shelf.log.append(("came", "bad"))

    def take_out(self, name):
        self.shelf.log.append(("went", name))
        self.items.remove(name)

    def empty(self):
        self.shelf.emptied = True

    def vanish(self):
        self.shelf.gone = True


SABOTEURS = [kind for kind in list(globals().values()) if isinstance(kind, type) and Honest in kind.__bases__]


def broken(kind, folder):
    """The promises that a connector breaks."""
    found = []
    for promise in PROMISES:
        try:
            promise(ShelfCase(folder, kind))
        # Whatever a saboteur raises is what the suite is there to notice.
        except (AssertionError, ArithmeticError, LookupError, OSError, TypeError, ValueError, pytest.fail.Exception):
            found.append(promise.__name__)
    return found


def test_an_honest_connector_breaks_no_promise(tmp_path):
    for promise in PROMISES:
        promise(ShelfCase(tmp_path, Honest))


@pytest.mark.parametrize("saboteur", SABOTEURS, ids=lambda kind: kind.__name__)
def test_the_suite_catches(saboteur, tmp_path):
    assert broken(saboteur, tmp_path)


def test_every_promise_catches_somebody(tmp_path):
    caught = {promise for saboteur in SABOTEURS for promise in broken(saboteur, tmp_path)}
    assert caught == {promise.__name__ for promise in PROMISES}
