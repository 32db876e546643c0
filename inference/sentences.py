"""A text in, the spans of its sentences out.

A hard-wrapped paragraph is one run of text; a line clearly shorter than a wrapped one, a blank line or a bullet ends
a sentence, so that greetings, sign-offs, names and list items stand alone.
"""

from __future__ import annotations

import re

#: A line at least this long (in characters) may have been broken by a mail program; a shorter one ends its sentence.
WRAPPED_LINE = 55
#: So may one at least this long if the next line begins in lower case.
NARROW_LINE = 42

# Each branch can begin only where a run of its characters begins, so that no run is read twice.
_BREAK = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s)|\n\s*+")
_BULLET = re.compile(r"(?:[-*•·–—>o+▪●◦‣]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)])[ \t]")
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
    mr mrs ms dr prof st sr jr sen rep gov gen col lt sgt capt maj hon rev pres messrs mme mlle
    vs etc eg e.g ie i.e cf al approx est inc ltd co corp llc no nos vol fig ext tel dept attn ave blvd rd
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    a.m p.m u.s u.k u.n d.c n.y e.u ph.d m.d b.a m.a
    z.b d.h u.a bzw ca ggf evtl inkl exkl zzgl usw u.s.w sog vgl nr str hr fr dipl ing abs bspw mfg
    p.ex ex env m mm mgr sté c.-à-d
    sra dra ud uds lic arq pág núm p.ej
    sig dott avv
    """,
    )
)
# Abbreviations that often end a sentence: they do where a capital follows.
_MAY_END = frozenset(re.findall(r"\S+", "etc inc ltd co corp llc a.m p.m u.s u.k u.n d.c usw jr sr est sun sat al no"))
_OPENING = frozenset("\"'“‘«„([¿¡$€£")
# After a number, what makes it a date: "am 3. Mai", "den 3. Marts".
_MONTH = re.compile(r"(?:Jan|Jän|Feb|Mär|Mar|Mai|Maj|Apr|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Des|Dec)[a-zä]{0,6}\b")
_WORD_BEFORE = re.compile(r"[\w.'’-]*\Z")


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans ``(start, end)`` of the sentences of ``text``: in order, apart, without white space at their ends."""
    spans: list[tuple[int, int]] = []
    start = _skip(text, 0)
    line_start = 0
    casual = _is_casual(text)
    for match in _BREAK.finditer(text):
        if text[match.start()] == "\n":
            end = _before_space(text, match.start(), start)
            if end > start and _line_ends(text, line_start, end, match):
                spans.append((start, end))
                start = match.end()
            line_start = text.rfind("\n", match.start(), match.end()) + 1
        elif match.end() > start and _sentence_ends(text, start, match, casual):
            spans.append((start, match.end()))
            start = _skip(text, match.end())
    end = _before_space(text, len(text), start)
    if start < end:
        spans.append((start, end))
    return spans


def _before_space(text: str, index: int, floor: int) -> int:
    """``index``, moved left over white space, but not below ``floor``."""
    while index > floor and text[index - 1].isspace():
        index -= 1
    return index


_SPACE = re.compile(r"\s*")


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _line_ends(text: str, line_start: int, end: int, match: re.Match[str]) -> bool:
    """Whether a sentence ends with the line from ``line_start`` to ``end``, below which the break ``match`` lies."""
    after = match.end()
    if after == len(text) or text.count("\n", match.start(), after) > 1:
        return True
    length = end - line_start
    if length < NARROW_LINE or _BULLET.match(text, after):
        return True
    return length < WRAPPED_LINE and not text[after].islower()


def _sentence_ends(text: str, start: int, match: re.Match[str], casual: bool) -> bool:
    """Whether the punctuation at ``match`` ends the sentence that began at ``start``."""
    after = _skip(text, match.end())
    if after == len(text):
        return True
    following = text[after]
    if following.islower() and not casual:
        return False
    if not following.isalnum() and following not in _OPENING:
        return False
    if text[match.start() : match.end()] != ".":
        return True
    found = _WORD_BEFORE.search(text, max(start, match.start() - 12), match.start())
    word = found.group().lower() if found else ""
    if word in _ABBREVIATIONS:
        return word in _MAY_END and following.isupper()
    if word.isdigit() and match.start() - len(word) == start:
        return False
    if word.isdigit() and len(word) <= 2 and _MONTH.match(text, after):
        return False
    return not (len(word) == 1 and word.isalpha() and word != "i")


def _is_casual(text: str) -> bool:
    """Whether the author begins sentences in lower case."""
    return text[:1].islower() or " i " in text or " i'" in text
