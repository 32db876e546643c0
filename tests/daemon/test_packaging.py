"""What is installed: the three packages with all their data, and nothing of anybody else under their names."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module, resources
from importlib.metadata import distribution, packages_distributions
from pathlib import Path, PurePosixPath

import pytest

from daemon.checkup import Verdict
from daemon.checkup.machine import DISTRIBUTION, TOP_LEVEL, names

CHECKOUT = Path(__file__).resolve().parents[2]


def installed_files() -> list[PurePosixPath]:
    """What the wheel put into the environment; the tests of a checkout that is only linked in have none."""
    wheel = distribution(DISTRIBUTION)
    origin = json.loads(wheel.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        if os.environ.get("KITH_REQUIRE_SERVICES") == "1":
            pytest.fail("the tests run against a linked checkout, not against the wheel: make test")
        pytest.skip("needs the built wheel: make test")
    return [PurePosixPath(str(path)) for path in wheel.files or ()]


def test_the_wheel_holds_exactly_the_three_packages():
    tops = {path.parts[0] for path in installed_files() if path.parts[0] != ".."}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(TOP_LEVEL)


def test_the_wheel_holds_every_file_of_the_packages():
    held = {str(path) for path in installed_files() if path.parts[0] in TOP_LEVEL and path.suffix != ".pyc"}
    there = {
        path.relative_to(CHECKOUT).as_posix()
        for top in TOP_LEVEL
        for path in (CHECKOUT / top).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert held == there


def test_the_tests_run_against_what_is_installed():
    installed_files()
    for top in TOP_LEVEL:
        assert Path(import_module(top).__file__).resolve().is_relative_to(Path(sys.prefix).resolve())


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ("daemon.digest.templates", "letter.html.j2"),
        ("inference.acts", "model.bin"),
        ("daemon.demo", "sample/kith.toml"),
        ("daemon.demo", "sample/mail/Inbox.mbox"),
        ("daemon.demo", "sample/calendar.ics"),
        ("daemon.store.migrations", "script.py.mako"),
    ],
)
def test_data_that_is_read_at_run_time_is_found_beside_the_code(package, file):
    assert resources.files(package).joinpath(file).stat().st_size > 0


def test_the_command_is_the_cli():
    (command,) = (point for point in distribution(DISTRIBUTION).entry_points if point.group == "console_scripts")
    assert (command.name, command.value) == ("kith", "daemon.cli:main")
    assert callable(command.load())


def test_the_three_names_belong_to_kithkeeper_alone():
    owners = packages_distributions()
    for name in TOP_LEVEL:
        assert set(owners.get(name, [])) <= {DISTRIBUTION}


def test_the_guard_bites_where_another_distribution_uses_a_name():
    clean = list(names({"daemon": ["kithkeeper"], "connectors": [], "os": ["other"]}))
    assert [finding.verdict for finding in clean] == [Verdict.OK]
    shared = list(names({"daemon": ["kithkeeper", "python-daemon"]}))
    assert [finding.verdict for finding in shared] == [Verdict.FAIL]
    assert "python-daemon" in shared[0].says
