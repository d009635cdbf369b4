"""Looking back on a week, a month or a year: review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.cli import ends, files, say
from syncd.cli.setting import Setting
from syncd.cli.words import OUTCOMES, say_day, say_name
from syncd.engine.reviewing import sentences
from syncd.errors import UsageError
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.model.roster import Roster
    from syncd.reconcile.review import Review, Tally

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMED = 10
"""How many people who drift are named."""


def review(setting: Setting, span: str, html: Path | None, as_json: bool) -> int:
    """Say what came of the last week, month or year. Raises UsageError for any other span."""
    from syncd.engine.reviewing import Span
    from syncd.engine.reviewing import review as of

    if span not in tuple(Span):
        raise UsageError(f"«{say.one_line(span)}» is no span. There is: {', '.join(Span)}.")
    service = setting.service()
    found = of(service, Span(span))
    if html is not None:
        from syncd.cli.page import page

        files.replace(html, page(found, service.roster, f"The last {span}"))
        say.aside(f"{html} is written.")
    if as_json:
        say.answer_json(plainly(found))
    elif html is None:
        _shown(found, service.roster, span)
    return ends.DONE


def plainly(found: Review) -> dict[str, Any]:
    """`review --json`."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "all": _tally(found.all),
        "people_reached": found.people,
        "outcomes": {each.value: number for each, number in found.outcomes.items()},
        "by_list": {name: _tally(each) for name, each in found.by_list.items()},
        "by_channel": {name: _tally(each) for name, each in found.by_channel.items()},
        "by_weekday": {WEEKDAYS[day]: _tally(each) for day, each in found.by_weekday.items()},
        "by_hour": {f"{hour:02d}": _tally(each) for hour, each in found.by_hour.items()},
        "occurrences": {"kept": found.kept, "took_place": found.held},
        "weeks_in_a_row": found.weeks,
        "drifting": [
            {"person": each.person, "due": each.due.isoformat(), "late_days": each.days}
            for each in found.drifting
        ],
    }


def _tally(each: Tally) -> dict[str, Any]:
    return {"tried": each.tried, "reached": each.reached, "rate": each.rate}


def _shown(found: Review, roster: Roster, span: str) -> None:
    for sentence in sentences(found, f"The last {span}"):
        say.answer(sentence)
    if found.outcomes:
        said = ", ".join(f"{OUTCOMES[each]}: {n}" for each, n in found.outcomes.items())
        say.answer(f"Logged: {said}.")
    for name, tallies in tables(found).items():
        say.answer("")
        say.table(
            (f"{name}!", "attempts!", "reached!", "rate!"),
            [(key, str(t.tried), str(t.reached), rate(t)) for key, t in tallies.items()],
        )
    if found.drifting:
        say.answer("")
        today = found.until - timedelta(days=1)
        say.table(
            ("drifting", "due!", "late!"),
            [
                (say_name(roster, d.person), say_day(d.due, today), plural(d.days, "day"))
                for d in found.drifting[:NAMED]
            ],
        )
        if len(found.drifting) > NAMED:
            say.answer(f"and {len(found.drifting) - NAMED} more; syncd due has them all.")


def tables(found: Review) -> Mapping[str, Mapping[str, Tally]]:
    """The tallies by what they are of, those with something in them."""
    every = {
        "list": {name or "(of nobody in the files)": t for name, t in found.by_list.items()},
        "channel": {name or "(not said)": t for name, t in found.by_channel.items()},
        "weekday": {WEEKDAYS[day]: t for day, t in found.by_weekday.items()},
        "hour": {f"{hour:02d}:00": t for hour, t in found.by_hour.items()},
    }
    return {name: tallies for name, tallies in every.items() if tallies}


def rate(tally: Tally) -> str:
    """A share as people read it."""
    return "" if tally.rate is None else f"{tally.rate:.0%}"
