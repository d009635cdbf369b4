"""How an open attempt goes on: it keeps its place, goes along with its hour, wants another one, is
let go, or is followed by the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.keys import Key
from syncd.model.occasions import BELATED
from syncd.model.people import Person
from syncd.model.records import Record
from syncd.reconcile.attempts import (
    History,
    Keep,
    Position,
    Resolution,
    Scene,
    Want,
)
from syncd.reconcile.fold import (
    Fold,
    next_channel,
    wait_after,
)
from syncd.reconcile.occurrences import instant, later
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import Times, begins
from syncd.reconcile.trace import Trace

GRACE = timedelta(hours=24)
"""How long after its end an unmarked entry stays before it moves on."""
ROLLS = 3
"""How often it moves on; the next time its touch closes as missed."""


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """An open attempt whose entry is no more, and where it stands."""

    record: Record
    trace: Trace


def settle_attempt(
    person: Person, stand: Standing, channel: str, due: date, scene: Scene, out: Resolution
) -> bool:
    """Decide about the open attempt, which goes on by `channel`; true where its touch is over
    thereby."""
    trace, key = stand.trace, stand.record.key
    base = Want(
        person=person,
        attempt=key.attempt,
        channel=channel,
        due=due,
        earliest=scene.today,
        touch=key.day,
        opened=trace.opened,
        standing=stand,
        rolls=trace.rolls,
    )
    if stand.snoozed_to is not None:
        out.want = replace(base, earliest=stand.snoozed_to, pinned=True, rolls=0)
        return False
    times, sent_on = _along(stand, scene)
    if sent_on:
        out.want = replace(base, blocks=scene.blocks_of(person), head=True)
        return False
    start = begins(times.start, scene.zone)
    if start > scene.now and trace.slot is None and not trace.pinned:
        day = start.astimezone(scene.zone).date()
        if scene.away(day):
            blocks = _blocks(person, key, scene)
            out.want = replace(base, earliest=scene.back(day), blocks=blocks, head=True)
            return False
    gone_by = not trace.pinned and bygone(person, key.day, scene)
    if trace.channel not in ("", channel) and not gone_by:  # nobody missed it
        out.want = replace(base, blocks=_blocks(person, key, scene), head=True)
        return False
    if grace_ends(stand, times, scene.zone) > scene.now:
        out.keep.append(Keep(standing=stand, times=times))
        return False
    if trace.rolls < ROLLS and not gone_by:
        blocks = scene.blocks_of(person)
        out.want = replace(base, blocks=blocks, head=True, rolls=trace.rolls + 1)
        return False
    fact = missed(person, stand.record, trace, scene)
    out.facts.append(fact)
    out.history.append(History(standing=stand, fact=fact))
    return True


def _blocks(person: Person, key: Key, scene: Scene) -> tuple[Block, ...]:
    """In whose hours an attempt has its first place; none for a retry that has a day of its own."""
    in_block = scene.roster.lists[person.list].retry.in_block
    return scene.blocks_of(person) if in_block or key.attempt == 1 else ()


def bygone(person: Person, touch: date, scene: Scene) -> bool:
    """Whether the occasion of a `touch` is over for longer than something is belated."""
    occasion = person.occasion
    return occasion is not None and scene.today - occasion.near(touch) > BELATED


def missed(person: Person, record: Record, trace: Trace, scene: Scene) -> Fact:
    """That the touch of an attempt which nobody marked in time is let go."""
    uid = record.uid
    return Fact(
        id=f"{uid}#{scene.journal.told.get(uid, 0) + 1}",
        person=person.id,
        at=scene.now,
        outcome=Outcome.MISSED,
        source=Source.SYNCD,
        recorded=scene.now,
        channel=trace.channel or None,
        touch=record.key.day,
        attempt=record.key.attempt,
        opened=trace.opened,
        entry=uid,
    )


def grace_ends(stand: Standing, times: Times, zone: ZoneInfo) -> datetime:
    """Until when an unmarked entry at `times` stays where it is."""
    end = begins(times.end, zone)
    return max(end, stand.reopened or end) + GRACE


def _along(stand: Standing, scene: Scene) -> tuple[Times, bool]:
    """Where an entry lies as its occurrence stands now, and whether it has to be sent on."""
    trace, times = stand.trace, stand.times
    if trace.slot is None or not isinstance(times.start, datetime):
        return times, False
    ahead = times.start > scene.now
    occurrence = scene.occurrences.get(trace.slot)
    if occurrence is None or occurrence.cancelled:
        return times, ahead
    length = instant(times.end) - instant(times.start)
    start = later(occurrence.start, timedelta(minutes=trace.offset))
    if instant(start) == instant(times.start):
        moved = times
    else:
        moved = Times(start=start, end=later(start, length))
    beyond = instant(moved.end) > instant(occurrence.end)
    return moved, beyond and instant(moved.start) > instant(scene.now)


def next_attempt(
    person: Person,
    told: Fold,
    before: LetGo | None,
    due: date | None,
    reason: str,
    scene: Scene,
    out: Resolution,
) -> None:
    """Want the attempt after those tried, or close the touch where no channel is left."""
    assert told.touch is not None
    last = told.tried[-1]
    retry = scene.roster.lists[person.list].retry
    channel = next_channel(told.tried, scene.channels_of(person), retry.tries, scene.barred(person))
    if channel is None:
        id = f"{last.id}~not-reached"
        while id in scene.journal.ids:  # concluded before, and taken back since
            id += "~again"
        out.facts.append(
            replace(
                last,
                id=id,
                outcome=Outcome.NOT_REACHED,
                source=Source.SYNCD,
                recorded=scene.now,
                note="",
                entry=None,
                supersedes=None,
            )
        )
        return
    attempt = (last.attempt or len(told.tried)) + 1
    out.position = Position(
        person=person, fold=told, due=due, touch=told.touch, attempt=attempt, reason=reason
    )
    if reason:
        return
    again = before is not None and (before.record.key.day, before.record.key.attempt) == (
        told.touch,
        attempt,
    )
    trace = before.trace if before is not None and again else None
    earliest = wait_after(last, retry).after(last.at.astimezone(scene.zone).date())
    rolled = bool(trace and trace.head)
    out.want = Want(
        person=person,
        attempt=attempt,
        channel=channel,
        due=due or earliest,
        earliest=earliest,
        touch=told.touch,
        opened=told.tried[0].opened,
        blocks=scene.blocks_of(person) if retry.in_block or rolled else (),
        head=True,
        rolls=trace.rolls if trace else 0,
        failed_at=last.at,
    )
