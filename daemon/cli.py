"""Command line in, exit code out.

Errors are one line on stderr that says what to do next; tracebacks come with ``--verbose`` only. Exit codes: 0 done,
1 some account failed and the rest was done, 2 usage or config error, 3 a login is needed, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Final

from daemon.menu import help_text

_ASKS_FOR_HELP: Final[Sequence[list[str]]] = ([], ["--help"], ["-h"])
_INTERRUPTED = 130


def main() -> None:
    """The ``kith`` command; leaves with its exit code."""
    sys.excepthook = _report
    arguments = sys.argv[1:]
    try:
        if arguments in _ASKS_FOR_HELP:
            print(help_text())
            code = 0
        else:
            code = run(arguments)
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:
            raise
        # The output: whoever read it has left, or its disk is full.
        if not isinstance(error, BrokenPipeError):
            print(f"kith: cannot write the output: {error.strerror}", file=sys.stderr)
        # What is still buffered would be complained about at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line, say what went wrong, if anything, and return the exit code."""
    from typer import Abort
    from typer.exceptions import TyperException

    from daemon.failure import Failure
    from daemon.program import program, usage_hint

    try:
        result = program().main(list(arguments), prog_name="kith", standalone_mode=False)
    except Failure as error:
        if "--verbose" in arguments:
            sys.__excepthook__(type(error), error, error.__traceback__)
        print(f"kith: {error}", file=sys.stderr)
        return error.code
    except TyperException as error:
        print(f"kith: {usage_hint(error)}", file=sys.stderr)
        return error.exit_code
    except (Abort, KeyboardInterrupt):
        print(file=sys.stderr)
        return _INTERRUPTED
    return result if isinstance(result, int) else 0


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw: one line, or with ``--verbose`` everything."""
    if "--verbose" in sys.argv:
        sys.__excepthook__(kind, error, trace)
        return
    line = str(error).partition("\n")[0] or "no reason given"
    print(f"kith: unexpected {kind.__name__}: {line}; kith --verbose … shows where, please report it", file=sys.stderr)
