"""What a Google API refused in, the error of the tree out; its 403 means a dozen things, told apart by the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from connectors.errors import ConnectorError, NeedsOwner, ProtocolViolation, Transient
from connectors.harmless import one_line
from connectors.http_answers import page_instead, refused, web_page

#: How long to leave an account alone whose allowance for the day is spent, where Google names no time.
_NEXT_DAY: Final = timedelta(hours=1)
_BUSY: Final = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "RATE_LIMIT_EXCEEDED",
        "concurrentLimitExceeded",
        "variableTermLimitExceeded",
    }
)
_SPENT: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "limitExceeded", "RESOURCE_EXHAUSTED"})
_NO_SCOPE: Final = frozenset(
    {"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientAuthorizedParty"}
)
_API_OFF: Final = frozenset({"accessNotConfigured", "SERVICE_DISABLED", "dailyLimitExceededUnreg"})
_POLICY: Final = frozenset({"domainPolicy", "accountDisabled", "ACCOUNT_STATE_INVALID"})
_LOGIN: Final = frozenset({"authError", "UNAUTHENTICATED", "required", "expired", "authorizationRequired"})


class _Reason(msgspec.Struct, kw_only=True):
    reason: object = ""


class _Error(msgspec.Struct, kw_only=True):
    message: object = ""
    status: object = ""
    errors: list[_Reason] = []
    details: list[_Reason] = []


class _Body(msgspec.Struct, kw_only=True):
    error: _Error = msgspec.field(default_factory=_Error)


def reasons_of(body: bytes) -> tuple[frozenset[str], str]:
    """The reasons that the body of a refusal names, and its message on one line; nothing where it is none."""
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, RecursionError):
        return frozenset(), ""
    named = [error.status, *(each.reason for each in (*error.errors, *error.details))]
    return frozenset(str(each) for each in named if each), one_line(str(error.message or ""), 160).rstrip(".")


def is_rate_limit(status: int, body: bytes) -> bool:
    """Whether it is refused for coming too fast, and may be asked again soon."""
    return status == 429 or (status == 403 and bool(reasons_of(body)[0] & _BUSY))


def error_of(
    status: int, headers: Mapping[str, str], body: bytes, *, product: str, account: str, now: datetime
) -> ConnectorError:
    """What a refusal means for the daemon.

    Args:
        status, headers, body: the answer; header names in lower case.
        product: "Gmail" or "Google Calendar".
        account: the account's name, for the command that mends it.
        now: the time (aware).
    """
    reasons, said = reasons_of(body)
    because = f" ({said})" if said else ""
    again = f"kith login {account}"
    asked = getattr(refused(503, headers, product, now), "retry_after", None)
    if is_rate_limit(status, body):
        return Transient(f"{product} is asked too often; it goes on where it stopped", retry_after=asked)
    if (status >= 500 and status != 501) or status == 408:
        return Transient(f"{product} has a fault of its own (status {status})", retry_after=asked)
    if reasons & _SPENT:
        wait = max(asked or timedelta(), _NEXT_DAY)
        return Transient(f"the allowance of {product} for today is spent; it goes on later", retry_after=wait)
    if status < 400 and web_page(headers, body):
        return page_instead(product)
    if reasons & _API_OFF:
        return NeedsOwner(
            f"the API of {product} is off in your project: enable it at console.cloud.google.com{because}"
        )
    if reasons & _NO_SCOPE:
        return NeedsOwner(f"the login may not read {product}: {again}, and tick every box")
    if status == 401 or reasons & _LOGIN:
        return NeedsOwner(f"{product} refuses the login{because}: {again}")
    if reasons & _POLICY:
        return NeedsOwner(f"{product} is not open to this account{because}: ask its administrator")
    if status == 403 or "failedPrecondition" in reasons or "FAILED_PRECONDITION" in reasons:
        return NeedsOwner(f"{product} does not allow this{because}: check the account, then {again}")
    return ProtocolViolation(f"{product} answered in an unexpected way (status {status}){because}")
