"""Carrying out a plan: its writes sent, and what became of each kept in the books."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from syncd.calendars.base import Calendar, Fate, Progress, Result, Verb, Write
from syncd.model.records import Delta, Record
from syncd.model.records import Fate as RecordFate
from syncd.reconcile.actions import WRITES, Act, Action

PATIENCE = 5
"""How often in a row the same write is turned down before it is only reported, until the next full
listing."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one action."""

    action: Action
    result: Result

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.result.fate is Fate.APPLIED


def intended(actions: Iterable[Action]) -> tuple[Record, ...]:
    """The records of `actions` as they must be remembered before anything is sent."""
    found: list[Record] = []
    for action in actions:
        match action.act:
            case Act.DELETE:
                found.append(replace(action.record, leaving=action.fate))
            case Act.RELEASE:
                found.append(replace(action.record, fate=action.fate, leaving=None))
            case Act.CREATE | Act.UPDATE | Act.MERGE:
                found.append(replace(action.record, intent=action.entry, leaving=None))
            case Act.ADOPT | Act.REPORT:
                found.append(action.record)
    return tuple(found)


def sendable(action: Action) -> bool:
    """Whether an action is a write to what is not left alone, was seen since we last wrote it,
    where we ever did, and has not been refused too often to be worth another try."""
    if action.act not in WRITES or action.record.is_left_alone:
        return False
    if action.act is not Act.CREATE and action.record.href and not action.record.body:
        return False
    same = action.record.intent == action.entry or action.act is Act.DELETE
    return not (same and action.record.tries >= PATIENCE)


def apply(
    actions: Iterable[Action],
    calendars: Mapping[str, Calendar],
    commit: Callable[[Delta], None],
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
    enough: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Send `actions`, all of them writes, in batches, and `commit` after each what became of it.
    The calendars take turns, so that a slow one keeps none of the others waiting. Ends early once
    `stopping` says so, or, when each had its turn, `enough`; and with a calendar that asks to be
    left alone."""
    actions = list(actions)
    outcomes: list[Outcome] = []
    left = {
        name: deque(_batches([a for a in actions if a.record.calendar == name], calendar.batch))
        for name, calendar in calendars.items()
    }
    while any(left.values()):
        for name, batches in left.items():
            if not batches:
                continue
            if stopping():
                return outcomes
            told = _sent(batches.popleft(), calendars[name])
            commit(Delta(records=tuple(recorded(each) for each in told)))
            outcomes += told
            if progress is not None:
                progress(len(outcomes), len(actions))
            if any(each.result.fate is Fate.LATER for each in told):
                batches.clear()
        if enough():
            break
    return outcomes


def _batches(actions: list[Action], most: int) -> Iterator[list[Action]]:
    for start in range(0, len(actions), most):
        yield actions[start : start + most]


def _sent(batch: list[Action], calendar: Calendar) -> list[Outcome]:
    """What became of each of `batch`. What was never written needs no removing: should a create
    whose answer was lost have arrived, the next look shows it."""
    sent = [each for each in batch if each.act is not Act.DELETE or each.record.href]
    results = calendar.write([_write(each) for each in sent]) if sent else ()
    known = {id(each): result for each, result in zip(sent, results, strict=True)}
    nothing = Result(fate=Fate.APPLIED)
    return [Outcome(action=each, result=known.get(id(each), nothing)) for each in batch]


def _write(action: Action) -> Write:
    record = action.record
    if action.act is Act.CREATE:
        return Write(verb=Verb.CREATE, entry=action.entry)
    return Write(
        verb=Verb.REMOVE if action.act is Act.DELETE else Verb.REPLACE,
        entry=None if action.act is Act.DELETE else action.entry,
        href=record.href,
        version=record.version,
        body=record.body,
    )


def recorded(outcome: Outcome) -> Record:
    """The record after its action came to what it came to."""
    action, result = outcome.action, outcome.result
    (record,) = intended([action])
    if result.fate is Fate.APPLIED:
        if action.act is Act.DELETE:
            return replace(record, fate=action.fate, leaving=None, intent=None, tries=0, why="")
        return replace(
            record,
            href=result.href or record.href,
            version=result.version,
            body=result.body,
            seen=result.entry or action.entry,
            base=action.entry,
            intent=None,
            consumed=None,
            tries=0,
            why="",
        )
    if result.fate is Fate.TAKEN:
        why = (
            f"Calendar {record.calendar} turns down new entries as if they had been there before. "
            "Next: look for a trash bin on the server; syncd tries again once a day."
        )
        return replace(record, fate=RecordFate.REMOVED, intent=None, leaving=None, why=why)
    # A server that is busy or away will take it in time; one that says no will say no again.
    tries = action.record.tries + (result.fate is not Fate.LATER)
    why = result.why or record.why
    if not why and tries >= PATIENCE:
        why = (
            f"Calendar {record.calendar} turns this write down again and again. "
            "Next: nothing; syncd tries again once a day."
        )
    return replace(record, tries=tries, why=why)
