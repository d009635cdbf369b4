"""Whose calendar it is: their YAML, and what they do in three weeks. All that is told is told again
and again, so nothing in it is drawn by lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.model.keys import Kind, decode
from tests.hosts import App
from tests.ical import Shown

DEPLOYMENT = "kills"
ZONE = ZoneInfo("Europe/Berlin")
CALENDAR = "Outreach"

CONFIG = """
timezone: Europe/Berlin
deployment: kills
database: syncd.sqlite
people: people.yaml
calendars:
  home:
{calendar}    calendar: Outreach
blocks:
  weekly: {{title: Outreach, repeats: weekly on thursday, at: "{at}", lasts: 1 hour,
    per-person: 15 minutes, lists: [clients], alarm: 10 minutes before}}
lists:
  clients: {{cadence: 6 weeks, channels: [call, email]}}
  friends: {{cadence: 4 weeks, channels: [message], retry: {{no-answer: 2 days}}}}
"""
CALDAV = """\
    url: {url}
    username: {username}
    password: !env SYNCD_PASSWORD
"""
GOOGLE = """\
    provider: google
    credentials: client_secret.json
    token: token.json
    api-endpoint: {url}
"""


@dataclass(kw_only=True)
class User:
    """Somebody with an editor and a calendar app."""

    folder: Path
    calendar: str
    """The lines of the config that say where the calendar is."""
    app: App
    now: datetime
    people: dict[str, str] = field(
        default_factory=lambda: {
            **dict.fromkeys(("Ann", "Bob", "Cid", "Dee", "Eve"), "clients"),
            **dict.fromkeys(("Fay", "Gus", "Hal"), "friends"),
        }
    )
    at: str = "10:00"
    """When the block begins."""
    trash: Shown | None = None
    """The series that they deleted."""

    def save(self) -> None:
        """Write the YAML."""
        config = CONFIG.format(calendar=self.calendar, at=self.at)
        (self.folder / "config.yaml").write_text(config)
        lines = (
            f'- {{name: {name}, lists: [{of}], phone: "+49 30 9018{n:02}", '
            f"email: {name.lower()}@example.org, last-contact: 2026-09-{n:02}}}\n"
            for n, (name, of) in enumerate(self.people.items(), start=1)
        )
        (self.folder / "people.yaml").write_text("".join(lines))

    def contacts(self, name: str) -> list[Shown]:
        """Their contact events, the newest last."""
        found = [(decode(each.uid, DEPLOYMENT), each) for each in self.app.entries()]
        ours = [(k, e) for k, e in found if k and k.kind is Kind.CONTACT]
        return [e for k, e in sorted(ours, key=lambda each: each[0]) if k.subject == name.lower()]

    def mark(self, name: str, form: str) -> None:
        """Write into the title of their newest contact event: `x {}`."""
        entry = self.contacts(name)[-1]
        self.app.retitle(entry, form.format(entry.title))

    def unmark(self, name: str, form: str = "{}") -> None:
        """Take away the sign at the start of their first one's title, for another perhaps."""
        entry = self.contacts(name)[0]
        self.app.retitle(entry, form.format(entry.title.partition(" ")[2]))

    def drag(self, name: str, to: datetime) -> None:
        """Drag their newest one."""
        self.app.drag(self.contacts(name)[-1], to)

    def delete(self, name: str) -> None:
        """Delete their first one."""
        self.app.delete(self.contacts(name)[0])

    def describe(self, name: str, line: str) -> None:
        """Add a line of their own to the text of the newest one."""
        entry = self.contacts(name)[-1]
        self.app.describe(entry, f"{entry.text}\n{line}")

    def series(self) -> Shown:
        """The last of the blocks' series."""
        return max(
            (each for each in self.app.entries() if each.rrule),
            key=lambda each: each.start.timestamp() if isinstance(each.start, datetime) else 0,
        )


@dataclass(frozen=True)
class Chapter:
    """What the user does, in the calendar or the YAML, before syncd looks at `at`."""

    name: str
    at: datetime
    deeds: Callable[[User], None]


def _day(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=ZONE)


def _begins(user: User) -> None:
    user.save()


def _marks(user: User) -> None:
    user.mark("Ann", "x {} good talk")
    user.mark("Bob", "m {}")
    user.drag("Cid", _day(4, 16))
    user.delete("Dee")
    user.describe("Eve", "ask her about Lisbon")
    user.mark("Fay", "n {}")


def _edits(user: User) -> None:
    user.unmark("Ann", "n {}")
    user.at = "14:00"
    del user.people["Gus"]
    user.people["Ida"] = "clients"
    user.save()
    user.app.add("Dentist", _day(10, 9), _day(10, 10))


def _snoozes(user: User) -> None:
    user.mark("Bob", ">3d {}")
    user.mark("Fay", "⏸ {}")
    user.mark("Eve", "i {} she called")
    user.app.delete_occurrence(user.series(), _day(17, 14))


def _takes_back(user: User) -> None:
    user.unmark("Ann")
    user.mark("Cid", "stop {}")
    user.delete("Bob")
    user.app.retitle(user.contacts("Hal")[-1], "Hal, about the boat")


def _deletes_series(user: User) -> None:
    user.trash = user.series()
    user.app.delete_series(user.trash)


def _nothing(user: User) -> None:
    del user


def _returns(user: User) -> None:
    assert user.trash is not None
    user.app.restore(user.trash)
    user.people["Gus"] = "friends"
    user.save()


CHAPTERS = (
    Chapter("the first sync", _day(1, 8), _begins),
    Chapter("marks, a drag and a deletion", _day(3, 10, 20), _marks),
    Chapter("a correction, and another YAML", _day(4, 9), _edits),
    Chapter("snoozes, and a day without the block", _day(10, 14, 20), _snoozes),
    Chapter("a mark taken back", _day(12, 12), _takes_back),
    Chapter("nothing, for a week", _day(19, 12), _nothing),
    Chapter("the series deleted", _day(21, 9), _deletes_series),
    Chapter("the series put back, and somebody again", _day(22, 9), _returns),
)
