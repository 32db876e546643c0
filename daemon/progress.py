"""How far a pass has come in; bars on a terminal, or nothing but plain lines elsewhere, out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from daemon.config import Account

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Told(Protocol):
    """Told how much is done, and of how much in all where that is known."""

    def __call__(self, done: int, total: int | None) -> None: ...


class Screen(Protocol):
    """What a pass shows."""

    def account(self, account: Account) -> Told:
        """Begin to show an account."""
        ...

    def people(self, done: int, total: int) -> None:
        """Show how many people are worked out."""
        ...

    def say(self, line: str) -> None:
        """Print a line."""
        ...


class PlainScreen:
    """Lines only: for pipes, files and the journal."""

    def account(self, account: Account) -> Told:
        """Nothing is shown of an account that is being read."""
        return _ignored

    def people(self, done: int, total: int) -> None:
        """Nothing is shown of the people."""

    def say(self, line: str) -> None:
        """Print a line at once."""
        print(line, flush=True)


class BarScreen:
    """A bar for what is being done, and the lines above it."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def account(self, account: Account) -> Told:
        """Begin a bar for an account."""
        task = self._begin(f"reading {account.name}")

        def told(done: int, total: int | None) -> None:
            self._bars.update(task, completed=done, total=total)

        return told

    def people(self, done: int, total: int) -> None:
        """Move the bar for people, begun with the first."""
        if self._task is None:
            self._task = self._begin("working out favors and ties")
        self._bars.update(self._task, completed=done, total=total)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._bars.console.print(line, markup=False, highlight=False)

    def _begin(self, title: str) -> TaskID:
        for task in self._bars.task_ids:
            self._bars.remove_task(task)
        return self._bars.add_task(title, total=None)


def _ignored(done: int, total: int | None) -> None:
    """Plain output shows no progress."""


@contextmanager
def screen() -> Iterator[Screen]:
    """Bars where the output is a terminal, plain lines where it is not."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield PlainScreen()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bars:
        yield BarScreen(bars)
