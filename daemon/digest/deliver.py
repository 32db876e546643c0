"""The config and the store in, this period's letter in the owner's mailbox out: once, however often it is asked for.

A letter is built, its period claimed, the mail sent and that recorded, in this order. A letter that was refused gives
its claim back and is made anew the next time. Where the end is not known (the connection was cut after the mail was
handed over, or this program ended in between) the claim stays: the next call looks for the letter in the mail that
was read since, and only where it is not there sends the very same mail again, with the same Message-ID.
"""

from __future__ import annotations

import logging
import random
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from connectors.errors import NeedsOwner, Transient
from daemon.config import Account, Config, SmtpConfig
from daemon.digest.smtp import Unsure
from daemon.failure import ConfigError
from daemon.invocation import now as clock
from daemon.store import Claim, Letter, Store

if TYPE_CHECKING:
    from daemon.digest.document import Document

_LOG: Final = logging.getLogger("kithkeeper")

#: For so long an unfinished claim may be another process that is sending right now.
SENDING: Final = timedelta(minutes=10)
_FIRST_PAUSE_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 60.0
_PERIOD: Final = re.compile(r"[A-Za-z0-9-]{1,40}")

Outcome = Literal["sent", "sent before", "found"]
#: Hands a mail over: the whole mail and its recipient.
Transport = Callable[[bytes, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a letter stands: ``sent`` now, ``sent before`` or ``found`` in the owner's mail; ``at`` is when it was sent.

    ``period`` is empty for a trial.
    """

    outcome: Outcome
    to: str
    period: str
    message_id: str
    at: datetime


def period_of(at: datetime, zone: ZoneInfo) -> str:
    """The period of a letter of ``at``: the week of the owner's calendar, ``2026-W23``."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def send_letter(
    config: Config,
    store: Store,
    *,
    at: datetime,
    period: str | None = None,
    to: str | None = None,
    tries: int = 1,
    now: Callable[[], datetime] = clock,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Send the letter as of ``at`` (aware) unless that of its period was sent.

    Args:
        period: which letter it is (letters, digits, hyphens); the week of ``at`` where None.
        to: for a trial: another address, to which it is always sent, whatever was sent before.
        tries: how often a server that cannot be reached or is busy is asked, with growing pauses (``sleep``).
        now: the clock (aware).

    Raises:
        ConfigError: the config does not say how letters are sent.
        NeedsOwner: it was refused for a reason that the owner can mend.
        Transient: it was not sent; call again later (after ``retry_after`` where that is given).
        Unsure: a ``Transient``: it may have been sent, and is looked for; call again later.
        StoreError: the store failed or is busy.
    """
    transport = _transport(config)
    patient = _Patience(transport=transport, tries=tries, sleep=sleep)
    if to is not None:
        return _trial(config, store, at, to, patient, now)
    period = period or period_of(at, config.owner.zone)
    if not _PERIOD.fullmatch(period):
        raise ValueError(f"{period!r} names no period")
    known = next((claim for claim in store.claims() if claim.period == period), None)
    if known is None:
        return _new(config, store, at, period, patient, now)
    if known.sent_at is not None:
        return _delivery(config, known, "sent before", known.sent_at)
    return _unfinished(config, store, known, at, patient, now)


def _new(
    config: Config, store: Store, at: datetime, period: str, patient: _Patience, now: Callable[[], datetime]
) -> Delivery:
    letter, told = compose(config, store, at=at, period=period, to=config.digest.to, now=now())
    if not store.claim_letter(period, letter, told, now()):
        raise Transient(f"the letter of {period} is being sent by another Kithkeeper right now", retry_after=SENDING)
    try:
        patient.send(letter.mail, config.digest.to)
    except Unsure as error:
        raise _to_be_found(error) from error
    except (NeedsOwner, Transient):
        store.release_letter(period)
        raise
    return _record(config, store, period, letter.message_id, now())


def _unfinished(
    config: Config,
    store: Store,
    known: Claim,
    at: datetime,
    patient: _Patience,
    now: Callable[[], datetime],
) -> Delivery:
    """Settle a letter of which it is not known whether it was sent."""
    if store.mails_called(known.message_id):  # its secret is in its Message-ID: nobody else can have made one
        store.letter_sent(known.period, known.claimed_at)
        return _delivery(config, known, "found", known.claimed_at)
    age = now() - known.claimed_at
    if age < SENDING:
        minutes = max(1, -(-(SENDING - age) // timedelta(minutes=1)))
        raise Unsure(
            f"whether the letter of {known.period} was sent is not known yet: run kith sync, and ask again in "
            f"{minutes} min; unless it is found in your mail by then, it is sent again",
            retry_after=SENDING - age,
        )
    if not store.take_over_letter(known, now()):
        raise Transient(
            f"the letter of {known.period} is being sent by another Kithkeeper right now", retry_after=SENDING
        )
    letter = store.letter_called(known.message_id)
    if letter is None or not letter.mail:  # somebody in it was forgotten since: another letter is made
        store.release_letter(known.period)
        return _new(config, store, at, known.period, patient, now)
    try:
        patient.send(letter.mail, config.digest.to)
    except Unsure as error:
        raise _to_be_found(error) from error
    return _record(config, store, known.period, known.message_id, now())


def _to_be_found(error: Unsure) -> Unsure:
    return Unsure(f"{error}: it is looked for in your mail, and sent again where it is not there", retry_after=SENDING)


def _trial(
    config: Config, store: Store, at: datetime, to: str, patient: _Patience, now: Callable[[], datetime]
) -> Delivery:
    letter, _ = compose(config, store, at=at, period="trial", to=to, now=now())
    try:
        patient.send(letter.mail, to)
    except Unsure:
        store.keep_letter(replace(letter, mail=b""))
        raise
    store.keep_letter(replace(letter, mail=b""))
    return Delivery(outcome="sent", to=to, period="", message_id=letter.message_id, at=now())


def compose(
    config: Config, store: Store, *, at: datetime, period: str, to: str, now: datetime
) -> tuple[Letter, tuple[str, ...]]:
    """The letter as of ``at`` with its mail, and the identities of the replies that it confirms."""
    from daemon.digest.mail import Envelope, message_id, whole_mail
    from daemon.digest.numbering import numbered
    from daemon.digest.render import render
    from daemon.digest.wording import title

    token = secrets.token_hex(8)
    sender = _sender(config)
    document, told = written(config, store, at=at, token=token)
    envelope = Envelope(
        sender=sender,
        to=to,
        reply_to=config.digest.reply_to,
        message_id=message_id(period, token, sender),
        subject=title(document),
        period=period,
        at=now,
    )
    letter = Letter(
        token=token,
        message_id=envelope.message_id,
        at=at,
        addresses=tuple(dict.fromkeys(each.lower() for each in (envelope.reply_to, to, sender))),
        items=numbered(document, store),
        mail=whole_mail(envelope, render(document, "text"), render(document, "html")),
    )
    return letter, told


def written(
    config: Config, store: Store, *, at: datetime, token: str = "", everything: bool = False
) -> tuple[Document, tuple[str, ...]]:
    """The letter as of ``at`` as a document, and the identities of the replies that it confirms.

    With a ``token`` it says how to correct it by reply.
    """
    from daemon.digest.build import build
    from daemon.digest.document import Heard
    from daemon.unfinished import with_unfinished

    zone = config.owner.zone
    network = with_unfinished(store.network(at, zone, config.owner.name), config.accounts)
    replies = store.unconfirmed_replies()
    document = build(
        network,
        config.digest.thresholds,
        reply_to=config.digest.reply_to if token else None,
        token=token,
        heard=[
            Heard(on=each.sent_at.astimezone(zone).date(), applied=each.applied, puzzling=each.puzzling)
            for each in replies
        ],
        everything=everything,
    )
    return document, tuple(each.identity for each in replies)


def _record(config: Config, store: Store, period: str, message_id: str, at: datetime) -> Delivery:
    store.letter_sent(period, at)
    return Delivery(outcome="sent", to=config.digest.to, period=period, message_id=message_id, at=at)


def _delivery(config: Config, claim: Claim, outcome: Outcome, at: datetime) -> Delivery:
    return Delivery(outcome=outcome, to=config.digest.to, period=claim.period, message_id=claim.message_id, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patience:
    """Sends a mail, asking a server that is busy a few times."""

    transport: Transport
    tries: int
    sleep: Callable[[float], None]

    def send(self, mail: bytes, to: str) -> None:
        """Hand the mail over.

        Raises:
            NeedsOwner, Transient: as the transport does, after the last try.
        """
        for left in range(self.tries - 1, -1, -1):
            try:
                self.transport(mail, to)
            except Unsure:
                raise
            except Transient as error:
                if not left:
                    raise
                _LOG.debug("letter: %s", error)
                self.sleep(self._pause(self.tries - left, error))
            else:
                return

    def _pause(self, tried: int, error: Transient) -> float:
        asked = error.retry_after.total_seconds() if error.retry_after else 0.0
        # Chance keeps several programs from asking in step; it protects nothing.
        grown = _FIRST_PAUSE_S * 3.0 ** (tried - 1) * (0.8 + 0.4 * random.random())  # noqa: S311
        return min(max(grown, asked), _LONGEST_PAUSE_S)


def _transport(config: Config) -> Transport:
    """The way that ``via`` names."""
    via = config.digest.via
    if via != "smtp":
        if config.courier is not None:
            return _by_account(config, config.courier)
        raise ConfigError(
            f"{config.path.name}: via = {via!r} in [digest] is no way to send letters in this version: "
            'write via = "smtp" and name the server in [smtp], or name an account that can send'
        )
    if config.smtp is None:
        raise ConfigError(
            f"{config.path.name} has no [smtp] table, so no letter can be sent: add one with host, username and "
            "password_file, or read the letter with kith digest"
        )
    return _by_smtp(config, config.smtp)


def _by_smtp(config: Config, settings: SmtpConfig) -> Transport:
    from daemon.digest import smtp
    from daemon.digest.mail import ascii_address

    def send(mail: bytes, to: str) -> None:
        server = smtp.server_of(settings, config.folder)
        smtp.send(server, mail, sender=ascii_address(_sender(config)), recipient=ascii_address(to))

    return send


def _by_account(config: Config, account: Account) -> Transport:
    """By the provider of an account, which reads the recipient from the mail."""
    from connectors.errors import MaybeSent, ProtocolViolation
    from daemon.surroundings import surroundings

    def send(mail: bytes, to: str) -> None:
        if account.spec.send is None:
            raise NeedsOwner(f"account {account.name} sends no mail")
        try:
            account.spec.send(account.settings, surroundings(config, account.name), mail)
        except MaybeSent as error:
            raise Unsure(str(error)) from None
        except ProtocolViolation as error:
            raise NeedsOwner(str(error)) from None

    return send


def _sender(config: Config) -> str:
    """The From address: what [smtp] names, else the user who logs in where that is an address, else the owner."""
    if config.smtp is None:
        return config.digest.to
    login = config.smtp.username
    return config.smtp.sender or (login if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", login) else config.digest.to)
