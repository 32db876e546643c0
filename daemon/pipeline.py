"""One account, one pass: what its connector yields in, read and stored batch by batch; how it ended out.

Nothing is read from the network inside a transaction, and a batch is stored whole with its cursor, so a pass may be
killed anywhere and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from connectors.errors import ConnectorError, CursorExpired, NeedsOwner, Transient
from connectors.harmless import one_line
from connectors.protocol import Connector, Stream
from connectors.records import Batch, Message
from daemon.replies import findings_of_answer, hear, line
from daemon.sent_boxes import unmatched
from daemon.store import Applied, Place, Store, UnderWay, best_copies

if TYPE_CHECKING:
    from inference.acts.recogniser import Recogniser
    from inference.findings import MessageFindings


class Progress(Protocol):
    """Told after each batch: items of the account so far, and how many are expected where that is known."""

    def __call__(self, done: int, total: int | None) -> None: ...


_UTC: Final = ZoneInfo("UTC")

Read = Callable[[Message], "MessageFindings"]

#: What a server said in its words is part of some lines.
_LONGEST_LINE: Final = 500
_KEPT = "what was read from it before is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """How the pass over one account ended.

    ``problem`` is a line for the owner (None: all well), ``error`` what raised it; ``stopped`` that it was asked to
    stop before the end. ``warning`` is a line about an account that was read and needs the owner all the same,
    ``notes`` are lines about what this pass found missing at the source, and about answers to letters. ``partly`` says
    that some stream was read to its end.
    """

    account: str
    applied: Applied
    problem: str | None = None
    error: ConnectorError | None = None
    warning: str | None = None
    notes: tuple[str, ...] = ()
    stopped: bool = False
    partly: bool = False

    @property
    def needs_owner(self) -> bool:
        """Whether only the owner can mend the problem."""
        return isinstance(self.error, NeedsOwner)


@dataclass(slots=True, kw_only=True)
class _Pass:
    """One pass over one account."""

    account: str
    connector: Connector
    store: Store
    read: Read
    now: Callable[[], datetime]
    keep_text: bool
    progress: Progress
    stop: Callable[[], bool]
    sent: Sequence[str]
    zone: ZoneInfo
    applied: Applied = field(default_factory=Applied)
    notes: list[str] = field(default_factory=list)
    warning: str | None = None
    done: int = 0
    before: int = 0
    ended: int = 0

    def stream(self, stream: Stream) -> None:
        """Read one stream on from where it is; from the beginning once more where its cursor is no longer known."""
        place = self.store.place(self.account, stream.name)
        if place.cursor is None:
            place = self._from_the_beginning(stream, place)
        try:
            self._pull(stream, place)
        except CursorExpired as expired:
            if expired.fewer:
                self.notes.append(f"{stream.name}: {_line(expired)}; {_KEPT}")
            self._pull(stream, self._from_the_beginning(stream, place))

    def look(self, streams: Sequence[Stream]) -> None:
        """Note what the list of streams shows: own mail that is nowhere, and, once, boxes that are gone."""
        self.warning = unmatched(streams, self.sent)
        there = {stream.name for stream in streams}
        gone = [name for name in self.store.streams_read(self.account) if name not in there]
        self.notes += [f"{name} is gone; {_KEPT}" for name in gone]
        if gone:
            self.store.begin_pulls(self.account, gone, UnderWay.WHOLE)

    def _from_the_beginning(self, stream: Stream, place: Place) -> Place:
        under_way = max(place.under_way, UnderWay.WHOLE)
        self.store.begin_pulls(self.account, [stream.name], under_way)
        return Place(under_way=under_way)

    def _pull(self, stream: Stream, place: Place) -> None:
        if self.stop():
            return
        pulled = 0
        expected = 0
        for batch in self.connector.pull(stream, place.cursor):
            with self.store.writing():  # so that what is unknown here is what is written
                findings = self._read(batch, reread=place.under_way is UnderWay.ANEW)
                self.applied += self.store.apply(
                    self.account, stream.name, batch, findings, now=self.now(), keep_text=self.keep_text
                )
            pulled += len(batch.changes)
            self.done += len(batch.changes)
            expected = batch.total if batch.total is not None else expected
            self.progress(self.done, self.before + max(expected, pulled) if expected else None)
            if self.stop():
                return
        self.before += max(pulled, expected)
        if place.under_way is not UnderWay.NOTHING:
            self.applied += Applied(removed=self.store.finish_pull(self.account, stream.name))
        self.ended += 1

    def _read(self, batch: Batch, *, reread: bool) -> dict[str, MessageFindings]:
        messages = [change for change in batch.changes if isinstance(change, Message)]
        if not messages:
            return {}
        best = best_copies(messages)
        wanted = set(best) if reread else self.store.unknown(list(best.values()))
        # Before the batch: the cursor must not move past a reply that was not heard.
        heard = hear(self.store, best.values(), now=self.now(), zone=self.zone)
        self.notes += [line(reply, self.zone) for reply in heard.new]
        return {
            identity: findings_of_answer() if identity in heard.mails else self.read(message)
            for identity, message in best.items()
            if identity in wanted
        }


def sync_account(
    account: str,
    kind: str,
    connector: Connector,
    store: Store,
    *,
    now: Callable[[], datetime],
    keep_text: bool = False,
    progress: Progress = lambda done, total: None,
    full: bool = False,
    stop: Callable[[], bool] = lambda: False,
    read: Read | None = None,
    sent: Sequence[str] = (),
    zone: ZoneInfo = _UTC,
) -> SyncOutcome:
    """Read one account to its end (or to ``stop``) and record how that went.

    Nobody else may read it at the same time (``Store.reading``). The source is waited for outside of the store's
    turns, so that other accounts and commands write in between.

    Args:
        account, kind: its name and kind in the config.
        now: the clock (aware).
        keep_text: keep whole mails, not only their acts.
        full: read everything from the beginning, known mails too; a pass that is stopped in between is gone on with
            by the next one, full or not.
        read: reads one message; the shipped recogniser's reader where None, loaded with the first unknown mail.
        sent: the globs by which the account's settings name boxes of the owner's own mail.
        zone: the owner's, where the days of what replies to letters say begin.

    Raises:
        StoreError: the store failed or another process is writing to it; what was stored before stays.
    """
    reading = _Pass(
        account=account,
        connector=connector,
        store=store,
        read=read or read_with_default,
        now=now,
        keep_text=keep_text,
        progress=progress,
        stop=stop,
        sent=sent,
        zone=zone,
    )
    error = _read_all(reading, full=full)
    problem = None if error is None else _line(error)
    name = None if error is None else type(error).__name__
    stopped = stop()
    if not stopped:  # a pass that was stopped says nothing about the account
        store.sync_finished(account, kind, at=now(), problem=problem or reading.warning, error=name)
    return SyncOutcome(
        account=account,
        applied=reading.applied,
        problem=problem,
        error=error,
        warning=reading.warning,
        notes=tuple(reading.notes),
        stopped=stopped,
        partly=reading.ended > 0,
    )


def _read_all(reading: _Pass, *, full: bool) -> ConnectorError | None:
    """Read the streams one after another, also those after one that fails; the first problem, if any."""
    first: ConnectorError | None = None
    try:
        streams = reading.connector.streams()
        reading.look(streams)
        if full:
            reading.store.begin_pulls(reading.account, [stream.name for stream in streams], UnderWay.ANEW)
        for stream in streams:
            try:
                reading.stream(stream)
            except (NeedsOwner, CursorExpired) as error:
                first = first or error
            except Transient as error:
                first = first or error
                if error.retry_after is not None:
                    break  # the source has had enough of the whole account
    except ConnectorError as error:
        return first or error
    return first


def read_with_default(message: Message) -> MessageFindings:
    """What the shipped recogniser's reader finds in a message."""
    from inference.read import read

    return read(message, _recogniser())


def forget_sentences() -> None:
    """Let the shipped recogniser, if it was used, forget what it remembers for speed alone: a daemon has time."""
    if _recogniser.cache_info().currsize:
        _recogniser().forget()


@cache
def _recogniser() -> Recogniser:
    from inference.acts import recogniser

    return recogniser.load()


def _line(error: ConnectorError) -> str:
    return one_line(str(error).strip().partition("\n")[0], _LONGEST_LINE) or type(error).__name__
