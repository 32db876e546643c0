"""A Google account's settings in; its login made, looked at, carried over or given up, out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from connectors.errors import ConnectorError, NeedsOwner, Transient
from connectors.google_client import TOKEN_URI, Client, GoogleSettings, client_of, revoke_uri, safe_uri
from connectors.google_tokens import (
    GoogleTokens,
    Kept,
    TokenAnswer,
    Wants,
    asked_for_tokens,
    decoded,
    encoded,
    names,
    posted,
    renewed_by,
    short,
    time_of,
)
from connectors.login import LoginState, Talk
from connectors.passwords import Secret
from connectors.protocol import Surroundings

#: A login that ends within this time is told of.
_SOON: Final = timedelta(days=3)
_SEVEN_DAYS: Final = (
    "If the app is “Testing” (console.cloud.google.com, “Audience”), Google ends this login after 7 days: publish it "
    "(“In production”; for your own use it needs no review)."
)


class GoogleLogin:
    """``kith login`` for a kind of Google account (see ``connectors.login.Login``)."""

    def __init__(self, settings: GoogleSettings, around: Surroundings, wants: Wants) -> None:
        self._settings, self._around, self._wants = settings, around, wants

    def log_in(self, talk: Talk, *, browser: bool | None, sending: bool) -> LoginState:
        """Ask for the owner's consent and keep what comes of it.

        Raises:
            NeedsOwner: no client file, no consent, or not to everything that is needed.
            Transient: Google could not be reached.
        """
        from connectors.google_consent import consent

        client = self._client()
        scopes = (*self._wants.scopes, *(self._wants.sending if sending else ()))
        if sending and not self._wants.sending:
            raise NeedsOwner("this kind of account sends no mail: leave --sending out")
        given = consent(client, scopes, talk, browser=browser, account=self._around.account)
        form = {
            "grant_type": "authorization_code",
            "code": given.code.reveal(),
            "client_id": client.client_id,
            "client_secret": client.client_secret.reveal(),
            "redirect_uri": given.redirect_uri,
            "code_verifier": given.verifier.reveal(),
        }
        answer = asked_for_tokens(client.token_uri, form, self._around.now(), command=self._command)
        self._keep(encoded(self._kept(client, answer, scopes)))
        talk.say(_SEVEN_DAYS)
        return self._kept_state()

    def state(self) -> LoginState:
        """How the login stands; asks Google, which renews the token where that is due.

        Raises:
            Transient: Google cannot be asked.
        """
        secret = self._around.logins.read(self._around.account)
        if secret is None:
            return LoginState(logged_in=False)
        kept = decoded(secret)
        who, problem = kept.account, None
        tokens = GoogleTokens(self._settings, self._around, self._wants)
        try:
            tokens.authorization()
            who = self._wants.who(tokens) or who
        except Transient:
            raise
        except ConnectorError as error:
            problem = str(error)
        else:
            kept = tokens.kept()
        ends = time_of(kept.refresh_token_expiry)
        if problem is None and ends is not None and ends - self._around.now() < _SOON:
            problem = f"Google ends this login on {ends:%Y-%m-%d}: {self._command}"
        return LoginState(logged_in=True, who=who, scopes=short(kept.granted), expires=ends, problem=problem)

    def exported(self) -> Secret:
        """The login as authorized-user JSON.

        Raises:
            NeedsOwner: there is none.
        """
        secret = self._around.logins.read(self._around.account)
        if secret is None:
            raise NeedsOwner(f"there is no login to export: {self._command}")
        return secret

    def imported(self, text: Secret) -> LoginState:
        """Keep an authorized-user JSON.

        Raises:
            NeedsOwner: it is none, or may not do what is needed.
        """
        kept = decoded(text)
        if not kept.refresh_token or not kept.client_id or kept.type != "authorized_user":
            raise NeedsOwner(f"that is no login of Google's: write one with {self._command} --export FILE")
        if kept.token_uri:
            safe_uri(kept.token_uri, "the login")
        tokens = GoogleTokens(self._settings, self._around, self._wants)
        tokens.checked(kept)
        self._keep(encoded(kept))
        return self._kept_state()

    def _kept_state(self) -> LoginState:
        """How a login stands that was just kept, whether Google can be asked or not."""
        try:
            return self.state()
        except Transient:
            return LoginState(logged_in=True)

    def revoke(self) -> str:
        """Give the login up, and tell Google."""
        secret = self._around.logins.read(self._around.account)
        if secret is None:
            return "there was no login"
        kept = decoded(secret)
        told = self._told(kept)
        with self._around.logins.changing(self._around.account) as slot:
            slot.remove()
        if told:
            return "the login is given up, and Google knows"
        return "the login is removed here, but Google could not be told: see myaccount.google.com/permissions"

    def _told(self, kept: Kept) -> bool:
        uri = revoke_uri(kept.token_uri or TOKEN_URI)
        try:
            if self._settings.client_file:
                uri = self._client().revoke_uri
            response = posted(uri, {"token": kept.refresh_token})
        except ConnectorError:
            return False
        return response.status == 200 or b"invalid_token" in response.body  # that was given up before

    def _client(self) -> Client:
        if not self._settings.client_file:
            raise NeedsOwner(
                f"client_file is missing: set it to the OAuth client that you downloaded (docs/google.md), then "
                f"{self._command}"
            )
        return client_of(self._settings.client_file, self._around.base)

    def _kept(self, client: Client, answer: TokenAnswer, scopes: Sequence[str]) -> Kept:
        granted = answer.scope.split() or list(scopes)
        missing = [scope for scope in scopes if scope not in granted]
        if missing:
            raise NeedsOwner(f"you did not allow {names(missing)}: {self._command}, and tick every box")
        if not answer.refresh_token:
            raise NeedsOwner(
                "Google gave no lasting login: remove the app at myaccount.google.com/permissions, then "
                f"{self._command}"
            )
        bare = Kept(
            refresh_token=answer.refresh_token,
            client_id=client.client_id,
            client_secret=client.client_secret.reveal(),
            token_uri=client.token_uri,
            scopes=granted,
        )
        return renewed_by(bare, answer, self._around.now())

    def _keep(self, login: Secret) -> None:
        with self._around.logins.changing(self._around.account) as slot:
            slot.write(login)

    @property
    def _command(self) -> str:
        return f"kith login {self._around.account}"
