"""The verb that writes everything down in forms that others read: export."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.calendars.base import Progress
from syncd.cli import ends, files, say
from syncd.cli.importing import LOG, PEOPLE
from syncd.cli.setting import Setting
from syncd.errors import UsageError
from syncd.model.occasions import BIRTHDAY
from syncd.model.people import Person
from syncd.model.records import Fate, State
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.engine.service import Service
    from syncd.model.entries import Entry

TABLE, CALENDAR = "people.csv", "calendar.ics"
_IN_IT = (Fate.LIVE, Fate.RELEASED)


def export(setting: Setting, folder: Path, force: bool, as_json: bool) -> int:
    """Write people, log and entries into `folder`, for this user's eyes only. Raises UsageError
    where it cannot be written, or holds such files already and there is no `force`: nothing is
    written then."""
    service = setting.service()
    state = service.store.load()
    entries = _entries(state)
    names = (PEOPLE, TABLE, LOG, CALENDAR)
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        raise UsageError(
            f"{folder} has {', '.join(there)} already. Nothing was written. "
            "Next: name another folder, or add --force."
        )
    with say.progress("exporting") as progress:
        texts = _texts(service, state, entries, progress)
    made: list[Path] = []
    try:
        for name in names:
            path = folder / name
            if name not in there:
                made.append(path)
            files.keep_secret(path, texts[name])
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise
    people, lines = len(service.roster.people), len(state.facts)
    if as_json:
        counts = {"people": people, "log_lines": lines, "entries": len(entries)}
        say.answer_json({"folder": str(folder), "files": [*names], **counts})
    else:
        said = f"{plural(people, 'person', 'people')}, {plural(lines, 'line')} of the log"
        say.answer(
            f"Exported: {said}, {plural(len(entries), 'entry', 'entries')}, into {folder}. "
            f"syncd import {folder} takes people and log into another deployment."
        )
    return ends.DONE


def _texts(
    service: Service, state: State, entries: list[Entry], progress: Progress | None
) -> Mapping[str, str]:
    from syncd import bootstrap
    from syncd.config.written import people_text
    from syncd.engine import journal

    people = service.roster.people
    names = {id: person.name for person in people.values() for id in person.ids}
    return {
        PEOPLE: people_text(people.values()),
        TABLE: _table([*people.values()]),
        LOG: journal.table(state.facts, names),
        CALENDAR: bootstrap.archive(entries, service.clock(), progress),
    }


def _entries(state: State) -> list[Entry]:
    """What stands in the calendars, as it was last seen there."""
    there = (record.seen for record in state.records if record.fate in _IN_IT)
    return [entry for entry in there if entry is not None]


def _table(people: list[Person]) -> str:
    """People as other programs read them; syncd import finds its own again by the id."""
    phones = max((len(each.phones) for each in people), default=1)
    emails = max((len(each.emails) for each in people), default=1)
    text = StringIO()
    rows = csv.writer(text)
    head = ["Name", "syncd id", "Lists"]
    head += [f"Phone {n}" for n in range(1, phones + 1)]
    head += [f"E-mail {n}" for n in range(1, emails + 1)]
    rows.writerow([*head, "Birthday", "Cadence", "Last contact", "Address", "Notes", "UID"])
    for each in people:
        row = [each.name, each.id, ", ".join(each.lists)]
        for found, room in ((each.phones, phones), (each.emails, emails)):
            row += chain(found, [""] * (room - len(found)))
        told = (_birthday(each), each.cadence or "", each.last_contact or "", each.address)
        rows.writerow([*row, *told, each.notes, each.uid])
    return text.getvalue()


def _birthday(person: Person) -> str:
    born = next((each for each in person.dates if each.name == BIRTHDAY), None)
    if born is None:
        return ""
    year = f"{born.year:04}-" if born.year else "--"
    return f"{year}{born.month:02}-{born.day:02}"
