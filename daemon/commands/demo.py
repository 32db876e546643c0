"""``kith demo``: nothing in; the whole job done on the bundled sample network, and the letter, out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.failure import Failure
from daemon.invocation import opened

if TYPE_CHECKING:
    from daemon.config import Config
    from inference.network import Network

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LETTER = Path("digest.html")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the sample is put.")] = Path("kith-demo"),
    output: Annotated[Path, typer.Option(help="Where the letter is written.")] = _LETTER,
) -> None:
    """The whole job on a bundled sample network: read, infer, show the letter, write digest.html. Needs no accounts."""
    from daemon.config import load
    from daemon.demo import write_sample
    from daemon.digest.build import build
    from daemon.digest.render import render
    from daemon.private_files import write_private

    if folder.exists() and any(folder.iterdir()) and not (folder / "kith.toml").exists():
        raise Failure(f"{folder} holds something else: name another folder, kith demo FOLDER")
    try:
        config = load(write_sample(folder))
        for stale in folder.glob("kith.db*"):
            stale.unlink()
        network, read = _worked_out(config)
        document = build(network, config.digest.thresholds)
        typer.echo(render(document, "text"))
        write_private(output, render(document, "html"))
    except OSError as error:
        raise Failure(f"cannot write {error.filename or folder}: {error.strerror}") from error
    typer.echo(_what_next(folder, output, read))


def _worked_out(config: Config) -> tuple[Network, str]:
    """Read the sample and work it out; the network on the sample's day, and what was read."""
    from daemon.dates import moment
    from daemon.demo import AS_OF
    from daemon.passes import owner_of, passes
    from daemon.progress import screen
    from daemon.refresh import refresh
    from daemon.surroundings import clock

    with opened(config) as store, screen() as shown:
        done = list(passes(config, store, config.accounts, progress=shown.account))
        for each in done:
            if each.outcome.problem:
                raise Failure(f"the sample could not be read: {each.outcome.problem}")
        refresh(store, owner_of(config), progress=shown.people)
        at = moment(AS_OF.isoformat(), config.owner.zone, clock())
        network = store.network(at, config.owner.zone, config.owner.name)
    read = ", ".join(f"{each.outcome.applied.new} from {each.account.name}" for each in done)
    seconds = sum(each.seconds for each in done)
    return network, f"{read} in {seconds:.1f} s; {len(network.people)} people, {len(network.favors)} favors"


def _what_next(folder: Path, output: Path, read: str) -> str:
    from daemon.demo import AS_OF

    kith = f"kith --config {folder / 'kith.toml'}"
    return f"""Read: {read}.
The same letter as a page: {output}
Everybody in the sample is invented. Look around in it:
  {kith} ledger --open --as-of {AS_OF}
  {kith} people --as-of {AS_OF}
  {kith} show Ingrid --as-of {AS_OF}
Then read your own mail: kith init"""
