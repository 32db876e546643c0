"""Tables of a TOML file in, checked structs out; every error names the file, the line, the table and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from daemon.failure import ConfigError

Struct = TypeVar("Struct")

_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_TYPES: Final = {
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in [brackets]",
    "object": "a table",
    "null": "nothing",
}
_TYPE_WORD: Final = re.compile(r"`(\w+)(?: \| \w+)*`")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file: its path for messages, its text for line numbers, its tables."""

    path: Path
    text: str
    tables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One table of the file: its name, and which of several it is, from 0; ``name`` is empty for the top level."""

    file: TomlFile
    name: str = ""
    number: int = 0

    def error(self, says: str, key: str | None = None) -> ConfigError:
        """An error about this table, or about ``key`` in it."""
        line = _line(self.file.text, self.name, self.number, key)
        where = f"{self.file.path.name}, line {line}" if line else str(self.file.path.name)
        return ConfigError(f"{where}{f', in [{self.name}]' if self.name else ''}: {says}")


def read_toml(path: Path) -> TomlFile:
    """The file with its tables.

    Raises:
        ConfigError: it is not there, may not be read, or is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no config at {path}: make one with kith init, or name one with --config"
        ) from error
    except OSError as error:
        raise ConfigError(f"cannot read the config {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the config {path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    try:
        return TomlFile(path=path, text=text, tables=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the config {path} is no valid TOML: {error}") from error


def fill(table: object, kind: type[Struct], place: Place) -> Struct:
    """A struct (or dataclass) of ``kind`` from a table, each key checked.

    Raises:
        ConfigError: an unknown key (the nearest known one is named), a missing one, or a value of the wrong type.
    """
    if not isinstance(table, Mapping):
        raise place.error(f"must be a table: [{place.name}] and then a line for each key")
    hints = get_type_hints(kind)
    known = [name for name in hints if not name.startswith("_")]
    check_keys(table, known, place)
    values = {key: _value(value, hints[key], key, place) for key, value in table.items()}
    try:
        return kind(**values)
    except TypeError as error:
        missing = _missing(kind, table)
        raise place.error(f"the key {missing!r} is missing") from error


def check_keys(table: Mapping[str, Any], known: Iterable[str], place: Place) -> None:
    """Refuse keys that nobody knows.

    Raises:
        ConfigError: naming the nearest known key, or all of them.
    """
    names = list(known)
    for key in table:
        if key not in names:
            near = get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
            raise place.error(f"unknown key {key!r}; {hint}", key)


def _missing(kind: type[Any], table: Mapping[str, Any]) -> str:
    """The first key without a default that the table lacks."""
    required = (field.name for field in msgspec.structs.fields(kind) if field.required)
    return next((name for name in required if name not in table), "?")


def _value(value: object, hint: Any, key: str, place: Place) -> Any:
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        options = _options(hint)
        if options and isinstance(value, str):
            raise place.error(f"{key!r} must be {_alternatives(options)}, not {value!r}", key) from error
        raise place.error(f"{key!r}: {_plain(str(error))}", key) from error


def _options(hint: Any) -> tuple[str, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()


def _alternatives(options: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(map(repr, options[:-1])), repr(options[-1]))))


def _plain(message: str) -> str:
    """msgspec's message in words for people."""
    said = _TYPE_WORD.sub(lambda found: _TYPES.get(found[1], found[0]), message.partition(" - at")[0])
    return said[:1].lower() + said[1:]


def _line(text: str, table: str, number: int, key: str | None) -> int | None:
    """The line on which ``key`` stands in the ``number``-th table of that name, or else the table's own line."""
    spelled = None if key is None else re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
    current, seen, header = "", -1, None
    for index, line in enumerate(text.splitlines(), start=1):
        if found := _HEADER.match(line):
            current = found[1].replace('"', "").replace(" ", "")
            seen += current == table
            if current == table and seen == number:
                header = index
            if key is not None and current == ".".join(filter(None, (table, key))):
                return index
        elif spelled and current == table and max(seen, 0) == number and spelled.match(line):
            return index
    return header
