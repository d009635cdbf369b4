"""Requests to one CardDAV server as one user, and what can go wrong, in sentences.

No redirect is followed by itself: whoever asks decides where a password may go. An answer has an
end, in bytes and in time, and its XML resolves no entities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import niquests
from lxml import etree
from niquests.auth import HTTPBasicAuth, HTTPDigestAuth
from urllib3.exceptions import HTTPError

from syncd import __version__, markup
from syncd.answers import TooLarge, deadline, whole
from syncd.errors import CalendarError, Refused, Unreachable
from syncd.model.roster import AddressBook

_FAILURES = (
    *(niquests.exceptions.RequestException, HTTPError, OSError),
    *(ValueError, KeyError),  # of an answer that makes no sense, such as a challenge without realm
)
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""
PATIENCE = 120.0
"""Seconds for a whole answer."""
LONGEST = 50_000_000
"""Bytes of a whole answer."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    location: str
    """Where it sends to; empty where it does not."""
    body: bytes


class Wire:
    """Sends requests, for one thread."""

    def __init__(self, settings: AddressBook) -> None:
        self._settings = settings
        self._session = niquests.Session()
        self._auth: Any = None
        self.server = ""
        """What the server calls itself, as far as it has said so."""
        parts = urlsplit(settings.url)
        # Basic at once where nobody can listen; else the server is to name what it takes.
        if settings.username and (parts.scheme == "https" or parts.hostname in LOOPBACK):
            self._auth = HTTPBasicAuth(settings.username, settings.password.reveal())

    @property
    def called(self) -> str:
        """The address book, for messages."""
        return f"Address book {self._settings.name}"

    def request(self, method: str, url: str, body: str, depth: int) -> Answer:
        """Send one request and give the answer, redirects included. Raises Unreachable where there
        is none, Refused where the server does not accept who we are."""
        answer, offered = self._send(method, url, body, depth)
        if answer.status == 401 and self._settings.username and self._other(offered):
            answer, _ = self._send(method, url, body, depth)
        if answer.status == 401:
            raise self._refused()
        if answer.status in (429, 503):
            raise Unreachable(
                f"{self.called}: {_host(url)} is busy ({answer.status}). "
                "Next: nothing; syncd tries again."
            )
        return answer

    def multistatus(self, method: str, url: str, body: str, depth: int) -> etree._Element:
        """Send one request that is answered by a multistatus. Raises Unreachable and Refused."""
        return self.parsed(self.request(method, url, body, depth), url)

    def parsed(self, answer: Answer, url: str) -> etree._Element:
        """The multistatus that `url` answered. Raises Unreachable and Refused where it is none."""
        if answer.status >= 500 and answer.status not in (501, 505, 507):
            raise Unreachable(
                f"{self.called}: {_host(url)} failed ({answer.status}). "
                "Next: nothing; syncd tries again."
            )
        if answer.status != 207:
            raise Refused(
                f"{self.called}: {_host(url)} does not let it be read ({answer.status}). "
                "Next: check its carddav address and your rights on the server."
            )
        try:
            return markup.read(answer.body)
        except ValueError as error:
            raise Unreachable(
                f"{self.called}: {_host(url)} answered with something that is not XML. "
                "Next: check its carddav address; syncd tries again."
            ) from error

    def reach(self, url: str) -> None:
        """Have an answer to a question that needs no sign-in, whatever it is. Raises Unreachable
        where there is none, Refused where nobody vouches for the server."""
        self._send("OPTIONS", url, "", 0, signed=False)

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def _other(self, offered: str) -> bool:
        """Sign in as the server names it; False where that was tried, or we know no such way."""
        secret = self._settings.username, self._settings.password.reveal()
        if "digest" in offered.lower() and not isinstance(self._auth, HTTPDigestAuth):
            self._auth = HTTPDigestAuth(*secret)
            return True
        if "digest" not in offered.lower() and self._auth is None:
            self._auth = HTTPBasicAuth(*secret)
            return True
        return False

    def _send(
        self, method: str, url: str, body: str, depth: int, *, signed: bool = True
    ) -> tuple[Answer, str]:
        headers = {
            "User-Agent": f"syncd/{__version__}",
            "Content-Type": 'application/xml; charset="utf-8"',
            "Accept-Encoding": "identity",
            "Depth": str(depth),
        }
        try:
            with deadline(self._session.close) as late:
                response: Any = self._session.request(
                    method,
                    url,
                    data=body.encode(),
                    headers=headers,
                    auth=self._auth if signed else None,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                )
                content = whole(response, late)
        except _FAILURES as error:
            raise self._unreachable(url, error) from error
        self.server = str(response.headers.get("Server") or "") or self.server
        answer = Answer(
            status=int(response.status_code or 0),
            location=str(response.headers.get("Location") or ""),
            body=content,
        )
        return answer, str(response.headers.get("WWW-Authenticate") or "")

    def _refused(self) -> Refused:
        if not self._settings.username:
            return Refused(
                f"{self.called} wants a username and a password (401). "
                "Next: add username and password to its config."
            )
        origin = self._settings.password.origin
        return Refused(f"{self.called} refused the password (401). Next: check {origin}.")

    def _unreachable(self, url: str, error: Exception) -> CalendarError:
        if isinstance(error, niquests.exceptions.SSLError):
            return Refused(
                f"{self.called}: {_host(url)} has no certificate that this machine trusts. "
                "Next: check the address, or the server's certificate; "
                "a CA of your own is named by SSL_CERT_FILE."
            )
        if isinstance(error, niquests.exceptions.Timeout | TimeoutError):
            return Unreachable(
                f"{self.called}: {_host(url)} did not answer in time. "
                "Next: nothing; syncd tries again."
            )
        if isinstance(error, TooLarge):
            return Unreachable(
                f"{self.called}: {_host(url)} answered with more than syncd takes. "
                "Next: check its carddav address; syncd tries again."
            )
        if isinstance(error, niquests.exceptions.ProxyError):
            return Unreachable(
                f"{self.called}: {_host(url)} cannot be reached by way of the proxy. "
                "Next: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY; syncd tries again."
            )
        return Unreachable(
            f"{self.called}: {_host(url)} cannot be reached. "
            "Next: check the network and its carddav address; syncd tries again."
        )


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
