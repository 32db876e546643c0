"""What the daemon does and what the store knows in; figures in Prometheus' text format out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from daemon.status import DaemonNow
from inference.network import AccountState

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics(now: DaemonNow, states: Iterable[AccountState], stuck: int) -> str:
    """The figures. ``stuck`` is how many threads do not move."""
    by_name = {state.name: state for state in states}
    lines = [
        *_figure("kithkeeper_start_time_seconds", "gauge", "When the daemon started.", [("", _unix(now.started))]),
        *_figure("kithkeeper_threads_stuck", "gauge", "Threads that work and do not move.", [("", stuck)]),
        *_figure("kithkeeper_letter_overdue", "gauge", "Whether a letter is due and cannot be sent.",
                 [("", int(now.letter is not None))]),
        *_figure("process_resident_memory_bytes", "gauge", "Memory in use.", [("", _resident())]),
    ]  # fmt: skip
    accounts = now.accounts
    for name, kind, says, value in (
        ("up", "gauge", "Whether the last pass went well.", lambda each: int(not each.problem and each.passes > 0)),
        ("passes_total", "counter", "Passes since the start.", lambda each: each.passes),
        ("passes_failed_total", "counter", "Passes that failed.", lambda each: each.failed),
        ("items_new_total", "counter", "Mails and meetings that were new.", lambda each: each.new),
        ("items_changed_total", "counter", "Mails and meetings that had changed.", lambda each: each.changed),
        ("items_removed_total", "counter", "Mails and meetings that were gone.", lambda each: each.removed),
    ):
        rows = [(_label(each.name), value(each)) for each in accounts]
        lines += _figure(f"kithkeeper_account_{name}", kind, says, rows)
    read = [(_label(each.name), by_name[each.name]) for each in accounts if each.name in by_name]
    lines += _figure(
        "kithkeeper_account_items_rejected",
        "gauge",
        "Items that cannot be read.",
        [(label, state.rejected) for label, state in read],
    )
    lines += _figure(
        "kithkeeper_account_last_success_time_seconds",
        "gauge",
        "When the account was last read to its end.",
        [(label, _unix(state.last_success)) for label, state in read if state.last_success],
    )
    return "\n".join(lines) + "\n"


def _figure(name: str, kind: str, says: str, rows: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    for label, value in rows:
        yield f"{name}{label} {value}"


def _label(account: str) -> str:
    escaped = account.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{{account="{escaped}"}}'


def _unix(at: datetime) -> float:
    return round(at.timestamp(), 3)


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
