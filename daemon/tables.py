"""Rows in; a table for the eye, or CSV for a spreadsheet that runs nothing of it, out."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from daemon.digest.plain import one_line

Cell = str | int | float | None

#: Beginnings of a cell that a spreadsheet takes for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_GAP: Final = "  "
_LEAST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; ``give`` says that it may be cut where the table is too wide."""

    title: str
    right: bool = False
    give: bool = False


def terminal_width() -> int:
    """The columns of the terminal; 80 where the output is none."""
    return max(40, shutil.get_terminal_size((80, 24)).columns) if sys.stdout.isatty() else 80


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, width: int) -> str:
    """Rows under their titles, at most ``width`` columns wide where the columns that may give are enough."""
    texts = [[_shown(cell) for cell in row] for row in rows]
    widths = _widths(columns, texts, width)
    lines = [_line(columns, [column.title for column in columns], widths), *(_line(columns, t, widths) for t in texts)]
    return "\n".join(lines)


def csv_text(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV with a heading; a text that a spreadsheet would run gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.title for column in columns])
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return out.getvalue()


def safe_cell(cell: Cell) -> Cell:
    """``cell`` so that no spreadsheet takes it for a formula; numbers stay numbers."""
    if isinstance(cell, str):
        line = one_line(cell)
        return f"'{line}" if line.startswith(_FORMULA) else line
    return cell


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns of a terminal."""
    if _width(text) <= width:
        return text
    kept, used = [], 0
    for char in text:
        used += _width(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return one_line(str(cell))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    widths = [
        max([_width(column.title), *(_width(row[place]) for row in rows)]) for place, column in enumerate(columns)
    ]
    over = sum(widths) + len(_GAP) * (len(columns) - 1) - width
    while over > 0:
        giving = [place for place, column in enumerate(columns) if column.give and widths[place] > _LEAST]
        if not giving:
            break
        widest = max(giving, key=lambda place: widths[place])
        widths[widest] -= 1
        over -= 1
    return widths


def _line(columns: Sequence[Column], texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for column, text, width in zip(columns, texts, widths, strict=True):
        shown = cut(text, width)
        space = " " * (width - _width(shown))
        cells.append(space + shown if column.right else shown + space)
    return _GAP.join(cells).rstrip()
