"""Commands in, seconds and memory of whole processes out, as the operating system accounts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished process: user + system seconds, wall seconds, peak memory in MiB."""

    cpu: float
    wall: float
    memory: float


def run(command: Sequence[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run ``command`` to its end with its output thrown away.

    Raises:
        RuntimeError: it did not exit with 0; the message holds the end of its stderr.
    """
    # Users' Pythons keep compiled bytecode; a machine that forbids it would measure the compiler.
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**around, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}: {complaint[-500:].decode()}")
    return Run(cpu=usage.ru_utime + usage.ru_stime, wall=time.perf_counter() - began, memory=usage.ru_maxrss / 1024)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        cpu=statistics.median(r.cpu for r in runs),
        wall=statistics.median(r.wall for r in runs),
        memory=statistics.median(r.memory for r in runs),
    )


def interleaved(contestants: dict[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Each contestant once a round, in turn, so that a drifting machine slows all alike; one warm-up round first."""
    results: dict[str, list[Run]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, contestant in contestants.items():
            result = contestant()
            if number:
                results[name].append(result)
    return results
