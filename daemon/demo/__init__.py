"""The bundled sample network: a folder in, an invented year of mail and calendar with its config in that folder out.

The files in ``sample`` are made by ``daemon.demo.generate`` from the hand-written ``texts``.
"""

from __future__ import annotations

import os
import shutil
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

#: The day of the sample's letter, a Monday.
AS_OF: Final = date(2026, 6, 1)


def write_sample(folder: Path) -> Path:
    """Copy the sample into ``folder`` (made if need be) for the owner alone, and return the path of its config.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    with resources.as_file(resources.files("daemon.demo") / "sample") as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, copy_function=_copy)
    folder.chmod(mode)  # copytree gives folders the rights of the installed ones
    return folder / "kith.toml"


def _copy(source: str, target: str) -> None:
    """Copy a file so that the owner alone may read it, as every file of Kithkeeper."""
    handle = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with Path(source).open("rb") as sample, os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)  # also where it was there before
        shutil.copyfileobj(sample, file)
