"""Where an account's settings say that its password is in, the password out.

A password is never written into the config: the config names a file, a command, an environment variable, a systemd
credential or an entry of the keyring.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from connectors.errors import NeedsOwner, Transient

_COMMAND_S: Final = 60
_LONGEST: Final = 64 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class PasswordSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that say where a password is; at most one of them is given.

    ``password_file``: its first line. ``password_command``: the first line of what it prints (words as in a shell, no
    shell is started). ``password_env``: a variable. ``password_credential``: a name for systemd's LoadCredential.
    ``password_keyring``: the service under which the keyring keeps it for the account's user name.
    """

    password_file: str = ""
    password_command: str = ""
    password_env: str = ""
    password_credential: str = ""
    password_keyring: str = ""


class Secret:
    """A secret that shows itself only to who asks for it: not in logs, reprs, comparisons or pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be pickled")


def password(settings: PasswordSettings, *, base: Path, username: str) -> Secret | None:
    """The password that ``settings`` point to, read anew each time; None where they name no place.

    Args:
        settings: an account's settings.
        base: the folder that a relative ``password_file`` starts from.
        username: whose password it is, for the keyring.

    Raises:
        NeedsOwner: it is not there, is empty, may be read by others, or more than one place is named.
        Transient: the command did not end in time.
    """
    named = [key for key in PasswordSettings.__struct_fields__ if getattr(settings, key)]
    if not named:
        return None
    if len(named) > 1:
        raise NeedsOwner(f"{' and '.join(named)} both say where the password is: keep one of them")
    value = _PLACES[named[0]](getattr(settings, named[0]), base, username)
    if not value:
        raise NeedsOwner(f"{named[0]} gives an empty password: {getattr(settings, named[0])}")
    return Secret(value)


def _from_file(name: str, base: Path, _username: str) -> str:
    path = base / Path(name).expanduser()
    try:
        with path.open("rb") as file:
            if stat.S_ISREG(mode := os.fstat(file.fileno()).st_mode) and mode & _OTHERS:
                raise NeedsOwner(f"{path} can be read or written by others on this machine: chmod 600 {path}")
            return _first_line(file.read(_LONGEST))
    except OSError as error:
        raise NeedsOwner(
            f"the password file {path} cannot be read ({error.strerror}): correct password_file"
        ) from error


def _from_command(command: str, _base: Path, _username: str) -> str:
    try:
        # The owner's own command from the owner's own config; its words go to no shell.
        done = subprocess.run(  # noqa: S603
            shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=_COMMAND_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Transient(f"password_command did not end within {_COMMAND_S} s: {command}") from error
    except (OSError, ValueError) as error:
        raise NeedsOwner(f"password_command cannot be run ({error}): {command}") from error
    if done.returncode:
        raise NeedsOwner(f"password_command ended with code {done.returncode}: {command}")
    return _first_line(done.stdout)


def _from_environment(name: str, _base: Path, _username: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise NeedsOwner(f"the environment variable {name} is not set: set it, or correct password_env")
    return value


def _from_credential(name: str, _base: Path, _username: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder or "/" in name:
        raise NeedsOwner(f"there is no credential {name}: run under systemd with LoadCredential={name}:/path/to/it")
    try:
        return _first_line((Path(folder) / name).read_bytes()[:_LONGEST])
    except OSError as error:
        raise NeedsOwner(f"there is no credential {name}: add LoadCredential={name}:/path/to/it") from error


def _from_keyring(service: str, _base: Path, username: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise NeedsOwner("password_keyring needs the keyring: install kithkeeper[keyring], or use a file") from error
    try:
        value = keyring.get_password(service, username)
    except KeyringError as error:
        raise NeedsOwner(f"the keyring cannot be opened ({error}): unlock it, or use password_file") from error
    if value is None:
        raise NeedsOwner(f"the keyring has no password: keyring set {service} {username}")
    return str(value)


def _first_line(content: bytes) -> str:
    return content.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace")


_PLACES: Final[Mapping[str, Callable[[str, Path, str], str]]] = {
    "password_file": _from_file,
    "password_command": _from_command,
    "password_env": _from_environment,
    "password_credential": _from_credential,
    "password_keyring": _from_keyring,
}
