"""What Google, its libraries and the network say went wrong, as sentences with what to do."""

from __future__ import annotations

import http.client
import json
import ssl
from datetime import timedelta
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import BatchError, Error, HttpError

from syncd.errors import CalendarError, Refused, SignedOut, Unreachable
from syncd.model.roster import account_of

FAILURES = (
    *(Error, GoogleAuthError, httplib2.HttpLib2Error, http.client.HTTPException, OSError),
    ValueError,  # an answer that is no JSON
)
"""All that a request can raise."""
_LOST = (TransportError, OSError, http.client.HTTPException, httplib2.ServerNotFoundError)
"""Of them, what is the network's doing."""
_RATES = ("rateLimitExceeded", "userRateLimitExceeded")
_QUOTAS = ("quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded")
AN_HOUR = timedelta(hours=1)
"""How long to leave Google alone when more than a minute's quota is used up."""


def status_of(error: Exception) -> int:
    """The HTTP status that `error` says; 0 for one that is no answer."""
    if isinstance(error, BatchError) or not isinstance(error, HttpError):
        return 0
    return int(error.resp.status)


def explained(error: Exception, name: str, *, testing: str = "") -> CalendarError:
    """`error` as the calendar `name` reports it: Unreachable where trying again may help, else
    Refused. `testing` is what is to be said of a sign-in to an app in Testing."""
    where = f"Calendar {name}"
    if isinstance(error, CalendarError):
        return error
    if isinstance(error, HttpError) and not isinstance(error, BatchError):
        return _answered(error, where, name)
    if isinstance(error, RefreshError):
        return _not_signed_in(error, where, name, testing)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = getattr(error, "verify_message", "") or error
        return Unreachable(
            f"{where}: Google's certificate is not trusted ({why}). "
            "Next: check this machine's clock and the proxy; SSL_CERT_FILE names a CA of your own."
        )
    if isinstance(error, _LOST):
        told = " ".join(str(error).split()) or type(error).__name__
        return Unreachable(
            f"{where}: Google does not answer ({told[:200]}). Next: check the network and the "
            "proxy, if any; syncd goes on trying."
        )
    told = " ".join(str(error).split()) or type(error).__name__
    return Unreachable(
        f"{where}: Google's answer cannot be understood ({told[:200]}). Next: nothing; syncd tries "
        "again."
    )


def _answered(error: HttpError, where: str, name: str) -> CalendarError:
    status, reason, said = status_of(error), reason_of(error), _message_of(error)
    after = _retry_after(error)
    if status == 401:
        return SignedOut(f"{where}: Google does not take the sign-in. {_sign_in(name)}")
    if status == 403 and reason in _QUOTAS:
        return Unreachable(
            f"{where}: Google's quota is used up ({reason}). Next: nothing; syncd goes on later.",
            after or AN_HOUR,
        )
    if status == 429 or (status == 403 and reason in _RATES):
        return Unreachable(
            f"{where}: Google wants to be asked less often ({reason or status}). "
            "Next: nothing; syncd goes on.",
            after,
        )
    if status >= 500:
        return Unreachable(
            f"{where}: Google failed ({status} {reason}). Next: nothing; syncd tries again.", after
        )
    if status == 403 and reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return Refused(
            f"{where}: the API is not enabled in the project of the credentials. Next: enable the "
            "Google Calendar API (and the Google Tasks API for tasks) at "
            "https://console.cloud.google.com/apis/library, and wait a few minutes."
        )
    if status == 403 and reason in ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
        return Refused(
            f"{where}: the sign-in does not allow this. {_right_missing(name)} "
            f"Next: syncd doctor {_quoted(name.partition('/')[0])} says which right is missing; "
            f"{_sign_in(name, begin='')} asks for all that the config needs now."
        )
    if status == 403:
        return Refused(
            f"{where}: Google does not allow this ({reason}: {said}). Next: see that you may "
            "change the calendar (Settings, Share with specific people)."
        )
    if status in (404, 410):
        return Refused(
            f"{where}: Google has no such calendar, or not for this sign-in. Next: check calendar: "
            "in the config, and who signed in."
        )
    return Refused(
        f"{where}: Google turned this down ({status} {reason}: {said}). Next: see syncd doctor."
    )


def _not_signed_in(error: RefreshError, where: str, name: str, testing: str) -> CalendarError:
    told: Any = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    kind = str(told.get("error", ""))
    said = str(told.get("error_description", "")) or str(error.args[0] if error.args else error)
    if error.retryable:
        return Unreachable(
            f"{where}: Google's sign-in does not answer ({said[:200]}). Next: nothing; syncd tries "
            "again."
        )
    if kind == "invalid_grant":
        why = testing or (
            "It was revoked, or was not used for six months, or the password was changed"
        )
        return SignedOut(f"{where}: the sign-in to Google has ended. {why}. {_sign_in(name)}")
    if kind == "invalid_client":
        return Refused(
            f"{where}: Google does not know the OAuth client any more. Next: download its JSON "
            f"again, then {_sign_in(name, begin='')}"
        )
    if kind in ("unauthorized_client", "access_denied"):
        return Refused(
            f"{where}: the service account may not act for its subject ({said[:200]}). Next: grant "
            "it domain-wide delegation for the scopes that syncd auth google prints."
        )
    return SignedOut(
        f"{where}: Google does not take the sign-in ({kind or said[:200]}). {_sign_in(name)}"
    )


def _right_missing(name: str) -> str:
    if name.endswith(" tasks"):
        return "A list has as: task, perhaps since it was made."
    if "/" in name:
        return "The config has credit:, perhaps since it was made."
    return "A calendar that syncd did not make must be given in config by its id, or as primary."


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _sign_in(name: str, begin: str = "Next: ") -> str:
    return f"{begin}syncd auth google {account_of(name)}"


def reason_of(error: HttpError) -> str:
    """Google's word for what is wrong, such as `rateLimitExceeded`; empty where it has none."""
    told = _told(error)
    details = told.get("details")
    for each in details if isinstance(details, list) else []:
        if isinstance(each, dict) and each.get("reason"):
            return str(each["reason"])
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _message_of(error: HttpError) -> str:
    return " ".join(str(_told(error).get("message", "")).split())[:200]


def _told(error: HttpError) -> dict[str, Any]:
    try:
        told = json.loads(error.content).get("error")
    except (ValueError, AttributeError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def _retry_after(error: HttpError) -> timedelta | None:
    value = str(error.resp.get("retry-after", ""))
    return timedelta(seconds=min(int(value), 86_400)) if value.isdecimal() else None
