"""What is kept of Google's events between a reading and a writing: bodies and versions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
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
    return Sighting(href=href, version=version, entry=entry, body=body_of(family, settings))


def version_of(family: Family) -> str:
    """Changes with any of the family: the etag, and for a series a digest of all of them."""
    own = str(family.master.get("etag", ""))
    if not family.repeats:
        return own
    told = "\n".join(f"{id} {etag}" for id, etag in sorted(family.etags.items()))
    return f"{own} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def body_of(family: Family, settings: Settings) -> str:
    """All that is needed to change it, as one line: with the reminder that it had by default when
    it was read, since that of the calendar may be another one by then."""
    told: Json = {"event": family.master, "default": None}
    if settings.alarm is not None:
        told["default"] = settings.alarm // timedelta(minutes=1)
    if family.repeats:
        told["exceptions"] = list(family.exceptions)
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def family_in(body: str, settings: Settings) -> tuple[Family, Settings]:
    """What `body_of` was given; `settings` tell of what it does not say. Raises ValueError,
    KeyError or TypeError for anything else."""
    told = json.loads(body)
    family = Family(master=told["event"], exceptions=tuple(told.get("exceptions", ())))
    if "default" in told:
        minutes = told["default"]
        alarm = None if minutes is None else timedelta(minutes=minutes)
        settings = replace(settings, alarm=alarm)
    return family, settings
