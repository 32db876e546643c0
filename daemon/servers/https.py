"""An https address in; a small answer out. Never http, few redirects, a cap on size and on time, no login.

An answer that does not come, is too large or leads elsewhere is None: it is only one of several ways to find a server.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from connectors.errors import ConnectorError

if TYPE_CHECKING:
    from connectors.http import Response

_LARGEST: Final = 256 * 1024
_SOCKET_S: Final = 3.0
_WHOLE_S: Final = 5.0
_REDIRECTS: Final = 3
_ANY: Final = frozenset(range(100, 600))


class Https:
    """Asks strangers; ``ca_file`` holds the only certificates to trust, where it is given."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file

    def ask(self, url: str, *, method: str = "GET", depth: str | None = None) -> Response | None:
        """The answer, after redirects to https; the method stays the same along them."""
        from connectors.http import REDIRECTS, Http, Limits, location

        limits = Limits(connect_s=_SOCKET_S, read_s=_SOCKET_S, whole_s=_WHOLE_S, body=_LARGEST)
        http = Http(limits=limits, ca_file=self._ca_file)
        until = time.monotonic() + _WHOLE_S
        try:
            for _ in range(_REDIRECTS + 1):
                if not _is_https(url) or time.monotonic() > until:
                    return None
                http.trust(url)  # no login is sent, so nothing is given away
                answer = http.request(method, url, headers={"Depth": depth} if depth else None, allow=_ANY)
                if answer.status not in REDIRECTS or "location" not in answer.headers:
                    return answer
                url = location(answer)
        except ConnectorError:
            return None
        finally:
            http.close()
        return None


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
