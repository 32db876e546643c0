"""The migrations lead to the tables that the program uses, from any age of a store."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from daemon.store import StoreError, open_store
from daemon.store.schema import METADATA
from daemon.store.upgrade import NEWEST, migrate, upgraded


def test_the_newest_migration_is_the_one_the_program_asks_for():
    config = Config()
    config.set_main_option("script_location", "daemon.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_the_migrations_lead_to_the_tables_of_the_schema(stores):
    database = stores()._database
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    migrate(database, None)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_older_store_keeps_what_the_owner_said(store):
    add_correction = (
        "INSERT INTO corrections (id, kind, subject, verdict, type, email, at) VALUES (1, 'mute', ?, '', NULL, '', 0)"
    )
    database = store._database
    with database.writing() as access:
        access.run("DROP TABLE corrections")
        for table in ("statements", "letters", "replies", "cards"):
            access.run(f"DROP TABLE {table}")
        access.run(
            "CREATE TABLE corrections (id INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, subject BLOB NOT NULL, "
            "verdict TEXT NOT NULL, type TEXT, email TEXT NOT NULL, at BIGINT NOT NULL)"
        )
        access.run(add_correction, (b'["dana@acme.example"]',))
        access.run("UPDATE alembic_version SET version_num = '0001'")
    upgraded(database)
    (kept,) = store.corrections()
    assert (kept.subject, kept.example, kept.letter) == (("dana@acme.example",), None, "")


def test_sqlite_keeps_narrow_tables_in_their_index_alone(store):
    with store._database.reading() as access:
        (made,) = access.row("SELECT sql FROM sqlite_master WHERE name = 'links'")
    assert "WITHOUT ROWID" in made


def test_a_new_store_says_that_it_has_the_newest_tables(stores):
    with stores()._database.reading() as access:
        assert access.row("SELECT version_num FROM alembic_version")[0] == NEWEST


def test_a_store_of_a_newer_program_is_left_alone(tmp_path, store):
    with store._database.writing() as access:
        access.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer Kithkeeper"):
        open_store(store._database.url.render_as_string(), tmp_path)


def test_another_programs_database_is_left_alone(tmp_path, store):
    with store._database.writing() as access:
        access.run("DROP TABLE alembic_version")
    with pytest.raises(StoreError, match="another program's"):
        open_store(store._database.url.render_as_string(), tmp_path)
