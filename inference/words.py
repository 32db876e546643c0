"""Text in, content words and their hashes out: by these, matters are matched without keeping any text."""

from __future__ import annotations

import re
import unicodedata
import zlib

_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def fold(text: str) -> str:
    """``text`` in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def word_hash(word: str) -> int:
    """A 32-bit hash of a folded word, the same on every machine."""
    return zlib.crc32(word.encode("utf-8", "replace"))


def name_hash(name: str) -> int:
    """The hash by which a full name (``Aoife Brennan``) is found in texts that mention it."""
    return word_hash(" ".join(_WORD.findall(fold(name))))
