"""Keys: what an entry of ours is called, in every calendar, for ever.

The event's id, UID and href *are* the key, in base32hex (RFC 4648 section 7, lower case, which is
Google's alphabet for event ids), with the deployment's name and a checksum, readable back. A second
writer of the same thing therefore collides with the first instead of duplicating it, and our own
entries are known with neither database nor marker.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

VERSION = "1"
LONGEST_ID = 200
"""Some servers fail on longer names."""
_SEPARATOR = "\x1f"


class Kind(StrEnum):
    """What an entry of ours is."""

    BLOCK = "block"
    CONTACT = "contact"
    DATE = "date"


_KINDS = {kind.value[0]: kind for kind in Kind}


@dataclass(frozen=True, kw_only=True, order=True)
class Key:
    """The name of one entry. Frozen when minted: it does not follow the entry as that moves."""

    kind: Kind
    subject: str
    """The block's name, the id of the person or of one of their lines, or, for a date, the
    person's id and the date's name."""
    day: date
    """A block's first date, a contact's touch, the day on which a date is kept."""
    attempt: int = 0
    """A contact's attempt within the touch, from 1; 0 for a block."""
    generation: int = 0
    """Counts up where an entry has to be written anew, since a deleted id cannot be used again."""

    def next_generation(self) -> Key:
        """The key under which the same thing is written anew."""
        return replace(self, generation=self.generation + 1)

    def encode(self, deployment: str) -> str:
        """The id of this entry for `deployment`: characters a-v and 0-9 only."""
        letter = self.kind.value[0]
        parts = (VERSION, deployment, letter, self.subject, self.day.strftime("%Y%m%d"))
        text = _SEPARATOR.join((*parts, str(self.attempt), str(self.generation)))
        payload = text.encode()
        sealed = zlib.crc32(payload).to_bytes(4, "big") + payload
        return base64.b32hexencode(sealed).decode().rstrip("=").lower()


def is_key(id: str) -> bool:
    """Whether `id` was made by syncd, for whichever deployment."""
    return _payload(id) is not None


def _payload(id: str) -> bytes | None:
    if not id or len(id) > 2 * LONGEST_ID:
        return None
    if not id.isascii() or not id.isalnum() or id != id.lower():
        return None
    try:
        sealed = base64.b32hexdecode(id.upper() + "=" * (-len(id) % 8))
    except (ValueError, binascii.Error):
        return None
    return sealed[4:] if zlib.crc32(sealed[4:]) == int.from_bytes(sealed[:4], "big") else None


@lru_cache(maxsize=16_384)  # every look asks it of every entry
def decode(id: str, deployment: str) -> Key | None:
    """The key that `id` says, or None where it is not one of `deployment`'s."""
    payload = _payload(id)
    if payload is None:
        return None
    try:
        version, owner, letter, told = payload.decode().split(_SEPARATOR, 3)
        subject, day, attempt, generation = told.rsplit(_SEPARATOR, 3)
        if version != VERSION or owner != deployment or letter not in _KINDS or not subject:
            return None
        key = Key(
            kind=_KINDS[letter],
            subject=subject,
            day=date(int(day[:4]), int(day[4:6]), int(day[6:])),
            attempt=int(attempt),
            generation=int(generation),
        )
    except ValueError:
        return None
    return key if key.encode(deployment) == id else None
