"""``kith acts``: mails in (files, or JSON lines), the acts in each as JSON lines out. Touches no store and no config."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO
from zoneinfo import ZoneInfo

import msgspec
import typer

from daemon.failure import USAGE, Failure
from daemon.invocation import now

if TYPE_CHECKING:
    from inference.acts.act import Act

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the input; ``answers`` is the text of the mail that this one answers, if it is known.

    ``id`` is a text or a number, kept as it was written so that it can be given back so.
    """

    id: msgspec.Raw
    sender: str = msgspec.field(default="", name="from")
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str
    answers: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One act of the output; ``start`` and ``end`` are character offsets into the text that was read."""

    act: str
    type: str | None
    quote: str
    start: int
    end: int
    confidence: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the output; ``id`` is JSON already."""

    id: msgspec.Raw
    acts: list[Found]


@app.command()
def acts(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE.eml]...", help="Mails as files.")] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(help='Mails as JSON lines: {"id", "from", "to", "subject", "text", "answers"}; - is the input.'),
    ] = None,
) -> None:
    """Recognise what people do in single mails: ask, promise, deliver, thank … Offsets count characters of the text.

    Of a file, the author's own new text is read (quotes and signatures stripped), and offsets count from its start.
    """
    if not files and jsonl is None:
        raise Failure("name mails as files, or JSON lines with --jsonl FILE (see: kith acts --help)")
    for path in files or ():
        _print(_read_file(path))
    if jsonl is not None and _read_lines(jsonl):
        raise typer.Exit(USAGE)


def _print(result: Result) -> None:
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


def _read_file(path: Path) -> Result:
    from connectors.mime import parse
    from connectors.records import Rejected
    from inference.acts.recogniser import load
    from inference.read import read

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    message = parse(raw, key=path.name, now=now(), zone=ZoneInfo("UTC"))
    if isinstance(message, Rejected):
        raise Failure(f"{path} is no mail that can be read: {message.reason}")
    return Result(id=msgspec.Raw(msgspec.json.encode(str(path))), acts=_certain(read(message, load()).acts))


def _read_lines(path: Path) -> int:
    """Print what is found in each line; how many lines could not be read, each said on stderr."""
    from inference.acts.recogniser import Context, load

    recogniser, wrong = load(), 0
    with ExitStack() as stack:
        try:
            lines: BinaryIO = sys.stdin.buffer if str(path) == "-" else stack.enter_context(path.open("rb"))
        except OSError as error:
            raise Failure(f"cannot read {path}: {error.strerror}") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                mail = _mail(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                print(f"kith: {path}, line {number}: {error}", file=sys.stderr)
                wrong += 1
                continue
            context = Context(subject=mail.subject, recipients=mail.to, quoted=mail.answers or "")
            _print(Result(id=mail.id, acts=_certain(recogniser.acts(mail.text, context))))
    return wrong


def _mail(line: bytes) -> Mail:
    """One line, its id checked to be a text or a number."""
    mail = msgspec.json.decode(line, type=Mail)
    msgspec.json.decode(mail.id, type=str | int | float)
    return mail


def _certain(found: Iterable[Act]) -> list[Found]:
    return [
        Found(
            act=act.act.value,
            type=act.type.value if act.type else None,
            quote=act.quote,
            start=act.start,
            end=act.end,
            confidence=act.confidence,
        )
        for act in found
        if act.certain
    ]
