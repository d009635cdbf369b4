"""Moving house: a block whose calendar is another one in the config now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syncd.calendars.base import Calendar
from syncd.engine.notices import moving
from syncd.engine.service import Service
from syncd.engine.upkeep import approve, restore
from syncd.errors import CalendarError
from syncd.model.facts import Outcome
from syncd.model.keys import Kind, decode
from syncd.model.records import Record, State
from syncd.reconcile.actions import Act
from tests.emulator.google import Account
from tests.hosts import App, Host, app_on, settings_on
from tests.household import clients, person, weekly
from tests.ical import Shown
from tests.stories.stage import ZONE, Make, Stage, when

THIRD = datetime(2026, 12, 3, 10, tzinfo=ZONE)
TENTH = datetime(2026, 12, 10, 10, tzinfo=ZONE)


@dataclass(kw_only=True)
class Houses:
    """A stage with a second calendar, and the app that shows it."""

    stage: Stage
    folder: Path

    def move(self, **block: object) -> None:
        """The config has the block in the second calendar now, and still the first one."""
        stage = self.stage
        office = settings_on(stage.server, "Office", self.folder, name="office")
        block = {"calendar": "office", **block}
        stage.changed(
            calendars={**stage.roster.calendars, "office": office},
            blocks={"weekly": replace(stage.roster.blocks["weekly"], **block)},  # type: ignore[arg-type]
        )
        stage.restart()

    @property
    def office(self) -> App:
        return app_on(self.stage.server, "Office")

    def shown(self, app: App, name: str = "") -> list[Shown]:
        """The contact events there, of one person where one is named."""
        found = []
        for entry in app.entries():
            key = decode(entry.uid, self.stage.roster.deployment)
            if key is not None and key.kind is Kind.CONTACT:
                found.append(entry)
        return [each for each in found if each.title.startswith(name) or name in each.title]


@pytest.fixture
def houses(make: Make, tmp_path: Path) -> Houses:
    stage = make("Ann Lee", "Bob Roy", "Cat Orr")
    stage.sync()
    return Houses(stage=stage, folder=tmp_path)


def starts(entries: list[Shown]) -> list[str]:
    return sorted(f"{each.title} {when(each.start)}" for each in entries)


def test_what_is_open_goes_to_the_new_calendar_and_history_stays(houses: Houses) -> None:
    stage = houses.stage
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.at("fri 09:00")
    before = starts([stage.contact("Bob Roy"), stage.contact("Cat Orr")])
    waiting = [each for each in before if "thu 03" in each]
    houses.move()
    looked = stage.service.plan()
    assert {a.act for a in looked.wanted} <= {Act.CREATE, Act.UPDATE, Act.MERGE}  # nothing goes yet
    report = stage.sync()
    made = [o.action for o in report.outcomes if o.action.record.calendar == "office"]
    gone = [o.action for o in report.outcomes if o.action.act is Act.DELETE]
    order = [id(o.action) for o in report.outcomes]
    new = [a for a in made if a.act is Act.CREATE]
    assert max(order.index(id(a)) for a in new) < min([order.index(id(a)) for a in gone] or [999])
    (series,) = [each for each in stage.app.entries() if each.rrule]
    assert "UNTIL" in series.rrule
    (moved,) = [each for each in houses.office.entries() if each.rrule]
    assert "UNTIL" not in moved.rrule
    assert when(moved.start) == "thu 10 10:00"
    assert [each.title for each in houses.shown(stage.app, "Ann")] == ["✅ Ann Lee: call"]
    # What waits for a mark stays; it moves on in the new one once its day of grace is over.
    assert starts(houses.shown(stage.app)) == sorted(["✅ Ann Lee: call thu 03 10:00", *waiting])
    stage.at("sat 12:00")
    stage.sync()
    assert houses.shown(stage.app) == houses.shown(stage.app, "Ann")
    assert starts(houses.shown(houses.office)) == [
        "Bob Roy: call thu 10 10:00",
        "Cat Orr: call thu 10 10:15",
    ]
    assert [fact.outcome for fact in stage.facts(everything=True)] == [Outcome.REACHED]


def test_a_mark_in_the_old_calendar_is_read_before_anything_moves(houses: Houses) -> None:
    stage = houses.stage
    stage.at("thu 09:50")
    stage.mark("Ann Lee", "m {}")
    houses.move()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
    assert [when(each.start) for each in houses.shown(houses.office, "Bob")] == ["thu 03 10:15"]
    assert [each.title for each in houses.shown(stage.app)] == ["✉ Ann Lee: call"]
    (retry,) = houses.shown(houses.office, "Ann")
    assert retry.title.startswith("Ann Lee: ")
    stage.at("thu 10:30")
    for entry in houses.shown(houses.office, "Bob"):
        houses.office.retitle(entry, f"x {entry.title}")
    stage.sync()
    assert stage.outcomes("Bob Roy") == ["reached"]


def test_what_the_user_did_to_the_hours_ahead_goes_along(houses: Houses) -> None:
    stage = houses.stage
    (series,) = stage.series()
    stage.app.move_occurrence(series, THIRD, datetime(2026, 12, 4, 14, tzinfo=ZONE))
    stage.sync()
    (series,) = stage.series()
    stage.app.delete_occurrence(series, TENTH)
    stage.sync()
    before = starts(houses.shown(stage.app))
    houses.move()
    stage.sync()
    assert starts(houses.shown(houses.office)) == before
    assert houses.shown(stage.app) == []
    (moved,) = [each for each in houses.office.entries() if each.rrule]
    assert when(moved.overrides[THIRD.astimezone(moved.start.tzinfo)].start) == "fri 04 14:00"
    assert not stage.series()  # nothing of it had begun


def test_with_another_rule_as_well_everybody_goes_along(houses: Houses) -> None:
    stage = houses.stage
    houses.move(rule="FREQ=WEEKLY;BYDAY=TU", at=THIRD.time().replace(hour=15))
    stage.sync()
    assert {when(each.start)[:9] for each in houses.shown(houses.office)} == {"tue 01 15"}
    assert houses.shown(stage.app) == []


def test_what_was_dragged_stays_where_it_lies(houses: Houses) -> None:
    stage = houses.stage
    stage.app.drag(stage.contact("Ann Lee"), datetime(2026, 12, 4, 16, tzinfo=ZONE))
    houses.move()
    stage.sync()
    stage.later(minutes=2)
    stage.sync()
    assert starts(houses.shown(houses.office, "Ann")) == ["Ann Lee: call fri 04 16:00"]
    assert houses.shown(stage.app) == []


def test_what_the_user_wrote_into_stays_until_it_is_done(houses: Houses) -> None:
    stage = houses.stage
    ann = stage.contact("Ann Lee")
    stage.app.describe(ann, f"Ask about Rome\n{ann.text}")
    houses.move()
    stage.sync()
    assert [each.title for each in houses.shown(stage.app)] == ["Ann Lee: call"]
    assert houses.shown(houses.office, "Ann") == []
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    stage.later(days=90)
    stage.sync()
    assert [each.title for each in houses.shown(houses.office, "Ann")][-1] == "Ann Lee: call"


def test_a_lost_database_in_the_new_house_makes_nothing_twice(houses: Houses) -> None:
    stage = houses.stage
    houses.move()
    stage.sync()
    before = starts(houses.shown(houses.office))
    stage.lose_database()
    stage.sync()
    assert starts(houses.shown(houses.office)) == before
    assert houses.shown(stage.app) == []


def test_a_database_from_before_the_move_takes_nothing_for_skipped(houses: Houses) -> None:
    stage = houses.stage
    stage.at("thu 10:20")  # the series stays, so that not all is gone at once
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    stage.at("sat 12:00")
    stage.sync()
    before = starts([stage.contact("Bob Roy"), stage.contact("Cat Orr")])
    kept = {each.name: each.read_bytes() for each in stage.folder.glob(f"{stage.database}*")}
    houses.move()
    stage.sync()
    stage.lose_database()
    for name, content in kept.items():  # as `restore` puts a backup back
        (stage.folder / name).write_bytes(content)
    stage.sync()
    assert [fact.outcome for fact in stage.facts(everything=True)] == [Outcome.LEFT_MESSAGE]
    there = [each for each in starts(houses.shown(houses.office)) if "Ann" not in each]
    assert there == before


@pytest.mark.parametrize("verb", [approve, restore])
def test_what_moved_outlives_doubt_about_where_it_was(
    make: Make, tmp_path: Path, verb: Callable[[Service], object]
) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cat Orr", "Di Day")
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    before = starts(houses.shown(stage.app))
    kept = {each.name: each.read_bytes() for each in stage.folder.glob(f"{stage.database}*")}
    houses.move()
    stage.sync()
    stage.lose_database()
    for name, content in kept.items():
        (stage.folder / name).write_bytes(content)
    assert "gone at once" in stage.sync().held
    assert starts(houses.shown(houses.office)) == before
    verb(stage.service)
    stage.sync()
    assert starts(houses.shown(houses.office)) == before
    assert houses.shown(stage.app) == []
    assert stage.facts(everything=True) == []


def test_a_list_that_goes_to_another_block_moves_no_house(make: Make, tmp_path: Path) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=(clients(), clients(name="friends")))
    office = settings_on(stage.server, "Office", tmp_path, name="office")
    thursday = weekly(lists=("clients",))
    friday = weekly(
        name="friday", calendar="office", rule="FREQ=WEEKLY;BYDAY=FR", lists=("friends",)
    )
    stage.changed(
        calendars={**stage.roster.calendars, "office": office},
        blocks={"weekly": thursday, "friday": friday},
    )
    stage.restart()
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    before = starts(houses.shown(stage.app))
    assert before
    stage.changed(
        blocks={
            "weekly": replace(thursday, lists=("friends",)),
            "friday": replace(friday, lists=("clients",)),
        }
    )
    stage.sync()  # and finds nothing to do the second time
    assert starts(houses.shown(stage.app)) == before
    assert houses.shown(houses.office) == []


def test_and_back_again(houses: Houses) -> None:
    stage = houses.stage
    before = starts(houses.shown(stage.app))
    houses.move()
    stage.sync()
    houses.move(calendar="home")
    stage.sync()
    assert starts(houses.shown(stage.app)) == before
    assert houses.shown(houses.office) == []
    assert stage.facts(everything=True) == []


class Away:
    """A calendar that cannot be reached."""

    def __init__(self, calendar: Calendar) -> None:
        self.name, self.batch, self.memo = calendar.name, calendar.batch, calendar.memo

    def changes(self, *given: object) -> None:
        raise CalendarError("home", "is away")

    def write(self, *given: object) -> None:
        raise CalendarError("home", "is away")

    def close(self) -> None:
        pass


def test_nothing_moves_while_the_old_calendar_cannot_be_read(houses: Houses) -> None:
    stage = houses.stage
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    houses.move()
    service = stage.service

    def calendars(state: State) -> Mapping[str, Calendar]:
        found = dict(service.calendars(state))
        found["home"] = Away(found["home"])  # type: ignore[assignment]
        return found

    report = replace(service, calendars=calendars).sync()
    assert report.errors and not report.outcomes
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert [each for each in houses.office.entries() if each.rrule]


def test_it_moves_as_soon_as_the_old_calendar_is_back(houses: Houses) -> None:
    stage = houses.stage
    houses.move()
    service = stage.service

    def calendars(state: State) -> Mapping[str, Calendar]:
        found = dict(service.calendars(state))
        found["home"] = Away(found["home"])  # type: ignore[assignment]
        return found

    assert not replace(service, calendars=calendars).sync().outcomes
    stage.later(minutes=2)  # and nothing is new in either
    stage.sync()
    assert [each for each in houses.office.entries() if each.rrule]
    assert not stage.series()


def test_lines_to_be_checked_go_along_with_their_hour(make: Make, tmp_path: Path) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=(clients(as_checklist=True),))
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    stage.at("thu 10:20")
    (series,) = stage.series()
    hour = series.overrides[THIRD.astimezone(series.start.tzinfo)]
    stage.app.change_occurrence(
        series, THIRD, text=hour.text.replace("[ ] ", "[x] ", 1) + "\nBuy a headset"
    )
    houses.move()
    stage.sync()
    assert [fact.outcome for fact in stage.facts()] == [Outcome.REACHED]
    (series,) = [each for each in stage.app.entries() if each.rrule]
    (hour,) = series.overrides.values()
    assert "Buy a headset" in hour.text and "[ ] 10:15 Bob Roy" in hour.text  # it may yet be marked
    stage.later(days=2)
    stage.sync()
    (series,) = [each for each in houses.office.entries() if each.rrule]
    assert "[ ] 10:00 Bob Roy" in series.overrides[TENTH.astimezone(series.start.tzinfo)].text
    (series,) = [each for each in stage.app.entries() if each.rrule]
    assert "Bob Roy" not in next(iter(series.overrides.values())).text


def test_lines_ahead_are_read_in_the_old_calendar_to_the_last(make: Make, tmp_path: Path) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=(clients(as_checklist=True),))
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    houses.move()
    service = stage.service

    def stopping() -> bool:  # after the first round, once all is made in the new calendar
        return bool([each for each in stage.service.store.load().records if _in_office(each)])

    service.sync(stopping=stopping)
    (series,) = [each for each in stage.app.entries() if each.rrule]
    assert [each for each in houses.office.entries() if each.rrule]
    hour = series.overrides[THIRD.astimezone(series.start.tzinfo)]
    stage.app.change_occurrence(series, THIRD, text=hour.text.replace("[ ] ", "[m] ", 1))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
    assert not stage.series()
    (series,) = [each for each in houses.office.entries() if each.rrule]
    assert "[ ] 10:15 Bob Roy" in series.overrides[THIRD.astimezone(series.start.tzinfo)].text


def _in_office(record: Record) -> bool:
    return record.calendar == "office" and record.seen is not None


def test_dates_go_along(make: Make, tmp_path: Path) -> None:
    from syncd.model.occasions import Occasion

    birthday = Occasion(name="birthday", month=12, day=20)
    stage = make(replace(person("Ann Lee"), dates=(birthday,)))
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    houses.move()
    stage.sync()
    assert [e.title for e in houses.office.entries() if "birthday" in e.title]
    assert not [e for e in stage.app.entries() if "birthday" in e.title]


def test_it_is_told_what_moves(houses: Houses) -> None:
    stage = houses.stage
    houses.move()
    report = stage.service.plan()
    assert moving(report.plan) == (
        "From calendar home to calendar office move the hours of weekly and 3 entries: they are "
        "made there, then taken out of home. What is over stays.",
    )


def test_the_whole_list_moves_without_a_guard(make: Make, tmp_path: Path) -> None:
    people = [person(f"P{n:02} Roy") for n in range(30)]
    stage = make(*people, blocks=(weekly(lasts=timedelta(hours=4)),))
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    before = starts(houses.shown(stage.app))
    assert len(before) > 20
    houses.move()
    stage.sync()
    assert starts(houses.shown(houses.office)) == before


def test_a_lost_database_makes_no_line_twice(make: Make, tmp_path: Path) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=(clients(as_checklist=True),))
    stage.sync()
    houses = Houses(stage=stage, folder=tmp_path)
    stage.at("thu 10:20")
    houses.move()
    stage.sync()
    stage.lose_database()
    stage.sync()
    stage.at("sat 12:00")
    stage.sync()
    stage.lose_database()
    stage.sync()
    lines = [
        line
        for app in (stage.app, houses.office)
        for series in app.entries()
        if series.rrule
        for each in series.overrides.values()
        for line in each.text.splitlines()
        if line.startswith("[ ] ")
    ]
    assert len(lines) == 2, lines


def test_from_one_provider_to_another(
    make: Make, host: Host, google: Account, tmp_path: Path
) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cat Orr")
    stage.sync()
    before = starts(Houses(stage=stage, folder=tmp_path).shown(stage.app))
    stage.at("thu 09:50")
    stage.mark("Ann Lee", "x {}")
    folder = tmp_path / "google"
    folder.mkdir()
    office = settings_on(google, "Office", folder, name="office")
    stage.changed(
        calendars={**stage.roster.calendars, "office": office},
        blocks={"weekly": weekly(calendar="office")},
    )
    stage.restart()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    houses = Houses(stage=stage, folder=tmp_path)
    there = houses.shown(app_on(google, "Office"))
    assert starts(there) == [each for each in before if "Ann" not in each]
    assert [each.title for each in houses.shown(stage.app)] == ["✅ Ann Lee: call"]


def test_without_the_old_calendar_all_is_planned_anew(houses: Houses) -> None:
    stage = houses.stage
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    stage.later(minutes=2)
    houses.move()
    stage.changed(calendars={"office": stage.roster.calendars["office"]})
    report = stage.sync()
    assert any("does not name it any more" in each for each in report.notices)
    assert stage.outcomes("Ann Lee") == ["left-message"]
    assert {each.title.partition(":")[0] for each in houses.shown(houses.office)} == {
        "Ann Lee",
        "Bob Roy",
        "Cat Orr",
    }
