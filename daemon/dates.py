"""A date as the owner writes it in, the moment that is meant out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon.failure import Failure


def moment(text: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment (UTC) that ``--as-of`` means; ``now`` where it is not given.

    A bare date means the end of that day on the owner's calendar (its last second), so everything of that day counts.
    A time without an offset is the owner's.

    Raises:
        Failure: it is no date.
    """
    if text is None:
        return now
    try:
        on = date.fromisoformat(text)
        morrow = datetime.combine(on + timedelta(days=1), time(), tzinfo=zone)
        return morrow.astimezone(UTC) - timedelta(seconds=1)
    except (ValueError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Failure(f"{text!r} is no date: write it like 2026-06-01") from error


def day(at: datetime | None, zone: ZoneInfo) -> str:
    """The owner's calendar day of a moment, ``2026-06-01``; "" of None."""
    return "" if at is None else at.astimezone(zone).date().isoformat()
