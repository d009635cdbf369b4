"""What a mark is about: how much of what is known of its entry the user could mean by it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from syncd.model.facts import ELSEWHERE, Fact
from syncd.model.records import Record
from syncd.reconcile.fold import revision_of
from syncd.reconcile.lines import first_line
from syncd.reconcile.render import acknowledged
from syncd.reconcile.text import one_line
from syncd.reconcile.trace import Trace, checksum

_NUMBER = re.compile(r"[+(]*\d[\d ()./-]*(?: ext\. \d+)?")
"""A number, in international form or as it was typed."""
_ABOVE = 2
"""How many lines of ours the number is among: before it is but a question."""


def is_unseen(fact: Fact, record: Record) -> bool:
    """Whether `fact` was told elsewhere than on the entry of `record`, which does not say so yet: a
    mark that stands there was not set to correct it."""
    return is_from_elsewhere(fact) and not acknowledged(record, fact)


def apart(fact: Fact, now: datetime) -> Fact:
    """What was told elsewhere, of the same touch as before, but not of its entry, which has a mark
    of its own: both happened."""
    return replace(fact, id=f"{fact.id}~apart", recorded=now, entry=None, supersedes=fact.id)


def beneath(fact: Fact, record: Record, ids: Mapping[str, Fact]) -> Fact:
    """Of `fact`, and of what it corrects in turn, the newest that the title of its entry has
    nothing to do with: what the entry acknowledges, or was told elsewhere. What came of that since
    was read from the title, which may say otherwise by now. `fact` itself where there is none;
    `ids` are all facts."""
    found: Fact | None = fact
    while found is not None and not (acknowledged(record, found) or is_from_elsewhere(found)):
        found = ids.get(found.supersedes or "")
    return found or fact


def joined(one: str, other: str) -> str:
    """Two notes as one."""
    return " ".join(part for part in (one, other) if part)


def is_from_elsewhere(fact: Fact) -> bool:
    """Whether `fact` was told elsewhere than on an entry, and nothing of it was on one."""
    return fact.source in ELSEWHERE and revision_of(fact) == 0


def number_called(record: Record, trace: Trace, number: str) -> str:
    """The number that the entry of `record` shows, by what `trace` says of our lines: the people
    file may have another `number` by now, which is the one where none is shown."""
    entry = record.seen
    if entry is not None and entry.item:
        shown = [first_line(record.base or entry).rpartition(", ")[2]]
    elif entry is not None:
        ours = {*trace.lines[:_ABOVE]}
        lines = (line.strip() for line in entry.text.split("\n"))
        shown = [line for line in lines if checksum(line) in ours]
    else:
        shown = []
    found = next((each for each in shown if _NUMBER.fullmatch(each)), "")
    return found if found and found != one_line(number) else number
