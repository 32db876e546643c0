"""The text of a mail in, what its author newly wrote and what that answers out.

One pass over the lines, each of which is looked at a bounded number of times: linear in the size of the mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from inference.quote_marks import (
    HEADING_LINES,
    LINE_LIMIT,
    attribution_end,
    dangling_attribution,
    header_block_end,
    heading_start,
    is_forward,
    is_original,
    is_rule,
    is_stub,
    next_is_quoted,
)
from inference.signatures import own_lines

#: What is read of a mail's text, in characters.
TEXT_LIMIT = 400_000
#: How much of the answered mail's own text is kept, in characters.
QUOTED_LIMIT = 4_000
#: How much of a quote is read to find that, in lines.
QUOTED_LINES = 150

_ATTRIBUTION_STARTS = frozenset(
    {"On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den", "På ", "Dni", "W d", "*On", "-- "}
)
# A quoted line at least this long may have been wrapped by the answering program.
_WRAPPED = 65
# What is left of an attribution that was wrapped in the middle of its address.
_LONE_ENDS = frozenset({":", "wrote:", "skrev:", "schrieb:"})
_RULE_STARTS = frozenset("-_*=–—~?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """``text`` is the author's own new text: quotes, forwarded mail, signature and footers are gone.

    ``quoted`` is the own text of the mail that this one answers, as far as the answer quotes it: at most
    ``QUOTED_LIMIT`` characters, "" where nothing is quoted or where the mail was only forwarded.
    """

    text: str
    quoted: str = ""


@dataclass(slots=True)
class _Parts:
    """What a scan has found: own lines, quoted lines without their mark, and whether the rest was forwarded."""

    own: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    forwarded: bool = False


def new_text(text: str, html: str = "") -> NewText:
    """Split a mail's body into what is new and what it answers.

    Args:
        text: the plain body; where it is blank, ``html`` is read instead.
        html: the HTML body.

    Lines of the result are lines of the input in their order, without white space at their ends.
    """
    if html and not text.strip():
        from inference.html_text import html_text

        page = html_text(html)
        parts = _scan(_lines(page.text))
        own = _joined(own_lines(parts.own))
        return NewText(text=own, quoted=_answered(_lines(page.quoted)) if page.quoted else _quoted(parts))
    parts = _scan(_lines(text))
    return NewText(text=_joined(own_lines(parts.own)), quoted=_quoted(parts))


def _lines(text: str) -> list[str]:
    text = text[:TEXT_LIMIT]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _quoted(parts: _Parts) -> str:
    return "" if parts.forwarded or not parts.quoted else _answered(parts.quoted)


def _answered(lines: list[str]) -> str:
    """The own new text of a quoted mail whose lines (without quote marks) are given."""
    lines = lines[:QUOTED_LINES]
    start = 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start < len(lines) and is_forward(lines[start]):
        return ""
    start = max(attribution_end(lines, start), header_block_end(lines, start))
    return _joined(own_lines(_scan(lines[start:]).own))[:QUOTED_LIMIT]


def _scan(lines: list[str]) -> _Parts:
    """One pass: lines to the author or to the quote, up to where everything below is somebody else's."""
    parts = _Parts()
    own = parts.own
    index, count = 0, len(lines)
    while index < count:
        line = lines[index].strip()
        if not line:
            own.append("")
        elif line[0] == ">":
            index += _take_quoted(lines, index, line, parts)
        elif line[-1] in ":：" or ":" in line[:24] or line[:3] in _ATTRIBUTION_STARTS or line[0] in _RULE_STARTS:
            after = attribution_end(lines, index)
            if after > index and own and own[-1] and dangling_attribution(own[-1]):
                own.pop()
            if after > index and next_is_quoted(lines, after):
                index = after
                continue
            cut = _cut(lines, index, after, parts)
            if cut:
                parts.quoted.extend(lines[cut : cut + QUOTED_LINES])
                break
            own.append(lines[index].rstrip())
        else:
            own.append(lines[index].rstrip())
        index += 1
    return parts


def _take_quoted(lines: list[str], index: int, line: str, parts: _Parts) -> int:
    """Give the ``>`` line ``index`` to the quote, and 1 more where the line below it is its end."""
    parts.quoted.append(_unmarked(line))
    if line[1:].strip() in _LONE_ENDS and parts.own and "<" in parts.own[-1]:
        parts.own.pop()
    return _wrapped_quote(lines, index, parts)


def _wrapped_quote(lines: list[str], index: int, parts: _Parts) -> int:
    """1 where the line below the quoted line ``index`` is only the end of it, which lost its mark when wrapped."""
    line = lines[index].rstrip()
    if len(line) < _WRAPPED or line[-1] in ".!?:" or index + 1 >= len(lines):
        return 0
    below = lines[index + 1].strip()
    if not below or not below[0].islower():
        return 0
    parts.quoted.append(below)
    return 1


def _cut(lines: list[str], index: int, after: int, parts: _Parts) -> int:
    """Where the quoted mail begins if everything from line ``index`` on is not the author's, else 0."""
    if after > index:
        return after
    line = lines[index].strip()[:LINE_LIMIT]
    if is_forward(line):
        parts.forwarded = True
        return index + 1
    if is_original(line):
        return header_block_end(lines, _next_filled(lines, index + 1))
    if is_rule(line):
        after_rule = _next_filled(lines, index + 1)
        end = header_block_end(lines, after_rule)
        return end if end > after_rule else 0
    if is_stub(lines, index):
        return len(lines)
    end = header_block_end(lines, index)
    if end == index:
        return 0
    floor = max(0, index - HEADING_LINES)
    _drop_heading(parts.own, index - heading_start(lines, floor, index))
    return end


def _drop_heading(own: list[str], lines: int) -> None:
    """Take the heading of a header block back from the author's lines."""
    if lines:
        del own[-lines:]


def _next_filled(lines: list[str], index: int) -> int:
    limit = min(len(lines), index + 4)
    while index < limit and not lines[index].strip():
        index += 1
    return index


def _unmarked(line: str) -> str:
    """A quoted line without its first ``>``."""
    return line[2:] if line[1:2] == " " else line[1:]
