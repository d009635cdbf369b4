"""Actions: the steps of a plan, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncd.model.entries import Entry
from syncd.model.records import Fate, Record


class Act(StrEnum):
    """What an action does."""

    CREATE = "create"
    UPDATE = "update"
    MERGE = "merge"
    """An update that keeps fields of the user's."""
    ADOPT = "adopt"
    """An entry of ours that no record knew is taken into the books."""
    DELETE = "delete"
    RELEASE = "release"
    """An entry is not wanted any more, and is the user's now, who wrote into it."""
    REPORT = "report"
    """Something stands there that only a command removes."""


WRITES = frozenset({Act.CREATE, Act.UPDATE, Act.MERGE, Act.DELETE})
"""The acts that change a calendar."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do in a calendar, or to say of it."""

    act: Act
    record: Record
    """As it is before the action, with what was read on it."""
    entry: Entry | None
    """As it is to be written; for anything but a write, as it is."""
    reason: str
    fate: Fate = Fate.LIVE
    """The record's fate once it is done."""
    origin: str = ""
    """The calendar in which it was, for what is created in another one instead."""
    asked: bool = False
    """Whether a verb or a mark asked for it, so that no guard need ask back."""
