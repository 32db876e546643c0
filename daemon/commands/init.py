"""``kith init``: a few answers or flags in, a commented config that only the owner can read out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.failure import Failure
from daemon.invocation import invocation

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def init(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(help="Your name, as you sign.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="A mail address of yours (can be given again).")] = None,
    timezone: Annotated[str | None, typer.Option(help="Where your days begin, e.g. Europe/Stockholm.")] = None,
    mbox: Annotated[list[Path] | None, typer.Option(help="An mbox file, or a folder of them.")] = None,
    maildir: Annotated[list[Path] | None, typer.Option(help="A maildir.")] = None,
    ics: Annotated[list[Path] | None, typer.Option(help="A calendar file, or a folder of them.")] = None,
    sent: Annotated[list[str] | None, typer.Option(help='Which boxes hold your own mail, e.g. "Sent*".')] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a config that is there.")] = False,
) -> None:
    """Ask a few questions (what flags do not say) and write a config that only you can read."""
    from daemon.new_config import Answers, written

    path = invocation(ctx).config_path()
    if path.exists() and not force:
        raise Failure(f"{path} is there already: edit it, or replace it with --force")
    asks = sys.stdin.isatty()
    answers = Answers(
        name=name or _asked("Your name, as you sign", "--name", asks=asks),
        addresses=tuple(address or _asked("Your mail addresses, with commas", "--address", asks=asks).split(",")),
        timezone=timezone or (_asked("Your time zone", "--timezone", _local_zone()) if asks else _local_zone()),
        mbox=_given(mbox, "An mbox file or folder", asks=asks and not (maildir or ics)),
        maildir=_given(maildir, "A maildir", asks=asks and not (mbox or ics)),
        ics=_given(ics, "A calendar file or folder (.ics)", asks=asks and not (mbox or maildir)),
        sent=tuple(sent or ()),
    )
    written(answers, path)
    typer.echo(f"{path} is written. Next: kith doctor, then kith sync")


def _asked(question: str, flag: str, default: str | None = None, *, asks: bool = True) -> str:
    if not asks:
        raise Failure(f"give {flag} (there is no terminal to ask on; see: kith init --help)")
    return str(typer.prompt(question, default=default))


def _given(paths: list[Path] | None, question: str, *, asks: bool) -> tuple[Path, ...]:
    """The paths of the flags, or the one of the answer; relative ones start where the owner stands."""
    if paths is None and asks:
        answer = str(typer.prompt(f"{question} (Enter: none)", default="", show_default=False)).strip()
        paths = [Path(answer)] if answer else []
    return tuple(path.expanduser().absolute() for path in paths or ())


def _local_zone() -> str:
    """The machine's time zone by name, UTC where it says none."""
    parts = Path("/etc/localtime").resolve().parts
    return "/".join(parts[parts.index("zoneinfo") + 1 :]) if "zoneinfo" in parts else "UTC"
