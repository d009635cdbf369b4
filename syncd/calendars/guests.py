"""Who comes to a meeting: attendees and their answers (RFC 5545 3.2.12), of whichever server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote


class Answer(StrEnum):
    """What somebody answered to an invitation, as far as it matters."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    OTHER = "other"
    """Perhaps, not yet, somebody else instead."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One attendee."""

    email: str
    """Case-folded."""
    answer: Answer
    me: bool = False
    """Whether the server says that this is the user."""


def address(text: str) -> str:
    """The e-mail address in `text`, case-folded and without `mailto:`; empty where it holds
    none."""
    told = text.strip().casefold()
    if told.startswith("mailto:"):
        told = unquote(told.removeprefix("mailto:").partition("?")[0])
    return told if "@" in told and ":" not in told and "/" not in told else ""


def present(
    guests: Iterable[Guest], organizer: str, me: frozenset[str]
) -> tuple[frozenset[str], bool]:
    """The addresses of those who come, and whether the user, whose addresses are `me`, declined.
    Who invites others comes, unless they declined themselves."""
    guests = tuple(guests)
    mine = me | {guest.email for guest in guests if guest.me}
    coming = {guest.email for guest in guests if guest.answer is Answer.ACCEPTED}
    not_coming = {guest.email for guest in guests if guest.answer is Answer.DECLINED}
    if organizer and any(guest.email != organizer for guest in guests):
        coming |= {organizer} - not_coming
    return frozenset(coming - mine - {""}), bool(mine & not_coming)
