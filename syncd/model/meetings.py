"""Meetings: what a calendar of the user's that syncd only reads holds, in no server's shape."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.model.entries import Instant


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """An event, or one instance of a series, with whoever comes to it."""

    uid: str
    """Stays when it is moved; all instances of a series share it. Hostile: any text at all."""
    original: Instant | None
    """Where the rule of its series puts it (RECURRENCE-ID); None for what does not repeat."""
    start: Instant
    """An aware datetime, or the date of an all-day event; so is the end, which is exclusive."""
    end: Instant
    title: str
    emails: frozenset[str]
    """The addresses, case-folded, of those who accepted, the organizer among them; not the
    user's."""
    cancelled: bool = False
    declined: bool = False
    """Whether the user declined."""
