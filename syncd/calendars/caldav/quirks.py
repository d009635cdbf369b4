"""What single servers do otherwise than the RFCs say, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """How a server wants to be treated. The defaults are the RFCs'."""

    name: str = ""
    create: tuple[str, str] = ("If-None-Match", "*")
    """The condition under which a PUT makes a resource and overwrites none (RFC 9110 13.1.2)."""
    delete_unguarded: bool = False
    """DELETE is carried out whatever its If-Match says: look right before."""
    coarse: bool = False
    """Its tags and tokens move by the second: what changes in the second of a look is not seen by
    the next one, so that one that found something has to be repeated."""


SOGO = Quirks(name="SOGo", create=("If-Match", '"none"'), delete_unguarded=True, coarse=True)
"""It ignores `If-None-Match: *`, and `"none"` matches what is not there."""


def quirks_of(headers: Mapping[str, str], path: str) -> Quirks:
    """What is known of a server that answers with `headers` and has a collection at `path`."""
    told = f"{headers.get('Server') or ''} {headers.get('X-Powered-By') or ''}".lower()
    if "sogo" in told or path.startswith("/SOGo/"):
        return SOGO
    return Quirks()


def quirks_named(name: str) -> Quirks:
    """Those that go by `name`; the defaults for any other."""
    return SOGO if name == SOGO.name else Quirks()
