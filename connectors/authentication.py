"""The Authentication-Results that the owner's own provider wrote in, whether the From domain was proven out.

Formula: RFC 8601 for the header, RFC 7489 for what "aligned" means (relaxed, by suffix).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# One pass over quoted strings and comments, so that neither can hide in the other.
_ASIDE = re.compile(r'"((?:[^"\\]|\\.)*)"|\((?:[^()\\]|\\.)*\)')
_PLAIN = re.compile(r"[\w.@+=-]*")
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|header\.from|smtp\.mailfrom)\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_MOST = 64 * 1024


def authenticated(results: Sequence[str], authserv_id: str | None, sender: str) -> bool | None:
    """Whether the domain of ``sender`` (an addr-spec) is proven.

    ``results`` are all Authentication-Results values, topmost first. Only the topmost one that names
    ``authserv_id`` counts: everything below it may have come with the mail. Passes are dmarc=pass, or dkim=pass
    with an aligned header.d (else header.i), or spf=pass with an aligned smtp.mailfrom.

    Returns None where no ``authserv_id`` is configured, False where the provider wrote nothing that passes.
    """
    if authserv_id is None:
        return None
    domain = sender.rpartition("@")[2]
    for value in results:
        parts = _without_comments(value).split(";")
        identity = parts[0].split()
        if identity and identity[0].lower() == authserv_id.lower():
            return not any(map(_fails, parts[1:])) and any(_passes(part, domain) for part in parts[1:])
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


def _without_comments(value: str) -> str:
    """``value`` without comments; of quoted strings only what cannot pass for the header's own grammar."""
    value = value[:_MOST]
    for _ in range(4):  # comments may nest; deeper ones leave text that matches nothing
        shorter = _ASIDE.sub(lambda aside: aside[1] if aside[1] and _PLAIN.fullmatch(aside[1]) else " ", value)
        if shorter == value:
            break
        value = shorter
    return value
