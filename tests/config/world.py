"""A good config, of which the tests break a part, and how it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syncd.config import Loaded, load
from syncd.errors import ConfigError

CONFIG = """\
timezone: Europe/Berlin
deployment: default
poll: 2 minutes
database: null
people: people.yaml
calendars:
  home:
    provider: caldav
    url: https://dav.example.org/
    username: ann
    password: !env SYNCD_PASSWORD
    calendar: Outreach
blocks:
  weekly-outreach:
    title: Outreach
    calendar: home
    repeats: weekly on thursday
    at: "10:00"
    lasts: 1 hour
    per-person: 15 minutes
    lists: [clients, friends]
    alarm: 10 minutes before
lists:
  clients:
    cadence: 6 weeks
    channels: [call, email]
    retry: {left-message: 1 week, no-answer: 3 days, tries: 3, place: day}
    hours: mon-fri 09:00-18:00
    a-day: 3
  friends: {cadence: quarterly, channels: [call]}
"""
PEOPLE = """\
- name: Ann Lee
  id: ann-lee
  lists: [clients]
  phone: "+49 30 901820"
  email: ann@example.org
  cadence: monthly
  last-contact: 2026-10-01
  interests: [sailing]
  notes: Daughter starts school in September.
  paused: 2027-01-15
- name: Bob
  lists: [friends]
  phone: 030 901821
"""
ENV = {"SYNCD_PASSWORD": "hunter2"}


def broken(text: str, *changes: tuple[str, str]) -> str:
    """`text` with each first of `changes` replaced by the second. It must stand there, once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def put(folder: Path, config: str | bytes = CONFIG, people: str | bytes | None = PEOPLE) -> Path:
    """The two files in `folder`; gives the config's path."""
    for name, text in (("config.yaml", config), ("people.yaml", people)):
        if text is not None:
            data = text if isinstance(text, bytes) else text.encode()
            (folder / name).write_bytes(data)
    return folder / "config.yaml"


def loaded(
    folder: Path,
    config: str | bytes = CONFIG,
    people: str | bytes | None = PEOPLE,
    env: Mapping[str, str] = ENV,
) -> Loaded:
    """What these two files say."""
    return load(put(folder, config, people), env)


def said(path: Path, env: Mapping[str, str] = ENV) -> list[str]:
    """All that `load` has to say of the config."""
    try:
        return [str(warning) for warning in load(path, env).warnings]
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
