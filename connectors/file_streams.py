"""The path that an account of files names in, one stream a file, and what is in them, out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from connectors.errors import NeedsOwner, Transient
from connectors.protocol import Stream


def file_streams(
    path: Path,
    wanted: Callable[[Path, str], bool],
    *,
    holds: Literal["mail", "calendar", "contacts"],
    kind: str,
    file: str,
) -> list[Stream]:
    """``path`` itself where it is a file, else every file below it that is ``wanted``, in the order of their paths.

    Args:
        path: a file or a folder; folders whose names begin with a dot are not entered.
        wanted: whether a file, given whole and as its name below ``path`` (with ``/``), is one to read.
        holds: what the streams hold.
        kind: the kind of the account, and ``file`` what it reads ("mbox file"), for the owner.

    Raises:
        NeedsOwner: the path is not there or may not be read, or none of its files is wanted.
        Transient: the folder changed while it was listed.
    """
    if path.is_file():
        return [Stream(name=path.name, holds=holds)]
    if not path.is_dir():
        raise NeedsOwner(f"{path} is not there: correct the path of this {kind} account")
    try:
        names = sorted(name for found, name in _files(path) if wanted(found, name))
        strange = not names and any(path.iterdir())
    except PermissionError as error:
        raise NeedsOwner(f"{error.filename} may not be read: allow it, or leave it out") from error
    except OSError as error:
        raise Transient(f"{path} changed while it was listed") from error
    if strange:
        raise NeedsOwner(f"{path} has no {file} to read in it: correct the path of this {kind} account")
    return [Stream(name=name, holds=holds) for name in names]


def content(path: Path, most: int, *, kind: str) -> bytes:
    """The first ``most`` + 1 bytes of a file of an account of this kind.

    Raises:
        NeedsOwner: it is gone or may not be read.
        Transient: it could not be read to its end.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError as error:
        raise NeedsOwner(f"{path} is gone: put it back or correct the path of this {kind} account") from error
    except PermissionError as error:
        raise NeedsOwner(f"{path} may not be read: allow it, or leave it out") from error
    except OSError as error:
        raise Transient(f"{path} could not be read to its end ({error.strerror})") from error


def _files(top: Path) -> Iterator[tuple[Path, str]]:
    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(top, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder) / name
            yield path, path.relative_to(top).as_posix()
