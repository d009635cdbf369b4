"""The few texts that syncd writes into the user's YAML, when asked: a first config, and one more
person. What was there stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from syncd.config.calendars import FILL_IN
from syncd.config.check import check
from syncd.config.example import Chosen, mapping, people, scalar, spaced
from syncd.config.names import shown
from syncd.config.nodes import Fields, Items, Text, parse, read
from syncd.config.people import paths
from syncd.config.shapes.people import PersonShape
from syncd.config.shapes.whole import ConfigShape
from syncd.errors import ConfigError, Problem, UsageError

Problems: TypeAlias = list[Problem]
BOM = "\ufeff"
LIST = "friends"
"""The list that a new user's people are in."""


CREDENTIALS = "client_secret.json"
"""What README calls the file of Google's OAuth client."""


class Starter(NamedTuple):
    """The texts of a new user's two files."""

    config: str
    people: str


def starter(
    *,
    url: str | None,
    username: str | None,
    weekday: str,
    at: str,
    names: Sequence[str] = (),
    timezone: str | None = None,
    provider: str = "caldav",
) -> Starter:
    """A config.yaml with one calendar, reached by `provider`, one hour a week, such as
    `thursday` at `10:00`, and one list; and a people.yaml with `names`. Without `url` or `username`
    the config has a place for it, which `load` says is to be filled in; without `timezone` the
    machine's holds."""
    at_caldav = {
        "url": scalar(url or FILL_IN),
        "username": scalar(username or FILL_IN),
        "password": "!env SYNCD_PASSWORD",
    }
    reached = {
        "caldav": at_caldav,
        "google": {"provider": "google", "credentials": CREDENTIALS},
        "embedded": {"provider": "embedded"},
    }[provider]
    chosen: Chosen = {
        **({"timezone": scalar(timezone)} if timezone else {}),
        "people": "people.yaml",
        "calendars": {
            "home": {**reached, "calendar": "Outreach"},
        },
        "blocks": {
            "weekly-outreach": {
                "title": "Outreach",
                "repeats": f"weekly on {weekday}",
                "at": json.dumps(at),
                "lasts": "1 hour",
                "per-person": "15 minutes",
                "lists": f"[{LIST}]",
            }
        },
        "lists": {LIST: {"cadence": "6 weeks", "channels": "[call, email]"}},
    }
    head = "# What syncd is to do. These are the keys to begin with; there are more."
    config = "\n".join([head, "", *spaced(mapping(ConfigShape, chosen))]) + "\n"
    head = "# Whom to stay in touch with. Write more of them here, or: syncd add NAME"
    first: list[Chosen | None] = [{"name": scalar(n), "lists": f"[{LIST}]"} for n in names]
    body = people(first, told=False) if first else ["[]"]
    return Starter(config=config, people="\n".join([head, "", *body]) + "\n")


def people_files(config: Path, env: Mapping[str, str]) -> tuple[Path, ...]:
    """The people files that the config file names, be the rest of it right or wrong. Raises
    ConfigError where it cannot be read or names none."""
    problems: list[Problem] = []
    root = read(config, shown(config), problems)
    if not isinstance(root, Fields):
        raise ConfigError(problems)
    named = root.get(Text("people"), "people.yaml")
    found = [
        path
        for source in (named if isinstance(named, Items) else [named])
        if isinstance(source, str)
        for path in paths(source, config.absolute().parent, env, problems)
    ]
    if not found:
        raise ConfigError(
            problems or [root.place.problem("people: names no file. Next: people: people.yaml")]
        )
    return tuple(found)


def append_person(
    text: str,
    *,
    name: str,
    list: str | None = None,
    phone: str | None = None,
    email: str | None = None,
) -> str:
    """The `text` of a people file with one more person at its end. Raises UsageError where that is
    no list with a line for each key, or where the person would not be taken as given."""
    before = entries(text)
    given = {
        "name": scalar(name),
        "lists": list and f"[{scalar(list)}]",
        "phone": phone and scalar(phone),
        "email": email and scalar(email),
    }
    chosen: Chosen = {key: value for key, value in given.items() if value}
    lines = people([chosen], told=False)
    (made,) = entries("\n".join(lines))
    problems: Problems = []
    check(PersonShape, made, problems, called="person")
    if problems:
        raise UsageError(" ".join(problem.message for problem in problems))
    after = joined(text, lines, before)
    if parse(after.removeprefix(BOM), "", problems) != [*before, made]:
        raise UsageError("Nobody can be added at the end of this file. Next: write them into it.")
    return after


def entries(text: str) -> Items:
    """The people of a file. Raises UsageError where it is no list."""
    problems: Problems = []
    piece = parse(text.removeprefix(BOM), "the people file", problems)
    if problems:
        raise UsageError(str(problems[0]))
    if piece is None or (isinstance(piece, Text) and piece.nothing):
        return Items()
    if not isinstance(piece, Items):
        raise UsageError("The people file is no list. Next: each person starts with - name:")
    return piece


def joined(text: str, lines: Sequence[str], before: Items) -> str:
    """The `text` of a people file that holds `before`, with `lines` at its end, indented and
    spaced like those."""
    end = "\r\n" if "\r\n" in text else "\n"
    if not before:
        text = re.sub(r"^\[ *\][ \t]*\r?\n?", "", text, flags=re.MULTILINE)
    indent = " " * (before.place.column - 1) if before else ""
    above = text.splitlines()[before[-1].place.line - 2] if len(before) > 1 else "-"
    gap = end if not above.strip() and not text.endswith(("\n\n", "\n\r\n")) else ""
    text = text if not text or text.endswith("\n") else text + end
    return text + gap + "".join(f"{indent}{line}{end}" for line in lines)
