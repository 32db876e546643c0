"""A store on SQLite, one on a PostgreSQL started for the tests, and what fills them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import pytest

from daemon.refresh import Owner
from daemon.store import open_store
from tests.daemon.store_sample import MAYA


@pytest.fixture
def owner():
    return Owner(name="Maya Lindqvist", addresses=(MAYA.email,))


@pytest.fixture
def sqlite_stores(tmp_path):
    """Opens fresh SQLite stores, and closes them."""
    opened = []
    numbers = count(1)

    def fresh():
        opened.append(open_store(f"sqlite:///store-{next(numbers)}/kith.db", tmp_path))
        return opened[-1]

    yield fresh
    for store in opened:
        store.close()


@pytest.fixture
def store(sqlite_stores):
    """A fresh SQLite store."""
    return sqlite_stores()


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL that was started for these tests, as an ordinary user; {} stands for the database."""
    from tests.conftest import missing

    programs = sorted(_folders())
    if not programs or not shutil.which("setpriv"):
        missing("needs the program initdb (Debian: postgresql)")
    # Not below pytest's own folders: another run beside this one closes them to everybody but root.
    folder = Path(tempfile.mkdtemp(prefix="kith-postgres-"))
    yield from _served(programs[-1], folder)
    shutil.rmtree(folder, ignore_errors=True)


def _folders():
    return [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]


def _served(programs, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = ["env", f"HOME={folder}"]
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        folder.chmod(0o755)  # the server's own user must get to it
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        run = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *run]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    start = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"]
    make = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8",
            "--locale=C.UTF-8"]  # fmt: skip
    subprocess.run([*run, *make], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    subprocess.run([*run, *start], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/{{}}"
    stop = [programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"]
    subprocess.run([*run, *stop], check=True, stdout=subprocess.DEVNULL, cwd=folder)


@pytest.fixture
def postgres_url(postgres_server):
    """The URL of an empty PostgreSQL database."""
    import psycopg

    name = f"kith_{os.urandom(6).hex()}"
    plain = postgres_server.replace("+psycopg", "").format("postgres")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.format(name)


@pytest.fixture
def postgres_stores(postgres_server, tmp_path):
    """Opens stores on fresh PostgreSQL databases, and closes them."""
    import psycopg

    opened = []

    def fresh():
        name = f"kith_{os.urandom(6).hex()}"
        plain = postgres_server.replace("+psycopg", "").format("postgres")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        opened.append(open_store(postgres_server.format(name), tmp_path))
        return opened[-1]

    yield fresh
    for store in opened:
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request):
    """Opens fresh stores, of SQLite and then of PostgreSQL."""
    return request.getfixturevalue("sqlite_stores" if request.param == "sqlite" else "postgres_stores")
