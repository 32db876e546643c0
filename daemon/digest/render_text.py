"""A document in, the letter as plain text out, at most 76 columns wide (a long link excepted)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from daemon.digest import phrases, wording
from daemon.digest.document import ACCOUNTS, Document, Item
from daemon.digest.plain import inert, safe_link
from inference.health import Figure

_WIDTH = 76
_QUOTE = 240
_PICTURE = 24
_MARGIN = 4


def text(document: Document) -> str:
    """The whole letter, as it is read on a terminal or by a mail program without HTML."""
    parts = [
        wording.title(document),
        wording.salutation(document),
        *_trouble(document),
        _wrapped(document.opening),
        _wrapped(wording.quiet_accounts(document)),
        _wrapped(wording.heard(document)),
        *_sections(document),
        wording.left_out(document),
        *_glance(document),
        *_closing(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _trouble(document: Document) -> Iterator[str]:
    """What is wrong with the accounts, before anything else."""
    for section in document.sections:
        if section.id == ACCOUNTS and section.shown:
            yield _heading(section.title)
            yield _wrapped(document.accounts_line)
            yield from (_item(item, document) for item in section.shown)


def _sections(document: Document) -> Iterator[str]:
    for section in document.sections:
        if section.id != ACCOUNTS and section.shown:
            yield "\n" + _heading(section.title)
            yield from (_item(item, document) for item in section.shown)


def _heading(words: str) -> str:
    return f"{words}\n{'-' * len(words)}"


def _item(item: Item, document: Document) -> str:
    said = f"{wording.sentence(item.before)}{wording.name(item)}{wording.sentence(item.after)}"
    number = f"{item.code or '':>2}".ljust(_MARGIN)
    lines = [_wrapped(f"{said} {wording.sentence(item.because)}".strip(), first=number, margin=_MARGIN)]
    if item.quote is not None:
        lines.append(_wrapped(f"“{inert(item.quote.text, _QUOTE)}”", margin=_MARGIN + 3))
    source = wording.attribution(item, document.as_of)
    if source:
        lines.append(_wrapped(f"– {source}", margin=_MARGIN + 3))
    link = safe_link(item.link)
    if link:
        lines.append(" " * (_MARGIN + 3) + link)
    return "\n".join(lines)


def _wrapped(words: str, *, first: str | None = None, margin: int = 0) -> str:
    indent = " " * margin
    return textwrap.fill(
        words,
        width=_WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _glance(document: Document) -> Iterator[str]:
    yield "\n" + _heading("Your network at a glance")
    yield "\n".join(_table(wording.figures(document)))
    yield _wrapped(wording.holes(document))
    if document.health.months:
        yield f"{wording.picture_title(document)}:\n" + "\n".join(_bars(document))


def _table(figures: Sequence[Figure]) -> Iterator[str]:
    rows = [("", "now", "a month ago")]
    rows += [
        (phrases.started(figure.label), wording.figure_value(figure), wording.figure_before(figure))
        for figure in figures
    ]
    label, now, before = (max(len(row[column]) for row in rows) for column in range(3))
    for row in rows:
        yield f"{row[0]:<{label}}  {row[1]:>{now}}  {row[2]:>{before}}".rstrip()


def _bars(document: Document) -> Iterator[str]:
    most = max(month.alive for month in document.health.months) or 1
    for month in document.health.months:
        ink = "░" if wording.running(document, month) else "█"
        bar = ink * round(_PICTURE * month.alive / most)
        yield (
            f"{wording.month_name(month)}  {bar} {month.alive}"
            if bar
            else f"{wording.month_name(month)}  {month.alive}"
        )


def _closing(document: Document) -> Iterator[str]:
    yield "\nYours,\nKithkeeper"
    yield _wrapped(wording.corrections(document))
    yield _wrapped("; ".join(wording.references(document)))
    yield wording.signature(document)
