"""One writer a store: a lock that is held for a pass, counted inside the process, refused to others with a line.

SQLite's stands in a file beside the database (``flock``: gone with the process, however it ends); PostgreSQL's is an
advisory lock of the session.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from daemon.store.errors import StoreBusy, StoreError

_LOOK_AGAIN_S: Final = 0.05
_ADVISORY: Final = 0x6B697468  # "kith"


class WriterLock(ABC):
    """Re-entrant in one process; ``patience_s`` is how long to wait for another, ``taken`` counts its takings."""

    def __init__(self) -> None:
        self.patience_s = 5.0
        self.taken = 0
        self._depth = 0

    @abstractmethod
    def _try(self) -> bool:
        """Take the lock if it is free."""

    @abstractmethod
    def _release(self) -> None:
        """Give the lock back."""

    @abstractmethod
    def _holder(self) -> str:
        """Who holds it, for people; "" where that is not known."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            StoreBusy: another process held it for longer than ``patience_s``.
        """
        if self._depth == 0:
            self._take()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._release()

    def _take(self) -> None:
        until = time.monotonic() + self.patience_s
        while not self._try():
            if time.monotonic() >= until:
                holder = self._holder()
                raise StoreBusy(f"another kith{holder} is writing to this store: try again when it is done")
            time.sleep(_LOOK_AGAIN_S)
        self.taken += 1


class FileLock(WriterLock):
    """A lock file that holds the number of the process."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file = -1

    def _try(self) -> bool:
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {self._path}: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        # A full disk keeps nobody from holding the lock; only the number of the process is missing then.
        with contextlib.suppress(OSError):
            os.pwrite(file, f"{os.getpid():<20}".encode(), 0)
        self._file = file
        return True

    def _release(self) -> None:
        os.close(self._file)

    def _holder(self) -> str:
        number = self._path.read_text(encoding="ascii", errors="replace").strip()
        return f" (process {number})" if number.isdecimal() else ""


class NoLock(WriterLock):
    """Of a store that may only be read: nobody gets it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def _try(self) -> bool:
        raise StoreError(f"the store {self._path} may only be read: allow writing to it, or name another file")

    def _release(self) -> None:
        """Nothing was taken."""

    def _holder(self) -> str:
        return ""


class AdvisoryLock(WriterLock):
    """A lock of one PostgreSQL session, kept open for as long as it is held."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        super().__init__()
        self._connect = connect
        self._session: Connection | None = None

    def _try(self) -> bool:
        session = self._connect()
        got = session.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (_ADVISORY,)).scalar()
        if not got:
            session.close()
            return False
        self._session = session
        return True

    def _release(self) -> None:
        if self._session is not None:
            self._session.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (_ADVISORY,))
            self._session.close()
            self._session = None

    def _holder(self) -> str:
        return ""
