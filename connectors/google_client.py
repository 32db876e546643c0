"""The settings that every Google account has, and the owner's OAuth client file in, a checked client out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from connectors.errors import NeedsOwner
from connectors.http import is_loopback, shown
from connectors.passwords import Secret

AUTH_URI: Final = "https://accounts.google.com/o/oauth2/auth"
TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_LONGEST: Final = 64 * 1024
_CONSOLE: Final = "console.cloud.google.com, “Clients”"


class GoogleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``client_file`` is the OAuth client (type “Desktop app”) that the owner made and downloaded.

    It is needed to log in; a login that was made elsewhere and imported does without. ``endpoint`` is the root of the
    API, where it is not Google's own.
    """

    client_file: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client and where it asks."""

    client_id: str
    client_secret: Secret
    auth_uri: str
    token_uri: str
    revoke_uri: str


class _Entry(msgspec.Struct, kw_only=True):
    client_id: str = ""
    client_secret: str = ""
    auth_uri: str = AUTH_URI
    token_uri: str = TOKEN_URI
    revoke_uri: str = ""


class _File(msgspec.Struct, kw_only=True):
    installed: _Entry | None = None
    web: _Entry | None = None
    type: str = ""


def client_of(client_file: str, base: Path) -> Client:
    """The client that a file describes; a relative path starts at ``base``.

    Raises:
        NeedsOwner: it is not there, or describes something else; one line that says what to do.
    """
    path = base / Path(client_file).expanduser()
    try:
        with path.open("rb") as file:
            read = msgspec.json.decode(file.read(_LONGEST), type=_File)
    except OSError as error:
        raise NeedsOwner(f"the client file {path} cannot be read ({error.strerror}): correct client_file") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NeedsOwner(f"{path} is no OAuth client file: download it again at {_CONSOLE}") from error
    if read.type == "service_account":
        raise NeedsOwner(f"{path} is a service account: make an OAuth client of type “Desktop app” at {_CONSOLE}")
    if read.type == "authorized_user":
        raise NeedsOwner(f"{path} is a login, not a client file: keep it with kith login --import")
    if read.installed is None and read.web is not None:
        raise NeedsOwner(f"{path} is for a web application: make a client of type “Desktop app” at {_CONSOLE}")
    if read.installed is None or not read.installed.client_id:
        raise NeedsOwner(f"{path} is no OAuth client file: download it again at {_CONSOLE}")
    entry = read.installed
    return Client(
        client_id=entry.client_id,
        client_secret=Secret(entry.client_secret),
        auth_uri=safe_uri(entry.auth_uri, str(path)),
        token_uri=safe_uri(entry.token_uri, str(path)),
        revoke_uri=safe_uri(entry.revoke_uri or revoke_uri(entry.token_uri), str(path)),
    )


def revoke_uri(token_uri: str) -> str:
    """Where a login is given up, beside where its tokens come from."""
    return token_uri.removesuffix("/token") + "/revoke"


def safe_uri(uri: str, place: str) -> str:
    """``uri`` where secrets may be sent to it: over TLS, or within this machine.

    Raises:
        NeedsOwner: it is neither; ``place`` says where it is written.
    """
    if uri.isascii() and uri.isprintable() and (uri.startswith("https://") or _is_local(uri)):
        return uri
    raise NeedsOwner(f"{place} names {shown(uri)}, to which no login may be sent: it must begin with https://")


def _is_local(uri: str) -> bool:
    try:
        return uri.startswith("http://") and is_loopback(uri)
    except ValueError:
        return False
