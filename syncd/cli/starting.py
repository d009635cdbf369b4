"""The verbs to begin with, and the one that only explains: init, add, demo, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from syncd.cli import ends, files, say, trouble
from syncd.cli.setting import Setting, missing_secrets
from syncd.config.zones import machine_zone
from syncd.errors import ConfigError, Problem, UsageError
from syncd.model.words import WEEKDAYS, plural, read_weekday

T = TypeVar("T")
PEOPLE = "people.yaml"
GOOGLE, NONE = "google", "none"
PROVIDERS = {GOOGLE: "google", NONE: "embedded"}
"""What may be answered instead of an address, and how the calendar is reached then."""
MOST = 5
"""How many people are asked for: one starts small."""


# -- init


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user answered."""

    url: str = ""
    username: str = ""
    weekday: str = "thursday"
    at: time = time(10)
    names: tuple[str, ...] = ()
    provider: str = "caldav"


def init(setting: Setting, yes: bool) -> int:
    """Write a config and a people file, for this user's eyes only. Raises UsageError where one is
    there already."""
    from syncd.config.edit import starter

    config = setting.places[0]
    people = config.with_name(PEOPLE)
    for each in (config, people):
        _refuse_existing(each)
    if not yes and not say.interactive():
        raise UsageError("Nobody is here to be asked. Next: syncd init --yes.")
    wishes = Wishes() if yes else _asked()
    texts = starter(
        url=wishes.url or None,
        username=wishes.username or None,
        weekday=wishes.weekday,
        at=f"{wishes.at:%H:%M}",
        names=wishes.names,
        # Written down, so that the hour stays where it is should the config go to another machine.
        timezone=machine_zone(setting.env),
        provider=wishes.provider,
    )
    for path, text in zip((config, people), texts, strict=True):
        files.make(path, text)
    say.answer(f"{config} and {people} are written.")
    _say_what_next(setting, wishes.provider)
    return ends.DONE


def _say_what_next(setting: Setting, provider: str) -> None:
    """What is still to be done, in order, after the warnings, which go to stderr."""
    try:
        loaded = setting.loaded()
    except ConfigError as error:
        problems = [*error.problems]
    else:
        trouble.say_all(str(warning) for warning in loaded.warnings)
        problems = [*missing_secrets(loaded.roster)]
    say.answer("Next:")
    for problem in problems:
        say.answer(f"  {problem}")
    if provider == "google":
        say.answer("  put Google's client_secret.json beside it; README says how to get it")
        say.answer("  syncd auth google   signs in, once")
    say.answer("  syncd check     says whether all is well")
    say.answer("  syncd plan      shows what would be written, and writes nothing")
    say.answer("  syncd run       begins, and goes on by itself")
    if provider == "embedded":
        say.answer("  syncd connect   says how your apps reach the calendar")
    else:
        say.answer("  syncd doctor    says what works with the calendar, and what does not")


def _asked() -> Wishes:
    url = _until(
        "Your calendar's address (CalDAV), such as https://dav.example.org/; or google; or none, "
        "and syncd keeps one itself",
        _address,
        "An address, please; your calendar provider's help calls it the CalDAV server.",
    )
    provider = PROVIDERS.get(url, "caldav")
    username = say.ask("Your user name there") if provider == "caldav" else ""
    weekday, at = _until(
        "One hour a week for it",
        _hour,
        "A weekday and a time, please, such as thursday 10:00.",
        default="thursday 10:00",
    )
    names: list[str] = []
    while len(names) < MOST:
        name = say.ask("Whom to begin with (Enter ends)" if not names else "And whom (Enter ends)")
        name = " ".join(name.split())
        if not name:
            break
        if name.casefold() in (each.casefold() for each in names):
            say.aside(f"{name} is on the list already.")
            continue
        names.append(name)
    return Wishes(
        url=url, username=username, weekday=weekday, at=at, names=tuple(names), provider=provider
    )


def _until(question: str, read: Callable[[str], T | None], hint: str, default: str = "") -> T:
    while (found := read(say.ask(question, default))) is None:
        say.aside(hint)
    return found


def _address(text: str) -> str | None:
    if text.casefold() in PROVIDERS:
        return text.casefold()
    if not text or " " in text:
        return None
    return text if "://" in text else f"https://{text}"


