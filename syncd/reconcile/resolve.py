"""What is to become of each person's attempt: the state machine.

For one person, from their fold and the contact events that stand in the calendar:

    an entry with a fact                    is history
    the lowest entry without one, whose     is the open attempt: it keeps its place, goes along with
      touch is not closed                     its occurrence, wants another place, or is missed
    any later one                           is withdrawn; moved there by the user, it goes on, and
                                            one of its touch that is past is the user's
    one whose touch is over, or by a        is withdrawn while it is ahead; past, and by a number
      number that is wrong                    that is wrong, it goes on by another channel, if any
    no open attempt, but one of it that is  goes on under the next generation; one that was deleted
      out of the calendar without a fact      when its time had passed was not marked
    no open attempt, a touch with attempts  wants the next attempt, or is closed as not-reached
    no open touch                           waits until it is due, then wants a first attempt

Nothing is placed here: a `Want` says what is wanted, and `syncd.reconcile.placement` where.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from syncd.model.facts import CLOSING, ELSEWHERE, RESTING, TRIED, Fact, Outcome
from syncd.model.people import Period, Person
from syncd.model.records import Fate, Record
from syncd.reconcile.attempts import (
    History,
    Keep,
    Position,
    Resolution,
    Scene,
    Want,
    Withdraw,
)
from syncd.reconcile.course import ROLLS, LetGo, bygone, missed, next_attempt, settle_attempt
from syncd.reconcile.fold import (
    Fold,
    first_due,
    fold,
    is_over,
    next_channel,
    paused_by_mark,
)
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import begins, standing

WAITS = "waits to be let in, by the ramp"


def resolve(
    person: Person, standings: list[Standing], loose: list[Record], scene: Scene
) -> Resolution:
    """Decide what becomes of the attempts of `person`, given their `standings` in the calendar and
    the `loose` ones, whose entries were taken out of it by us or by the user."""
    facts = scene.journal.by_person.get(person.id, ())
    told = fold(person, facts, scene.roster.cadence_of(person), scene.zone)
    out = Resolution()
    barred = scene.barred(person)
    stand = _sort_out(person, standings, facts, told, scene, out)
    channels = scene.channels_of(person)
    reason = _inactive(person, channels, scene)
    due = _due(person, told, facts, scene)
    if stand is not None:
        key = stand.record.key
        position = Position(
            person=person, fold=told, due=due, touch=key.day, attempt=key.attempt, reason=reason
        )
        out.position = position
        if reason:
            _rest(stand, reason, scene, out)
            return out
        channel = _channel(person, stand, told, scene)
        assert channel is not None  # or it had been called off
        if not settle_attempt(person, stand, channel, due or scene.today, scene, out):
            return out
        told = fold(person, _with(facts, out.facts), scene.roster.cadence_of(person), scene.zone)
        due = _due(person, told, _with(facts, out.facts), scene)
    marked = [each.standing.record for each in out.history]
    before = _let_go([*loose, *marked], _with(facts, out.facts), told, scene)
    if before is not None and not reason and _is_over(person, before, scene):
        out.facts.append(missed(person, before.record, before.trace, scene))
        told = fold(person, _with(facts, out.facts), scene.roster.cadence_of(person), scene.zone)
        due = _due(person, told, _with(facts, out.facts), scene)
        before = None
    if told.touch is not None:
        next_attempt(person, told, before, due, reason, scene, out)
        if out.want is not None or not out.facts:
            return out
        told = fold(person, _with(facts, out.facts), scene.roster.cadence_of(person), scene.zone)
        due = _due(person, told, _with(facts, out.facts), scene)
    out.position = Position(person=person, fold=told, due=due, reason=reason)
    if reason or due is None:
        return out
    again = before if before is not None and before.record.key.attempt == 1 else None
    channel = again.trace.channel if again else ""
    out.want = Want(
        person=person,
        attempt=1,
        channel=channel if channel and channel not in barred else channels[0],
        due=due,
        earliest=due,
        touch=again.record.key.day if again else None,
        opened=again.trace.opened if again else None,
        blocks=scene.blocks_of(person),
        exact=person.on_the_day,
        head=bool(again and again.trace.head),
        rolls=again.trace.rolls if again else 0,
    )
    return out


def _with(facts: tuple[Fact, ...], more: list[Fact]) -> tuple[Fact, ...]:
    """`facts` and `more`; the very same where that is none, which is not folded again."""
    return (*facts, *more) if more else facts


def _let_go(loose: list[Record], facts: tuple[Fact, ...], told: Fold, scene: Scene) -> LetGo | None:
    """The open attempt among `loose`, if one is. A pause that a mark asked for interrupts it.
    Deleting an entry whose time has passed means what no mark means: its attempt goes on at the
    head of the queue, rolled over once more."""
    told_of = {each.uid: scene.journal.by_entry.get(each.uid) for each in loose}
    held = [
        each
        for each in loose
        if ((fact := told_of[each.uid]) is None or fact.outcome in RESTING)
        and _open(each, facts, told)
        and not told.closed(each.key.day, standing(each).opened)
        and each.key.attempt == _turn(each, told)
    ]
    record = max(held, key=lambda each: each.key, default=None)
    if record is None:
        return None
    trace = standing(record)
    if record.fate is Fate.GONE and told_of[record.uid] is None:
        trace = replace(trace, head=True, rolls=trace.rolls + 1)
    return LetGo(record=record, trace=trace)


def _is_over(person: Person, before: LetGo, scene: Scene) -> bool:
    """Whether an attempt that is out of the calendar is not taken up again."""
    return before.trace.rolls > ROLLS or bygone(person, before.record.key.day, scene)


def _turn(record: Record, told: Fold) -> int:
    """Which attempt of the touch of `record` is up by what was tried: an entry of a later one is
    left over from a mark that was taken back since."""
    if told.touch != record.key.day or not told.tried:
        return 1
    return (told.tried[-1].attempt or len(told.tried)) + 1


def _sort_out(
    person: Person,
    standings: list[Standing],
    facts: tuple[Fact, ...],
    told: Fold,
    scene: Scene,
    out: Resolution,
) -> Standing | None:
    """The one standing that is the open attempt, if any; the others find their place in `out`."""
    found: Standing | None = None
    barred = scene.barred(person)
    for stand in sorted(standings, key=lambda s: s.record.key):
        fact = scene.journal.by_entry.get(stand.record.uid)
        ahead = begins(stand.trace.start, scene.zone) > scene.now
        if fact is not None:
            if fact.source in ELSEWHERE and ahead:
                _withdraw(stand, Fate.REMOVED, "logged meanwhile", out)
            else:
                out.history.append(History(standing=stand, fact=fact))
        elif stand.record.fate is Fate.RELEASED and not ahead:  # it is the user's
            out.keep.append(Keep(standing=stand, times=stand.times, open=False))
        elif not _open(stand.record, facts, told):
            _call_off(stand, "its touch is over", scene, out)
        elif stand.trace.channel in barred and (  # another channel's turn, if any
            ahead or stand.record.seen is None or _channel(person, stand, told, scene) is None
        ):
            _call_off(stand, "the number is wrong", scene, out)
        elif found is not None and _moved(person, found, stand, scene):
            _moved_out(found, stand, scene, out)
            found = stand
        elif found is not None and _gives_way(found, stand, scene):
            _hand_over(found, out)
            found = stand
        elif found is not None:
            _withdraw(stand, Fate.REMOVED, "an earlier attempt is open", out)
        else:
            found = stand
    return found


def _channel(person: Person, stand: Standing, told: Fold, scene: Scene) -> str | None:
    """By which channel an attempt goes on: its own, but where that number is wrong; None where none
    is left."""
    channel, barred = stand.trace.channel, scene.barred(person)
    if channel not in barred:
        return channel or scene.roster.channels_of(person)[0]
    usable = scene.channels_of(person)
    if not usable:
        return None
    retry = scene.roster.lists[person.list].retry
    tried = told.tried if told.touch == stand.record.key.day else ()
    return next_channel(tried, usable, retry.tries, barred)


def _moved(person: Person, stand: Standing, later: Standing, scene: Scene) -> bool:
    """Whether `later` is `stand` in the calendar to which its block has moved, or is seen while
    `stand` cannot be, and so may be all that there is of it."""
    same = replace(stand.record.key, generation=later.record.key.generation)
    if same != later.record.key:
        return False
    if not scene.looked(stand):
        return scene.looked(later) and later.record.seen is not None
    return scene.left(person, stand) and not scene.left(person, later)


def _moved_out(stand: Standing, later: Standing, scene: Scene, out: Resolution) -> None:
    if later.record.seen is None or not scene.looked(stand):
        out.keep.append(Keep(standing=stand, times=stand.times, open=False))
    else:
        _withdraw(stand, Fate.REMOVED, f"it is in {later.record.calendar} now", out)


def _gives_way(stand: Standing, later: Standing, scene: Scene) -> bool:
    """Whether `stand`, whose mark was taken away when its time had passed, does not take the place
    of `later`: the user moved that one, so they mean to keep it."""
    moved = later.trace.pinned or later.snoozed_to is not None
    past = begins(stand.trace.start, scene.zone) <= scene.now
    same = stand.record.key.day == later.record.key.day
    return moved and past and same


def _hand_over(stand: Standing, out: Resolution) -> None:
    """Leave the entry to the user, once it says what it said before its mark was read. A line of a
    checklist has nobody to go to: it goes."""
    if stand.record.item:
        _withdraw(stand, Fate.REMOVED, "the one that you moved goes on", out)
    elif stand.trace.fact:
        out.keep.append(Keep(standing=stand, times=stand.times, open=False))
    else:
        _withdraw(stand, Fate.RELEASED, "the one that you moved goes on", out)


def _open(record: Record, facts: tuple[Fact, ...], told: Fold) -> bool:
    """Whether the touch of this attempt is open and nothing later came of it."""
    opened = standing(record).opened
    if opened is not None and told.closed(record.key.day, opened):
        return False
    others = (fact for fact in facts if fact.entry != record.uid)
    return not is_over(record.key, facts) and not any(
        (fact.touch, fact.attempt) == (record.key.day, record.key.attempt)
        for fact in others
        if fact.outcome in TRIED
    )


def _inactive(person: Person, channels: tuple[str, ...], scene: Scene) -> str:
    """Why nothing is to come for `person`, of whom `channels` are left; empty where something
    is."""
    pause = scene.pauses.of(person, scene.today)
    if pause is not None:
        return pause.reason
    mark = paused_by_mark(scene.journal.barring.get(person.whose, ()), scene.today)
    if mark is not None:
        what = "stopped" if mark.outcome is Outcome.STOPPED else "paused"
        return f"{what} by a mark" + (f" until {mark.until}" if mark.until else "")
    if scene.waits(person):
        return WAITS
    if not channels:
        return f"the number {person.phone} is wrong; change it in {person.where}"
    return scene.rest_of(person)


def _due(person: Person, told: Fold, facts: tuple[Fact, ...], scene: Scene) -> date | None:
    """When the next touch of `person` is due, not before a pause's end."""
    met = scene.acquaintances.get(person.id)
    ends = [*told.rests, *scene.pauses.ends(person, met)]
    if person.strategy is not None and person.occasion is not None:
        lead = person.strategy.lead
        today = max([scene.today, *ends])
        closed = [f.touch for f in facts if f.outcome in CLOSING and f.touch]  # perhaps early
        anchor = max([*closed, *([told.anchor] if told.anchor else [])], default=None)
        return person.occasion.due_after(anchor, today, round(lead.approximate_days))
    cadence: Period = scene.roster.cadence_of(person)
    ramp = scene.roster.ramp
    admitted = scene.admitted(person)
    if ramp and admitted and met and (told.anchor is None or told.anchor < admitted):
        # Whoever was just let in is not due at once, but spread until more are.
        spread = first_due(admitted, met.seat, ramp.every)
        return max([spread, *([cadence.after(told.anchor)] if told.anchor else []), *ends])
    if told.anchor is not None:
        due = cadence.after(told.anchor)
    else:
        due = first_due(met.first_seen, met.seat, cadence) if met else scene.today
    return max([due, *ends])


def _call_off(stand: Standing, reason: str, scene: Scene, out: Resolution) -> None:
    """An attempt that is not to be made any more: ahead it goes, past it stays as it is."""
    if begins(stand.trace.start, scene.zone) > scene.now:
        _withdraw(stand, Fate.REMOVED, reason, out)
    else:
        out.keep.append(Keep(standing=stand, times=stand.times, open=False))


def _rest(stand: Standing, reason: str, scene: Scene, out: Resolution) -> None:
    """An open attempt of somebody to whom nothing is to come: ahead it goes, past it stays; what
    went to the user, with words of theirs in it, is left alone."""
    released = stand.record.fate is Fate.RELEASED
    if released or begins(stand.trace.start, scene.zone) > scene.now:
        _withdraw(stand, Fate.UNPLACED, reason, out)
    else:
        out.keep.append(Keep(standing=stand, times=stand.times))


def _withdraw(stand: Standing, fate: Fate, reason: str, out: Resolution) -> None:
    out.withdraw.append(Withdraw(standing=stand, fate=fate, reason=reason))
