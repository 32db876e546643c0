"""What the daemon is doing and what the store knows in; how things stand, for people and programs, out.

A running daemon keeps what it is doing as a note in the store, so that ``kith status`` sees it from wherever the store
can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from daemon.config import Config
from daemon.schedule import last_time, next_time, weekly
from daemon.store import Store

#: The name of the daemon's note in the store.
NOTE: Final = "run"

Doing = Literal["starting", "waiting", "watching", "reading", "paused", "stopped"]


class AccountNow(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon does with one account.

    ``since`` is when it began that, ``due`` when it is read next. ``done`` of ``total`` items are read in the pass
    that is under way. The sums count since the daemon started. ``problem`` is why the last pass failed.
    """

    name: str
    doing: Doing
    since: datetime
    due: datetime | None = None
    done: int = 0
    total: int | None = None
    failures: int = 0
    problem: str | None = None
    passes: int = 0
    failed: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    rejected: int = 0


class DaemonNow(msgspec.Struct, frozen=True, kw_only=True):
    """What a running daemon does. ``letter`` is why the letter that is due was not sent, if it was not."""

    pid: int
    started: datetime
    at: datetime
    accounts: tuple[AccountNow, ...] = ()
    working_out: bool = False
    letter: str | None = None


class AccountStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How one account of the config stands; ``complete`` says that it was read to its end at least once."""

    name: str
    kind: str
    complete: bool
    last_success: datetime | None
    problem: str | None
    rejected: int
    doing: Doing | None = None
    due: datetime | None = None
    done: int = 0
    total: int | None = None


class LetterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the letter stands; ``next`` is when it goes out, None where nothing says by which server."""

    next: datetime | None
    last_sent: datetime | None
    problem: str | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How everything stands. ``daemon`` is who runs, "process 123", None where nobody does."""

    daemon: str | None
    since: datetime | None
    working_out: bool
    accounts: tuple[AccountStatus, ...]
    letter: LetterStatus

    @property
    def well(self) -> bool:
        """Whether every account was read and none is in trouble."""
        return all(each.complete and not each.problem for each in self.accounts)


def status(config: Config, store: Store, now: datetime) -> Status:
    """How things stand at ``now`` (aware).

    Raises:
        StoreError: the store cannot be read.
    """
    runner = store.runner()
    live = noted(store) if runner else None
    doing = {each.name: each for each in live.accounts} if live else {}
    states = {state.name: state for state in store.account_states()}
    accounts = []
    for account in config.accounts:
        state, mine = states.get(account.name), doing.get(account.name)
        accounts.append(
            AccountStatus(
                name=account.name,
                kind=account.kind,
                complete=state is not None and state.last_success is not None,
                last_success=state.last_success if state else None,
                problem=(state.problem if state else None) or (mine.problem if mine else None),
                rejected=state.rejected if state else 0,
                doing=mine.doing if mine else None,
                due=mine.due if mine else None,
                done=mine.done if mine else 0,
                total=mine.total if mine else None,
            )
        )
    return Status(
        daemon=runner or None,
        since=live.started if live else None,
        working_out=bool(live and live.working_out),
        accounts=tuple(accounts),
        letter=_letter(config, store, now, live),
    )


def noted(store: Store) -> DaemonNow | None:
    """What the daemon last noted that it was doing; None where it never did, or a newer one noted something else."""
    note = store.note(NOTE)
    try:
        return msgspec.json.decode(note, type=DaemonNow) if note else None
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _letter(config: Config, store: Store, now: datetime, live: DaemonNow | None) -> LetterStatus:
    sent = [claim.sent_at for claim in store.claims() if claim.sent_at is not None]
    when = weekly(config.digest.every)
    upcoming = next_time(when, config.owner.zone, now)
    if live and live.letter:
        upcoming = last_time(when, config.owner.zone, now)
    return LetterStatus(
        next=upcoming if config.mailed else None,
        last_sent=max(sent, default=None),
        problem=live.letter if live else None,
    )


def summary(accounts: Sequence[AccountNow], letter: datetime | None, *, working_out: bool, zone_name: str) -> str:
    """One line for the service manager: what is being read, what is paused, when the letter goes."""
    parts = [
        f"reading {each.name}{f' ({each.done} of {each.total})' if each.total else ''}"
        for each in accounts
        if each.doing == "reading"
    ]
    if working_out:
        parts.append("working out favors and ties")
    parts += [f"{each.name} {each.doing}: {each.problem}" for each in accounts if each.doing in ("paused", "stopped")]
    parts += [
        f"{each.name} failing: {each.problem}"
        for each in accounts
        if each.problem and each.doing in ("waiting", "watching")
    ]
    if not parts:
        parts.append(f"{len(accounts)} {'account' if len(accounts) == 1 else 'accounts'} up to date")
    if letter is not None:
        parts.append(f"next letter {letter:%a %d %b %H:%M} {zone_name}")
    return "; ".join(parts)
