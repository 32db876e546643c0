"""What every calendar source agrees on: which days recurring events are expanded in.

The window begins ``BEFORE`` the first pull, stays there, and ends ``AHEAD`` of the day of the last one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

BEFORE: Final = timedelta(days=5 * 366)
AHEAD: Final = timedelta(days=90)


def midnight(day: date) -> datetime:
    """The day's first moment in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)
