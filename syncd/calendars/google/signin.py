"""Signing in to Google: which rights are asked for, and how a sign-in comes to be.

Nothing is printed or asked here: whoever calls shows the address and brings back what the browser
ended at (RFC 8252, RFC 7636).
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google_auth_httplib2
import httplib2
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials as ServiceAccount
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import AccessDeniedError, MismatchingStateError, OAuth2Error
from requests import RequestException

from syncd.calendars.google.place import is_given
from syncd.calendars.google.wire import TIMEOUT, Wire
from syncd.errors import Refused, UsageError
from syncd.model.roster import CalendarSettings

_ROOT = "https://www.googleapis.com/auth/"
EVENTS = f"{_ROOT}calendar.events"
READ = f"{_ROOT}calendar.events.readonly"
OWN = f"{_ROOT}calendar.app.created"
LISTED = f"{_ROOT}calendar.calendarlist.readonly"
TASKS = f"{_ROOT}tasks"
WHY = {
    EVENTS: "to read and write events in a calendar that is there already",
    OWN: "to make a calendar of its own, and to read and write what is in it; no other",
    READ: "to read the meetings in the calendars that credit: names",
    LISTED: "to find a calendar by its name; it shows what your calendars are called",
    TASKS: "to read and write tasks, since a list of yours has as: task",
}
PATIENCE = 600
"""Seconds that somebody may take in front of the consent page."""
MANUAL = "http://127.0.0.1:1/"
"""Where a browser on another machine ends: nothing answers there, and its address is the answer."""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What came of a sign-in."""

    token: Mapping[str, Any]
    """What is to be kept in the token file."""
    scopes: tuple[str, ...]


def scopes_for(
    calendars: Iterable[CalendarSettings], diaries: Iterable[CalendarSettings] = ()
) -> tuple[str, ...]:
    """The least rights that `calendars` and, only to be read, `diaries` need, all of one
    sign-in."""
    found: dict[str, None] = {}
    for each in calendars:
        if each.is_tasks:
            found[TASKS] = None
        elif is_given(each.calendar):
            found[EVENTS] = None
        else:
            found[OWN] = None
            found[LISTED] = None
    for each in diaries:
        if EVENTS not in found:  # which allows as much
            found[READ] = None
        if not is_given(each.calendar):
            found[LISTED] = None
    return tuple(found)


class SignIn:
    """A sign-in of a person to the OAuth client that the file `credentials` holds. Raises
    UsageError where it holds none."""

    def __init__(self, credentials: Path, scopes: tuple[str, ...]) -> None:
        self._scopes = scopes
        told = _client(credentials)
        self._token_address = str(told["token_uri"])
        self._flow = InstalledAppFlow.from_client_config({"installed": told}, scopes=list(scopes))

    def in_browser(self, message: str, *, port: int = 0, seconds: int = PATIENCE) -> Granted:
        """Open the browser of this machine, and await what it ends at; `message`, in which `{url}`
        is the address, is printed beside. Raises Refused."""
        return self._granted(
            lambda: self._flow.run_local_server(
                host="127.0.0.1",
                port=port,
                authorization_prompt_message=message,
                success_message="Signed in. You can close this page and go back to syncd.",
                timeout_seconds=seconds,
                access_type="offline",
                prompt="consent",
            )
        )

    def address(self) -> str:
        """The address to open in any browser, on whatever machine."""
        self._flow.redirect_uri = MANUAL
        with _oauthlib(self._token_address):
            url, _ = self._flow.authorization_url(access_type="offline", prompt="consent")
        return str(url)

    def redeem(self, pasted: str) -> Granted:
        """What the address gives that a browser ended at. Raises Refused, or UsageError where it is
        no such address."""
        pasted = "".join(pasted.split())
        parts = urlsplit(pasted)
        if not parts.query or ("code=" not in parts.query and "error=" not in parts.query):
            raise UsageError(
                "That is not the address that the browser ended at: it begins with "
                f"{MANUAL} and holds code=. Nothing was changed. Next: syncd auth google again."
            )
        return self._granted(
            lambda: self._flow.fetch_token(
                authorization_response=pasted.replace("http://", "https://", 1), timeout=TIMEOUT
            )
        )

    def _granted(self, ask: Callable[[], object]) -> Granted:
        try:
            with _oauthlib(self._token_address):
                ask()
        except MismatchingStateError as error:
            raise Refused(
                "The address is of another sign-in than this one. Nothing was changed. "
                "Next: syncd auth google again, and paste what that one ends at."
            ) from error
        except AccessDeniedError as error:
            raise Refused(
                "Google says that access was denied (Cancel was pressed, or the account is no test "
                "user of the app). Nothing was changed. Next: syncd auth google again."
            ) from error
        except WSGITimeoutError as error:
            raise Refused(
                "Nobody signed in within ten minutes. Nothing was changed. "
                "Next: syncd auth google again, or with --no-browser."
            ) from error
        except OAuth2Error as error:
            said = error.description or error.error
            raise Refused(
                f"Google does not give a sign-in ({said}). Nothing was changed. "
                "Next: check the credentials file, then syncd auth google again."
            ) from error
        except (RequestException, OSError) as error:
            raise Refused(
                f"Google's sign-in does not answer ({type(error).__name__}). Nothing was changed. "
                "Next: check the network, then syncd auth google again."
            ) from error
        return self._checked()

    def _checked(self) -> Granted:
        """The sign-in, if it allows all that is needed and lasts."""
        session = self._flow.oauth2session.token
        told = session.get("scope") or []
        granted = told.split() if isinstance(told, str) else list(told)
        missing = [each for each in self._scopes if each not in granted]
        if missing:
            names = ", ".join(each.removeprefix(_ROOT) for each in missing)
            raise Refused(
                f"Google was not allowed {names}: a box was left unticked. Nothing was changed. "
                "Next: syncd auth google again, and tick every box."
            )
        if not session.get("refresh_token"):
            raise Refused(
                "Google gave a sign-in that ends within the hour. Nothing was changed. Next: take "
                "syncd out at https://myaccount.google.com/permissions, then syncd auth google."
            )
        token = json.loads(self._flow.credentials.to_json())
        token.pop("token", None)
        token.pop("expiry", None)
        return Granted(token={**token, "scopes": list(self._scopes)}, scopes=self._scopes)


