"""What ``kith login`` asks of a kind of account: log in, say how it stands, carry a login over, give it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.passwords import Secret


class Talk(Protocol):
    """The owner at a terminal, or nobody."""

    def say(self, line: str) -> None:
        """Show one line."""
        ...

    def ask(self, question: str) -> str:
        """What the owner answers, without line end.

        Raises:
            NeedsOwner: nobody is there to answer.
        """
        ...

    def browse(self, url: str) -> bool:
        """Open ``url`` in a browser of this machine; False where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginState:
    """How a login stands. ``who`` is the account's address where known, ``scopes`` what it may do.

    ``expires`` is when it ends by itself (aware, UTC), None where it does not or nobody says. ``problem`` is one line
    that says what to do, None where all is well.
    """

    logged_in: bool
    who: str = ""
    scopes: tuple[str, ...] = ()
    expires: datetime | None = None
    problem: str | None = None


class Login(Protocol):
    """The login of one account. Errors are those of ``connectors.errors``."""

    def log_in(self, talk: Talk, *, browser: bool | None, sending: bool) -> LoginState:
        """Log in and keep what comes of it.

        ``browser`` says to use one on this machine (True), none (False), or what is usual (None). ``sending`` asks
        for the right to send mail too, for the letter.
        """
        ...

    def state(self) -> LoginState:
        """How the login stands, asking the provider where that costs little."""
        ...

    def exported(self) -> Secret:
        """The login in the provider's own form, to be carried to another machine."""
        ...

    def imported(self, text: Secret) -> LoginState:
        """Keep a login that was exported elsewhere."""
        ...

    def revoke(self) -> str:
        """Give the login up, at the provider too where it can be told; one line about what was done."""
        ...
