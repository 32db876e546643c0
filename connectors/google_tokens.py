"""A Google account's settings in; the token that its requests are made with, kept fresh under the account's lock, out.

What is kept is Google's own authorized-user JSON (``google.oauth2.credentials`` reads it), with when the refresh
token ends where Google says so. google-auth-oauthlib is not used: it wants TLS even for an address of this machine,
and retries with sleeps of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.google_client import TOKEN_URI, GoogleSettings, client_of
from connectors.harmless import one_line
from connectors.http import Http, Limits, Response
from connectors.http_answers import page_instead, refused, web_page
from connectors.passwords import Secret
from connectors.protocol import Surroundings

SCOPE: Final = "https://www.googleapis.com/auth/"
#: An access token is replaced so long before it ends, so that it does not end under way or by a clock that is slow.
AHEAD: Final = timedelta(minutes=5)
_USUAL_LIFE: Final = timedelta(hours=1)
_ANY: Final = frozenset(range(200, 600))
_LIMITS: Final = Limits(connect_s=15, read_s=30, whole_s=60, body=1024 * 1024)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A login as it is kept: the authorized-user JSON. Times are ISO 8601 in UTC; ``lifetime`` of a token in seconds."""

    refresh_token: str
    client_id: str
    client_secret: str = ""
    type: str = "authorized_user"
    token: str = ""
    expiry: str = ""
    token_uri: str = ""
    scopes: list[str] | str = ""
    account: str = ""
    universe_domain: str = "googleapis.com"
    refresh_token_expiry: str = ""
    lifetime: float = 0.0

    @property
    def granted(self) -> tuple[str, ...]:
        """What the login may do; empty where nobody said."""
        return tuple(self.scopes.split() if isinstance(self.scopes, str) else self.scopes)

    def __repr__(self) -> str:
        return "Kept(…)"


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a token endpoint answers; numbers may come as text."""

    access_token: str = ""
    expires_in: int | float | str = ""
    refresh_token: str = ""
    refresh_token_expires_in: int | float | str = ""
    scope: str = ""
    error: object = ""
    error_description: object = ""

    def __repr__(self) -> str:
        return "TokenAnswer(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a kind of account needs of a login. ``who`` asks the provider for the account's address."""

    product: str
    scopes: tuple[str, ...]
    sending: tuple[str, ...] = ()
    who: Callable[[GoogleTokens], str] = lambda tokens: ""


class GoogleTokens:
    """The access token of one account, replaced ahead of its end, under the account's lock."""

    def __init__(self, settings: GoogleSettings, around: Surroundings, wants: Wants) -> None:
        self._settings, self.around, self._wants = settings, around, wants
        self._kept: Kept | None = None

    @property
    def settings(self) -> GoogleSettings:
        """The settings of the account."""
        return self._settings

    def authorization(self) -> Secret:
        """The value of the Authorization header.

        Raises:
            NeedsOwner: there is no login, or Google no longer accepts it.
            Transient: it had to be renewed, and Google could not be reached.
        """
        if self._kept is None or not self._is_fresh(self._kept):
            self._kept = self._current()
        return Secret(f"Bearer {self._kept.token}")

    def renew(self) -> None:
        """Replace a token that was refused although it should hold: a wrong clock, or it was taken back.

        Raises:
            NeedsOwner, Transient: as ``authorization``.
        """
        refused_token = self._kept.token if self._kept is not None else ""
        self._kept = self._current(refused_token)

    def kept(self) -> Kept:
        """The login as it is kept, checked against the settings.

        Raises:
            NeedsOwner: there is none, or it does not fit.
        """
        secret = self.around.logins.read(self.around.account)
        if secret is None:
            raise NeedsOwner(f"there is no login for {self._wants.product} yet: {self._command}")
        return self.checked(decoded(secret))

    def may(self, scopes: Sequence[str]) -> bool:
        """Whether the login has all of ``scopes``, as far as it says what it has."""
        granted = self.kept().granted
        return not granted or set(scopes) <= set(granted)

    @property
    def _command(self) -> str:
        return f"kith login {self.around.account}"

    def checked(self, kept: Kept) -> Kept:
        if self._settings.client_file:
            client = client_of(self._settings.client_file, self.around.base)
            if client.client_id != kept.client_id:
                raise NeedsOwner(f"the login was made with another client than client_file names: {self._command}")
            # The file is what the owner edits: a new secret or another address counts at once.
            kept = msgspec.structs.replace(
                kept, token_uri=client.token_uri, client_secret=client.client_secret.reveal()
            )
        missing = [scope for scope in self._wants.scopes if kept.granted and scope not in kept.granted]
        if missing:
            raise NeedsOwner(f"the login may not use {names(missing)}: {self._command}, and tick every box")
        return kept

    def _is_fresh(self, kept: Kept) -> bool:
        ends = time_of(kept.expiry)
        # A short-lived token is used for most of its life all the same.
        ahead = min(AHEAD, timedelta(seconds=kept.lifetime / 5)) if kept.lifetime > 0 else AHEAD
        return bool(kept.token) and ends is not None and self.around.now() + ahead < ends

    def _current(self, refused_token: str | None = None) -> Kept:
        """The login with a token that holds: as it is kept where that does, else renewed."""
        kept = self.kept()
        if self._is_usable(kept, refused_token):
            return kept
        with self.around.logins.changing(self.around.account) as slot:
            secret = slot.read()
            if secret is None:
                raise NeedsOwner(f"there is no login for {self._wants.product} any more: {self._command}")
            kept = self.checked(decoded(secret))
            if self._is_usable(kept, refused_token):
                return kept  # another process was quicker
            renewed = self._renewed(kept)
            slot.write(encoded(renewed))
        return renewed

    def _is_usable(self, kept: Kept, refused_token: str | None) -> bool:
        return self._is_fresh(kept) and kept.token != refused_token

    def _renewed(self, kept: Kept) -> Kept:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": kept.refresh_token,
            "client_id": kept.client_id,
            "client_secret": kept.client_secret,
        }
        answer = asked_for_tokens(kept.token_uri or TOKEN_URI, form, self.around.now(), command=self._command)
        return renewed_by(kept, answer, self.around.now())


