"""Finding out what does not work with a calendar: doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.cli import ends, say
from syncd.cli.setting import Setting
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.calendars.diagnosis import Step

SIGNS = {"well": "✓", "doubtful": "!", "failed": "✗", "not tried": "–"}


def doctor(setting: Setting, names: tuple[str, ...], read_only: bool, as_json: bool) -> int:
    """Examine the calendars called `names`, or all. Raises ConfigError, and UsageError for a name
    that is none's."""
    from syncd import bootstrap

    roster = setting.loaded().roster
    for name in names:
        if name not in roster.calendars:
            known = ", ".join(roster.calendars)
            raise UsageError(f"«{say.one_line(name)}» is no calendar. There is: {known}.")
    told: dict[str, list[Step]] = {}
    for name in names or tuple(roster.calendars):
        told[name] = []
        if not as_json:
            say.answer(f"Calendar {name}")
        for step in bootstrap.examined(roster, name, read_only=read_only):
            before = told[name][-1] if told[name] else None
            told[name].append(step)
            again = before is not None and before.verdict == "not tried" == step.verdict
            if not as_json and not (again and before and before.said == step.said):
                say.answer(f"  {SIGNS[step.verdict]} {step.name}: {say.one_line(step.said)}")
                if step.remedy:
                    say.answer(f"      Next: {say.one_line(step.remedy)}")
    if as_json:
        say.answer_json(
            {
                name: [
                    {"step": s.name, "verdict": s.verdict, "said": s.said, "next": s.remedy}
                    for s in steps
                ]
                for name, steps in told.items()
            }
        )
    ill = [name for name, steps in told.items() if any(s.verdict == "failed" for s in steps)]
    if not as_json:
        say.answer("All is well." if not ill else f"Not well: {', '.join(ill)}.")
    return ends.CALENDAR if ill else ends.DONE
