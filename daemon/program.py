"""The list of commands in, the command line program out; a command's module is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from daemon.invocation import Invocation
from daemon.menu import ABOUT, COMMANDS, OPTIONS, help_text


class _Commands(MutableMapping[str, Any]):  # the type of a command is typer's own
    """The commands of ``daemon.menu`` by name, each imported when it is asked for."""

    def __init__(self) -> None:
        self._modules = {entry.name: entry.module for entry in COMMANDS}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            command = typer.main.get_command(importlib.import_module(self._modules[name]).app)
            command.name = name
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def program() -> TyperGroup:
    """The ``kith`` program."""
    app = typer.Typer(help=ABOUT, add_completion=False, add_help_option=False, rich_markup_mode=None)
    app.callback()(_global_options)
    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("a program with global options is a group of commands")
    group.commands = _Commands()
    return group


def usage_hint(error: TyperException) -> str:
    """One line for a wrong command line: what is wrong with it, and where the right one is described."""
    said = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{said} (see: {context.command_path if context else 'kith'} --help)"


def _show_help(asked: bool) -> None:
    if asked:
        typer.echo(help_text())
        raise typer.Exit


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"kith {version('kithkeeper')}")
        raise typer.Exit


def _says(option: str) -> str:
    return next(entry.says for entry in OPTIONS if entry.name.split()[0] == option)


def _global_options(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(help=_says("--config"))] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help=_says("--verbose"))] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_says("--version"))
    ] = False,
    asked_help: Annotated[
        bool, typer.Option("--help", callback=_show_help, is_eager=True, help=_says("--help"))
    ] = False,
) -> None:
    ctx.obj = Invocation(named_config=config)
    if verbose:
        import logging

        handler = logging.StreamHandler()
        logger = logging.getLogger("kithkeeper")
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
