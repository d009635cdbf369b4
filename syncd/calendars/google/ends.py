"""The day on which a sign-in ends, where that is known: read from its file, without Google's
libraries, which are heavy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.model.roster import CalendarSettings, account_of

TESTING = timedelta(days=7)
"""How long Google lets a sign-in to an app in Testing last."""


def ending(told: Mapping[str, Any]) -> datetime | None:
    """When a sign-in ends of which its file tells this; None where nobody knows."""
    ours = told.get("syncd")
    if not isinstance(ours, dict) or not ours.get("testing"):
        return None
    try:
        granted = datetime.fromisoformat(str(ours.get("granted")))
    except ValueError:
        return None
    return granted + TESTING if granted.tzinfo else None


def notice_of(settings: CalendarSettings) -> tuple[datetime, str] | None:
    """When the sign-in of a calendar at Google ends, and the same in a sentence with what to do;
    None where it is not known to."""
    ends = ending(_told(settings.google.token)) if settings.google is not None else None
    if ends is None:
        return None
    name = account_of(settings.name)
    return ends, (
        f"Calendar {name}: the sign-in to Google ends on {ends:%A} {ends.day} {ends:%B %Y}, since "
        f"its app is in Testing. Next: publish the app (In production), then syncd auth google "
        f"{name}"
    )


def _told(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
