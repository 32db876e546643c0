"""An open session and a folder in, whether something new came into it out: IDLE, where the server can.

imapclient's ``idle`` takes news that come before the server agrees to idle for an error, and its ``idle_check`` reads from
the socket without a bound; so a session's own ``heard`` listens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from connectors.errors import ProtocolViolation
from connectors.imap_selected import selected, size_change
from connectors.imap_session import Session

#: Servers may end a session that idles for half an hour, and some routers forget one after ten minutes.
_IDLE_S: Final = 9 * 60.0
#: Counts on while the machine sleeps, where the system has such a clock: sessions do not outlive that.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
#: How often who waits is asked whether it should go on.
_ASK_S: Final = 0.5


def watch(session: Session, folder: bytes, *, seen: int, until: float, woken: Callable[[], bool]) -> bool:
    """Wait until the folder holds a UID of ``seen`` or above (True), or ``until`` (by ``time.monotonic``) or ``woken``.

    ``seen`` 0 means that only what comes from now on is new.

    Raises:
        Refused: the server does not open the folder, or does not idle.
        ConnectorError: as its subclasses say.
    """
    opened = selected(session, folder)
    if seen and opened.next_uid > seen:
        return True
    messages, news = opened.messages, False
    while not news and not woken() and time.monotonic() < until:
        if not session.can("IDLE"):
            time.sleep(min(_ASK_S, max(0.0, until - time.monotonic())))
            continue
        messages, news = _idled(session, messages, until, woken)
    return news


def _idled(session: Session, messages: int, until: float, woken: Callable[[], bool]) -> tuple[int, bool]:
    """One IDLE: how many mails there are after it, and whether new ones came."""
    tag = session.send(b"IDLE")
    began = _awake()
    news, invited = False, False
    while True:
        raw = session.heard(_ASK_S)
        if raw is not None and raw.kind == "+":
            invited = True
        elif raw is not None:
            messages, new = size_change(raw, messages)
            news = news or new
        elif session.is_done(tag):
            list(session.until(tag))  # raises what was refused
            raise ProtocolViolation(f"{session.wire.host} ends waiting by itself")
        waited = _awake() - began
        if invited and (news or woken() or time.monotonic() >= until or waited >= _IDLE_S):
            break
        if not invited and waited >= session.wire.read_s:
            raise ProtocolViolation(f"{session.wire.host} offers IDLE and does not begin it")
    session.wire.send(b"DONE\r\n")
    for raw in session.until(tag):
        messages, new = size_change(raw, messages)
        news = news or new
    return messages, news


def _awake() -> float:
    return time.clock_gettime(_CLOCK)
