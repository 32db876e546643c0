"""Names in Latin, Cyrillic and Greek letters in, the keys by which spellings of one name meet out.

There are many ways to write a Russian or Greek name in Latin letters (Yulia, Julia, Iuliya), so two scripts are compared
by how they sound, roughly. Names in Latin letters are never compared with each other so: Jan and Ian are two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from inference.words import fold

_CYRILLIC: Final = """
    а a б b в v г g ґ g д d е e ё io є ie ж zh з z и i і i ї i й i ј i к k л l љ li м m н n њ ni о o п p р r с s т t ћ h
    у u ў u ф f х h ц ts ч h џ dzh ш sh щ sh ъ - ы i ь - э e ю iu я ia ђ di ѓ g ќ k ѕ z
"""
_GREEK: Final = "α a β v γ g δ d ε e ζ z η i θ t ι i κ k λ l μ m ν n ξ ks ο o π p ρ r σ s ς s τ t υ i φ f χ h ψ ps ω o"
_GREEK_PAIRS: Final = (("ου", "u"), ("αυ", "av"), ("ευ", "ev"), ("ει", "i"), ("γγ", "ng"), ("γχ", "nh"), ("μπ", "b"))
_LETTERS: Final = str.maketrans(
    {letter: heard.strip("-") for letter, heard in re.findall(r"(\w) (\S+)", _CYRILLIC + _GREEK)}
)
#: Ways to write one sound in Latin letters, the longer ones first.
_SOUNDS: Final = (
    ("shch", "sh"), ("sch", "sh"), ("tch", "h"), ("kh", "h"), ("ch", "h"), ("th", "t"), ("ph", "f"), ("gh", "g"),
    ("tz", "ts"), ("ou", "u"), ("x", "ks"), ("w", "v"), ("y", "i"), ("j", "i"), ("ei", "i"),
)  # fmt: skip
_TWICE: Final = re.compile(r"(.)\1+")
_NATIVE: Final = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+|[\u0400-\u052f]+")

#: What people without an umlaut on their keyboard write; without the second part, accents are left out (``fold``).
_SPELLED_OUT: Final = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ø", "oe"), ("å", "aa"))
#: Letters that are no base letter with an accent, so that ``fold`` leaves them.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


def is_native(words: Sequence[str]) -> bool:
    """Whether folded words of a name are each wholly in Cyrillic or wholly in Greek letters: mixed ones are a trick."""
    return bool(words) and all(_NATIVE.fullmatch(word.replace("-", "").replace("'", "")) for word in words)


@lru_cache(maxsize=1 << 14)
def sound(word: str) -> str:
    """How a folded word in Latin, Cyrillic or Greek letters sounds, roughly: two spellings of one name sound alike."""
    for pair, heard in _GREEK_PAIRS:
        word = word.replace(pair, heard)
    word = word.translate(_LETTERS)
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    word = _TWICE.sub(r"\1", word)
    return word[1:] if word.startswith("ie") else word


def spelled_out(name: str) -> str:
    """A name in lower case with its umlauts written as two letters: Jürgen Müller is juergen mueller."""
    text = name.casefold()
    for letter, pair in _SPELLED_OUT:
        text = text.replace(letter, pair)
    return fold(text).translate(_PLAIN)


def plain(name: str) -> str:
    """A name in lower case without accents, and without letters that have none."""
    return fold(name).translate(_PLAIN)