def _hour(text: str) -> tuple[str, time] | None:
    day, _, hour = text.casefold().replace(",", " ").partition(" ")
    weekday = read_weekday(day)
    try:
        at = time.fromisoformat(hour.strip().zfill(5)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
    return None if weekday is None else (WEEKDAYS[weekday], at)


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path} is there already, and stays as it is. "
            "Next: change it by hand, or syncd --config OTHER/config.yaml init."
        )


# -- add


def add(
    setting: Setting, name: str, list_: str | None, phone: str | None, email: str | None
) -> int:
    """Append somebody to the first of the people files. Raises UsageError or ConfigError, the file
    being as it was, where they would not be taken as given."""
    from syncd.config.edit import append_person, people_files

    before = _problems(setting)
    _need_list(setting, name, list_)
    file = people_files(setting.path, setting.env)[0]
    text = files.content(file)
    more = append_person(text or "", name=name, list=list_, phone=phone, email=email)
    files.replace(file, more)
    after = _problems(setting)
    if new := [problem for problem in after if problem not in before]:
        if text is None:
            file.unlink()
        else:
            files.replace(file, text)
        raise ConfigError(new)
    say.answer(f"{name} is added to {_shown(file)}. Next: syncd plan shows what comes of it.")
    trouble.say_all(str(problem) for problem in after)
    return ends.CONFIG if after else ends.DONE


def add_proposed(setting: Setting, list_: str | None, yes: bool) -> int:
    """Add those whom the user proposed by events of their own, `+ Jane Roe +49…`, after showing
    them. Raises as `add` does, and UsageError where nobody is proposed."""
    from syncd.reconcile.events import Proposed
    from syncd.reconcile.recall import recalled

    service = setting.service()
    today = service.clock().astimezone(service.zone).date()
    said = recalled(service.store.load().settings, service.roster, today)
    found = [each for each in said.values() if isinstance(each, Proposed)]
    lists = [each.list or list_ for each in found]
    if not found:
        raise UsageError("Nobody is proposed. Next: make an event such as + Jane Roe +49 30 4711")
    rows = [(p.name, p.phone, p.email, own or "") for p, own in zip(found, lists, strict=True)]
    say.table(("to be added", "phone", "email", "list"), rows)
    for each, own in zip(found, lists, strict=True):  # all, before any is written
        _need_list(setting, each.name, own)
    if not yes:
        if not say.interactive():
            raise UsageError("Nobody is here to be asked. Nothing was changed. Next: add --yes.")
        asked = f"Add {plural(len(found), 'person', 'people')}? (y/n)"
        if say.ask(asked, "n").casefold() not in ("y", "yes"):
            say.answer("Nothing was changed.")
            return ends.DONE
    return max(
        add(setting, p.name, own, p.phone or None, p.email or None)
        for p, own in zip(found, lists, strict=True)
    )


def _need_list(setting: Setting, name: str, list_: str | None) -> None:
    """Raises UsageError where it takes one of several lists for `name`, and `list_` is none."""
    try:
        lists = sorted(setting.loaded().roster.lists)
    except ConfigError:  # what that comes to is said once they are written
        return
    if list_ is None and len(lists) < 2:
        return
    forms = ", ".join(f"--list {each}" for each in lists)
    if list_ is None:
        raise UsageError(f"{name} is in no list yet. Next: add one of {forms}")
    if list_ not in lists:
        raise UsageError(f"{name}: list «{list_}» is not known. Next: add one of {forms}")


def _problems(setting: Setting) -> list[Problem]:
    try:
        setting.loaded()
    except ConfigError as error:
        return [problem for problem in error.problems if not problem.warning]
    return []


def _shown(path: Path) -> str:
    """The path from here, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


# -- demo and remove


def demo(setting: Setting, once: bool) -> int:
    """Show syncd at work."""
    from syncd.demo import main as show

    setting.writes()
    return show(once, setting.clock(ZoneInfo("UTC")) if setting.now else None)


def remove(setting: Setting, person: str) -> int:
    """Say how one stops contacting somebody; removes nothing."""
    del setting
    name = f'"{person}"' if " " in person else person or "PERSON"
    say.aside(
        "syncd removes nobody: the config is yours. To stop contacting somebody:\n"
        f"  syncd pause {name}   for now, until syncd resume {name}\n"
        "  or take them out of the people file: their event ahead goes at the next sync, and the\n"
        "  log keeps what was.\n"
        "To take everything that syncd made out of the calendars: syncd clear"
    )
    return ends.USAGE
