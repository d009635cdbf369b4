"""The verbs that change nothing: check, plan, due, history."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.cli import ends, say, trouble
from syncd.cli.setting import Setting, missing_secrets, ready
from syncd.cli.words import SOURCES, say_day, say_moment, say_name, say_outcome
from syncd.errors import ConfigError, Problem, StateError
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.engine.service import Service
    from syncd.engine.tick import Look
    from syncd.model.roster import Notify, Roster
    from syncd.reconcile.actions import Action


def check(setting: Setting) -> int:
    """Say all that is wrong or doubtful in the config; problems are the answer."""
    try:
        loaded = setting.loaded()
    except ConfigError as error:
        return _problems(error.problems)
    mistaken, unusable = _mistaken(setting, loaded.roster)
    ahead = _still_to_come(setting, loaded.roster)
    found = [*missing_secrets(loaded.roster), *mistaken, *loaded.warnings, *ahead]
    wrong = _problems(found)
    if loaded.roster.notify is not None and (unknown := _unknown(loaded.roster.notify)):
        say.answer("\n".join(unknown))
        wrong = ends.CONFIG
    if wrong == ends.DONE:
        say.answer(f"{setting.path}: fine: {counted(loaded.roster)}.")
    if unusable:
        say.aside(unusable)
        return ends.STATE
    return wrong


def _unknown(notify: Notify) -> list[str]:
    from syncd.post import unknown

    return unknown(notify)


def _still_to_come(setting: Setting, roster: Roster) -> list[Problem]:
    """Contacts that are said to have been, and are still ahead."""
    zone = ZoneInfo(roster.timezone)
    today = setting.clock(zone)().astimezone(zone).date()
    return [
        Problem(
            file=person.where.rpartition(":")[0],
            line=int(person.where.rpartition(":")[2]),
            column=1,
            message=f"last-contact: {person.last_contact} is still to come. Is the year right?",
            warning=True,
        )
        for person in roster.people.values()
        if person.last_contact is not None and person.last_contact > today
    ]


def _mistaken(setting: Setting, roster: Roster) -> tuple[list[Problem], str]:
    """What is wrong in the light of what is remembered, and why that cannot be read."""
    if not setting.database(roster).exists():
        return [], ""
    from syncd import bootstrap

    try:
        return bootstrap.mistaken(roster, setting.env), ""
    except StateError as error:
        return [], str(error)


def _problems(problems: list[Problem]) -> int:
    for problem in problems:
        say.answer(str(problem))
    return ends.CONFIG if any(not each.warning for each in problems) else ends.DONE


def counted(roster: Roster) -> str:
    """`12 people, 2 lists, 1 block, 1 calendar`."""
    return ", ".join(
        (
            plural(len(roster.people), "person", "people"),
            plural(len(roster.lists), "list"),
            plural(len(roster.blocks), "block"),
            plural(sum(not c.is_tasks for c in roster.calendars.values()), "calendar"),
        )
    )


def schema() -> int:
    """Print the JSON Schema of the config."""
    from syncd.config import schema as of_config

    say.answer_json(of_config())
    return ends.DONE


# -- plan


def plan(setting: Setting, as_json: bool) -> int:
    """Say what a sync would change. Writes nothing, anywhere."""
    from syncd.cli import plain
    from syncd.engine.notices import moving

    loaded = setting.loaded()
    trouble.say_all(str(warning) for warning in loaded.warnings)
    service = setting.service(ready(loaded.roster))
    with say.progress("reading") as progress:
        look = service.plan(progress)
    now, zone = service.clock(), service.zone
    unread = trouble.unread(look, now, zone)
    actions = [each for each in _actions(look) if each.record.calendar not in unread]
    if as_json:
        say.answer_json(plain.plan(actions, trouble.held(look), now, zone))
    else:
        _show_plan(service, look, actions, complete=not unread and not look.unread)
    trouble.say_all((*moving(look.plan), *unread.values(), *look.unread))
    status = ends.CALENDAR if unread or look.unread else ends.DONE
    return ends.HELD if trouble.held(look) else status


def _actions(look: Look) -> list[Action]:
    """What would be done, and first what would be taken into the books."""
    from syncd.reconcile.actions import Act, Action

    adopted = [
        Action(act=Act.ADOPT, record=record, entry=record.seen, reason="its id says it is ours")
        for each in look.observed
        if each.absorbed is not None
        for record in each.absorbed.adopted
    ]
    return [*adopted, *(look.plan.actions if look.plan is not None else ())]


def _show_plan(service: Service, look: Look, actions: list[Action], *, complete: bool) -> None:
    from syncd.cli import plain

    now, zone = service.clock(), service.zone
    for fact in {fact.id: fact for fact in look.facts}.values():
        name = say_name(service.roster, fact.person)
        say.answer(f"To be logged: {say.one_line(name)}: {say_outcome(fact)}.")
    by_calendar = sorted(actions, key=lambda each: each.record.calendar)
    for calendar, group in groupby(by_calendar, key=lambda each: each.record.calendar):
        theirs = list(group)
        say.heading(f"Calendar {calendar}: {plural(len(theirs), 'change')}")
        rows = []
        for each in theirs:
            title = each.entry.title if each.entry is not None else each.record.key.subject
            when = ""
            if each.entry is not None:
                when = plain.when(each.entry, now, zone)
            rows.append((each.act.value, when, title, each.reason))
        say.table(("action!", "when!", "what", "why"), rows)
    if not actions and complete and not trouble.held(look):
        say.answer("Nothing to do: the calendar is as it should be.")
    if trouble.held(look):
        say.answer(trouble.held_sentence(look))


# -- due and history


def due(setting: Setting, as_json: bool) -> int:
    """Say who is due, how late, and where they stand, most overdue first."""
    service = setting.service()
    now, zone, rows = service.clock(), service.zone, service.due()
    if as_json:
        from syncd.cli import plain  # it knows the whole planner

        say.answer_json([plain.due(each, zone) for each in rows])
        return ends.DONE
    today = now.astimezone(zone).date()
    wait = sum(each.waits and each.person.strategy is None for each in rows)
    table = [
        (
            say_name(service.roster, each.person.id),
            say_day(each.due, today) if each.due else "",
            plural(each.late_days, "day") if each.late_days else "",
            f"attempt {each.attempt}" if each.attempt else "waiting" if each.due else "",
            say_moment(each.next, now, zone) if each.next else "",
            each.reason,
        )
        for each in rows
        if not each.waits
    ]
    shown = 6 if any(row[5] for row in table) else 5
    columns = ("person", "due!", "late!", "stands at!", "next event!", "why nothing")
    say.table(columns[:shown], [row[:shown] for row in table])
    if wait:
        say.answer(f"{plural(wait, 'person waits', 'people wait')}: syncd due --waiting")
    return ends.DONE


def waiting(setting: Setting, as_json: bool) -> int:
    """Say whom the ramp lets wait, and when each is expected to be let in, soonest first."""
    service = setting.service()
    rows = service.waiting()
    if as_json:
        say.answer_json([{"person": p.id, "expected": day.isoformat()} for p, day in rows])
        return ends.DONE
    if not rows:
        why = "" if service.roster.ramp else ": there is no ramp in the config"
        say.answer(f"Nobody waits{why}.")
        return ends.DONE
    today = service.clock().astimezone(service.zone).date()
    say.table(("person", "about!"), [(p.name, say_day(day, today)) for p, day in rows])
    say.answer("Next: syncd admit PERSON lets somebody in now.")
    return ends.DONE


def history(setting: Setting, person: str | None, as_json: bool, everything: bool) -> int:
    """Say what is in the journal."""
    service = setting.service()
    now, zone = service.clock(), service.zone
    facts = service.history(person, everything=everything)
    if as_json:
        from syncd.cli import plain

        say.answer_json([plain.fact(each, zone) for each in facts])
        return ends.DONE
    if not facts:
        say.answer("Nothing is logged yet.")
        return ends.DONE
    rows = [
        (
            say_moment(each.at, now, zone),
            say_name(service.roster, each.person),
            say_outcome(each),
            each.channel or "",
            SOURCES[each.source],
            each.note,
        )
        for each in facts
    ]
    say.table(("when!", "who", "outcome", "by!", "known from!", "note"), rows)
    return ends.DONE