def asked_for_tokens(uri: str, form: dict[str, str], now: datetime, *, command: str) -> TokenAnswer:
    """What the token endpoint answers to a form.

    Raises:
        NeedsOwner: the login or the client is not accepted.
        Transient: unreachable, busy, or a web page instead.
        ProtocolViolation: the answer is none of a token endpoint.
    """
    response = posted(uri, form)
    if response.status == 429 or response.status >= 500 or response.status == 408:
        raise refused(response.status, response.headers, "the login server of Google", now)
    if web_page(response.headers, response.body):
        raise page_instead("the login server of Google")
    try:
        answer = msgspec.json.decode(response.body, type=TokenAnswer)
    except msgspec.ValidationError as error:
        raise ProtocolViolation("the login server of Google answered with something else than tokens") from error
    except (msgspec.DecodeError, RecursionError):
        raise Transient("the login server of Google sent an answer that is cut off or no JSON") from None
    if answer.error or response.status >= 400:
        raise _refusal(answer, command)
    if not answer.access_token or not (answer.access_token.isascii() and answer.access_token.isprintable()):
        raise ProtocolViolation("the login server of Google answered without a token")
    return answer


def posted(uri: str, form: dict[str, str]) -> Response:
    """The answer to a form, whatever its status."""
    http = Http(origins=(uri,), limits=_LIMITS)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        return http.request("POST", uri, headers=headers, body=urlencode(form).encode(), allow=_ANY)
    finally:
        http.close()


def _refusal(answer: TokenAnswer, command: str) -> ConnectorError:
    error = one_line(str(answer.error), 60)
    why = one_line(str(answer.error_description or ""), 120).rstrip(".") or error
    if error == "invalid_grant":
        return NeedsOwner(f"Google no longer accepts the login ({why}): {command}")
    if error in ("invalid_client", "unauthorized_client", "deleted_client", "org_internal", "admin_policy_enforced"):
        return NeedsOwner(f"Google does not accept the client ({why}): download client_file anew, then {command}")
    if error in ("temporarily_unavailable", "server_error", "internal_failure"):
        return Transient(f"the login server of Google has a fault of its own ({why})")
    return NeedsOwner(f"Google refuses the login ({why or 'no reason given'}): {command}")


def renewed_by(kept: Kept, answer: TokenAnswer, now: datetime) -> Kept:
    """``kept`` with the tokens of an answer; the refresh token is replaced only by another one."""
    lasts = _seconds(answer.refresh_token_expires_in)
    life = _seconds(answer.expires_in) or _USUAL_LIFE
    return msgspec.structs.replace(
        kept,
        token=answer.access_token,
        expiry=_text(now + life),
        lifetime=life.total_seconds(),
        refresh_token=answer.refresh_token or kept.refresh_token,
        refresh_token_expiry=_text(now + lasts) if lasts else kept.refresh_token_expiry,
        scopes=answer.scope.split() or kept.scopes,
    )


def decoded(secret: Secret) -> Kept:
    """A login from the text that it is kept as.

    Raises:
        NeedsOwner: it is none.
    """
    try:
        return msgspec.json.decode(secret.reveal(), type=Kept)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise NeedsOwner(
            "that is no login of Google's: log in again, or import what kith login --export wrote"
        ) from None


def encoded(kept: Kept) -> Secret:
    """A login as the text that it is kept as."""
    return Secret(msgspec.json.encode(kept).decode())


def _seconds(value: float | str) -> timedelta | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return timedelta(seconds=seconds) if 0 < seconds < 1e10 else None


def time_of(text: str) -> datetime | None:
    """The time that a kept text names, in UTC; None where it names none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _text(when: datetime) -> str:
    """As google-auth writes it."""
    return when.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def short(scopes: Sequence[str]) -> tuple[str, ...]:
    """Scopes without what all of Google's begin with."""
    return tuple(one_line(scope, 200).removeprefix(SCOPE) for scope in scopes)


def names(scopes: Sequence[str]) -> str:
    """The same in a sentence."""
    return " and ".join(short(scopes))
