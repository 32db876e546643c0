"""This machine in: the installation, the clock, the unit files; a finding for each out."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from daemon.checkup.finding import Finding, fail, ok

#: The names at the top of the installation, and the distribution that each must belong to alone.
TOP_LEVEL: Final = ("connectors", "inference", "daemon")
DISTRIBUTION: Final = "kithkeeper"
#: No clock that is right says less than this.
_BUILT: Final = datetime(2025, 1, 1, tzinfo=UTC)


def names(owners: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Whether another distribution has put its files into a folder of ours (see docs/adr/0001)."""
    strangers = {name: sorted(set(owners.get(name, [])) - {DISTRIBUTION}) for name in TOP_LEVEL}
    for name, others in strangers.items():
        if others:
            says = (
                f"{', '.join(others)} installs files of the same name: install kithkeeper in an environment "
                "of its own (pipx, uv tool)"
            )
            yield fail(f"package {name}", says)
    if not any(strangers.values()):
        yield ok("packages", f"{', '.join(TOP_LEVEL)} are Kithkeeper's own")


def clock(now: datetime) -> Finding:
    """Whether the clock can be right; ``now`` is aware."""
    if now < _BUILT:
        return fail("clock", f"it says {now:%Y-%m-%d}: set it, all that is due depends on it")
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def units() -> Iterator[Finding]:
    """Unit files of ours that are installed, and whether the program that they start is there."""
    folders = (Path("/etc/systemd/system"), Path.home() / ".config/systemd/user")
    installed = [unit for folder in folders for unit in sorted(folder.glob("kithkeeper*.service"))]
    for unit in installed:
        started = re.search(r"^ExecStart=[-@:+!]*(\S+)", unit.read_text(errors="replace"), re.MULTILINE)
        if started and Path(started[1]).exists():
            yield ok("unit file", f"{unit}{_lingers(unit)}")
        else:
            program = started[1] if started else "nothing"
            says = f"{unit} starts {program}, which is not there: write the path of kith into its ExecStart"
            yield fail("unit file", says)
    if not installed:
        yield ok("unit file", "none installed: kith reads when you call it")


def _lingers(unit: Path) -> str:
    """What to know of a unit of the owner's own: without lingering it ends at the logout."""
    if unit.is_relative_to(Path.home()) and not (Path("/var/lib/systemd/linger") / getpass.getuser()).exists():
        return " (it runs while you are logged in; to go on after that: loginctl enable-linger)"
    return ""
