"""What a mark corrects: how much of what is known of its entry the user could mean by it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syncd.model.facts import ELSEWHERE, Fact
from syncd.model.records import Record
from syncd.reconcile.fold import revision_of
from syncd.reconcile.render import acknowledged


def is_unseen(fact: Fact, record: Record) -> bool:
    """Whether `fact` was told elsewhere than on the entry of `record`, which does not say so yet: a
    mark that stands there was not set to correct it."""
    return _is_from_elsewhere(fact) and not acknowledged(record, fact)


def apart(fact: Fact, now: datetime) -> Fact:
    """What was told elsewhere, of the same touch as before, but not of its entry, which has a mark
    of its own: both happened."""
    return replace(fact, id=f"{fact.id}~apart", recorded=now, entry=None, supersedes=fact.id)


def _is_from_elsewhere(fact: Fact) -> bool:
    return fact.source in ELSEWHERE and revision_of(fact) == 0
