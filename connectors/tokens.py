"""An account's name in, the login that is kept for it out: encrypted at rest, replaced whole or not at all.

A login is one file in a folder of the owner's alone (0700, files 0600): Fernet (AES-128-CBC with HMAC-SHA256, see
https://github.com/fernet/spec), with a key from the systemd credential ``kithkeeper-token-key``, else from the
keyring, else from a file ``key`` in the same folder. Refresh tokens rotate: whoever refreshes holds the account's lock
from reading the old one until the new one is on the disk, so that two processes never spend the same one and a kill
at any point leaves the old or the new.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connectors.errors import NeedsOwner, Transient
from connectors.passwords import Secret

CREDENTIAL: Final = "kithkeeper-token-key"
_KEYRING: Final = "kithkeeper"
_LOOK_AGAIN_S: Final = 0.05
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9@._+-]")


class Slot:
    """The login of one account while its lock is held."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def read(self) -> Secret | None:
        """The login, None where there is none.

        Raises:
            NeedsOwner: it cannot be read, or not with this key.
        """
        return _read(self._path, self._key)

    def write(self, login: Secret) -> None:
        """Replace the login: on the disk when this returns.

        Raises:
            NeedsOwner: the folder cannot be written to.
        """
        from cryptography.fernet import Fernet

        try:
            _replace(self._path, Fernet(self._key).encrypt(login.reveal().encode()))
        except OSError as error:
            raise NeedsOwner(f"the login cannot be kept in {self._path}: {error.strerror}") from error

    def remove(self) -> None:
        """Forget the login."""
        self._path.unlink(missing_ok=True)


class TokenStore:
    """The logins of all accounts in ``folder``, which is made when the first is written."""

    def __init__(self, folder: Path, *, patience_s: float = 60.0) -> None:
        self._folder = folder
        self._patience_s = patience_s

    def read(self, account: str) -> Secret | None:
        """The login of ``account`` as it is now, None where there is none.

        Raises:
            NeedsOwner: it cannot be read, or not with the key that is there.
        """
        path = self.path(account)
        return _read(path, self._key()) if path.exists() else None

    @contextmanager
    def changing(self, account: str) -> Iterator[Slot]:
        """Hold the lock of ``account`` while its login is read and replaced.

        Raises:
            NeedsOwner: the folder cannot be written to.
            Transient: another process held the lock for too long.
        """
        path = self.path(account)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NeedsOwner(f"logins cannot be kept in {self._folder}: {error.strerror}") from error
        try:
            self._wait(lock, account)
            yield Slot(path, self._key())
        finally:
            os.close(lock)

    def _wait(self, lock: int, account: str) -> None:
        until = time.monotonic() + self._patience_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Transient(f"another kith is refreshing the login of {account}") from None
                time.sleep(_LOOK_AGAIN_S)
            else:
                return

    def path(self, account: str) -> Path:
        """The file of an account's login, whether there is one or not."""
        # Two names must not meet in one file, whatever is in them.
        plain = _UNSAFE.sub(lambda found: f"%{ord(found[0]):x}%", account)
        return self._folder / f"{plain}.login"

    def _key(self) -> bytes:
        return _credential_key() or _keyring_key() or _file_key(self._folder / "key")


def _read(path: Path, key: bytes) -> Secret | None:
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Secret(Fernet(key).decrypt(path.read_bytes()).decode())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NeedsOwner(f"the login in {path} cannot be read: {error.strerror}") from error
    except (InvalidToken, ValueError) as error:
        raise NeedsOwner(f"the login in {path} was written with another key: log in again") from error


def _credential_key() -> bytes | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / CREDENTIAL if folder else None
    return _derived(path.read_bytes()) if path is not None and path.is_file() else None


def _keyring_key() -> bytes | None:
    """The key in the keyring, made there once; None where there is no keyring that could keep it."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    with contextlib.suppress(KeyringError, RuntimeError):
        kept = keyring.get_password(_KEYRING, CREDENTIAL)
        if kept is None:
            kept = os.urandom(32).hex()
            keyring.set_password(_KEYRING, CREDENTIAL, kept)
        return _derived(kept.encode())
    return None


def _file_key(path: Path) -> bytes:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _first(path, os.urandom(32).hex().encode())
        return _derived(path.read_bytes())
    except OSError as error:
        raise NeedsOwner(f"the key of the logins cannot be kept in {path}: {error.strerror}") from error


def _derived(material: bytes) -> bytes:
    """A Fernet key from whatever the owner made a key of: its SHA-256, so it must be as long and random as one."""
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(material.strip()).digest())


def _first(path: Path, content: bytes) -> None:
    """Write ``path`` unless somebody else has just done so."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    _write(fresh, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(fresh, content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the rename too must outlive a power cut: the old refresh token may be spent by now
    finally:
        os.close(folder)


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
