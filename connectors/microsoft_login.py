"""An account's settings in, its login at Microsoft out: logged in to, refreshed, carried over, given up.

msal speaks OAuth; what it holds is kept as its own cache (JSON) in the ``TokenStore``. Whoever refreshes holds the
account's lock from reading the cache until the new one is on the disk. A token is refreshed five minutes before it
ends by our clock, and once more where the server refuses it although it should be good (clocks differ).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from connectors.errors import NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.login import LoginState, Talk
from connectors.microsoft_msal import MicrosoftSettings, application, asked, kept_cache, new_cache
from connectors.microsoft_refusals import refusal
from connectors.passwords import Secret
from connectors.protocol import Surroundings
from connectors.tokens import Slot

if TYPE_CHECKING:
    pass

SEND: Final = "Mail.Send"
#: Clouds where a permission must say whose it is.
_NATIONAL: Final = frozenset({"graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"})
_AHEAD_S: Final = 300
_BROWSER_S: Final = 600
_FOREVER: Final = 2.0**40
_LONGEST_CODE_S: Final = 1800
_PENDING: Final = frozenset({"authorization_pending", "slow_down"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    """An access token, when it ends (seconds since the epoch) and how long it lasts in all (seconds)."""

    token: Secret
    ends: float
    life: float

    def good(self, now: float) -> bool:
        """Whether it may be used: not shortly before its end."""
        return self.ends - now >= min(_AHEAD_S, self.life / 4)


class MicrosoftTokens:
    """Access tokens for ``scopes``, refreshed when they are needed."""

    def __init__(self, settings: MicrosoftSettings, surroundings: Surroundings, scopes: Sequence[str]) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._scopes = named(scopes, settings)
        self._access: _Access | None = None

    @property
    def account(self) -> str:
        """The account's name in the config."""
        return self._surroundings.account

    def authorization(self) -> Secret:
        """The value of the Authorization header, good for some minutes.

        Raises:
            NeedsOwner: the owner must log in.
            Transient: the login service cannot be reached.
        """
        if self._access is None or not self._access.good(self._now()):
            self._access = self._acquired(refused=None)
        return Secret(f"Bearer {self._access.token.reveal()}")

    def renew(self) -> None:
        """Graph refused the token that should be good: get another. Errors as above."""
        refused = self._access.token.reveal() if self._access is not None else None
        self._access = self._acquired(refused=refused)

    def _acquired(self, *, refused: str | None) -> _Access:
        account, logins = self.account, self._surroundings.logins
        found = self._usable(kept_cache(logins.read(account), account, self._now), refused)
        if found is not None:
            return found
        with logins.changing(account) as slot:
            cache = kept_cache(slot.read(), account, self._now)
            return self._usable(cache, refused) or self._refreshed(cache, slot)

    def _usable(self, cache: Any, refused: str | None) -> _Access | None:
        query = {"client_id": self._settings.client_id}
        kept = list(cache.search("AccessToken", target=list(self._scopes), query=query, now=int(self._now())))
        found = [_kept(each) for each in kept]
        good = [each for each in found if each.good(self._now()) and each.token.reveal() != refused]
        return max(good, key=lambda each: each.ends, default=None)

    def _refreshed(self, cache: Any, slot: Slot) -> _Access:
        with application(self._settings, self._surroundings, cache) as app:
            known = app.get_accounts()
            try:
                answer = app.acquire_token_silent_with_error(
                    list(self._scopes), account=known[0] if known else None, force_refresh=True
                )
            except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
                raise Transient("Microsoft's login service answered in a form that is not understood") from error
        if cache.has_state_changed:  # the old refresh token may be spent: nothing is done before this is on the disk
            slot.write(Secret(cache.serialize()))
        if not answer or "access_token" not in answer:
            raise refusal(answer or {"error": "no login for this app"}, self.account, sending=self._sending)
        lacking = _lacking(answer.get("scope"), self._scopes)
        if lacking:
            command = f"kith login {self.account}{' --sending' if self._sending else ''}"
            raise NeedsOwner(f"the login of {self.account} does not allow {' and '.join(lacking)}: run {command}")
        life = _seconds(answer.get("expires_in"))
        return _Access(token=Secret(str(answer["access_token"])), ends=self._now() + life, life=life)

    @property
    def _sending(self) -> bool:
        return any(scope.endswith(SEND) for scope in self._scopes)

    def _now(self) -> float:
        return self._surroundings.now().timestamp()


