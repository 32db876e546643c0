"""A store's URL in, transactions on it out: SQLite or PostgreSQL, spoken to in the same statements.

Statements are written with ``?`` for a parameter and ``(?*)`` for a list of them. A reading transaction sees one
state; a writing one takes the write lock at its first statement (SQLite: ``BEGIN IMMEDIATE``, for a read that turns
into a write fails at once when somebody else writes). Errors of the database become ``StoreError``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from daemon.store.errors import StoreBusy, StoreError
from daemon.store.locks import FileLocks, Locks, NoLocks, SessionLocks
from daemon.store.turns import Turns

#: How long SQLite waits for a reader or writer of another process, in seconds.
_BUSY_S: Final = 10
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout={_BUSY_S * 1000}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-8000",
)
_PRAGMAS_TO_WRITE: Final = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA secure_delete=FAST")
#: Lists of parameters are cut and padded to these lengths, so that few different statements are prepared.
_LENGTHS: Final = (1, 8, 64, 512)

Row = Sequence[Any]
Params = Sequence[object]


class Access:
    """One transaction's way to the database."""

    def __init__(self, connection: Connection, *, sqlite: bool) -> None:
        self._connection = connection
        self._translate = _sqlite if sqlite else _postgres

    def run(self, statement: str, params: Params = ()) -> int:
        """Execute; the number of rows that it changed."""
        return self._connection.exec_driver_sql(self._translate(statement), tuple(params)).rowcount

    def many(self, statement: str, rows: Sequence[Params]) -> None:
        """Execute once for each of ``rows``."""
        if rows:
            self._connection.exec_driver_sql(self._translate(statement), list(map(tuple, rows)))

    def rows(self, statement: str, params: Params = ()) -> Sequence[Row]:
        """All rows of a query."""
        return self._connection.exec_driver_sql(self._translate(statement), tuple(params)).fetchall()

    def row(self, statement: str, params: Params = ()) -> Row | None:
        """The first row of a query."""
        return self._connection.exec_driver_sql(self._translate(statement), tuple(params)).fetchone()

    def stream(self, statement: str, params: Params = ()) -> Iterator[Row]:
        """The rows of a query, a few at a time: for those whose number grows with the store."""
        result = self._connection.exec_driver_sql(
            self._translate(statement), tuple(params), execution_options={"stream_results": True}
        )
        while some := result.fetchmany(512):
            yield from some

    def pick(self, statement: str, values: Iterable[object], *before: object) -> Iterator[Row]:
        """The rows of a query with one ``(?*)``, which stands for ``values``; ``before`` are parameters before it."""
        for part in _portions(values):
            marks = "(" + ",".join("?" * len(part)) + ")"
            yield from self.rows(statement.replace("(?*)", marks), (*before, *part))

    def table(self, statement: str, values: Iterable[object]) -> dict[Any, Any]:
        """The rows of ``pick`` as a dictionary from their first column to their second."""
        return {row[0]: row[1] for row in self.pick(statement, values)}

    def strike(self, statement: str, values: Iterable[object]) -> None:
        """Execute a statement with one ``(?*)``, which stands for ``values``."""
        for part in _portions(values):
            self.run(statement.replace("(?*)", "(" + ",".join("?" * len(part)) + ")"), part)


def _portions(values: Iterable[object]) -> Iterator[list[object]]:
    """``values`` in lists of one of ``_LENGTHS``; the last value is repeated where the list is short."""
    left = list(values)
    for start in range(0, len(left), _LENGTHS[-1]):
        part = left[start : start + _LENGTHS[-1]]
        length = next(length for length in _LENGTHS if length >= len(part))
        yield part + [part[-1]] * (length - len(part))


def _sqlite(statement: str) -> str:
    return statement


@lru_cache(maxsize=256)
def _postgres(statement: str) -> str:
    return statement.replace("?", "%s")


