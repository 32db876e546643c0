"""Words in, as the ledger's sentences or its patterns want them out."""

from __future__ import annotations

from typing import Final

from inference.words import fold

#: How much of a sentence patterns look at, in characters.
_LONGEST: Final = 600


def capital(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def folded(quote: str) -> str:
    """The beginning of a sentence as patterns read it: folded, with straight apostrophes."""
    return fold(quote[:_LONGEST]).replace("’", "'")
