"""A database in, the same with the newest tables out.

An empty one gets the tables as they are now; Alembic, which takes a while and 10 MB, is loaded for older ones only.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import inspect

from daemon.store.database import Database
from daemon.store.errors import StoreError
from daemon.store.schema import METADATA

#: The newest migration; a test compares it with the folder ``migrations/versions``.
NEWEST: Final = "0005"


def upgraded(database: Database) -> None:
    """Apply the migrations that ``database`` lacks.

    Raises:
        StoreError: it comes from a newer Kithkeeper, or is another program's.
    """
    if _version(database) != NEWEST:
        with database.lock.held():
            found = _version(database)  # another process may just have done it
            if found is None:
                _create(database)
            elif found != NEWEST:
                migrate(database, found)


def _version(database: Database) -> str | None:
    with database.reading() as access:
        if database.sqlite:
            known = access.row("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        else:
            known = access.row("SELECT to_regclass('alembic_version')")
        if known is None or known[0] is None:
            return None
        row = access.row("SELECT version_num FROM alembic_version")
        return None if row is None else str(row[0])


def _create(database: Database) -> None:
    with database.engine.connect() as connection:
        if "messages" in inspect(connection).get_table_names():
            raise StoreError("this database is another program's: give Kithkeeper one of its own")
        connection.rollback()
        with connection.execution_options(kith_begin="BEGIN IMMEDIATE").begin():
            METADATA.create_all(connection)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{NEWEST}')")  # noqa: S608  # a constant


def migrate(database: Database, found: str | None) -> None:
    """Apply the migrations after ``found`` (None: all) to a database whose lock is held.

    Raises:
        StoreError: it comes from a newer Kithkeeper.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "daemon.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError("this store was written by a newer Kithkeeper: upgrade Kithkeeper")
    with (
        database.engine.connect() as connection,
        connection.execution_options(kith_begin="BEGIN IMMEDIATE").begin(),
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
