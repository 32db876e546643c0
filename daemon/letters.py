"""The config, the store and the clock in; the letter sent when it is due, once, out.

A letter is due at its time on the owner's calendar. One that was missed (the machine slept, the daemon was off) goes
out once, after the accounts were read again; of several that were missed only the last.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from connectors.errors import ConnectorError, NeedsOwner, Transient
from daemon.config import Config
from daemon.digest.deliver import Delivery, period_of, send_letter
from daemon.failure import Failure
from daemon.logs import Log
from daemon.schedule import LONGEST_PAUSE, PAUSED, backoff, last_time, next_time, weekly
from daemon.store import Claim, Store, StoreError

#: The name of the note since when this store's letters are sent: none is owed from before.
NOTE: Final = "letters"
#: So long the letter waits for the accounts to be read; then it goes with what there is.
GATHERING_S: Final = 10 * 60.0
#: A claim from further ahead was made while the clock was wrong, and is no reason to be silent until then.
_AHEAD: Final = timedelta(days=8)

Send = Callable[..., Delivery]


def owed(claims: list[Claim], period: str, farthest: str) -> bool:
    """Whether the letter of ``period`` is still to be sent: neither it nor a later one was; ``farthest`` is the last
    period that counts as one."""
    return not any(claim.sent_at is not None and period <= claim.period <= farthest for claim in claims)


class Letters:
    """Minds the letter; used by one thread."""

    def __init__(
        self,
        config: Config,
        store: Store,
        journal: Log,
        *,
        now: Callable[[], datetime],
        send: Send = send_letter,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._store = store
        self._journal = journal
        self._now = now
        self._send = send
        self._chance = chance
        self._settled: datetime | None = None
        self._asked_at: float | None = None
        self._not_before = 0.0
        self._failures = 0
        #: Why the letter that is due was not sent, if it was not.
        self.problem: str | None = None

    @property
    def configured(self) -> bool:
        """Whether the config says how letters are sent."""
        return self._config.mailed

    def begin(self) -> None:
        """Remember since when letters are sent from this store.

        Raises:
            StoreError: the store failed.
        """
        if not self.configured:
            self._journal.info("letter", "the letter is not mailed, for there is no [smtp] in the config: kith digest")
        elif self._store.note(NOTE) is None:
            self._store.take_note(NOTE, self._now().isoformat())

    def wait_s(self) -> float:
        """For how long nothing is to be done about letters, in seconds; a clock that is set may change that."""
        if not self.configured:
            return GATHERING_S
        if self._settled != self._last():
            return max(0.0, self._not_before - monotonic())
        now = self._now()
        return (next_time(weekly(self._config.digest.every), self._config.owner.zone, now) - now).total_seconds()

    def due(self) -> datetime | None:
        """The time of the letter that is to be sent now; None where none is.

        Raises:
            StoreError: the store failed.
        """
        if not self.configured or monotonic() < self._not_before:
            return None
        time = self._last()
        if time == self._settled:
            return None
        since = _moment(self._store.note(NOTE))
        zone = self._config.owner.zone
        period, farthest = period_of(time, zone), period_of(self._now() + _AHEAD, zone)
        if since is None or time <= since or not owed(list(self._store.claims()), period, farthest):
            self._settle(time)
            return None
        return time

    def gathered(self, all_read_since: Callable[[float], bool], ask: Callable[[], None]) -> bool:
        """Whether the accounts were read for this letter, or are not waited for any longer; ``ask`` has them read."""
        if self._asked_at is None:
            self._asked_at = monotonic()
            ask()
            return False
        return all_read_since(self._asked_at) or monotonic() - self._asked_at > GATHERING_S

    def send(self, time: datetime) -> None:
        """Send the letter of ``time``, or plan when to try again.

        Raises:
            StoreError: the store failed; nothing is planned.
        """
        period = period_of(time, self._config.owner.zone)
        try:
            done = self._send(self._config, self._store, at=self._now(), period=period, now=self._now)
        except (ConnectorError, Failure) as error:
            self._again(error)
        except StoreError:
            raise
        except Exception as error:  # a letter that cannot be made must not stop the reading
            self._again(NeedsOwner(f"unexpected {type(error).__name__}: {error}; please report it"))
        else:
            if done.outcome == "sent":
                self._journal.info("letter", f"the letter of {period} is sent to {done.to}")
            self._settle(time)

    def _again(self, error: Exception) -> None:
        self._failures += 1
        if isinstance(error, Transient):
            wait = backoff(self._failures, every=LONGEST_PAUSE, asked=error.retry_after, chance=self._chance())
        else:
            wait = PAUSED
        self._not_before = monotonic() + wait.total_seconds()
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        if said != self.problem:
            self._journal.warning("letter", f"the letter is not sent yet: {said}")
        self.problem = said

    def _settle(self, time: datetime) -> None:
        self._settled, self._asked_at, self._not_before, self._failures = time, None, 0.0, 0
        self.problem = None

    def _last(self) -> datetime:
        return last_time(weekly(self._config.digest.every), self._config.owner.zone, self._now())


def _moment(noted: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(noted or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
