"""A person as the People API shows the owner's contacts in, a ``Contact`` or a ``Rejected`` out.

Of a person the primary name and the addresses are read, nothing else; who has no address is nobody to Kithkeeper.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from connectors.addresses import strict_email
from connectors.google_api import list_of, text_of
from connectors.harmless import name_of
from connectors.records import Contact, Rejected

#: Which fields of a person Google looks up, and what of them it is to send.
PERSON_FIELDS: Final = "names,emailAddresses,metadata"
FIELDS: Final = (
    "connections(resourceName,metadata(deleted,previousResourceNames),"
    "names(displayName,unstructuredName,givenName,familyName,metadata(primary)),emailAddresses(value)),"
    "nextPageToken,nextSyncToken,totalItems"
)
MAX_EMAILS: Final = 20
_MAX_FORMER: Final = 100
_SHOWN: Final = 60
_RESOURCE: Final = re.compile(r"people/[\w.~-]{1,200}", re.ASCII)


def contact_of(person: Mapping[str, Any]) -> Contact | Rejected | None:
    """The contact that a person is; None where it has no address at all."""
    key, name = key_of(person), _name(person)
    written = [text for each in list_of(person, "emailAddresses")[:MAX_EMAILS] if (text := _text(each, "value"))]
    if not written:
        return None
    emails = dict.fromkeys(email for text in written if (email := strict_email(text)) is not None)
    if not text_of(person.get("resourceName")):
        return Rejected(key=key, reason=f"contact {name[:_SHOWN]!r}: nothing says which one it is")
    if not emails:
        return Rejected(key=key, reason=f"contact {name[:_SHOWN]!r}: what stands there as its address is none")
    return Contact(key=key, name=name, emails=tuple(emails))


def key_of(person: Mapping[str, Any]) -> str:
    """What names a person in the address book."""
    return _key(text_of(person.get("resourceName")))


def is_deleted(person: Mapping[str, Any]) -> bool:
    """Whether the owner has deleted this contact."""
    return _metadata(person).get("deleted") is True


def former_keys(person: Mapping[str, Any]) -> Iterator[str]:
    """What named this person before: Google names a contact anew when it is joined with a profile, or parted from one."""
    former = _metadata(person).get("previousResourceNames")
    own = key_of(person)
    for each in islice(former, _MAX_FORMER) if isinstance(former, list) else ():
        if (text := text_of(each)) and _key(text) != own:
            yield _key(text)


def _key(resource: str) -> str:
    """As Google writes it, else a hash of it."""
    if _RESOURCE.fullmatch(resource):
        return resource
    return hashlib.blake2b(resource.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _name(person: Mapping[str, Any]) -> str:
    """The display name of the primary name, else what it is made of; an address is none."""
    names = list_of(person, "names")
    if not names:
        return ""
    chosen = next((each for each in names if _metadata(each).get("primary") is True), names[0])
    parts = " ".join(part for part in (_text(chosen, "givenName"), _text(chosen, "familyName")) if part)
    written = (name_of(text) for text in (_text(chosen, "displayName"), _text(chosen, "unstructuredName"), parts))
    return next((name for name in written if name and "@" not in name), "")


def _text(each: Mapping[str, Any], field: str) -> str:
    return text_of(each.get(field)).strip()


def _metadata(each: Mapping[str, Any]) -> Mapping[str, Any]:
    value = each.get("metadata")
    return value if isinstance(value, dict) else {}
