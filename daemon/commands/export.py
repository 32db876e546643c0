"""``kith export``: the store in; a folder of JSON and CSV with everything about the owner out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daemon.failure import Failure
from daemon.invocation import invocation, now, opened

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
) -> None:
    """Write out everything about you as JSON and CSV: people, favors, mail and meetings as they are known."""
    from daemon.export import export_all

    config = invocation(ctx).config()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Failure(f"{folder} is not empty: name a new folder")
        with opened(config) as store:
            for name, count in export_all(config, store, folder, now()):
                typer.echo(f"{folder / name}: {count}")
    except OSError as error:
        raise Failure(f"cannot write {error.filename or folder}: {error.strerror}") from error
