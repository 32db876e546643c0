"""Fixtures that every test may use: the data that lies outside the project, and what to do where a part is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def missing(reason: str) -> None:
    """Skip, or fail where every service is required (KITH_REQUIRE_SERVICES=1, as in CI)."""
    if os.environ.get("KITH_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with labelled mails, real mailboxes and fixtures; tests that need it skip where it is not there."""
    root = Path(__file__).resolve().parent.parent
    folder = (root / os.environ.get("KITH_SHARED", "../shared")).resolve()
    if not (folder / "data").is_dir():
        pytest.skip("needs the shared data folder (KITH_SHARED), which is not part of the project")
    return folder


@pytest.fixture
def program():
    """``program("postgres", "/usr/lib/postgresql/*/bin")`` is the path of a program, or the test is skipped."""

    def find(name: str, *folders: str) -> Path:
        found = shutil.which(name)
        if found:
            return Path(found)
        for pattern in folders:
            for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
                if (folder / name).exists():
                    return folder / name
        missing(f"needs the program {name}")
        raise AssertionError("unreachable")

    return find
