"""The contract between a source and the daemon: streams, batches, cursors.

A connector never stores state, never sleeps for the daemon, yields each batch as soon as it has it, and raises
only the tree of ``connectors.errors``. A bad item is a ``Rejected`` value in a batch, not an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from connectors.login import Login
from connectors.records import Batch, Cursor
from connectors.tokens import TokenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One independently resumable part of an account: a folder, a calendar, an address book. ``name`` is unique there."""

    name: str
    holds: Literal["mail", "calendar", "contacts"]


class Connector(Protocol):
    """Reads one account."""

    def streams(self) -> Sequence[Stream]:
        """The account's streams, in the order in which they are best read.

        Raises:
            ConnectorError: as its subclasses say.
        """
        ...

    def pull(self, stream: Stream, since: Cursor | None) -> Iterator[Batch]:
        """Everything that changed in ``stream`` since ``since`` (None: everything), oldest cursor first.

        The last batch of a complete pull carries a cursor, unless nothing changed and the cursor is the same. A
        complete pull of a calendar or an address book from None yields everything that the source has now, so that
        what it does not yield is gone.

        Raises:
            CursorExpired: ``since`` is no longer known.
            ConnectorError: as its subclasses say.
        """
        ...


@runtime_checkable
class Closes(Protocol):
    """A connector that holds something open between calls: a connection."""

    def close(self) -> None:
        """Give back what is held open. Raises nothing; a call after it opens anew."""
        ...


@runtime_checkable
class Watches(Protocol):
    """A connector whose source says by itself when something is new."""

    def watch(self, seconds: float, woken: Callable[[], bool]) -> bool:
        """Wait until the source has something new (True), ``seconds`` have passed or ``woken()`` holds (False).

        ``woken`` is asked at least once a second. Called between pulls only, by the thread that pulls. A source that
        cannot say it answers False after ``seconds`` all the same.

        Raises:
            ConnectorError: as its subclasses say.
        """
        ...


@runtime_checkable
class Describes(Protocol):
    """A connector that knows more of its source than the names of streams; asked after ``streams``."""

    def own_streams(self) -> Sequence[str]:
        """The names of the streams whose mail counts as written by the owner."""
        ...

    def abilities(self) -> Sequence[str]:
        """What the source can do beyond the least, a line for the owner each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a connector may know besides its own settings.

    ``base`` is the folder that relative paths start from, ``now`` the clock (aware, UTC), ``zone`` the owner's.
    ``account`` is the account's name; ``tokens`` is the folder where logins are kept (default: ``tokens`` in ``base``).
    """

    base: Path
    now: Callable[[], datetime]
    zone: ZoneInfo
    owner_addresses: tuple[str, ...] = ()
    account: str = ""
    tokens: Path | None = None

    @property
    def logins(self) -> TokenStore:
        """Where the logins of the accounts are kept."""
        return TokenStore(self.tokens or self.base / "tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSpec:
    """One kind of source: the ``kind`` of the config, its settings type, and how to open it.

    ``settings`` is a frozen ``msgspec.Struct`` with ``forbid_unknown_fields``; ``open`` makes a connector of one
    and may raise ``NeedsOwner``. ``login`` is for kinds that the owner logs in to with ``kith login``.
    ``send`` is for kinds that can send the letter: it takes a whole mail (RFC 5322, with its recipient) and raises errors
    of the tree, ``MaybeSent`` where it is not known whether the mail went out.
    """

    kind: str
    settings: type[Any]
    open: Callable[[Any, Surroundings], Connector]
    login: Callable[[Any, Surroundings], Login] | None = None
    send: Callable[[Any, Surroundings, bytes], None] | None = None

    @property
    def needs_login(self) -> bool:
        """Whether the owner must log in before such an account can be read."""
        return self.login is not None
