"""The letter's two texts in, the whole mail as bytes out.

Nothing that anybody else wrote is in a header: the subject is fixed words and a date, the rest comes from the config.
The bytes are seven bits wide with CRLF at the ends of lines, so that every server takes them as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from connectors.errors import NeedsOwner
from inference.automation import DIGEST_ID_PREFIX

#: An address that needs no quotation marks: what mail programs write.
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*"
)
#: RFC 5322 allows 998 characters a line.
_LONGEST_LINE: Final = 990


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the headers of a letter say. ``period`` names it; ``at`` is when it was made (aware)."""

    sender: str
    to: str
    reply_to: str
    message_id: str
    subject: str
    period: str
    at: datetime


def message_id(period: str, token: str, sender: str) -> str:
    """The Message-ID of a letter, without angle brackets; an answer brings the token back in In-Reply-To."""
    return f"{DIGEST_ID_PREFIX}{period}.{token}@{_domain(sender)}"


def whole_mail(envelope: Envelope, text: str, html: str) -> bytes:
    """The mail as it goes to the server.

    Raises:
        NeedsOwner: an address cannot be written so that every server takes it.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("Kithkeeper", addr_spec=ascii_address(envelope.sender))
    mail["To"] = Address(addr_spec=ascii_address(envelope.to))
    mail["Reply-To"] = Address(addr_spec=ascii_address(envelope.reply_to))
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = f"<{envelope.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Kithkeeper"] = envelope.period
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Unsubscribe"] = f"<{_unsubscribe(envelope.reply_to)}>"
    mail.set_content(text, cte="quoted-printable")
    page = html.encode("ascii", "xmlcharrefreplace").decode()
    if max(map(len, page.splitlines())) <= _LONGEST_LINE:  # a quarter smaller than in quoted-printable
        mail.add_alternative(page, subtype="html", charset="us-ascii", cte="7bit")
    else:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def ascii_address(address: str) -> str:
    """``address`` as every server takes it: the host in its ASCII form.

    Raises:
        NeedsOwner: it has none.
    """
    local, _, _ = address.rpartition("@")
    if not local.isascii():
        raise NeedsOwner(
            f"few mail servers take mail for {address}: name an address without such letters for the letter"
        )
    return _checked(f"{local}@{_domain(address)}")


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise NeedsOwner(f"{address} is no address that mail can be sent to or from: correct it in the config")
    return address


def _domain(address: str) -> str:
    host = address.rpartition("@")[2]
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host


def _unsubscribe(reply_to: str) -> str:
    """A mail to the owner that says how the letter is stopped: nobody else could stop it."""
    how = quote("To stop the letter, take [smtp] out of kith.toml")
    return f"mailto:{quote(ascii_address(reply_to), safe='@')}?subject={how}"
