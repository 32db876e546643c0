"""Bytes and the charset that they claim in, text out; claims are often wrong, so they are checked."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

#: Codecs that mail may name. Python knows others (punycode, unicode_escape) that are slow or dangerous here.
_ALLOWED = re.compile(
    r"utf-(?:7|8|8-sig|16|16-be|16-le|32|32-be|32-le)|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|kz1048|gb(?:2312|k|18030)"
    r"|big5(?:hkscs)?|euc_\w+|shift_jis\w*|iso2022_\w+|hz|mac-\w+|tis-620|johab|ptcp154|hp-roman8"
)
_WIDER = {"iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
_ALIASES = {"ks_c_5601-1987": "cp949", "x-sjis": "cp932", "windows-874": "cp874", "iso-8859-8-i": "iso8859-8"}
#: Codecs in which bytes below 0x80 always stand for the ASCII characters.
_STATELESS = re.compile(r"utf-8|cp12\d\d|iso8859-\d+|koi8-\w|gb18030|cp9(?:36|49|50)|big5|euc_\w+|mac-\w+|tis-620")
#: Declared by habit; text that is valid UTF-8 all the same is UTF-8.
_DOUBTFUL = frozenset({"utf-8", "cp1252", "iso8859-15"})
#: More broken characters than this share and the claim "UTF-8" is not believed.
_BROKEN_SHARE = 0.02
#: Bytes of one character, or of the sign that switches the alphabet before it.
_LONGEST_CHARACTER = 5


@lru_cache(maxsize=256)
def codec(claimed: str) -> str:
    """The Python codec for a claimed charset name; ``utf-8`` where the claim is empty, unknown or not allowed."""
    name = claimed.strip("\"' ").lower()
    try:
        known = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return "utf-8"
    if not _ALLOWED.fullmatch(known):
        return "utf-8"
    return _WIDER.get(known, known)


@lru_cache(maxsize=64)
def keeps_ascii(name: str) -> bool:
    """Whether ASCII bytes mean ASCII characters in the codec ``name``."""
    return _STATELESS.fullmatch(name) is not None


def text_of(content: bytes, claimed: str) -> str:
    """``content`` as text: by the claimed charset where it fits, else by the likeliest other one. Never raises."""
    name = codec(claimed)
    if keeps_ascii(name) and content.isascii():
        return content.decode("ascii")
    for attempt in ("utf-8", name) if name in _DOUBTFUL else (name, "utf-8"):
        try:
            return content.decode(attempt)
        except (UnicodeError, ValueError):
            continue
    text = content.decode("utf-8", "replace")
    if name == "utf-8" and text.count("\ufffd") <= 1 + _BROKEN_SHARE * len(text):
        return text
    return content.decode("cp1252" if name == "utf-8" else name, "replace")


def whole_characters(content: bytes, claimed: str) -> bytes:
    """The beginning of a text that was cut anywhere, without the bytes of a character that the cut went through."""
    name = codec(claimed)
    for attempt in ("utf-8", name) if name in _DOUBTFUL else (name, "utf-8"):
        for dropped in range(_LONGEST_CHARACTER):
            whole = content[: len(content) - dropped]
            try:
                whole.decode(attempt)
            except (UnicodeError, ValueError):
                continue
            return whole
    return content
