"""The verb that takes people out of address books: import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.cli import ends, files, say
from syncd.cli.setting import Setting
from syncd.config import Loaded
from syncd.engine.importing import Proposal
from syncd.engine.taking import Contact
from syncd.errors import UsageError
from syncd.model.people import Person
from syncd.model.roster import Roster
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.config.enrol import Told
    from syncd.engine.service import Service


PEOPLE, LOG = "people.yaml", "log.csv"
"""What syncd export calls the files that are taken back."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How the user wants it."""

    into: str | None = None
    """A list for all who are new."""
    columns: str = ""
    """`name=Full Name,phone=Mobil`."""
    fill: bool = False
    separate: bool = False
    decide: tuple[str, ...] = ()
    """`CARD=PERSON`, each."""
    yes: bool = False
    as_json: bool = False


def import_(setting: Setting, paths: Sequence[Path], wish: Wish) -> int:
    """Show what the books at `paths` would change, ask, and write it: people into the first of the
    people files, what else they know into the people file where it has nothing, contacts that were
    into the journal. Raises UsageError, ConfigError and StateError, the files being as they were.
    """
    from syncd.cli import preview
    from syncd.engine import journal
    from syncd.engine.deciding import decide
    from syncd.engine.taking import unknown

    roster = setting.loaded().roster
    if wish.into is not None and wish.into not in roster.lists:
        raise UsageError(f"There is no list «{wish.into}». There is: {', '.join(roster.lists)}.")
    service = setting.service(roster)
    files = [file for path in paths for file in _files(path)]
    logs = [file for file in files if journal.is_table(file)]
    books = [file for file in files if file not in logs]
    proposal, decided = _proposed(setting, service, books, wish)
    contacts = unknown(service, proposal.contacts)
    facts = journal.unknown(service, [fact for path in logs for fact in journal.read(path)])
    filling = proposal.more if wish.fill else {}
    _, fit = _filled(roster, proposal.more)
    by_hand = [id for id in proposal.more if id not in fit]
    asked = _asked(proposal, contacts, fit if wish.fill else {}, decided, len(facts))
    go = bool(asked) and wish.yes
    if not wish.as_json:
        preview.show(proposal, contacts, len(facts), by_hand, fill=wish.fill)
        if not asked:
            say.answer("There is nothing to write.")
            return ends.DONE
        if not wish.yes and not say.interactive():
            say.answer("Nothing is written yet. Next: the same with --yes.")
            return ends.DONE
        go = wish.yes or say.ask(f"{asked}? (y/n)", "n").casefold() in ("y", "yes")
    if not go:
        if wish.as_json:
            plain = preview.plain(proposal, contacts, len(facts), by_hand, decided, written=False)
            say.answer_json(plain)
        else:
            say.answer("Nothing was changed.")
        return ends.DONE
    setting.writes()
    loaded, unsaid = _written(setting, roster, proposal, filling)
    journal.take(setting.service(loaded.roster), facts)
    taken = _take(setting, loaded.roster, contacts)
    if decided:
        decide(setting.service(loaded.roster), decided)
    if wish.as_json:
        plain = preview.plain(proposal, contacts, len(facts), by_hand, decided, written=True)
        say.answer_json(plain)
    else:
        _say_done(proposal, taken + len(facts), len(filling) - len(unsaid))
    _say_left(loaded, unsaid)
    return ends.DONE


def _files(path: Path) -> list[Path]:
    """What is to be read of `path`: of a folder that syncd export wrote, people and log."""
    if path.suffix.lower() in (".ics", ".ical"):
        raise UsageError(
            f"{path} is for a calendar. Next: import it in your calendar app, into the calendar "
            "that syncd writes to; it takes up what is its own."
        )
    if not path.is_dir():
        return [path]
    found = [path / name for name in (PEOPLE, LOG) if (path / name).exists()]
    if not found:
        raise UsageError(f"{path} is a folder without {PEOPLE} and {LOG}. Next: name files.")
    return found


def _proposed(
    setting: Setting, service: Service, paths: Sequence[Path], wish: Wish
) -> tuple[Proposal, dict[str, str]]:
    """What becomes of the books, and what was decided for it just now."""
    from syncd.books.card import Book
    from syncd.books.reading import read
    from syncd.books.table import mapping
    from syncd.cli import deciding
    from syncd.engine.deciding import decisions
    from syncd.engine.importing import people_cards, propose

    zone, roster = service.zone, service.roster
    columns = mapping(wish.columns)
    ask = _ask_once() if say.interactive() else None
    books: list[Book] = []
    for path in paths:
        if path.suffix.lower() in (".yaml", ".yml"):
            books.append(people_cards(path, roster))
            continue
        with say.progress(f"reading {say.one_line(path.name)}") as progress:
            books.append(read(path, zone, columns, ask, progress))
    whole = Book(
        cards=tuple(card for book in books for card in book.cards),
        left_out=tuple(each for book in books for each in book.left_out),
    )
    today = setting.clock(zone)().astimezone(zone).date()

    def proposed(decided: Mapping[str, str]) -> Proposal:
        into, separate = wish.into, wish.separate
        return propose(roster, whole, today, into=into, separate=separate, decided=decided)

    before = decisions(service.store.load().settings)
    proposal = proposed(before)
    new = deciding.said(wish.decide, proposal.findings, before, service)
    if say.interactive() and not (wish.yes or wish.as_json or wish.separate):
        known = {**before, **new}
        new |= deciding.asked(lambda decided: proposed(decided).findings, known, service)
    return (proposed({**before, **new}) if new else proposal), new


