"""A contact as Microsoft Graph tells of it in, a ``Contact`` out; of it only its name and its mail addresses are read.

Exchange also keeps addresses that are none on the Internet (X.500, and its wrapping of them): those are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from connectors.addresses import strict_email
from connectors.harmless import name_of
from connectors.microsoft_mail import EmailAddress, Removal
from connectors.records import Contact
from connectors.vcards import MAX_EMAILS

SELECT: Final = "displayName,givenName,surname,emailAddresses"
#: Exchange's own addresses: "/o=Firm/ou=.../cn=ada", and the same in the shape of an Internet address.
_INSIDE: Final = re.compile(r"/\w{1,10}=|IMCEA\w{1,10}-", re.IGNORECASE)
_PREFIX: Final = re.compile(r"(?:smtp|mailto):", re.IGNORECASE)


class GraphContact(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A contact. What changed of one may be told without the rest; then it is not ``whole``."""

    id: str
    display_name: str | UnsetType | None = UNSET
    given_name: str | None = None
    surname: str | None = None
    email_addresses: list[EmailAddress | None] | UnsetType | None = UNSET
    removed: Removal | None = msgspec.field(name="@removed", default=None)

    @property
    def whole(self) -> bool:
        """Whether it says what its name and its addresses are."""
        return self.display_name is not UNSET and self.email_addresses is not UNSET


def contact_of(found: GraphContact, key: str) -> Contact | None:
    """The contact under ``key``; None where it has no mail address."""
    emails = _emails(found.email_addresses or ())
    return Contact(key=key, name=_name(found), emails=emails) if emails else None


def _name(found: GraphContact) -> str:
    """The display name, else given name and surname; an address is none."""
    shown = name_of(found.display_name or "")
    if shown and "@" not in shown:
        return shown
    parts = (name_of(part or "") for part in (found.given_name, found.surname))
    return name_of(" ".join(part for part in parts if part and "@" not in part))


def _emails(listed: Sequence[EmailAddress | None]) -> tuple[str, ...]:
    told = (each.address.strip() for each in listed[:MAX_EMAILS] if each is not None and each.address)
    found = (strict_email(_PREFIX.sub("", text, count=1)) for text in told if not _INSIDE.match(text))
    return tuple(dict.fromkeys(email for email in found if email is not None))
