"""What happened to an account's pass in, how each account stands out; rejections, claims of letters."""

from __future__ import annotations

from collections.abc import Sequence
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


def claim_digest(access: Access, period: str, message_id: str, now: datetime) -> bool:
    """Claim the letter of a period before sending it; False where it was claimed already."""
    claimed = access.run(
        "INSERT INTO digests (period, message_id, claimed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (period, message_id, moment(now)),
    )
    return claimed == 1


def digest_sent(access: Access, period: str, now: datetime) -> None:
    """Record that the letter of a period was handed over."""
    access.run("UPDATE digests SET sent_at = ? WHERE period = ?", (moment(now), period))


def release_digest(access: Access, period: str) -> None:
    """Give a claim back: its letter was refused and is to be sent again."""
    access.run("DELETE FROM digests WHERE period = ? AND sent_at IS NULL", (period,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One letter: claimed before it is sent, ``sent_at`` None until it was handed over."""

    period: str
    message_id: str
    claimed_at: datetime
    sent_at: datetime | None


def claims(access: Access) -> Sequence[Claim]:
    """All letters, by period."""
    rows = access.rows("SELECT period, message_id, claimed_at, sent_at FROM digests ORDER BY period")
    return [
        Claim(period=period, message_id=message_id, claimed_at=time_of(claimed), sent_at=maybe_time(sent))
        for period, message_id, claimed, sent in rows
    ]
