"""One sign-in to Google, shared by all calendars that are reached by it.

The token file holds it: what google-auth writes of an authorized user, or a service account's key,
with one object of syncd's own, `syncd`: when it was granted and whether the app is in Testing, or
for whom the service account acts. The file is read again whenever it changes, and never written
here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
from google.auth.exceptions import GoogleAuthError
from google.oauth2.credentials import Credentials
from google.oauth2.service_account import Credentials as ServiceAccount
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.http import BatchHttpRequest

from syncd.calendars.google.ends import ending
from syncd.calendars.google.errors import FAILURES, explained
from syncd.calendars.google.pace import Pace
from syncd.calendars.google.wire import Wire
from syncd.errors import CalendarError, Refused
from syncd.model.roster import GoogleSettings, account_of

AGAIN = 3600.0
"""Seconds before a sign-in that has ended is tried again, should it be good again by itself."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """One of Google's APIs, as the library offers it."""

    service: Any
    batch: str
    """Where batches of it go."""
    _kept: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """A resource, such as `events`. The library builds a class each time; it is kept."""
        if name not in self._kept:
            self._kept[name] = getattr(self.service, name)()
        return self._kept[name]


class Account:
    """A sign-in, as `settings` say where it is. May be shared by threads."""

    def __init__(
        self,
        settings: GoogleSettings,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self.pace = pace or Pace()
        self._lock = threading.Lock()
        self._per_thread = threading.local()
        self._stamp: tuple[int, int] | None = None
        self._credentials: Any = None
        self._told: dict[str, Any] = {}
        self._dead: CalendarError | None = None
        self._died = 0.0
        self._apis: dict[str, Api] = {}

    # -- the token file

    def ready(self, name: str) -> None:
        """See that there is a sign-in that is not known to be dead; `name` is the calendar that
        wants it. Raises Refused."""
        with self._lock:
            path = self._settings.token
            try:
                found = path.stat()
            except OSError as error:
                raise _missing(path, name, error) from error
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._told, self._credentials = _read(path, name)
                self._stamp, self._dead = stamp, None
            if self._dead is not None and self._monotonic() < self._died + AGAIN:
                raise type(self._dead)(str(self._dead))

    def died(self, error: CalendarError) -> None:
        """Google said that this sign-in is worth nothing any more. It is not asked again for a
        while, unless somebody signs in."""
        with self._lock:
            self._dead, self._died = error, self._monotonic()

    @property
    def ends(self) -> datetime | None:
        """When the sign-in ends, where that is known: an app in Testing has seven days."""
        return ending(self._told)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the sign-in allows, as far as its file says."""
        ours = self._told.get("syncd")
        found = self._told.get("scopes") or (ours.get("scopes") if isinstance(ours, dict) else ())
        return tuple(str(each) for each in found or ())

    # -- requests

    def refresh(self, name: str) -> None:
        """Sign in anew, for the calendar `name`. Raises Unreachable or Refused."""
        self.ready(name)
        try:
            self._credentials.refresh(google_auth_httplib2.Request(Wire()))
        except FAILURES as error:
            raise explained(error, name, testing=self.testing) from error

    @property
    def testing(self) -> str:
        """What is to be said when the sign-in has ended and its app is in Testing; else empty."""
        if self.ends is None:
            return ""
        return (
            "It was revoked, or its seven days are over: the app is in Testing, where Google ends "
            f"every sign-in after a week ({self.ends:%Y-%m-%d}); publish it, which costs nothing "
            "(In production)"
        )

    def api(self, name: str, version: str) -> Api:
        """One of Google's APIs: `calendar`, `tasks`."""
        with self._lock:
            if name not in self._apis:
                self._apis[name] = _client(name, version, self._settings.endpoint)
            return self._apis[name]

    @property
    def http(self) -> Any:
        """Signs in and sends; each thread has one of its own."""
        kept = getattr(self._per_thread, "http", None)
        if kept is None or kept.credentials is not self._credentials:
            kept = google_auth_httplib2.AuthorizedHttp(self._credentials, http=Wire())
            self._per_thread.http = kept
        return kept

    def close(self) -> None:
        """Let go of this thread's connection."""
        kept = getattr(self._per_thread, "http", None)
        if kept is not None:
            kept.close()
        self._per_thread.http = None


class Batch(BatchHttpRequest):  # type: ignore[misc]
    """A batch in which a part that has no answer has failed, and takes no other with it."""

    def _execute(self, http: Any, order: list[str], requests: dict[str, Any]) -> None:
        super()._execute(http, order, requests)
        for id in order:
            if id not in self._responses:
                self._responses[id] = httplib2.Response({"status": "503"}), b"{}"


def _client(name: str, version: str, endpoint: str) -> Api:
    """Its addresses are those of `endpoint`, batches too; Google's where there is none."""
    document = json.loads(get_static_doc(name, version))
    if endpoint:
        document["rootUrl"] = endpoint
    service = build_from_document(document, http=Wire())
    return Api(service=service, batch=f"{document['rootUrl']}{document['batchPath']}")


def _read(path: Path, name: str) -> tuple[dict[str, Any], Any]:
    """What the token file tells, and credentials from it. Raises Refused."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("type") == "service_account":
            ours = told.get("syncd") or {}
            made: Any = ServiceAccount.from_service_account_info(  # type: ignore[no-untyped-call]
                told, scopes=ours.get("scopes"), subject=ours.get("subject")
            )
            return told, made
        made = Credentials.from_authorized_user_info(  # type: ignore[no-untyped-call]
            told, scopes=told.get("scopes")
        )
        return told, made.with_token_uri(told["token_uri"])
    except OSError as error:
        raise _missing(path, name, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, GoogleAuthError) as error:
        raise Refused(
            f"Calendar {name}: the file {path} holds no sign-in to Google. "
            f"Next: syncd auth google {account_of(name)}"
        ) from error


def _missing(path: Path, name: str, error: OSError) -> Refused:
    next_ = f"Next: syncd auth google {account_of(name)}"
    if isinstance(error, FileNotFoundError):
        return Refused(f"Calendar {name}: nobody has signed in to Google yet. {next_}")
    why = error.strerror or str(error)
    return Refused(f"Calendar {name}: the sign-in in {path} cannot be read ({why}). {next_}")
