"""Finding out what does not work with a calendar or an address book: doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from syncd.cli import ends, say
from syncd.cli.setting import Setting
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.model.examination import Step

CALENDAR, BOOK = "Calendar", "Address book"
SIGNS = {"well": "✓", "doubtful": "!", "failed": "✗", "not tried": "–"}


def doctor(setting: Setting, names: tuple[str, ...], read_only: bool, as_json: bool) -> int:
    """Examine the calendars and address books called `names`, or all. Raises ConfigError and
    StateError, and UsageError for a name that is none's."""
    from syncd import bootstrap

    roster = setting.loaded().roster
    patients: dict[str, Callable[[], Iterator[Step]]] = {
        f"{CALENDAR} {name}": partial(
            bootstrap.examined, roster, name, read_only=read_only, houses=lambda: setting.houses
        )
        for name in roster.calendars
    }
    for book in roster.books:
        patients[f"{BOOK} {book.name}"] = partial(bootstrap.examined_book, book)
    chosen = [full for name in names for full in _meant(name, patients)] or [*patients]
    told: dict[str, list[Step]] = {}
    for full in dict.fromkeys(chosen):
        name = full.removeprefix(f"{CALENDAR} ")
        told[name] = []
        if not as_json:
            say.answer(say.one_line(full))
        for step in patients[full]():
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


def _meant(name: str, patients: Iterable[str]) -> list[str]:
    """Those that are called so, by the bare name or with what they are before it."""
    patients = list(patients)
    found = [each for each in patients if name in (each, _bare(each))]
    if not found:
        known = ", ".join(_bare(each) for each in patients)
        raise UsageError(
            f"«{say.one_line(name)}» is no calendar and no address book. There is: {known}."
        )
    return found


def _bare(full: str) -> str:
    kind = CALENDAR if full.startswith(CALENDAR) else BOOK
    return full.removeprefix(f"{kind} ")
