"""The raw value of an address header in, strictly read addresses out.

Lenient readers have been fooled (``boss@corp <evil@x>`` read as boss@corp), so: where there is an angle bracket,
the address is what stands in it and nothing else; what does not have the form of an address is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from connectors.harmless import name_of
from connectors.header_block import decoded
from connectors.records import Address

#: More recipients than this in one header are not read; far above what counts as contact.
MAX_RECIPIENTS = 500

_ATOM = r"[\w!#$%&'*+/=?^`{|}~.-]"
_DOMAIN = r"(?:[\w-]{1,63}\.){0,12}[\w-]{1,63}|\[[0-9A-Fa-f.:]{2,60}\]"
_ADDRESS = re.compile(rf"({_ATOM}{{1,200}}|\"[^\"\\\x00-\x1f<>]{{1,100}}\")@({_DOMAIN})\.?")
_LIKE_ADDRESS = re.compile(rf"{_ATOM}{{1,64}}@[\w-]{{1,63}}\.\w")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|<([^<>]*)>|([,;:()"<>])|((?:[^",;:()<>\\]|\\.)+|\\)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# The ordinary cases in one step: an address alone, or words without special characters before a bracket.
_WORD = r"[\w.'&+/!-]+"
_WORDS = rf"{_WORD}(?: {_WORD})*"
_ORDINARY = re.compile(rf'(?:(?:"({_WORDS})"|({_WORDS})) ?)?<({_ATOM}+@[\w.-]+)>|({_ATOM}+@[\w.-]+)')


def addresses(value: str, limit: int = MAX_RECIPIENTS) -> tuple[Address, ...]:
    """The addresses of a raw, unfolded header value, at most ``limit``, in their order and without repetition."""
    if not value:
        return ()
    found: dict[str, Address] = {}
    for email, name in _mailboxes(value):
        if len(found) >= limit:
            break
        address = _address(email, name)
        if address is not None and address.email not in found:
            found[address.email] = address
    return tuple(found.values())


def strict_email(text: str) -> str | None:
    """``text`` as a lower-case addr-spec, or None where it is not exactly one."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        return None
    domain = match[2].lower()
    if not domain.startswith("[") and (domain.startswith("-") or domain.endswith("-")):
        return None
    return f"{match[1].lower()}@{domain}"


def harmless_name(name: str, email: str) -> str:
    """A display name made harmless; empty where it shows another address than ``email`` (impersonation)."""
    clean = name_of(decoded(name))
    if "@" in clean and clean.lower() != email and _LIKE_ADDRESS.search(clean):
        return ""
    return "" if clean.lower() == email else clean


def _mailboxes(value: str) -> Iterator[tuple[str, str]]:
    """``(address text, raw name)`` of each mailbox of a header value."""
    ordinary = [_ORDINARY.fullmatch(piece.strip()) for piece in value.split(",")]
    for match in ordinary:
        if match is None:
            break
    else:
        yield from ((match[3] or match[4], match[1] or match[2] or "") for match in ordinary if match is not None)
        return
    yield from _tokenised(value)


def _tokenised(value: str) -> Iterator[tuple[str, str]]:
    """The general grammar: quoted strings, comments, groups, brackets; one pass over the tokens."""
    words: list[str] = []
    brackets: list[str] = []
    comments: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(value):
        quoted, bracket, sign, text = match.groups()
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif depth:
            comments.append(match[0])
        elif quoted is not None:
            words.append(_ESCAPED.sub(r"\1", quoted))
        elif bracket is not None:
            brackets.append(bracket)
        elif sign is not None and sign in ",;":
            yield from _mailbox(words, brackets, comments)
            words, brackets, comments = [], [], []
        elif sign == ":":
            words = []  # the name of a group
        elif text is not None:
            words.append(text)
    yield from _mailbox(words, brackets, comments)


def _mailbox(words: list[str], brackets: list[str], comments: list[str]) -> Iterator[tuple[str, str]]:
    if len(brackets) == 1:
        yield brackets[0].rpartition(":")[2], " ".join(words) or " ".join(comments)
    elif not brackets and len(words) == 1:
        yield words[0], " ".join(comments)


@lru_cache(maxsize=4096)
def _address(email: str, name: str) -> Address | None:
    strict = strict_email(email)
    if strict is None:
        return None
    return Address(email=strict, name=harmless_name(name, strict) if name else "")
