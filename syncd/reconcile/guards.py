"""Doubt: what must not be believed, and what must not be done, before somebody has looked.

Pure filters: one over what a calendar no longer shows, one over a whole plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.facts import Fact, Outcome, effective
from syncd.model.keys import Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.occurrences import instant
from syncd.reconcile.standing import begins

MOST_DELETIONS = 10


def doubtful(
    records: Iterable[Record],
    absent: frozenset[str],
    acknowledged: frozenset[str],
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether the absence of the entries `absent` from a calendar, whose records these are, is to
    be doubted: all of three or more that were open or ahead, or more than five of them and more
    than a third. `acknowledged` are the UIDs of entries whose outcome is known: history, which may
    be tidied away. The items in the texts of what is gone are gone with it."""
    records = list(records)
    counted = {
        record.uid
        for record in records
        if record.fate is Fate.LIVE
        and record.seen is not None
        and _open(record, acknowledged, now, zone)
    }
    missing = len(counted & absent)
    if missing and missing == len(counted):
        return missing + _items(records, acknowledged) >= 3
    return missing > 5 and missing * 3 > len(counted)


def _items(records: Iterable[Record], acknowledged: frozenset[str]) -> int:
    """How many lines that are to be checked there are."""
    return sum(1 for r in records if r.item and r.fate is Fate.LIVE and r.uid not in acknowledged)


def too_much(actions: Iterable[Action], records: Iterable[Record]) -> str:
    """Why a plan must not be carried out unseen: it deletes more than ten entries and more than a
    quarter of ours, without a verb or a mark having asked for it. Empty where it may."""
    gone = len(deletions(actions))
    ours = sum(1 for record in records if record.fate is Fate.LIVE and record.seen is not None)
    if gone > MOST_DELETIONS and gone * 4 > ours:
        return f"it would delete {gone} of {ours} entries"
    return ""


def deletions(actions: Iterable[Action]) -> frozenset[str]:
    """The UIDs of what a plan deletes without a verb or a mark having asked for it: what is
    approved when it is held."""
    return frozenset(a.record.uid for a in actions if a.act is Act.DELETE and not a.asked)


def absence_digest(absent: Iterable[str]) -> str:
    """What is approved when doubtful absence is: that exactly these are gone."""
    return hashlib.sha256("\n".join(sorted(absent)).encode()).hexdigest()


def _open(record: Record, acknowledged: frozenset[str], now: datetime, zone: ZoneInfo) -> bool:
    assert record.seen is not None
    if record.seen.recurrence is not None:
        return True
    ahead = instant(begins(record.seen.end, zone)) > instant(now)
    if record.key.kind is Kind.DATE:  # what is past is history, and may be tidied away
        return ahead
    return ahead or record.uid not in acknowledged


def acknowledged_in(facts: Iterable[Fact]) -> frozenset[str]:
    """The UIDs of entries on which a fact was read that still holds."""
    held = effective(list(facts))
    return frozenset(f.entry for f in held if f.entry and f.outcome is not Outcome.SNOOZED)
