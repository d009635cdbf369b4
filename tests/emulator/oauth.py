"""Signing in: the consent page and the token address (RFC 6749, RFC 7636, RFC 7523)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from google.auth import jwt

if TYPE_CHECKING:
    from tests.emulator.account import Account

Json = dict[str, Any]
APP = "users-own-app"
"""The client of the user's own app, whose tokens do not end."""
LIFE = timedelta(hours=1)
"""Of an access token."""
TESTING = timedelta(days=7)
"""Of a refresh token of an app that is not published."""


class OAuthError(Exception):
    """What the token address answers."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass
class Grant:
    """What somebody let an app do."""

    account: Account
    client: str
    scopes: tuple[str, ...]
    since: datetime
    testing: bool = False
    revoked: bool = False


@dataclass
class Asked:
    """A consent that waits for its code to be redeemed."""

    grant: Grant
    challenge: str
    redirect: str


class OAuth:
    """Clients, grants, codes and tokens."""

    def __init__(self) -> None:
        self.clients: dict[str, str] = {}
        """Secrets by client id."""
        self.service_accounts: dict[str, tuple[Account, str]] = {}
        """By the service account's address: for whom it may act, and its certificate's key."""
        self.codes: dict[str, Asked] = {}
        self.refresh: dict[str, Grant] = {}
        self.access: dict[str, tuple[Grant, datetime]] = {}
        self.asked: list[str] = []
        """The grant types of all requests for tokens."""

    # -- the person in front of the browser

    def consent(self, account: Account, url: str, *, without: tuple[str, ...] = ()) -> str:
        """Press Allow, all boxes ticked but those that end as `without` says: the address to which
        the browser is sent."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        back = {"state": query["state"]} if "state" in query else {}
        if query.get("client_id") not in self.clients:
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        scopes = tuple(
            each for each in query["scope"].split() if not each.endswith(without or ("\0",))
        )
        code = f"4/{secrets.token_urlsafe(16)}"
        grant = Grant(
            account=account,
            client=query["client_id"],
            scopes=scopes,
            since=account.now(),
            testing=account.testing,
        )
        self.codes[code] = Asked(grant, query.get("code_challenge", ""), query["redirect_uri"])
        told = urlencode({**back, "code": code, "scope": " ".join(scopes)})
        return f"{query['redirect_uri']}?{told}"

    def refusal(self, url: str) -> str:
        """Press Cancel."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        told = urlencode({"error": "access_denied", "state": query.get("state", "")})
        return f"{query['redirect_uri']}?{told}"

    # -- the token address

    def token(self, form: Mapping[str, str]) -> Json:
        """Raises OAuthError."""
        kind = form.get("grant_type", "")
        self.asked.append(kind)
        if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._for_service_account(form.get("assertion", ""))
        if self.clients.get(form.get("client_id", "")) != form.get("client_secret"):
            raise OAuthError("invalid_client", "Unauthorized", 401)
        if kind == "refresh_token":
            grant = self.refresh.get(form.get("refresh_token", ""))
            if grant is None or self._is_dead(grant):
                raise OAuthError("invalid_grant", "Token has been expired or revoked.")
            return self._given(grant)
        if kind == "authorization_code":
            asked = self.codes.pop(form.get("code", ""), None)
            if asked is None or asked.redirect != form.get("redirect_uri"):
                raise OAuthError("invalid_grant", "Malformed auth code.")
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if asked.challenge and asked.challenge != proof:
                raise OAuthError("invalid_grant", "Invalid code verifier.")
            return {**self._given(asked.grant), "refresh_token": self.refreshing(asked.grant)}
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def refreshing(self, grant: Grant) -> str:
        """A refresh token for `grant`."""
        token = f"1//{secrets.token_urlsafe(20)}"
        self.refresh[token] = grant
        return token

    def given(self, grant: Grant) -> str:
        """An access token for `grant`."""
        token = f"ya29.{secrets.token_urlsafe(20)}"
        self.access[token] = (grant, grant.account.now() + LIFE)
        return token

    def of(self, token: str) -> Grant | None:
        """The grant of an access token; None where it holds no more."""
        grant, until = self.access.get(token, (None, None))
        if grant is None or until is None or self._is_dead(grant):
            return None
        if until <= grant.account.now() and grant.client != APP:
            return None
        return grant

    def _is_dead(self, grant: Grant) -> bool:
        return grant.revoked or (grant.testing and grant.account.now() >= grant.since + TESTING)

    def _given(self, grant: Grant) -> Json:
        return {
            "access_token": self.given(grant),
            "expires_in": int(LIFE.total_seconds()) - 1,
            "scope": " ".join(grant.scopes),
            "token_type": "Bearer",
        }

    def _for_service_account(self, assertion: str) -> Json:
        try:
            claims = json.loads(_padded(assertion.split(".")[1]))
            account, certificate = self.service_accounts[claims["iss"]]
            jwt.decode(assertion, certs=certificate, verify=True, clock_skew_in_seconds=60)
        except (ValueError, KeyError, IndexError) as error:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.") from error
        subject = claims.get("sub", claims["iss"])
        if subject not in (account.email, claims["iss"]) or not account.delegated:
            message = "Client is unauthorized to retrieve access tokens using this method."
            raise OAuthError("unauthorized_client", message, 401)
        grant = Grant(account, claims["iss"], tuple(claims["scope"].split()), account.now())
        return self._given(grant)


def _padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
