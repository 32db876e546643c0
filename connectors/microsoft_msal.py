"""An account's settings in, msal at work for them out: over the project's own HTTP client, by our own clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from connectors.errors import NeedsOwner, ProtocolViolation, Transient
from connectors.passwords import Secret
from connectors.protocol import Surroundings

if TYPE_CHECKING:
    from connectors.http import Http

GRAPH: Final = "https://graph.microsoft.com/v1.0"
AUTHORITY: Final = "https://login.microsoftonline.com"
_ANSWERS: Final = frozenset({*range(200, 300), *range(400, 600)})


class MicrosoftSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``client_id`` is the owner's own app registration, ``tenant`` whose accounts it is for.

    ``authority`` and ``endpoint`` are the login service and the root of Graph, for national clouds; ``ca_file`` holds
    the certificates to trust (PEM) where a proxy has its own.
    """

    client_id: str
    tenant: str = "common"
    authority: str = AUTHORITY
    endpoint: str = GRAPH
    ca_file: str = ""


def ca_file(settings: MicrosoftSettings, surroundings: Surroundings) -> Path | None:
    """The file with the certificates to trust, None for the usual ones."""
    return surroundings.base / Path(settings.ca_file).expanduser() if settings.ca_file else None


class application:  # noqa: N801  # used like a function
    """msal's application for as long as it is needed; its connections are given back at the end."""

    def __init__(self, settings: MicrosoftSettings, surroundings: Surroundings, cache: Any) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._cache = cache

    def __enter__(self) -> Any:
        import msal

        from connectors.http import Http, Limits

        settings = self._settings
        if not settings.client_id.strip():
            raise NeedsOwner("client_id is empty: register an app in Entra and write its Application (client) ID there")
        limits = Limits(read_s=30, whole_s=60, body=1 << 20)
        self._http = Http(ca_file=ca_file(settings, self._surroundings), limits=limits, now=self._surroundings.now)
        return asked(
            lambda: msal.PublicClientApplication(
                settings.client_id.strip(),
                authority=_authority(settings),
                token_cache=self._cache,
                http_client=_Wire(self._http),
                # The owner wrote the authority down: nobody else needs to vouch for it.
                instance_discovery=False,
            )
        )

    def __exit__(self, *_: object) -> None:
        self._http.close()


def asked(ask: Callable[[], Any]) -> Any:
    """What msal answers; it raises ValueError where the authority or its answer is no good."""
    try:
        return ask()
    except (ValueError, KeyError) as error:
        raise NeedsOwner(
            "the login service does not answer for this tenant: check authority, tenant and client_id"
        ) from error


def _authority(settings: MicrosoftSettings) -> str:
    base = settings.authority.strip().rstrip("/")
    return base if urlsplit(base).path.strip("/") else f"{base}/{settings.tenant.strip() or 'common'}"


class _Answer:
    """An answer as msal wants it."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        self.status_code = status
        self.headers = headers
        self.text = text

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise Transient(f"Microsoft's login service answered with status {self.status_code}")


class _Wire:
    """The project's HTTP client as msal wants one."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def get(self, url: str, **more: Any) -> _Answer:
        return self._sent("GET", url, more)

    def post(self, url: str, **more: Any) -> _Answer:
        return self._sent("POST", url, more)

    def close(self) -> None:
        self._http.close()

    def _sent(self, method: str, url: str, more: Mapping[str, Any]) -> _Answer:
        from connectors.http import shown
        from connectors.http_answers import refused

        headers = {name: value for name, value in (more.get("headers") or {}).items() if value is not None}
        if more.get("params"):
            url += ("&" if "?" in url else "?") + urlencode(_given(more["params"]))
        data, body = more.get("data"), None
        if isinstance(data, Mapping):
            body = urlencode(_given(data)).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif data:
            body = data.encode() if isinstance(data, str) else data
        if url.startswith("https:"):
            self._http.trust(url)  # the authority's own description names it
        answer = self._http.request(method, url, headers=headers, body=body, allow=_ANSWERS)
        if answer.status in (408, 429) or answer.status >= 500:
            raise refused(answer.status, answer.headers, shown(url), self._http.now().astimezone(UTC))
        try:
            answer.json()
        except ProtocolViolation as error:
            raise Transient(f"{shown(url)} broke off") from error
        return _Answer(answer.status, answer.headers, answer.body.decode("utf-8", "replace"))


def _given(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in fields.items() if value is not None]


def new_cache(now: Callable[[], float]) -> Any:
    import msal

    cache = msal.SerializableTokenCache()
    add = cache.add
    # What ends when is reckoned by our clock, not by whichever msal looks at.
    cache.add = lambda event, **more: add(event, **{"now": int(now()), **more})
    return cache


def kept_cache(kept: Secret | None, account: str, now: Callable[[], float]) -> Any:
    if kept is None:
        raise NeedsOwner(f"{account} is not logged in: run kith login {account}")
    cache = new_cache(now)
    try:
        if not isinstance(json.loads(kept.reveal()), dict):
            raise TypeError
        cache.deserialize(kept.reveal())
    except (ValueError, TypeError) as error:
        raise NeedsOwner(f"the login kept for {account} cannot be read: run kith login {account}") from error
    return cache
