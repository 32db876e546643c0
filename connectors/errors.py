"""What can go wrong at a source, by what the daemon does about it.

ConnectorError
├── NeedsOwner         pause the account and tell the owner what to do
├── Transient          back off with jitter and try again
│   └── MaybeSent      only when sending: look whether it went out before it is sent again
├── CursorExpired      pull once more from the beginning; delete nothing because of it
└── ProtocolViolation  stop this account, keep the others
"""

from __future__ import annotations

from datetime import timedelta


class ConnectorError(Exception):
    """Base of the tree. The message is one line for the owner: what happened and what to do next."""


class NeedsOwner(ConnectorError):
    """Only the owner can mend it: a missing file, an expired login, no permission, bad settings."""


class Transient(ConnectorError):
    """Unreachable, busy or rate limited; ``retry_after`` where the source named a time."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class MaybeSent(Transient):
    """A mail was handed over, and nobody knows whether it was taken."""


class CursorExpired(ConnectorError):
    """The source no longer knows the cursor. Exactly one pull from None follows.

    ``fewer`` says that the source has lost items that it had, which the owner should hear.
    """

    def __init__(self, message: str, *, fewer: bool = False) -> None:
        super().__init__(message)
        self.fewer = fewer


class ProtocolViolation(ConnectorError):
    """The source answered something that its protocol does not allow."""
