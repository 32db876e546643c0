"""Locks by number that one process at a time holds on a store, gone with the process however it ends.

SQLite's are ranges of a lock file beside the database; PostgreSQL's are advisory locks of one session. Safe for
several threads: what one thread holds no other thread of the process gets either.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from daemon.store.errors import StoreError

#: Whoever writes; whoever is next; ``kith run``.
WRITER: Final = 0
NEXT: Final = 1
RUNNER: Final = 2
_NAMED: Final = 16  # from here on: one for each account
_WIDTH: Final = 32

_ADVISORY: Final = 0x6B697468  # "kith"
_GRANTED: Final = (
    "FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = %s "
    "AND objid::bigint = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def account_lock(account: str) -> int:
    """The number of the lock that is held while an account is read."""
    digest = int.from_bytes(blake2b(account.encode("utf-8", "surrogatepass"), digest_size=4).digest())
    return _NAMED + (digest >> 2)


class Locks(ABC):
    """The locks of one store; a lock is held by a process, not by a thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: set[int] = set()

    def take(self, number: int) -> bool:
        """Take a lock if nobody has it, this process included.

        Raises:
            StoreError: locks cannot be had at all.
        """
        with self._guard:
            if number in self._held or not self._try(number):
                return False
            self._held.add(number)
            return True

    def give_back(self, number: int) -> None:
        """Give back a lock, where this process has it."""
        with self._guard:
            if number in self._held:
                self._held.discard(number)
                self._release(number)

    def wanted(self, number: int) -> bool:
        """Whether another process holds this lock.

        Raises:
            StoreError: the store cannot be asked.
        """
        with self._guard:
            return number not in self._held and self._is_taken(number)

    def holder(self, number: int) -> str:
        """Who holds ``WRITER`` or ``RUNNER``, for people: "process 123"; "" where nobody does, or it is not known."""
        with self._guard:
            if number in self._held:
                return f"process {os.getpid()}"
            return self._holder(number) if self._is_taken(number) else ""

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    @abstractmethod
    def _try(self, number: int) -> bool: ...

    @abstractmethod
    def _release(self, number: int) -> None: ...

    @abstractmethod
    def _is_taken(self, number: int) -> bool: ...

    @abstractmethod
    def _holder(self, number: int) -> str: ...


class FileLocks(Locks):
    """Ranges of a file, which tells the numbers of the processes that hold the first of them.

    They belong to the open file (Linux: ``F_OFD_SETLK``), so that two stores in one process exclude each other too.
    """

    def __init__(self, path: Path, like: Path) -> None:
        """``like`` is the database: what root makes here belongs to whoever that belongs to."""
        super().__init__()
        self._path = path
        self._like = like
        self._file = -1

    def close(self) -> None:
        """Close the file, and with it every lock."""
        with self._guard:
            self._held.clear()
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _open(self) -> int:
        if self._file < 0:
            try:
                self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                if os.geteuid() == 0:
                    owner = self._like.stat()
                    os.fchown(self._file, owner.st_uid, owner.st_gid)
            except OSError as error:
                raise StoreError(f"cannot write {self._path}: {error.strerror}") from error
        return self._file

    def _try(self, number: int) -> bool:
        try:
            fcntl.fcntl(self._open(), fcntl.F_OFD_SETLK, _range(fcntl.F_WRLCK, number))
        except (BlockingIOError, PermissionError):
            return False
        except OSError as error:
            raise StoreError(f"cannot lock {self._path}: {error.strerror}") from error
        if number in (WRITER, RUNNER):
            # A full disk keeps nobody from holding the lock; only the number of the process is missing then.
            with contextlib.suppress(OSError):
                os.pwrite(self._file, f"{os.getpid():<{_WIDTH}}".encode(), number * _WIDTH)
        return True

    def _release(self, number: int) -> None:
        if self._file >= 0:
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, _range(fcntl.F_UNLCK, number))

    def _is_taken(self, number: int) -> bool:
        asked = fcntl.fcntl(self._open(), fcntl.F_OFD_GETLK, _range(fcntl.F_WRLCK, number))
        return bool(struct.unpack_from("h", asked)[0] != fcntl.F_UNLCK)

    def _holder(self, number: int) -> str:
        said = os.pread(self._open(), _WIDTH, number * _WIDTH).decode("ascii", "replace").strip()
        return f"process {said}" if said.isdecimal() else "another process"


def _range(kind: int, number: int) -> bytes:
    """The C ``struct flock`` of one lock."""
    return struct.pack("hhqqi0q", kind, os.SEEK_SET, number, 1, 0)


class SessionLocks(Locks):
    """Advisory locks of one PostgreSQL session, which is open while any of them is held.

    A session that broke has lost its locks: the next one takes them again, but for those that somebody else has by then.
    """

    def __init__(self, connect: Callable[[], Connection], saying: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._connect = connect
        self._saying = saying
        self._session: Connection | None = None

    def close(self) -> None:
        """Close the session, and with it every lock."""
        with self._guard:
            self._held.clear()
            self._leave()

    def _asked(self, statement: str, *params: object) -> object:
        """The first value of a query's first row; None where it has none."""
        with self._saying():
            try:
                if self._session is None:
                    self._session = self._opened()
                row = self._session.exec_driver_sql(statement, params).fetchone()
            except BaseException:
                if self._session is not None:
                    self._session.invalidate()
                    self._leave()
                raise
            return None if row is None else row[0]

    def _opened(self) -> Connection:
        session = self._connect()
        who = f"kith {os.getpid()} {socket.gethostname()}"[:63]
        session.exec_driver_sql("SELECT set_config('application_name', %s, false)", (who,))
        for number in sorted(self._held):
            taken = session.exec_driver_sql("SELECT pg_try_advisory_lock(%s, %s)", (_ADVISORY, number)).scalar()
            if not taken:
                self._held.discard(number)
        return session

    def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(Exception):  # it is broken, or the server is gone: its locks are gone too
                session.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            session.close()

    def _try(self, number: int) -> bool:
        return bool(self._asked("SELECT pg_try_advisory_lock(%s, %s)", _ADVISORY, number))

    def _release(self, number: int) -> None:
        if not self._held:
            self._leave()
        elif self._session is not None:
            self._asked("SELECT pg_advisory_unlock(%s, %s)", _ADVISORY, number)

    def _is_taken(self, number: int) -> bool:
        return self._asked(f"SELECT 1 {_GRANTED}", _ADVISORY, number) is not None

    def _holder(self, number: int) -> str:
        whose = f"SELECT application_name FROM pg_stat_activity WHERE pid = (SELECT pid {_GRANTED} LIMIT 1)"  # noqa: S608
        name, _, rest = str(self._asked(whose, _ADVISORY, number) or "").partition(" ")
        pid, _, host = rest.partition(" ")
        if name != "kith" or not pid.isdecimal():
            return "another process"
        return f"process {pid}" if host == socket.gethostname() else f"process {pid} on {host}"


class NoLocks(Locks):
    """Of a store that may only be read: nobody gets one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def close(self) -> None:
        """Nothing was taken."""

    def _try(self, number: int) -> bool:
        raise StoreError(f"the store {self._path} may only be read: allow writing to it, or name another file")

    def _release(self, number: int) -> None:
        """Nothing was taken."""

    def _is_taken(self, number: int) -> bool:
        return False

    def _holder(self, number: int) -> str:
        return ""
