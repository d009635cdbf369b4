"""Whatever Google answers: it is read or named, once, and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from syncd.calendars.base import Calendar
from syncd.calendars.google.diary import _meeting
from syncd.calendars.google.parse import Family, Settings, read_family
from syncd.calendars.google.todo import read_task
from syncd.calendars.reading import NONSENSE, Unreadable
from syncd.engine.tick import tick
from syncd.model.keys import decode
from syncd.model.roster import CalendarSettings
from syncd.store import open_store
from tests.calendars.zoo import BERLIN
from tests.emulator import api
from tests.emulator.google import Account, Emulator
from tests.fuzz.effort import within
from tests.fuzz.rows import EVENT, EXCEPTION, PAGES, TASK, Json, families, mutated
from tests.fuzz.test_fuzz_icalendar import LATER
from tests.hosts import opened, settings_on, with_tasks
from tests.household import person
from tests.stories.stage import BEGIN, CALENDAR, roster
from tests.trials import Tell, examine

SETTINGS = Settings(zone=BERLIN)


def is_read_or_named(given: tuple[tuple[Json, list[Json]], Json]) -> None:
    (master, exceptions), task = given
    with within(20):
        for event in ({"id": "x", **master}, {**EVENT, "recurrence": master.get("recurrence")}):
            with suppress(Unreadable):
                read_family(Family(master=event, exceptions=tuple(exceptions)), SETTINGS)
        with suppress(*NONSENSE):
            _meeting(master, SETTINGS, frozenset())
        with suppress(*NONSENSE):
            read_task(task)


def test_an_event_is_read_or_named(tell: Tell) -> None:
    made = st.tuples(families(), mutated(TASK))
    examine("fuzzing, Google's events", tell, is_read_or_named, made, examples=80)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_series_that_comes_too_often_or_never_takes_no_time(rule: str) -> None:
    start = {"dateTime": "1900-01-01T00:00:00Z"}
    master = {**EVENT, "start": start, "end": start, "recurrence": [f"RRULE:{rule}"]}
    with within(15), suppress(Unreadable):
        read_family(Family(master=master, exceptions=(EXCEPTION,) * 50), SETTINGS)


@pytest.mark.parametrize("piece", ["<!--", '<a href="', "<?", "</ "])
def test_a_description_that_opens_what_it_never_closes_takes_no_time(piece: str) -> None:
    with within(15):
        read_family(Family(master={**EVENT, "description": f"<br>{piece * 100_000}"}), SETTINGS)


@dataclass
class Tampering:
    """What Google answers otherwise than it should."""

    families: list[tuple[Json, list[Json]]] = field(default_factory=list)
    """Listed once."""
    page: Any = field(default_factory=dict)
    """What a list says otherwise, for as long as it is `on`."""
    on: bool = False
    listed: bool = False

    def answer(self, real: Callable[..., Json | None], *told: Any) -> Any:
        """What a request is answered with."""
        _, verb, path, query, *_ = told
        if not self.on or verb != "GET":
            return real(*told)
        for master, exceptions in self.families:
            if path.endswith(f"/{master.get('id')}"):
                return master
            if master.get("iCalUID") is not None and query.get("iCalUID") == [
                str(master["iCalUID"])
            ]:
                return {"items": [master, *exceptions]}
        found = real(*told)
        if not isinstance(found, dict) or not path.endswith(
            ("/events", "/tasks", "List", "/lists")
        ):
            return found
        if path.endswith("/events") and not self.listed and isinstance(found.get("items"), list):
            self.listed = True
            rows = [row for master, exceptions in self.families for row in (master, *exceptions)]
            found = {**found, "items": [*found["items"], *rows]}
        return {**found, **self.page} if isinstance(self.page, dict) else self.page


class Scene:
    """A deployment whose calendar and tasks are at Google."""

    def __init__(self, google: Account, folder: Path) -> None:
        self.google = google
        settings = settings_on(google, CALENDAR, folder)
        self.roster = roster(settings, person("Ann Lee"), person("Bob Roy"))
        self.settings: dict[str, CalendarSettings] = with_tasks(settings)
        self.calendars: dict[str, Calendar] = {}
        self.store = open_store("memory:")
        self.restart()

    def restart(self) -> None:
        self.calendars = {name: opened(each, "") for name, each in self.settings.items()}

    def mark(self) -> None:
        """The user marks Ann's event."""
        there = self.google.named(CALENDAR)
        for id, event in list(there.events.items()):
            key = decode(id, self.roster.deployment)
            if key is not None and key.subject == "ann-lee":
                there.patch(id, {"summary": f"x {event['summary']}"})

    @property
    def outcomes(self) -> list[str]:
        return [f.outcome.value for f in self.store.load().facts if f.person == "ann-lee"]


@pytest.fixture
def tampered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Tampering], None]:
    """Lets Google answer so from now on."""
    real = api.answer

    def use(tampering: Tampering) -> None:
        monkeypatch.setattr(api, "answer", lambda *told: tampering.answer(real, *told))

    return use


Use = Callable[[Tampering], None]


def test_a_calendar_of_them_stops_no_tick(
    google_server: Emulator, tmp_path: Path, tampered: Use, tell: Tell
) -> None:
    def is_left_alone(found: list[tuple[Json, list[Json]]]) -> None:
        tampering = Tampering()
        for n, (row, exceptions) in enumerate(found):
            master = {
                **row,
                "id": f"hostile{n}" if row.get("id") == "hostile" else row.get("id"),
            }
            for each in exceptions:
                if each.get("recurringEventId") == "hostile":
                    each["recurringEventId"] = f"hostile{n}"
            tampering.families.append((master, exceptions))
        scene = Scene(google_server.fresh(), tmp_path)
        tampered(tampering)
        assert not tick(scene.roster, scene.store, scene.calendars, BEGIN).errors
        scene.mark()
        tampering.on = True
        since = len(scene.google.journal)
        with within(60):
            report = tick(scene.roster, scene.store, scene.calendars, LATER)
            quiet = len(scene.google.journal)
            again = tick(scene.roster, scene.store, scene.calendars, LATER)
        assert not report.errors and not report.held, (report.errors, report.held)
        assert scene.outcomes == ["reached"]
        assert not again.spoilt and not again.outcomes
        assert len(scene.google.journal) - quiet <= 2 * len(scene.calendars)
        sent = [part for each in scene.google.journal[since:] for part in (each, *each.parts)]
        written = [each.path for each in sent if each.method not in ("GET", "POST")]
        assert not any("hostile" in path for path in written)

    made = st.lists(families(), min_size=5, max_size=20)
    examine("fuzzing, Google calendars", tell, is_left_alone, made, examples=5)


def test_a_page_of_any_shape_stops_no_tick(
    google_server: Emulator, tmp_path: Path, tampered: Use, tell: Tell
) -> None:
    def is_survived(page: Any) -> None:
        tampering = Tampering(page=page)
        scene = Scene(google_server.fresh(), tmp_path)
        tampered(tampering)
        assert not tick(scene.roster, scene.store, scene.calendars, BEGIN).errors
        scene.mark()
        for anew in (False, True):
            if anew:
                scene.restart()
            tampering.on = True
            with within(60):
                tick(scene.roster, scene.store, scene.calendars, LATER)
            tampering.on = False
        report = tick(scene.roster, scene.store, scene.calendars, LATER)
        assert not report.errors
        assert report.held or scene.outcomes == ["reached"]

    examine("fuzzing, Google's pages", tell, is_survived, PAGES, examples=6)
