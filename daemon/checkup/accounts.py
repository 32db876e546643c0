"""A config in; for each account whether it opens, what it has and what its server can do, out.

Servers are asked all at once and not waited for long; files are looked at one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.errors import ConnectorError
from connectors.protocol import Closes, Connector, Describes, Stream
from daemon.checkup.certificates import certificate
from daemon.checkup.finding import Finding, counted, fail, kept_by_service, ok, warn
from daemon.config import Account, Config
from daemon.sent_boxes import listed, own_boxes, sent_globs, unmatched
from daemon.servers.lookup import at_once
from daemon.servers.probe import server_clock
from daemon.surroundings import surroundings

#: Seconds in which all servers must have answered.
DEADLINE_S: Final = 60.0
_SKEW_MIN: Final = 5
_UNITS: Final = {
    "mail": ("box", "boxes"),
    "imap": ("folder", "folders"),
    "calendar": ("calendar", "calendars"),
    "contacts": ("address book", "address books"),
}


def looked_at(config: Config) -> Iterator[Finding]:
    """Findings on every account, in the order of the config."""
    remote: dict[str, Callable[[], Any]] = {
        account.name: partial(_findings, config, account) for account in config.accounts if _is_remote(account)
    }
    answers = at_once(remote, DEADLINE_S)
    for account in config.accounts:
        if account.name not in remote:
            yield from _findings(config, account)
        elif account.name in answers:
            yield from answers[account.name]
        else:
            says = f"no answer within {DEADLINE_S:.0f} s: see whether this machine is online, and try again later"
            yield fail(f"account {account.name}", says)


def _is_remote(account: Account) -> bool:
    return hasattr(account.settings, "host") or hasattr(account.settings, "url")


def _findings(config: Config, account: Account) -> list[Finding]:
    what = f"account {account.name}"
    if credential := kept_by_service(account.settings):
        says = f"{account.kind}; only the service has its password (the credential {credential}): see kith status"
        return [ok(what, says)]
    try:
        connector = account.spec.open(account.settings, surroundings(config, account.name))
        try:
            return list(_opened(config, account, connector, what))
        finally:
            if isinstance(connector, Closes):
                connector.close()
    except ConnectorError as error:
        return [fail(what, str(error))]


def _opened(config: Config, account: Account, connector: Connector, what: str) -> Iterator[Finding]:
    streams = connector.streams()
    if not streams:
        where = "the login works, but there is nothing to read" if _is_remote(account) else "nothing to read is there"
        yield warn(what, f"{where}: look at its {'url' if hasattr(account.settings, 'url') else 'path'}")
        return
    yield ok(what, f"{account.kind}, {counted(len(streams), *_UNITS.get(account.kind, _UNITS[streams[0].holds]))}")
    own = connector.own_streams() if isinstance(connector, Describes) else None
    if streams[0].holds == "mail":
        yield _sent(account, streams, own, what)
    if isinstance(connector, Describes):
        yield from (ok(what, line) for line in connector.abilities())
    yield from _server(config, account, what)


def _sent(account: Account, streams: Sequence[Stream], known: Sequence[str] | None, what: str) -> Finding:
    """Whether some box holds the owner's own mail; what is not in one does not count as written by the owner."""
    globs = sent_globs(account.settings)
    own = list(known) if known is not None else own_boxes(streams, globs)
    if own:
        return ok(what, f"your own mail is in {', '.join(own[:5])}")
    wrong = unmatched(streams, globs)
    return warn(
        what,
        wrong
        or f'no box of sent mail, so nothing you wrote counts: name it with sent = ["…"] (there are {listed(streams)})',
    )


def _server(config: Config, account: Account, what: str) -> Iterator[Finding]:
    """What is worth knowing of a server that works: how long its certificate does, and whether the clocks agree."""
    settings = account.settings
    authority = config.folder / Path(settings.ca_file).expanduser() if getattr(settings, "ca_file", "") else None
    if account.kind == "imap":
        tls = settings.tls or ("starttls" if settings.port == 143 else "implicit")
        port = settings.port or (993 if tls == "implicit" else 143)
        yield from certificate(what, settings.host, port, tls, "imap", authority)
    elif account.kind == "caldav":
        place = urlsplit(settings.url)
        if place.scheme == "https" and place.hostname:
            yield from certificate(what, place.hostname, place.port or 443, "implicit", None, authority)
            yield from _clock(what, settings.url, authority)


def _clock(what: str, url: str, authority: Path | None) -> Iterator[Finding]:
    there = server_clock(url, authority)
    if there is None:
        return
    minutes = round(abs(datetime.now(UTC) - there).total_seconds() / 60)
    if minutes >= _SKEW_MIN:
        yield warn(what, f"its clock and this machine's differ by {minutes} minutes: set this one (timedatectl)")
