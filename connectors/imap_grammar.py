"""The records of an IMAP response in, nested values out; names of folders from modified UTF-7. imapclient reads both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias, cast

from imapclient.exceptions import ProtocolError
from imapclient.imap_utf7 import decode, encode
from imapclient.response_parser import parse_response

#: A line, or a line and the literal that it announces at its end.
Record: TypeAlias = "bytes | tuple[bytes, bytes]"
#: An atom or a string is bytes, a number without quotes int, NIL is None, a list is a tuple.
Value: TypeAlias = "bytes | int | tuple[Value, ...] | None"


class Unparsable(Exception):
    """A response is not what the grammar allows."""


def values(records: Iterable[Record]) -> tuple[Value, ...]:
    """The values of a response.

    Raises:
        Unparsable: brackets do not match, lists are too deep, or something is no value at all.
    """
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
