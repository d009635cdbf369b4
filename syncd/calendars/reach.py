"""Whether a server can be found, reached, and agrees with this machine's clock: for diagnosis."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from syncd.model.examination import Ailing, Check, Found

SLIGHT, GRAVE = timedelta(minutes=1), timedelta(minutes=5)
"""How far two clocks may be apart."""
PATIENCE = 10.0
"""Seconds for a connection."""


def network(url: str) -> Iterator[tuple[str, Check]]:
    """Whether the server at `url` can be found and reached."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    proxy = getproxies().get(parts.scheme, "")
    if proxy and not proxy_bypass(host):
        shown = urlsplit(proxy).netloc.rpartition("@")[2] or "a proxy"
        yield "network", lambda: Found(said=f"by way of the proxy {shown}")
        return
    yield "resolve", lambda: _resolved(host)
    yield "connect", lambda: _connected(host, port)


def _resolved(host: str) -> Found:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Ailing(
            f"{host} has no address ({error.strerror or error}). "
            "Next: check how it is spelt in the config, and this machine's name server."
        ) from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    return Found(said=f"{host} is {', '.join(addresses[:4])}")


def _connected(host: str, port: int) -> Found:
    begun = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        raise Ailing(
            f"nothing answers at {host}, port {port} ({error.strerror or error}). "
            "Next: check the port, and whether a firewall stands between."
        ) from error
    return Found(said=f"port {port} answers in {(time.monotonic() - begun) * 1000:.0f} ms")


def clock(told: str | None, now: datetime) -> Found:
    """How far this machine's clock is from what a server's Date header says."""
    if not told:
        return Found(said="the server does not say what time it is")
    try:
        theirs = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return Found(said="the server does not say what time it is")
    apart = now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    seconds = abs(int(apart.total_seconds()))
    if abs(apart) <= SLIGHT:
        return Found(said=f"{seconds} s apart from the server's")
    which = "ahead of" if apart > timedelta() else "behind"
    said = f"this machine's clock is {seconds:,} s {which} the server's"
    remedy = "Next: set it by NTP; marks are dated by it, and sign-ins fail by it."
    if abs(apart) > GRAVE:
        raise Ailing(f"{said}. {remedy}")
    return Found(said=said, doubt=remedy)
