"""From where the embedded server can be reached, and at which addresses."""

from __future__ import annotations

import ipaddress
import socket

from syncd.calendars.embedded.locks import SERVER, is_held
from syncd.calendars.embedded.server import reaches
from syncd.model.roster import EmbeddedSettings

_ELSEWHERE = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that are nobody's (RFC 5737, RFC 3849): nothing is sent to them."""


def is_up(settings: EmbeddedSettings) -> bool:
    """Whether the server runs, whoever started it."""
    return is_held(settings.folder / SERVER) and reaches(settings)


def is_private(settings: EmbeddedSettings) -> bool:
    """Whether only this machine reaches it."""
    return ipaddress.ip_address(settings.host).is_loopback


def address(settings: EmbeddedSettings) -> str:
    """Where other devices in the network reach it, or, where none does, this machine; `HOST` where
    the machine has no address in a network."""
    listens = ipaddress.ip_address(settings.host)
    if not listens.is_unspecified:
        return settings.url
    host = _own(listens.version)
    return f"http://[{host}]:{settings.port}/" if ":" in host else f"http://{host}:{settings.port}/"


def _own(version: int) -> str:
    """This machine's address on the way to others."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((_ELSEWHERE[version], 9))
            return str(way.getsockname()[0])
    except OSError:
        return "HOST"
