"""What is kept of Google's events between a reading and a writing: bodies and versions."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from syncd.calendars.google.parse import Family, Settings, read_family
from syncd.calendars.reading import Unreadable
from syncd.model.entries import Sighting

Json = dict[str, Any]


def sighting_of(family: Family, settings: Settings) -> Sighting:
    """How a family is sighted; what it means, or why it cannot be understood."""
    href, version = str(family.master["id"]), version_of(family)
    try:
        entry = read_family(family, settings)
    except Unreadable as error:
        return Sighting(href=href, version=version, problem=str(error))
    return Sighting(href=href, version=version, entry=entry, body=body_of(family))


def version_of(family: Family) -> str:
    """Changes with any of the family: the etag, and for a series a digest of all of them."""
    own = str(family.master.get("etag", ""))
    if not family.repeats:
        return own
    told = "\n".join(f"{id} {etag}" for id, etag in sorted(family.etags.items()))
    return f"{own} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def body_of(family: Family) -> str:
    """All that is needed to change it, as one line."""
    told: Json = {"event": family.master}
    if family.repeats:
        told["exceptions"] = list(family.exceptions)
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def family_in(body: str) -> Family:
    """What `body_of` was given. Raises ValueError, KeyError or TypeError for anything else."""
    told = json.loads(body)
    return Family(master=told["event"], exceptions=tuple(told.get("exceptions", ())))
