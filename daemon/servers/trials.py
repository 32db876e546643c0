"""Settings that are not written yet in; whether a login with them works out. Nothing is read, sent or kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.discovery import members
from connectors.passwords import Secret
from connectors.protocol import Closes, ConnectorSpec, Describes, Surroundings
from daemon.surroundings import clock

#: By this variable of our own process a password gets to what tries it, so that no file holds it before it works.
_VARIABLE: Final = "KITH_PASSWORD_ON_TRIAL"


def can_be_tried(place: Mapping[str, str]) -> bool:
    """Whether the password that a config's key leads to can be had here: credentials are for the service alone."""
    return bool(place) and ("password_credential" not in place or "CREDENTIALS_DIRECTORY" in os.environ)


@contextmanager
def on_trial(password: Secret | None) -> Iterator[Mapping[str, str]]:
    """The settings that lead to ``password`` for as long as it is tried; none of them without one."""
    if password is None:
        yield {}
        return
    os.environ[_VARIABLE] = password.reveal()
    try:
        yield {"password_env": _VARIABLE}
    finally:
        del os.environ[_VARIABLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a login shows: the names of folders or calendars, and which hold own mail (None where nobody can say)."""

    names: tuple[str, ...]
    own: tuple[str, ...] | None


def read_trial(kind: str, settings: Mapping[str, Any], base: Path) -> Opened:
    """Log in to an account of ``kind`` and look around.

    Raises:
        ConnectorError: it does not work; the message says what to do.
    """
    import connectors.sources

    spec = next(each for each in members(connectors.sources, "CONNECTOR", ConnectorSpec) if each.kind == kind)
    surroundings = Surroundings(base=base, now=clock, zone=ZoneInfo("UTC"))
    connector = spec.open(spec.settings(**settings), surroundings)
    try:
        names = tuple(stream.name for stream in connector.streams())
        own = tuple(connector.own_streams()) if isinstance(connector, Describes) else None
        return Opened(names=names, own=own)
    finally:
        if isinstance(connector, Closes):
            connector.close()


def send_trial(settings: Mapping[str, Any], base: Path) -> None:
    """Log in to the server that is to send the letter, and leave again.

    Raises:
        ConnectorError: it does not work; the message says what to do.
    """
    from daemon.config import SmtpConfig
    from daemon.digest.smtp import check, server_of

    check(server_of(SmtpConfig(**settings), base))
