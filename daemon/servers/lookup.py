"""A mail address in; its servers, who says so, and what the owner should know of the provider out.

The order: what is bundled; what the domain says of itself (autoconfig over https, then SRV records); the provider that takes
its mail (MX). All questions are asked at once, and what does not answer in a few seconds is left: nobody waits for DNS.
A third party, Mozilla's directory, is asked only by ``directory``, with the owner's word.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import quote, urlsplit

from daemon.servers.autoconfig import Described, described
from daemon.servers.https import Https
from daemon.servers.providers import Provider, by_domain, by_exchangers, by_hosts
from daemon.servers.records import Place, Records
from daemon.servers.server import ImapServer, SmtpServer, domain_of, is_host, within

#: Seconds for all questions to the domain, for the directory, and for trying usual names.
DOMAIN_S: Final = 6.0
DIRECTORY_S: Final = 5.0
GUESS_S: Final = 4.0
DIRECTORY: Final = "autoconfig.thunderbird.net"
_SERVICES: Final = ("_imaps._tcp", "_imap._tcp", "_submissions._tcp", "_submission._tcp", "_caldavs._tcp")
_USUAL_TLS: Final = 993


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of an address's servers.

    ``says`` is who says so, for the owner; empty where nothing is known. ``password`` is False where it is known that a
    password will be refused.
    """

    imap: ImapServer | None = None
    smtp: SmtpServer | None = None
    caldav: str = ""
    provider: Provider | None = None
    says: str = ""
    password: bool = True

    def hosts(self) -> tuple[str, ...]:
        """The machines that a password would go to."""
        calendar = urlsplit(self.caldav).hostname or ""
        named = (self.imap.host if self.imap else "", self.smtp.host if self.smtp else "", calendar)
        return tuple(dict.fromkeys(filter(None, named)))

    def strangers(self, domain: str) -> tuple[str, ...]:
        """Those of another domain that neither the address nor the bundled facts vouch for (RFC 6186, section 6)."""
        known = self.provider
        vouched = Found(imap=known.imap, smtp=known.smtp, caldav=known.caldav).hosts() if known else ()
        return tuple(host for host in self.hosts() if not within(host, domain) and host not in vouched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Finds servers; ``records`` and ``https`` are how it asks."""

    records: Records = field(default_factory=Records)
    https: Https = field(default_factory=Https)

    def bundled(self, address: str) -> Found | None:
        """What comes with the program, without any question to anybody."""
        provider = by_domain(domain_of(address))
        return _of(provider, f"bundled facts on {provider.name}") if provider else None

    def domain(self, address: str) -> Found:
        """What the address's domain says of itself, within ``DOMAIN_S`` seconds; empty where it says nothing."""
        domain = domain_of(address)
        if not is_host(domain) or "." not in domain:
            return Found()
        question = quote(address, safe="@")
        tasks: dict[str, Callable[[], Any]] = {
            "mx": lambda: self.records.exchangers(domain),
            "path": lambda: self.records.path("_caldavs._tcp", domain),
            "own": lambda: self._described(f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={question}"),
            "known": lambda: self._described(f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
            "calendar": lambda: self._calendar(f"https://{domain}/.well-known/caldav"),
        }
        for service in _SERVICES:
            tasks[service] = lambda service=service: self.records.service(service, domain)  # type: ignore[misc]
        return _put_together(domain, at_once(tasks, DOMAIN_S))

    def directory(self, address: str) -> Found:
        """What Mozilla's directory says of the domain, which it thereby learns; empty where it knows nothing."""
        url = f"https://{DIRECTORY}/v1.1/{domain_of(address)}"
        told = at_once({"directory": lambda: self._described(url)}, DIRECTORY_S).get("directory")
        return _by(told, f"Mozilla's directory ({DIRECTORY})") if told else Found()

    def guesses(self, address: str) -> Found:
        """Machines with the usual names in the domain that answer over TLS with a certificate of that name."""
        domain = domain_of(address)
        if not is_host(domain) or "." not in domain:
            return Found()
        names = [f"{name}.{domain}" for name in ("imap", "mail", "smtp")]
        tasks = {f"{host}:{port}": _greeter(host, port) for host in names for port in (_USUAL_TLS, 465)}
        there = at_once(tasks, GUESS_S)
        imap = next((host for host in names if there.get(f"{host}:993", b"").startswith(b"* OK")), "")
        smtp = next((host for host in reversed(names) if there.get(f"{host}:465", b"").startswith(b"220")), "")
        return Found(
            imap=ImapServer(host=imap) if imap else None,
            smtp=SmtpServer(host=smtp) if smtp else None,
            says="the usual names, which answer" if imap or smtp else "",
        )

    def _described(self, url: str) -> Described | None:
        answer = self.https.ask(url)
        return described(answer.body) if answer is not None and answer.status == 200 else None

    def _calendar(self, url: str) -> str:
        """Where .well-known/caldav leads, if a calendar server answers there and not the front page of a web site."""
        answer = self.https.ask(url, method="PROPFIND", depth="0")
        if answer is None:
            return ""
        is_calendar = answer.status == 207 or (answer.status == 401 and "www-authenticate" in answer.headers)
        return answer.url if is_calendar else ""


def at_once(tasks: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
    """The results of tasks that end within ``seconds``; the others are left to end by themselves.

    A task raises nothing. Threads of this kind do not keep the program from ending, as those of a pool would.
    """
    results: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    for name, task in tasks.items():
        threading.Thread(target=lambda name=name, task=task: results.put((name, task())), daemon=True).start()
    until = time.monotonic() + seconds
    done: dict[str, Any] = {}
    while len(done) < len(tasks):
        try:
            name, result = results.get(timeout=max(0.001, until - time.monotonic()))
        except Empty:
            break
        done[name] = result
    return done


def _put_together(domain: str, told: Mapping[str, Any]) -> Found:
    own = next((each for each in (told.get("own"), told.get("known")) if each and (each.imap or each.smtp)), None)
    provider = by_exchangers(told.get("mx") or [])
    by_records = _by_records(told)
    if own is not None:
        found = _by(own, f"{domain}'s autoconfig")
    elif by_records.imap or by_records.smtp:
        found = by_records
    elif provider is not None:
        found = _of(provider, f"{domain}'s mail is with {provider.name}")
    else:
        found = Found()
    found = replace(found, smtp=found.smtp or by_records.smtp, imap=found.imap or by_records.imap)
    known = provider.caldav if provider else ""
    calendar = found.caldav or by_records.caldav or told.get("calendar") or known
    at_home = bool(provider and provider.imap and found.imap and found.imap.host == provider.imap.host)
    return replace(
        found,
        caldav=calendar,
        provider=found.provider or (provider if at_home else None),
        says=found.says or ("its SRV records" if calendar else ""),
    )


def _by_records(told: Mapping[str, Any]) -> Found:
    def first(service: str) -> Place | None:
        return next(iter(told.get(service) or ()), None)

    imap = smtp = None
    if place := first("_imaps._tcp"):
        imap = ImapServer(host=place.host, port=place.port)
    elif place := first("_imap._tcp"):
        imap = ImapServer(host=place.host, port=place.port, tls="starttls")
    if place := first("_submissions._tcp"):
        smtp = SmtpServer(host=place.host, port=place.port)
    elif place := first("_submission._tcp"):
        smtp = SmtpServer(host=place.host, port=place.port, security="starttls")
    caldav = ""
    if place := first("_caldavs._tcp"):
        port = "" if place.port == 443 else f":{place.port}"
        caldav = f"https://{place.host}{port}{told.get('path') or '/'}"
    provider = by_hosts([imap.host] if imap else [])
    return Found(imap=imap, smtp=smtp, caldav=caldav, provider=provider, says="its SRV records" if imap or smtp else "")


def _by(told: Described, says: str) -> Found:
    provider = by_hosts([told.imap.host] if told.imap else [])
    return Found(
        imap=told.imap, smtp=told.smtp, caldav=told.caldav, provider=provider, says=says, password=told.password
    )


def _of(provider: Provider, says: str) -> Found:
    return Found(
        imap=provider.imap,
        smtp=provider.smtp,
        caldav=provider.caldav,
        provider=provider,
        says=says,
        password=provider.password not in ("refused", "no imap"),
    )


def _greeter(host: str, port: int) -> Callable[[], bytes]:
    """Reads the first line of a server that proves its name; nothing is sent to it."""

    def greeting() -> bytes:
        import socket
        import ssl

        try:
            with (
                socket.create_connection((host, port), timeout=GUESS_S) as plain,
                ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
            ):
                return secure.recv(512)
        except (OSError, UnicodeError):
            return b""

    return greeting
