"""What went wrong, as a status for the shell and as sentences for the user."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.cli import say
from syncd.cli.words import say_moment
from syncd.model.records import CalendarState

if TYPE_CHECKING:
    from syncd.engine.tick import Look

HELD_NEXT = "Next: syncd plan shows it; syncd approve lets exactly that stand."
DOUBT_NEXT = (
    "Next: syncd status names them; syncd restore writes them anew, into this calendar; syncd "
    "approve takes them for deleted by you: people are skipped, a block rests."
)

AGAIN_NEXT = "Next: nothing; the next sync looks again."


def failing(
    name: str, message: str, state: CalendarState | None, now: datetime, zone: ZoneInfo
) -> str:
    """Why calendar `name` cannot be used, with the age of its last success, and what to do."""
    said, _, following = message.partition(" Next: ")
    if not said.startswith(f"Calendar {name}"):
        said = f"Calendar {name}: {said}"
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    succeeded = state.succeeded if state is not None else None
    last = f"Last success: {say_moment(succeeded, now, zone)}." if succeeded else "No success yet."
    sentences = [said, last, "Your marks are safe in the calendar."]
    return " ".join([*sentences, f"Next: {following}"] if following else sentences)


def unread(look: Look, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """By calendar that `look` could not read: why."""
    return {
        each.name: failing(each.name, str(each.error), each.state, now, zone)
        for each in look.observed
        if each.error is not None
    }


def doubts(look: Look) -> str:
    """Why what calendars no longer show is not believed; empty where it is."""
    return "; ".join(f"calendar {o.name}: {o.doubt}" for o in look.observed if o.doubt)


def held(look: Look) -> str:
    """Why writes are held; empty where they are not."""
    return "; ".join(each for each in (look.held, doubts(look)) if each)


def held_sentence(look: Look) -> str:
    """Why writes are held, and what to do."""
    missing = any(each.state.doubtful for each in look.observed if each.doubt)
    following = HELD_NEXT if look.held else DOUBT_NEXT if missing else AGAIN_NEXT
    return f"Writes are held: {held(look)}. {following}"


def say_all(sentences: Iterable[str]) -> None:
    """Each on stderr, once."""
    for sentence in dict.fromkeys(sentences):
        say.aside(sentence)
