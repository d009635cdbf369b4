"""From shapes to values: the calendars whose meetings count as contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from syncd.config.calendars import NO_ADDRESS, at_google, check_url
from syncd.config.check import Path, key_place, locate
from syncd.config.nodes import Fields, Text
from syncd.config.shapes.servers import CreditShape
from syncd.errors import Problem
from syncd.model.roster import CalendarSettings, Credit
from syncd.model.words import short

LATEST = timedelta(days=1)
"""How long after its end a meeting may count at most."""


def credit(
    root: Fields,
    shape: CreditShape,
    calendars: Mapping[str, CalendarSettings],
    problems: list[Problem],
) -> Credit | None:
    """Which meetings count, found on the accounts of `calendars`; None where none does. What is
    wrong goes to `problems`."""
    if not shape.meetings:
        if isinstance(root.get(Text("credit")), Fields):
            message = "meetings: names no calendar. Next: name one, such as meetings: [Personal]"
            problems.append(key_place(root, ("credit", "meetings")).problem(message))
        return None
    if shape.after > LATEST:
        place, _ = locate(root, ("credit", "after"))
        problems.append(place.problem("after: is more than a day. Next: make it shorter."))
    accounts = {name: each for name, each in calendars.items() if not each.is_tasks}
    found: dict[str, CalendarSettings] = {}
    for n, said in enumerate(shape.meetings):
        path = ("credit", "meetings", n)
        made = _diary(root, path, said, accounts, problems)
        if made is None:
            continue
        if made.place in found:
            place, _ = locate(root, path)
            message = f"meetings: names «{short(said)}» twice. Next: take one out."
            problems.append(place.problem(message))
        found[made.place] = made
    me = frozenset(each.casefold() for each in shape.me)
    return Credit(diaries=tuple(found.values()), after=shape.after, me=me)


def _diary(
    root: Fields,
    path: Path,
    said: str,
    accounts: Mapping[str, CalendarSettings],
    problems: list[Problem],
) -> CalendarSettings | None:
    """The calendar that `said` means: `Personal` where there is one account, else
    `home/Personal`."""
    place, _ = locate(root, path)
    first, slash, rest = said.partition("/")
    chosen = accounts.get(first) if slash else None
    if chosen is not None:
        said = rest.strip()
    elif len({_account(each) for each in accounts.values()}) > 1:
        forms = ", ".join(f"{name}/{said}" for name in accounts)
        message = f"meetings: on whose account is «{short(said)}»? Forms: {forms}."
        problems.append(place.problem(message))
        return None
    else:
        chosen = next(iter(accounts.values()), None)
    if chosen is None:  # there is no calendar at all, which is said elsewhere
        return None
    if not said:
        problems.append(place.problem(f"meetings: what stands after {first}/ is missing."))
        return None
    if chosen.google is not None and "://" in said:
        problems.append(place.problem(f"meetings: {NO_ADDRESS}"))
    elif "://" in said:
        check_url(root, path, said, problems)
    return replace(
        chosen,
        name=f"{chosen.name}/{said}",
        calendar=at_google(said) if chosen.google is not None else said,
        tasks="",
        components=("VEVENT",),
        where=str(place),
    )


def _account(settings: CalendarSettings) -> tuple[str, ...]:
    """What two calendars have in common that are on one account."""
    if settings.google is not None:
        return "google", str(settings.google.token), settings.google.endpoint
    return settings.url.rstrip("/"), settings.username