class MicrosoftLogin:
    """``kith login`` for a kind of account that needs ``scopes``."""

    def __init__(
        self,
        settings: MicrosoftSettings,
        surroundings: Surroundings,
        scopes: Sequence[str],
        *,
        sends: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._scopes = tuple(scopes)
        self._sends = sends
        self._sleep = sleep

    def log_in(self, talk: Talk, *, browser: bool | None, sending: bool) -> LoginState:
        """Log in by a code that is entered on any device, or with ``browser`` in one on this machine.

        Raises:
            NeedsOwner: it was refused or not done in time.
            Transient: the login service cannot be reached.
        """
        if sending and not self._sends:
            raise NeedsOwner("this kind of account sends no mail: leave --sending out")
        wanted = (*self._scopes, SEND) if sending else self._scopes
        cache = new_cache(self._now)
        with application(self._settings, self._surroundings, cache) as app:
            way = self._by_browser if browser else self._by_code
            answer = way(app, list(named(wanted, self._settings)), talk)
        if "access_token" not in answer:
            raise refusal(answer, self._account)
        lacking = _lacking(answer.get("scope"), wanted)
        if lacking:
            raise NeedsOwner(
                f"Microsoft did not grant {' and '.join(lacking)}: add it to the app in Entra (API permissions, "
                f"delegated) and run kith login {self._account}"
            )
        with self._surroundings.logins.changing(self._account) as slot:
            slot.write(Secret(cache.serialize()))
        return _state(cache)

    def state(self) -> LoginState:
        """How the login stands: tokens are refreshed to see whether that still works."""
        kept = self._surroundings.logins.read(self._account)
        if kept is None:
            return LoginState(logged_in=False, problem=f"run kith login {self._account}")
        try:
            tokens = MicrosoftTokens(self._settings, self._surroundings, self._scopes)
            tokens.authorization()
            tokens.renew()
            problem = None
        except NeedsOwner as error:
            problem = str(error)
        except (Transient, ProtocolViolation):
            problem = None  # says nothing about the login
        state = _state(kept_cache(self._surroundings.logins.read(self._account), self._account, self._now))
        return LoginState(logged_in=problem is None, who=state.who, scopes=state.scopes, problem=problem)

    def exported(self) -> Secret:
        """msal's own cache (JSON).

        Raises:
            NeedsOwner: there is no login.
        """
        kept = self._surroundings.logins.read(self._account)
        if kept is None:
            raise NeedsOwner(f"{self._account} is not logged in: run kith login {self._account}")
        return kept

    def imported(self, text: Secret) -> LoginState:
        """Keep an msal cache that was exported elsewhere, for the same app.

        Raises:
            NeedsOwner: it is none, or one of another app.
        """
        try:
            cache = kept_cache(text, self._account, self._now)
            tokens = list(cache.search("RefreshToken", query={}))
        except (NeedsOwner, AttributeError, TypeError, KeyError, ValueError) as error:
            raise NeedsOwner("this is no login of Microsoft's: export one with kith login --export") from error
        if not any(each.get("client_id") == self._settings.client_id for each in tokens):
            raise NeedsOwner(f"this login is not for client_id {self._settings.client_id}: export one made with it")
        with self._surroundings.logins.changing(self._account) as slot:
            slot.write(text)
        return self.state()

    def revoke(self) -> str:
        """Forget the login here; Microsoft lets only the owner take it back, in a browser."""
        with self._surroundings.logins.changing(self._account) as slot:
            slot.remove()
        return (
            f"the login of {self._account} is removed here; to take back the consent as well, remove the app at "
            "https://myapps.microsoft.com (work or school) or https://account.live.com/consent/Manage (personal)"
        )

    @property
    def _account(self) -> str:
        return self._surroundings.account

    def _now(self) -> float:
        return self._surroundings.now().timestamp()

    def _by_code(self, app: Any, scopes: list[str], talk: Talk) -> Mapping[str, Any]:
        flow = asked(lambda: app.initiate_device_flow(scopes=scopes))
        if "user_code" not in flow:
            raise refusal(flow, self._account)
        place = one_line(str(flow.get("verification_uri") or flow.get("verification_url") or ""), 200)
        talk.say(f"Open {place} on any device and enter the code {one_line(str(flow['user_code']), 40)}")
        until = time.monotonic() + min(_seconds(flow.get("expires_in")), _LONGEST_CODE_S)
        while True:
            try:
                answer = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
            except Transient:  # the owner is at the browser: one lost answer is no reason to give up
                answer = {"error": "authorization_pending"}
            if answer.get("error") not in _PENDING:
                break
            if time.monotonic() >= until:
                raise NeedsOwner(f"the code was not entered in time: run kith login {self._account} again")
            self._sleep(max(1, min(int(flow.get("interval", 5)), 60)))
        if answer.get("error") in ("expired_token", "code_expired", "bad_verification_code"):
            raise NeedsOwner(f"the code was not entered in time: run kith login {self._account} again")
        if answer.get("error") in ("authorization_declined", "access_denied"):
            raise NeedsOwner(f"the login was declined in the browser: run kith login {self._account} again")
        return dict(answer)

    def _by_browser(self, app: Any, scopes: list[str], talk: Talk) -> Mapping[str, Any]:
        from msal.oauth2cli.authcode import AuthCodeReceiver

        with AuthCodeReceiver(port=0) as receiver:
            flow = app.initiate_auth_code_flow(
                scopes,
                redirect_uri=f"http://localhost:{receiver.get_port()}",
                prompt="select_account",
                response_mode="form_post",
            )
            if not talk.browse(flow["auth_uri"]):
                talk.say(f"Open this in a browser on this machine: {flow['auth_uri']}")
            try:
                answer = receiver.get_auth_response(timeout=_BROWSER_S, state=flow["state"])
            except RuntimeError:
                answer = None
        if not answer:
            raise NeedsOwner(f"nothing came back from the browser: run kith login {self._account} again")
        if answer.get("error") == "access_denied":
            raise NeedsOwner(f"the login was declined in the browser: run kith login {self._account} again")
        try:
            return dict(app.acquire_token_by_auth_code_flow(flow, answer))
        except (ValueError, RuntimeError) as error:  # another state or nonce: not the answer to what was asked
            raise NeedsOwner(f"the browser sent something else: run kith login {self._account} again") from error


def _kept(entry: Mapping[str, Any]) -> _Access:
    """An access token of msal's cache."""
    ends = _seconds(entry.get("expires_on"), _FOREVER)
    life = ends - _seconds(entry.get("cached_at", ends), _FOREVER)
    return _Access(token=Secret(str(entry["secret"])), ends=ends, life=max(life, 0.0))


def _lacking(scope: object, wanted: Sequence[str]) -> list[str]:
    """Which of the permissions ``wanted`` were not granted, by what the answer says of it."""
    if not isinstance(scope, str) or not scope.strip():
        return []
    granted = {each.rpartition("/")[2].lower() for each in scope.split()}
    short = [each.rpartition("/")[2] for each in wanted]
    return [each for each in short if each.lower() not in granted]


def named(scopes: Sequence[str], settings: MicrosoftSettings) -> tuple[str, ...]:
    """Permissions as they are asked for: in a national cloud with the resource that they are for."""
    host = urlsplit(settings.endpoint).hostname or ""
    return tuple(f"https://{host}/{scope}" if host in _NATIONAL else scope for scope in scopes)


def _state(cache: Any) -> LoginState:
    accounts = [str(each.get("username", "")) for each in cache.search("Account")]
    tokens = list(cache.search("AccessToken", now=0))
    scopes = {word for each in tokens for word in str(each.get("target", "")).split()}
    shown = {scope.rpartition("/")[2] for scope in scopes} - {"openid", "profile", "offline_access", "email"}
    return LoginState(
        logged_in=True, who=one_line(next(iter(accounts), ""), 200), scopes=tuple(sorted(shown, key=str.lower))
    )


def _seconds(value: object, most: float = 86400.0) -> float:
    try:
        return min(max(float(str(value)), 0.0), most)
    except ValueError:
        return 3600.0