def _ask_once() -> Callable[[Sequence[str]], Mapping[str, str]]:
    """Asks which column is which, of each kind of table once."""
    known: dict[tuple[str, ...], dict[str, str]] = {}

    def ask(names: Sequence[str]) -> Mapping[str, str]:
        if (found := known.get(tuple(names))) is None:
            say.aside(f"The columns are: {', '.join(say.one_line(name) for name in names)}.")
            answers = {
                "name": say.ask("Which says what people are called"),
                "phone": say.ask("Which has their number (Enter: none)"),
                "email": say.ask("Which has their e-mail address (Enter: none)"),
                "categories": say.ask("Which has their list (Enter: none)"),
            }
            found = known[tuple(names)] = {key: each for key, each in answers.items() if each}
        return found

    return ask


def _asked(
    proposal: Proposal,
    contacts: Sequence[Contact],
    filling: Mapping[str, Told],
    decided: Mapping[str, str],
    facts: int,
) -> str:
    """What is to be agreed to; empty where nothing is."""
    parts: list[str] = []
    if proposal.newcomers:
        parts.append(f"Write {_people(len(proposal.newcomers))} to the people file")
    if filling:
        parts.append(f"fill in what is missing of {len(filling)}")
    if contacts:
        parts.append(f"log {plural(len(contacts), 'contact')}")
    if facts:
        parts.append(f"take over {plural(facts, 'line')} of the log")
    if decided:
        parts.append(f"remember {plural(len(decided), 'decision')}")
    said = ", ".join(parts)
    return said[:1].upper() + said[1:]


def _written(
    setting: Setting,
    before: Roster,
    proposal: Proposal,
    filling: Mapping[str, Told],
) -> tuple[Loaded, list[str]]:
    """The config as it is once all is written, and the people whom nothing could be filled in for.
    Raises ConfigError and UsageError, the files being as they were, where it would not be read as
    it was meant."""
    from syncd.config.edit import people_files
    from syncd.config.enrol import as_it_was, enrolled

    first = people_files(setting.path, setting.env)[0]
    texts = {path: files.content(path) for path in {first, *before.files}}
    changes, said = _filled(before, filling)
    after = {**{path: text or "" for path, text in texts.items()}, **changes}
    after[first] = enrolled(after[first], [each.told for each in proposal.newcomers])
    changed = [path for path, text in texts.items() if after[path] != (text or "")]
    try:
        for path in changed:
            files.replace(path, after[path])
        loaded = setting.loaded()
        new = [each.id for each in proposal.newcomers]
        if not as_it_was(before, loaded.roster, new, said):
            raise UsageError(
                "The people file would not be read as it was meant. Nothing was changed. "
                "Next: syncd import into a people file of its own, named in people:."
            )
    except BaseException:
        for path in changed:
            _put_back(path, texts[path])
        raise
    return loaded, [id for id in filling if id not in said]


def _filled(roster: Roster, filling: Mapping[str, Told]) -> tuple[dict[Path, str], dict[str, Told]]:
    """The files of `roster` that hold somebody to be filled in, as they would be then; and, by
    person, what could be. Raises UsageError where one cannot be read."""
    from syncd.config.enrol import filled

    after: dict[Path, str] = {}
    said: dict[str, Told] = {}
    for path, people in _by_file(roster, filling).items():
        lines = {_line(person): filling[person.id] for person in people}
        after[path], done = filled(files.content(path) or "", lines)
        said |= {each.id: done[_line(each)] for each in people if _line(each) in done}
    return after, said


def _put_back(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        files.replace(path, text)


def _by_file(roster: Roster, filling: Mapping[str, object]) -> dict[Path, list[Person]]:
    """Those who are to be filled in, by the file in which they stand."""
    from syncd.config.names import shown

    known = {shown(path): path for path in roster.files}
    found: dict[Path, list[Person]] = defaultdict(list)
    for id in filling:
        person = roster.people[id]
        if path := known.get(person.where.rpartition(":")[0]):
            found[path].append(person)
    return found


def _line(person: Person) -> int:
    return int(person.where.rpartition(":")[2])


def _take(setting: Setting, roster: Roster, contacts: Sequence[Contact]) -> int:
    from syncd.engine.taking import take

    if not contacts:
        return 0
    service = setting.service(roster)
    return take(service, contacts)


def _say_done(proposal: Proposal, taken: int, fuller: int) -> None:
    said = [f"{_people(len(proposal.newcomers))} written"]
    if fuller:
        said.append(f"{_people(fuller)} filled in")
    if taken:
        said.append(f"{plural(taken, 'contact')} logged")
    say.answer(f"{', '.join(said)}. Next: syncd plan shows what comes of it.")


def _say_left(loaded: Loaded, unsaid: Sequence[str]) -> None:
    """What is left for the user."""
    if unsaid:
        say.aside(f"Not filled in, for how it is written: {', '.join(unsaid)}. Next: by hand.")
    if loaded.warnings:
        doubts = plural(len(loaded.warnings), "doubt")
        say.aside(f"{doubts} about the YAML. Next: syncd check names them.")


def _people(number: int) -> str:
    return plural(number, "person", "people")
