"""One server, one user: requests, sign-in, and what can go wrong on the way, in sentences.

The caldav library's client holds the session and does the signing-in. Its `request` is passed by,
since it follows a redirect of a PROPFIND with a GET, hides the headers of a refusal, and gives up
on an answer of which only one display name is not XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import niquests
from caldav.davclient import DAVClient
from caldav.lib.error import parse_preconditions, parse_retry_after
from lxml import etree
from urllib3.exceptions import HTTPError

from syncd import __version__, markup
from syncd.answers import TooLarge, deadline, whole
from syncd.calendars.tally import REQUESTS
from syncd.errors import CalendarError, Refused, Unreachable

_FAILURES = (
    *(niquests.exceptions.RequestException, HTTPError, OSError),
    *(ValueError, KeyError),  # of an answer that makes no sense, such as a challenge without realm
)
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""
REDIRECTS = (301, 302, 303, 307, 308)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300

    @property
    def etag(self) -> str:
        """The ETag, as it stands; empty where there is none."""
        return self.headers.get("ETag") or ""

    @property
    def preconditions(self) -> frozenset[str]:
        """The names, without namespace, of the preconditions that failed (RFC 4918 16)."""
        return frozenset(tag.rpartition("}")[2] for tag in parse_preconditions(self.body))


class Transport:
    """Sends requests to one server as one user. May be shared by threads. `awake` sees before each
    that the server is up, or raises Unreachable: most need nobody for that."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        username: str,
        password: str,
        origin: str,
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.username = username
        self.scheme = ""
        """How the server was last signed in to: `basic` or `digest`; empty while unknown."""
        self.served: Mapping[str, str] = {}
        """The headers of its last answer, by which it may be known."""
        self._url = url
        self._password = password
        self._origin = origin
        self._awake = awake
        self._client: DAVClient | None = None
        self._lock = Lock()

    @property
    def host(self) -> str:
        """The server, for messages."""
        return urlsplit(self._url).netloc.rpartition("@")[2]

    def request(
        self,
        method: str,
        url: str,
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and give the answer, whatever it is, redirects included. Raises
        Unreachable where there is none or the server asks for time, Refused where it does not
        accept who we are."""
        self._awake()
        answer = self._send(method, url, body, headers or {})
        if answer.status == 401 and self.username:
            self._sign_in(answer)
            answer = self._send(method, url, body, headers or {})
        if answer.status == 401:
            raise self.refused_password()
        if answer.status in (429, 503):
            seconds = parse_retry_after(answer.headers.get("Retry-After") or "")
            after = None if seconds is None else timedelta(seconds=max(0.0, min(seconds, 86400.0)))
            raise Unreachable(
                f"Calendar {self.name}: {self.host} is busy ({answer.status}). "
                "Next: nothing; syncd tries again.",
                after,
            )
        self.served = answer.headers
        if not self.scheme and answer.ok and self._client is not None:
            self.scheme = _scheme(self._client)
        return answer

    def ensure(self, answer: Answer, what: str) -> Answer:
        """`answer`, where it is a success. Raises Unreachable for a server's failure and Refused
        for its refusal; `what` says what was to be done, as in `read it`."""
        if answer.ok:
            return answer
        told = f"{answer.status} {answer.reason}".strip()
        if answer.status >= 500 and answer.status not in (501, 505, 507):
            raise Unreachable(
                f"Calendar {self.name}: {self.host} failed to {what} ({told}). "
                "Next: nothing; syncd tries again."
            )
        raise Refused(
            f"Calendar {self.name}: {self.host} does not let {self.username or 'anybody'} {what} "
            f"({told}). Next: check the calendar's url and rights on the server."
        )

    def refused_password(self) -> Refused:
        """What to say of a 401."""
        if not self.username:
            return Refused(
                f"Calendar {self.name}: {self.host} wants a username and a password (401). "
                "Next: add username and password to its config."
            )
        return Refused(
            f"Calendar {self.name} refused the password (401). Next: check {self._origin}."
        )

    def close(self) -> None:
        """Let go of connections; the next request makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _send(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        client = self._connected()
        merged = dict(client.headers.items())
        merged.update({"Accept-Encoding": "identity", **headers})
        if not body:
            merged.pop("Content-Type", None)
        REQUESTS.add(self.name)
        try:
            with deadline(self.close) as late:
                response: Any = client.session.request(
                    method,
                    url,
                    data=body.encode() if body else None,
                    headers=merged,
                    auth=client.auth,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                )
                content = whole(response, late)
        except _FAILURES as error:
            raise self._unreachable(error) from error
        return Answer(
            status=int(response.status_code or 0),
            reason=str(response.reason or ""),
            headers=response.headers,
            body=content,
        )

    def _unreachable(self, error: Exception) -> CalendarError:
        where = f"Calendar {self.name}: {self.host}"
        if isinstance(error, niquests.exceptions.SSLError):
            return Refused(
                f"{where} has no certificate that this machine trusts. "
                "Next: check the address, or the server's certificate; "
                "a CA of your own is named by SSL_CERT_FILE."
            )
        if isinstance(error, TooLarge):
            return Unreachable(
                f"{where} answered with more than syncd takes. "
                "Next: check the calendar's url; syncd tries again."
            )
        if isinstance(error, niquests.exceptions.Timeout | TimeoutError):
            return Unreachable(f"{where} did not answer in time. Next: nothing; syncd tries again.")
        if isinstance(error, niquests.exceptions.ProxyError):
            return Unreachable(
                f"{where} cannot be reached by way of the proxy ({_short(error)}). "
                "Next: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY; syncd tries again."
            )
        return Unreachable(
            f"{where} cannot be reached ({_short(error)}). "
            "Next: check the network and the calendar's url; syncd tries again."
        )

    def _connected(self) -> DAVClient:
        with self._lock:
            if self._client is None:
                self._client = self._made(self.scheme or self._first_scheme())
            return self._client

    def _first_scheme(self) -> str | None:
        """Basic at once where nobody can listen: it saves a request, and some servers answer an
        unauthenticated PROPFIND instead of asking for a name."""
        if not self.username:
            return None
        parts = urlsplit(self._url)
        return "basic" if parts.scheme == "https" or parts.hostname in _LOOPBACK else None

    def _made(self, scheme: str | None) -> DAVClient:
        client = DAVClient(
            url=self._url,
            username=self.username or None,
            password=self._password if self.username else None,
            auth_type=scheme,
            enable_rfc6764=False,
            headers={
                "User-Agent": f"syncd/{__version__}",
                "Content-Type": 'application/xml; charset="utf-8"',
                "Accept": "text/xml, application/xml, text/calendar, */*",
            },
        )
        adapters: Any = client.session.adapters.values()
        for adapter in adapters:
            # Nobody looks every five seconds at connections that wait: one that the server closed
            # is noticed when it is to be used.
            pools = adapter.poolmanager
            pools.pool_classes_by_scheme = {
                scheme: partial(pool, background_watch_delay=None)
                for scheme, pool in pools.pool_classes_by_scheme.items()
            }
        return client

    def _sign_in(self, answer: Answer) -> None:
        """Choose the way to sign in that the server names. Raises Refused where it is the one that
        was used, or none that we know."""
        with self._lock:
            client = self._client
            assert client is not None
            offered = client.extract_auth_types(answer.headers.get("WWW-Authenticate") or "basic")
            scheme = next((each for each in ("digest", "basic") if each in offered), None)
            if scheme is None or scheme == (_scheme(client) or None):
                self.scheme = ""
                raise self.refused_password()
            client.auth_type = scheme
            client.build_auth_object()
            self.scheme = scheme

    def demand_sign_in(self) -> bool:
        """Sign in although the server did not ask. Gives whether that is anything new."""
        with self._lock:
            client = self._client
            if client is None or client.auth is not None or not self.username:
                return False
            client.auth_type = "basic"
            client.build_auth_object()
            self.scheme = "basic"
            return True


def _scheme(client: DAVClient) -> str:
    if client.auth is None:
        return ""
    return "digest" if "Digest" in type(client.auth).__name__ else "basic"


def _short(error: Exception) -> str:
    """The innermost reason, without addresses of objects and the like."""
    text = str(error)
    for known in ("Connection refused", "Name or service not known", "Network is unreachable"):
        if known.lower() in text.lower():
            return known.lower()
    found = re.search(r"\[Errno -?\d+\] ([^'\")>]+)", text)
    return found.group(1).strip().lower() if found else "the connection broke"


def parsed(transport: Transport, answer: Answer) -> etree._Element:
    """The answer's XML. Raises Unreachable where it is none."""
    try:
        return markup.read(answer.body)
    except ValueError as error:
        raise Unreachable(
            f"Calendar {transport.name}: {transport.host} answered with something that is not XML. "
            "Next: check the calendar's url; syncd tries again."
        ) from error
