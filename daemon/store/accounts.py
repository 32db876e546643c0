"""What happened to an account's pass in, how each account stands out; rejections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from daemon.store.database import Access
from daemon.store.encoding import maybe_time, moment, time_of
from inference.network import AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One item that could not be read; ``reason`` is a line for the owner, ``at`` when it was first seen."""

    account: str
    stream: str
    key: str
    reason: str
    at: datetime


def finished(access: Access, account: str, kind: str, *, at: datetime, problem: str | None, error: str | None) -> None:
    """Record how a pass over an account ended; ``error`` is the name of the error's class.

    A problem without an error is one that the owner must hear of although everything was read.
    """
    success = moment(at) if error is None else None
    access.run(
        "INSERT INTO accounts (name, kind, last_attempt, last_success, problem, error) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, last_attempt = excluded.last_attempt, "
        "last_success = coalesce(excluded.last_success, accounts.last_success), problem = excluded.problem, "
        "error = excluded.error",
        (account, kind, moment(at), success, problem, error),
    )


def states(access: Access) -> tuple[AccountState, ...]:
    """How the accounts that were ever read stand, by name."""
    rows = access.rows(
        "SELECT accounts.name, accounts.kind, accounts.last_success, accounts.problem, "
        "(SELECT count(*) FROM rejections JOIN streams ON streams.id = rejections.stream "
        "WHERE streams.account = accounts.name) FROM accounts ORDER BY accounts.name"
    )
    return tuple(
        AccountState(name=name, kind=kind, last_success=maybe_time(success), problem=problem, rejected=rejected)
        for name, kind, success, problem, rejected in rows
    )


def rejections(access: Access) -> list[Rejection]:
    """Everything that could not be read, by account, stream and key."""
    rows = access.rows(
        "SELECT streams.account, streams.name, rejections.key, rejections.reason, rejections.at FROM rejections "
        "JOIN streams ON streams.id = rejections.stream ORDER BY 1, 2, 3"
    )
    return [
        Rejection(account=account, stream=stream, key=key, reason=reason, at=time_of(at))
        for account, stream, key, reason, at in rows
    ]
