"""Blocks in the calendar: what becomes of each one's series, and what is written of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from syncd.model.blocks import OccurrenceId
from syncd.model.keys import Kind
from syncd.model.records import Fate, Record
from syncd.model.roster import Roster
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.inheriting import inherited, kept
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.render import added_by_user, series
from syncd.reconcile.runs import Series
from syncd.reconcile.series import settle


def without_absent_series(
    records: Iterable[Record], absent: Mapping[str, frozenset[str]], roster: Roster
) -> tuple[tuple[Record, ...], list[Record]]:
    """The records, series that are gone beyond doubt marked so, and those apart; `absent` names, by
    calendar that could be read, what is not there. One that is gone from a calendar which its block
    has left was not deleted by the user, as far as anybody can tell."""
    gone: list[Record] = []
    found: list[Record] = []
    for record in records:
        missing = absent.get(record.calendar, frozenset())
        is_series = record.key.kind is Kind.BLOCK and record.fate is Fate.LIVE
        if is_series and record.uid in missing:
            block = roster.blocks.get(record.key.subject)
            left = block is not None and block.calendar != record.calendar
            fate = record.leaving or (Fate.REMOVED if left else Fate.GONE)
            gone.append(replace(record, fate=fate, leaving=None, intent=None))
            found.append(gone[-1])
        else:
            found.append(record)
    return tuple(found), gone


def settled(
    roster: Roster,
    records: Iterable[Record],
    pauses: Pauses,
    looked: Collection[str],
    now: datetime,
) -> dict[str, Series]:
    """What becomes of the series of every block that is in config, or was; `looked` are the
    calendars that could be read."""
    by_block: dict[str, list[Record]] = {name: [] for name in roster.blocks}
    for record in records:
        if record.key.kind is Kind.BLOCK:
            by_block.setdefault(record.key.subject, []).append(record)
    return {
        name: settle(
            name,
            roster.blocks.get(name),
            theirs,
            pauses,
            now,
            roster.deployment,
            looked,
        )
        for name, theirs in by_block.items()
    }


def block_actions(
    roster: Roster,
    blocks: Mapping[str, Series],
    occurrences: Mapping[OccurrenceId, Occurrence],
    texts: Mapping[OccurrenceId, str],
    theirs: Mapping[OccurrenceId, str],
    now: datetime,
) -> list[Action]:
    """What is to be written so that the series are as they are to be: `texts` are what hours say,
    `theirs` what is the user's in those with lines that are checked."""
    wanted: dict[str, dict[datetime, str]] = defaultdict(dict)
    there: dict[str, dict[datetime, str]] = defaultdict(dict)
    for by_run, by_id in ((wanted, texts), (there, theirs)):
        for id in by_id.keys() & occurrences.keys():
            owner = blocks[id.block].owner[id]
            by_run[owner][instant(occurrences[id].original)] = by_id[id]
    actions: list[Action] = []
    for name, each in blocks.items():
        block = roster.blocks.get(name)
        # While a block rests, nothing takes over what is in a series that goes.
        goes_on = block is not None and any(not (r.ended or r.removed) for r in each.runs)
        along = inherited if goes_on else kept
        for run in along(each, theirs, now).runs:
            record = run.record
            if run.waits:
                continue
            known = record.seen is None or block is not None or not record.is_unknown
            if run.removed:
                theirs_now = not goes_on and added_by_user(record)
                act = Act.RELEASE if theirs_now else Act.DELETE
                more = "; it holds what you gave it, so it stays and is yours" if theirs_now else ""
                actions.append(
                    Action(
                        act=act if known else Act.REPORT,
                        record=record,
                        entry=record.seen,
                        reason=f"{run.reason}{more}",
                        fate=Fate.RELEASED if theirs_now else Fate.REMOVED,
                        asked=True,
                    )
                )
                continue
            # What is the user's in the hours of a series that is new came along with the rest.
            users = there.get(record.uid, {}) if record.seen or run.like else {}
            said = wanted.get(record.uid, {}), users
            rendered = series(record, run, block, *said, now)
            if rendered.differs and not known:
                reason = f"block {name} is not in config; syncd clear removes it"
                actions.append(
                    Action(act=Act.REPORT, record=record, entry=record.seen, reason=reason)
                )
            elif rendered.differs:
                act = Act.MERGE if rendered.merged else Act.UPDATE
                actions.append(
                    Action(
                        act=Act.CREATE if record.seen is None else act,
                        record=record,
                        entry=rendered.entry,
                        reason=run.reason or "who is up",
                        origin=run.like.calendar if run.like is not None else "",
                    )
                )
    return actions
