"""A config and an account's name in, what its connector may know of the rest out."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.protocol import Surroundings
from daemon.config import Config


def clock() -> datetime:
    """The time: aware, UTC."""
    return datetime.now(UTC)


def surroundings(config: Config, account: str) -> Surroundings:
    """What the connector of ``account`` is opened with."""
    return Surroundings(
        base=config.folder,
        now=clock,
        zone=config.owner.zone,
        owner_addresses=config.owner.addresses,
        account=account,
        tokens=config.data_folder / "logins",
    )
