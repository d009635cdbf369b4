"""The household of most tests: somebody, a list, and a block on Thursdays at ten."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from syncd.model.blocks import Block
from syncd.model.people import ContactList, Period, Person


def person(name: str = "Ann Lee", **more: Any) -> Person:
    """Somebody of the list, last spoken to long ago."""
    values: dict[str, Any] = {
        "id": name.casefold().replace(" ", "-"),
        "name": name,
        "list": "clients",
        "phone": "+49 30 901820",
        "email": "ann@example.org",
        "last_contact": date(2026, 9, 1),
        "where": "people.yaml:1",
        **more,
    }
    return Person(**values)


def clients(**more: Any) -> ContactList:
    """The list, with what is special about it."""
    values: dict[str, Any] = {
        "name": "clients",
        "cadence": Period(days=42),
        "channels": ("call", "email"),
        **more,
    }
    return ContactList(**values)


def weekly(**more: Any) -> Block:
    """The block: Thursdays at ten, an hour, a quarter of an hour each."""
    values: dict[str, Any] = {
        "name": "weekly",
        "title": "Outreach",
        "calendar": "home",
        "rule": "FREQ=WEEKLY;BYDAY=TH",
        "at": time(10),
        "lasts": timedelta(hours=1),
        "per_person": timedelta(minutes=15),
        "lists": ("clients",),
        "timezone": "Europe/Berlin",
        "alarm": timedelta(minutes=10),
        **more,
    }
    return Block(**values)
