"""The bundled sample network: a folder in, an invented year of mail and calendar with its config in that folder out.

The files in ``sample`` are made by ``daemon.demo.generate`` from the hand-written ``texts``.
"""

from __future__ import annotations

import shutil
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

#: The day of the sample's letter, a Monday.
AS_OF: Final = date(2026, 6, 1)


def write_sample(folder: Path) -> Path:
    """Copy the sample into ``folder`` (made if need be) and return the path of its config.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with resources.as_file(resources.files("daemon.demo") / "sample") as source:
        shutil.copytree(source, folder, dirs_exist_ok=True)
    return folder / "kith.toml"
