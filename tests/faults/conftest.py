"""The fixtures of the store's tests, and a pass over invented accounts that can be interrupted anywhere."""

from __future__ import annotations

from tests.daemon.conftest import (  # noqa: F401  # fixtures are found by their names
    owner,
    postgres_server,
    postgres_stores,
    postgres_url,
    sqlite_stores,
    store,
    stores,
)
