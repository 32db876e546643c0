"""The Authentication-Results that the owner's own provider wrote in, whether the From domain was proven out.

Formula: RFC 8601 for the header, RFC 7489 for what "aligned" means (relaxed, by suffix).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LEADING = re.compile(r"\s*(?:\([^()]{0,200}\)\s*){0,5}([^\s;()\"]+)")
_PLAIN = re.compile(r"[\w.@+=-]*")
_SPECIAL = re.compile(r'\\.|["()]', re.DOTALL)
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|header\.from|smtp\.mailfrom)\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
#: Characters of one field; providers write a few hundred.
MAX_RESULT = 4096


def authenticated(results: Sequence[str], authserv_id: str | None, sender: str) -> bool | None:
    """Whether the domain of ``sender`` (an addr-spec) is proven.

    ``results`` are all Authentication-Results values, topmost first. Only the topmost one that names
    ``authserv_id`` counts: everything below it may have come with the mail. Passes are dmarc=pass, or dkim=pass
    with an aligned header.d (else header.i), or spf=pass with an aligned smtp.mailfrom. A field of more than 4096
    characters, or one with a quotation or comment that does not end, passes nothing.

    Returns None where no ``authserv_id`` is configured, False where the provider wrote nothing that passes.
    """
    if authserv_id is None:
        return None
    domain = sender.rpartition("@")[2]
    for value in results:
        leading = _LEADING.match(value)
        if leading is not None and leading[1].lower() == authserv_id.lower():
            plain = _without_comments(value) if len(value) <= MAX_RESULT else None
            parts = plain.split(";")[1:] if plain is not None else []
            return not any(map(_fails, parts)) and any(_passes(part, domain) for part in parts)
    return False


def aligned(authenticated_domain: str, domain: str) -> bool:
    """Whether two domains are the same, or one lies below the other (which must have two labels at least)."""
    one, other = sorted((authenticated_domain.lower().strip("."), domain.lower().strip(".")), key=len)
    return bool(one) and (one == other or ("." in one and other.endswith("." + one)))


def _fails(part: str) -> bool:
    result = _RESULT.match(part)
    return result is not None and result[1].lower() == "dmarc" and result[2].lower() == "fail"


def _passes(part: str, domain: str) -> bool:
    result = _RESULT.match(part)
    if result is None or result[2].lower() != "pass":
        return False
    found = {name.lower(): value.rpartition("@")[2] for name, value in _PROPERTY.findall(part)}
    method = result[1].lower()
    if method == "dmarc":
        return "header.from" not in found or aligned(found["header.from"], domain)
    if method == "dkim":
        signer = found.get("header.d") or found.get("header.i")
        return signer is not None and aligned(signer, domain)
    return "smtp.mailfrom" in found and aligned(found["smtp.mailfrom"], domain)


def _without_comments(value: str) -> str | None:
    """``value`` without comments; of quoted strings only what cannot pass for the header's own grammar.

    One pass over quotes and parentheses, so that neither can hide in the other. None where one does not end.
    """
    kept: list[str] = []
    position, depth, quoted = 0, 0, False
    for sign in _SPECIAL.finditer(value):
        piece, position = value[position : sign.start()], sign.end()
        if quoted and sign[0] != '"':
            kept[-1] += piece + sign[0]
        elif quoted:
            kept[-1] += piece
            kept[-1] = kept[-1] if _PLAIN.fullmatch(kept[-1]) else " "
            quoted = False
        elif depth:
            depth += {"(": 1, ")": -1}.get(sign[0], 0)
        else:
            kept.append(piece)
            quoted, depth = sign[0] == '"', int(sign[0] == "(")
            kept.append("" if quoted else " ")
    return None if quoted or depth else "".join(kept) + value[position:]
