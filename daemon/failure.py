"""What ends a command early, as one line for the owner: what is wrong and what to do next."""

from __future__ import annotations

from typing import Final

#: Exit codes: some account failed and the rest was done; a usage or config error; a login is needed; Ctrl-C.
SOME_FAILED: Final = 1
USAGE: Final = 2
LOGIN_NEEDED: Final = 3
INTERRUPTED: Final = 130


class Failure(Exception):
    """The command cannot go on; ``code`` is the exit code of the program."""

    code: int = USAGE


class ConfigError(Failure):
    """The config is missing or wrong; the message names the file and the place in it."""


class Incomplete(Failure):
    """Something could not be done, and what could be done was done."""

    code = SOME_FAILED


class LoginNeeded(Failure):
    """Only the owner can mend it, by logging in or by what the message says."""

    code = LOGIN_NEEDED


class Interrupted(Failure):
    """The owner pressed Ctrl-C; what was done until then stays."""

    code = INTERRUPTED
