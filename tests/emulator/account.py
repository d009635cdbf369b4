"""A Google user as one test has them: calendars, tasks, what was asked, and what goes wrong."""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.emulator.calendar import Calendar, Ticks
from tests.emulator.faults import Fault
from tests.emulator.oauth import APP, Grant
from tests.emulator.tasklist import TaskList

if TYPE_CHECKING:
    from tests.emulator.google import Emulator

Json = dict[str, Any]
ALL = ("https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/tasks")


@dataclass(frozen=True)
class Part:
    """One part of a batch."""

    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Request:
    """One request of syncd's that was answered, or whose connection was closed (status 0)."""

    method: str
    path: str
    status: int
    query: Json = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} {[str(p) for p in self.parts] or ''}"


@dataclass(eq=False)
class Account:
    """One user of the emulator."""

    google: Emulator
    email: str
    zone: str = "Europe/Berlin"
    kind: str = "google"
    testing: bool = False
    """Whether the app that they sign in to is in Testing."""
    delegated: bool = True
    """Whether a service account may act for them."""
    enabled: bool = True
    """Whether the APIs are enabled in the app's project."""
    shift: timedelta = timedelta()
    quota: int | None = 600
    """Parts a minute for this user."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    tasklists: dict[str, TaskList] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    journal: list[Request] = field(default_factory=list)
    spent: deque[datetime] = field(default_factory=deque)
    clock: Callable[[], datetime] | None = None
    ticks: Ticks = field(default_factory=Ticks)

    def __post_init__(self) -> None:
        self.client = f"{secrets.token_hex(6)}.apps.googleusercontent.com"
        self.secret = f"GOCSPX-{secrets.token_urlsafe(12)}"
        self.google.oauth.clients[self.client] = self.secret
        self.add_calendar(self.email, self.email)
        self.add_tasklist("My Tasks")

    @property
    def url(self) -> str:
        return self.google.url

    def now(self) -> datetime:
        """The time on Google's clock."""
        return (self.clock() if self.clock else datetime.now(UTC)) + self.shift

    # -- what they have

    def add_calendar(self, id: str, summary: str, *, app: str = "", zone: str = "") -> Calendar:
        """Make a calendar; with `app` it is that OAuth client's."""
        made = Calendar(
            id=id,
            summary=summary,
            zone=zone or self.zone,
            clock=self.now,
            ticks=self.ticks,
            owner=self.email,
            app=app,
            oldest=self.ticks.now,
        )
        self.calendars[id] = made
        return made

    def add_tasklist(self, title: str) -> TaskList:
        made = TaskList(secrets.token_urlsafe(12), title, self.now, self.ticks)
        self.tasklists[made.id] = made
        return made

    def named(self, summary: str) -> Calendar:
        """The one calendar called so. Raises LookupError."""
        found = [each for each in self.calendars.values() if each.summary == summary]
        if len(found) != 1:
            raise LookupError(f"{len(found)} calendars are called «{summary}»")
        return found[0]

    def expire_sync_tokens(self) -> None:
        """No token that was given out is known any more."""
        tick = self.ticks.next()
        for each in self.calendars.values():
            each.oldest = tick

    # -- signing in

    def credentials_file(self, folder: Path) -> Path:
        """The JSON of the OAuth client, as Google's console gives it."""
        path = folder / "client_secret.json"
        told = {
            "client_id": self.client,
            "project_id": "syncd-tests",
            "auth_uri": f"{self.url}o/oauth2/v2/auth",
            "token_uri": f"{self.url}token",
            "client_secret": self.secret,
            "redirect_uris": ["http://localhost"],
        }
        path.write_text(json.dumps({"installed": told}))
        path.chmod(0o600)
        return path

    def token_file(self, folder: Path, scopes: Sequence[str] = ALL, **more: Any) -> Path:
        """What a sign-in leaves."""
        grant = self.granted(self.client, scopes)
        path = folder / "token.json"
        told = {
            "refresh_token": self.google.oauth.refreshing(grant),
            "token_uri": f"{self.url}token",
            "client_id": self.client,
            "client_secret": self.secret,
            "scopes": list(scopes),
            "type": "authorized_user",
            "syncd": {"granted": self.now().isoformat(), "testing": self.testing},
            **more,
        }
        path.write_text(json.dumps(told))
        path.chmod(0o600)
        return path

    def granted(self, client: str, scopes: Sequence[str]) -> Grant:
        return Grant(self, client, tuple(scopes), self.now(), testing=self.testing)

    def service_account_file(self, folder: Path) -> Path:
        """A service account's key, as Google's console gives it."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        address = f"syncd-{secrets.token_hex(4)}@syncd-tests.iam.gserviceaccount.com"
        self.google.oauth.service_accounts[address] = (self, public.decode())
        path = folder / "service-account.json"
        told = {
            "type": "service_account",
            "project_id": "syncd-tests",
            "private_key_id": secrets.token_hex(20),
            "private_key": private,
            "client_email": address,
            "client_id": "1234567890",
            "token_uri": f"{self.url}token",
        }
        path.write_text(json.dumps(told))
        path.chmod(0o600)
        return path

    def consent(self, url: str, *, without: tuple[str, ...] = ()) -> str:
        """What pressing Allow in a browser gives: the address that it ends at."""
        return self.google.oauth.consent(self, url, without=without)

    def revoke(self) -> None:
        """Take back whatever apps were allowed."""
        oauth = self.google.oauth
        for grant in (*oauth.refresh.values(), *(each for each, _ in oauth.access.values())):
            if grant.account is self and grant.client != APP:
                grant.revoked = True

    def app_token(self) -> str:
        """An access token for the user's own app, which counts against no quota."""
        return self.google.oauth.given(self.granted(APP, ALL))

    # -- what was asked, and what goes wrong

    def fail(self, *faults: Fault) -> None:
        """Let go wrong what `faults` say."""
        self.faults += faults

    def mark(self) -> int:
        """Where the journal stands now, for `requests`."""
        return len(self.journal)

    def requests(self, since: int = 0) -> list[Request]:
        """What syncd asked after `since`; requests for tokens aside."""
        return self.journal[since:]

    def spend(self, parts: int = 1) -> bool:
        """Count `parts` against the quota; False where it is used up."""
        if self.quota is None:
            return True
        now = self.now()
        while self.spent and self.spent[0] <= now - timedelta(minutes=1):
            self.spent.popleft()
        if len(self.spent) + parts > self.quota:
            return False
        self.spent.extend([now] * parts)
        return True
