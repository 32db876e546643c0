"""Words in, the beginning of a sentence out."""

from __future__ import annotations


def capital(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]