class Database:
    """Opens transactions, for several threads; knows the locks, by which one process and thread at a time writes."""

    def __init__(self, url: str, base: Path) -> None:
        self.url = _resolved(url, base)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.path = Path(self.url.database) if self.sqlite and self.url.database else None
        self.locks: Locks
        if self.path is None:
            self.locks = SessionLocks(self._lock_connection, self._saying)
            self.engine = sqlalchemy.create_engine(self.url, pool_pre_ping=True, pool_use_lifo=True)
        elif _create(self.path):
            self.locks = FileLocks(self.path.with_name(self.path.name + ".lock"), self.path)
            self.engine = _sqlite_engine(self.url, (*_PRAGMAS, *_PRAGMAS_TO_WRITE))
        else:
            self.locks = NoLocks(self.path)
            self.engine = _sqlite_engine(_read_only(self.path), _PRAGMAS)
        self.lock = Turns(self.locks)

    def _lock_connection(self) -> Connection:
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Access]:
        """A transaction that only reads.

        Raises:
            StoreError: the database failed.
        """
        with self._saying(), self.engine.connect() as connection, connection.begin():
            yield Access(connection, sqlite=self.sqlite)

    @contextmanager
    def writing(self) -> Iterator[Access]:
        """A transaction that writes: all of it or nothing.

        Raises:
            StoreBusy: another process is writing.
            StoreError: the database failed; nothing of the transaction was kept.
        """
        with self.lock.held(), self._saying(), self.engine.connect() as plain:
            connection = plain.execution_options(kith_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield Access(connection, sqlite=self.sqlite)

    def shred(self, access: Access) -> None:
        """Overwrite what this transaction deletes (SQLite; PostgreSQL's VACUUM leaves that to the disk)."""
        if self.sqlite:
            access.rows("PRAGMA secure_delete=ON")

    def compact(self) -> None:
        """Leave nothing of deleted rows in the files (SQLite: VACUUM, and the write-ahead log emptied)."""
        with self.lock.held(), self._saying(), self.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT", kith_begin="")
            plain.exec_driver_sql("VACUUM")
            if self.sqlite:
                plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def rest(self) -> None:
        """Close the connections that nobody uses now, and with them their caches."""
        self.engine.dispose()

    def close(self) -> None:
        """Give every lock and connection back."""
        self.locks.close()
        self.engine.dispose()

    @contextmanager
    def _saying(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _said(error, self._where()) from error

    def _where(self) -> str:
        return str(self.path) if self.path is not None else self.url.render_as_string(hide_password=True)


def _said(error: DBAPIError, where: str) -> StoreError:
    """The owner's line for what the database said."""
    line = str(error.orig).strip().partition("\n")[0]
    if "disk is full" in line or "No space left" in line:
        return StoreError(f"no room left for the store {where}: free some space and run again; nothing was lost")
    if "database is locked" in line:
        return StoreBusy(f"another program is writing to the store {where}: try again when it is done")
    if "not a database" in line or "malformed" in line:
        return StoreError(f"{where} is not a Kithkeeper store, or it is damaged: restore a copy, or name another file")
    return StoreError(f"the store {where} failed: {line}")


def _resolved(url: str, base: Path) -> URL:
    """The URL with a relative SQLite path taken from ``base``.

    Raises:
        StoreError: it is no URL of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"[store] url {url!r} is none: try sqlite:///kith.db") from error
    if parsed.drivername == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(database=str(base / Path(parsed.database).expanduser()))
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    hidden = parsed.render_as_string(hide_password=True)
    raise StoreError(f"[store] url {hidden!r} must begin with sqlite:/// (a file) or postgresql+psycopg://")


def _create(path: Path) -> bool:
    """Make the file readable by the owner alone, and its folder too where that is new; whether it may be written.

    Raises:
        StoreError: it can be neither made nor read, or is no file.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise StoreError(f"the store {path} is not a file: name another one in [store] url")
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        if os.access(path, os.R_OK):
            return False
        raise StoreError(f"cannot write the store {path}: {error.strerror}") from error
    return True


def _read_only(path: Path) -> URL:
    """The URL by which a file is read that may not be written."""
    log = path.with_name(path.name + "-wal")
    # Without a log nobody is writing; and where none can be made beside the file, SQLite must not look for one.
    still = not os.access(path.parent, os.W_OK) and not log.exists()
    query = {"mode": "ro", "uri": "true", **({"immutable": "1"} if still else {})}
    return URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=query)


def _sqlite_engine(url: URL, pragmas: Sequence[str]) -> Engine:
    options = {"timeout": _BUSY_S, "check_same_thread": False, "cached_statements": 256}
    # A connection has a cache of its own: the same few are used again rather than all in turn.
    engine = sqlalchemy.create_engine(url, connect_args=options, pool_use_lifo=True, poolclass=QueuePool)

    def prepare(connection: Any, _record: object) -> None:  # what the driver hands out has no common type
        connection.isolation_level = None  # the driver begins no transaction of its own
        for pragma in pragmas:
            connection.execute(pragma)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("kith_begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
