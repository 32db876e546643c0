"""The records of an IMAP response in, nested values out; names of folders from modified UTF-7. imapclient reads both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias, cast

from imapclient.exceptions import ProtocolError
from imapclient.imap_utf7 import decode, encode
from imapclient.response_parser import parse_response

#: A line, or a line and the literal that it announces at its end.
Record: TypeAlias = "bytes | tuple[bytes, bytes]"
#: An atom or a string is bytes, a number without quotes int, NIL is None, a list is a tuple.
Value: TypeAlias = "bytes | int | tuple[Value, ...] | None"


#: Longer text is not looked at: imapclient reads it letter by letter, and no mail within our caps has so much.
_LONGEST: Final = 1024 * 1024


class Unparsable(Exception):
    """A response is not what the grammar allows."""


def is_too_long(records: Iterable[Record]) -> bool:
    """Whether a response has more text, besides its literals, than ``values`` looks at."""
    return sum(len(record) if isinstance(record, bytes) else len(record[0]) for record in records) > _LONGEST


def values(records: Sequence[Record]) -> tuple[Value, ...]:
    """The values of a response.

    Raises:
        Unparsable: brackets do not match, lists are too deep, something is no value at all, or it is too long.
    """
    if is_too_long(records):
        raise Unparsable("too long")
    try:
        return cast("tuple[Value, ...]", parse_response(list(records)))
    except (ProtocolError, ValueError) as error:
        raise Unparsable("no value") from error
    except RecursionError:
        raise Unparsable("lists in lists") from None


def bytes_of(value: Value) -> bytes:
    """What a string says, also one of digits that came without quotes; nothing for what is none."""
    if isinstance(value, int):
        return b"%d" % value
    return value if isinstance(value, bytes) else b""


def folder_name(raw: bytes) -> str:
    """The name of a folder as people read it, from modified UTF-7 (or UTF-8); what is neither stays as it is."""
    if not raw.isascii():
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    try:
        name: str = decode(raw)
        if encode(name) == raw:  # else something was lost
            return name
    except ValueError:
        pass
    return raw.decode("ascii")


def atoms(items: Sequence[Value]) -> list[str]:
    """The atoms of a list, upper case; what is none is left out."""
    return [item.decode("ascii", "replace").upper() for item in items if isinstance(item, bytes)]