def by_service_account(file: Path, subject: str | None, scopes: tuple[str, ...]) -> Granted:
    """A sign-in by a service account's key, for `subject` where one is named; it is tried. Raises
    UsageError where the file holds no key, Refused where Google does not take it."""
    told = _json(file)
    if told.get("type") != "service_account":
        raise UsageError(f"{file} is no service account's key: its type is not service_account.")
    try:
        made: Any = ServiceAccount.from_service_account_info(  # type: ignore[no-untyped-call]
            told, scopes=list(scopes), subject=subject
        )
    except (ValueError, GoogleAuthError) as error:
        raise UsageError(
            f"{file} is no service account's key. Next: make a new one (IAM, Service accounts, "
            "Keys) and take its JSON as it is."
        ) from error
    try:
        made.refresh(google_auth_httplib2.Request(Wire()))
    except (GoogleAuthError, httplib2.HttpLib2Error, OSError) as error:
        whom = f" for {subject}" if subject else ""
        raise Refused(
            f"Google does not let the service account act{whom} ({str(error)[:200]}). Nothing was "
            "changed. Next: grant its client id domain-wide delegation for these scopes: "
            f"{','.join(scopes)}"
        ) from error
    ours = {"subject": subject, "scopes": list(scopes)}
    return Granted(token={**told, "syncd": ours}, scopes=scopes)


def kept(granted: Granted, now: datetime, *, testing: bool) -> str:
    """The text of the token file. `testing` says whether the app is in Testing."""
    ours = dict(granted.token.get("syncd") or {})
    ours |= {"granted": now.isoformat(), "testing": testing}
    return json.dumps({**granted.token, "syncd": ours}, indent=2) + "\n"


# -- the file of the OAuth client


def _client(path: Path) -> dict[str, Any]:
    told = _json(path)
    if told.get("type") == "service_account":
        raise UsageError(
            f"{path} is a service account's key. Next: syncd auth google --service-account {path}"
        )
    if "web" in told:
        raise UsageError(
            f"{path} is of a web application. Next: make an OAuth client of the type Desktop app "
            "and download its JSON."
        )
    client = told.get("installed")
    needed = ("client_id", "client_secret", "auth_uri", "token_uri")
    if not isinstance(client, dict) or not all(isinstance(client.get(n), str) for n in needed):
        raise UsageError(
            f"{path} is no OAuth client's JSON. Next: download it again from Google's console "
            "(Clients, Desktop app, Download JSON)."
        )
    return client


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}. Next: put the downloaded JSON "
            "there, or correct credentials: in the config."
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is no JSON. Next: download it again.") from error
    if not isinstance(told, dict):
        raise UsageError(f"{path} is no OAuth client's JSON. Next: download it again.")
    return told


@contextlib.contextmanager
def _oauthlib(token_address: str) -> Iterator[None]:
    """With oauthlib as it must be: it takes fewer rights than were asked for as an answer, which
    is judged here; and only an emulator on this machine is talked to without TLS."""
    wanted = {"OAUTHLIB_RELAX_TOKEN_SCOPE": "1"}
    if _here(token_address):
        wanted["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _here(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
