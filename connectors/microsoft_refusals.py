"""What Microsoft's login service refused in, the error of the tree with one line that says what to do out.

The codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.errors import ConnectorError, NeedsOwner, Transient
from connectors.harmless import one_line

_CODE: Final = re.compile(r"AADSTS(\d{4,8})")
_BUSY: Final = frozenset({"temporarily_unavailable", "server_error", "timeout"})
_BUSY_CODES: Final = frozenset({90006, 90033, 90012, 50196, 90055})

_APP: Final = {
    700016: "the app is not known there: correct client_id, or tenant",
    700038: "the app is not known there: correct client_id",
    7000112: "the app is disabled: enable it in Entra, or register another one",
    7000218: "the app is no public client: in Entra, Authentication, set Allow public client flows to Yes",
    90002: "there is no such tenant: correct tenant",
    900023: "there is no such tenant: correct tenant",
    50194: "the app belongs to one organisation: set tenant to that organisation's domain or id",
    50020: "this account does not belong to the tenant: correct tenant, or log in with another account",
    9002331: 'the app is for personal accounts only: set tenant = "consumers"',
    9002346: 'the app is for personal accounts only: set tenant = "consumers"',
    70011: "the app may not ask for these permissions: add Mail.Read, Calendars.Read or Contacts.Read to it in Entra",
    650053: "the app may not ask for these permissions: add Mail.Read, Calendars.Read or Contacts.Read to it in Entra",
    50011: "the app lacks the redirect address http://localhost: add it in Entra under Mobile and desktop applications",
    500113: "the app lacks the redirect address http://localhost: add it in Entra under Mobile and desktop applications",
}
_BLOCKED: Final = {
    90094: "only an administrator of your organisation may allow this app: ask for consent to it",
    90095: "an administrator of your organisation must approve this app first: ask for it",
    90093: "only an administrator of your organisation may allow this app: ask for consent to it",
    50105: "your organisation has not assigned this app to you: ask an administrator",
    53003: "a rule of your organisation (Conditional Access) blocks this: ask an administrator, or read the mail otherwise",
    53000: "your organisation wants a managed device for this: ask an administrator, or read the mail otherwise",
    53001: "your organisation wants a managed device for this: ask an administrator, or read the mail otherwise",
    530003: "your organisation wants a managed device for this: ask an administrator, or read the mail otherwise",
    530034: "your organisation blocks this: ask an administrator",
    5000224: "this account may not be used here: ask an administrator",
    50057: "this account is disabled: ask an administrator",
}
_AGAIN: Final = {
    50173: "the password was changed, which ends the login",
    50076: "a second factor is wanted",
    50079: "a second factor must be set up",
    50078: "the second factor has run out",
    65001: "your consent is wanted",
    65004: "you did not give your consent",
    70008: "the login was not used for too long",
    700082: "the login was not used for too long",
    700084: "the login has run out",
    50132: "the login was ended",
    50133: "the login was ended, as by a new password",
}


def refusal(answer: Mapping[str, Any], account: str, *, sending: bool = False) -> ConnectorError:
    """What an answer without a token means.

    Args:
        answer: what msal hands back: ``error``, ``error_description``, ``error_codes``.
        account: the account's name in the config.
        sending: whether the right to send was asked for.
    """
    command = f"kith login {account}{' --sending' if sending else ''}"
    error = one_line(str(answer.get("error") or "no reason given"), 60)
    codes = _codes(answer)
    if error in _BUSY or any(code in _BUSY_CODES for code in codes):
        return Transient(f"Microsoft's login service is busy ({error})")
    for code in codes:
        for table in (_APP, _BLOCKED):
            if code in table:
                return NeedsOwner(f"Microsoft refuses the login of {account}: {table[code]} (AADSTS{code})")
    known = next((code for code in codes if code in _AGAIN), None)
    shown = f"AADSTS{codes[0]}" if codes else error
    if known is not None:
        return NeedsOwner(f"{account}: {_AGAIN[known]} (AADSTS{known}): run {command}")
    if error == "unauthorized_client":
        return NeedsOwner(
            f"Microsoft refuses the app of {account} ({shown}): check client_id, tenant and Allow public client flows"
        )
    if error in ("invalid_scope", "invalid_resource"):
        return NeedsOwner(f"Microsoft refuses the permissions of {account} ({shown}): add them to the app in Entra")
    return NeedsOwner(f"the login of {account} is no longer good ({shown}): run {command}")


def _codes(answer: Mapping[str, Any]) -> Sequence[int]:
    listed = answer.get("error_codes")
    codes = [code for code in listed if isinstance(code, int)] if isinstance(listed, list) else []
    return codes or [int(found) for found in _CODE.findall(str(answer.get("error_description", ""))[:2000])]
