"""Lists with `as: checklist`: who is up is marked in the text of the hour, line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncd.engine.pausing import pause
from syncd.engine.upkeep import approve, status
from syncd.model.facts import Direction, Outcome, Source
from syncd.model.people import Period, Retry
from syncd.model.records import Scope
from tests.household import clients, person
from tests.stories.stage import ZONE, Make, Stage, when

LIST = (clients(as_checklist=True),)
THIRD = datetime(2026, 12, 3, 10, tzinfo=ZONE)
TENTH = datetime(2026, 12, 10, 10, tzinfo=ZONE)
Edit = Callable[[str], str]


def hours(stage: Stage) -> dict[str, str]:
    """What the occurrences say, by their original day."""
    (series,) = stage.series()
    return {when(at).rpartition(" ")[0]: each.text for at, each in series.overrides.items()}


def lines(stage: Stage, day: str = "thu 03") -> list[str]:
    """The lines to be marked in the hour of that day."""
    text = hours(stage).get(day, "")
    return [line for line in text.splitlines() if line.startswith("[")]


def edit(stage: Stage, change: Edit, at: datetime = THIRD) -> None:
    """The user edits the text of an hour."""
    (series,) = [each for each in stage.series() if each.overrides]
    override = next(o for original, o in series.overrides.items() if original == at)
    changed = change(override.text)
    assert changed != override.text, override.text
    stage.app.change_occurrence(series, at.astimezone(series.start.tzinfo), text=changed)


def put(before: str, after: str) -> Edit:
    return lambda text: text.replace(before, after)


def at_the_end(name: str, words: str) -> Edit:
    """Words at the end of somebody's line."""

    def change(text: str) -> str:
        found = [f"{each} {words}" if f" {name}:" in each else each for each in text.split("\n")]
        return "\n".join(found)

    return change


def test_who_is_up_is_a_line_and_no_event(make: Make) -> None:
    stage = make("Ann Lee", person("Bob Roy", phone=None, interests=("chess", "boats")), lists=LIST)
    stage.sync()
    assert stage.contacts() == []
    assert lines(stage) == [
        "[ ] 10:00 Ann Lee: call, +49 30 901820",
        "[ ] 10:15 Bob Roy: email, ann@example.org",
    ]
    text = hours(stage)["thu 03"]
    assert "– Last contact: Tuesday 1 September 2026" in text
    assert "– Interests: chess, boats" in text
    assert "Mark in the brackets: x reached" in text and text.endswith("(syncd)")
    assert [each.next for each in stage.service.due()] == [THIRD, THIRD + timedelta(minutes=15)]


@pytest.mark.parametrize(
    ("change", "outcome", "sign", "note"),
    [
        (put("[ ] 10:00 Ann", "[x] 10:00 Ann"), "reached", "✅", ""),
        (put("[ ] 10:00 Ann", "[X ] 10:00 Ann"), "reached", "✅", ""),
        (put("[ ] 10:00 Ann", "x [ ] 10:00 Ann"), "reached", "✅", ""),
        (put("[ ] 10:00 Ann", "[] 10:00 Ann"), None, None, None),
        (at_the_end("Ann Lee", "m said try Monday"), "left-message", "✉", "said try Monday"),
        (at_the_end("Ann Lee", "✅"), "reached", "✅", ""),
        (at_the_end("Ann Lee", "has a new dog"), None, None, None),
        (put("[ ] 10:00 Ann", "[n] 10:00 Ann"), "no-answer", "↻", ""),
        (put("[ ] 10:00 Ann", "[s] 10:00 Ann"), "skipped", "⏭", ""),
        (put("[ ] 10:00 Ann", "[pause 3 months] 10:00 Ann"), "paused", "⏸", ""),
        (
            lambda text: text.replace("[ ] 10:00 Ann Lee: call,", "[m] Ann Lee"),
            "left-message",
            "✉",
            None,
        ),
    ],
)
def test_a_mark_in_the_line(
    make: Make, change: Edit, outcome: str | None, sign: str | None, note: str | None
) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    edit(stage, change)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ([outcome] if outcome else [])
    assert stage.outcomes("Bob Roy") == []
    if outcome is None:
        return
    (fact,) = stage.facts("Ann Lee")
    assert fact.source is Source.MARK and fact.at == THIRD
    if note is not None:
        assert fact.note == note
    assert lines(stage)[0] == f"[{sign}] 10:00 Ann Lee: call"
    assert lines(stage)[1] == "[ ] 10:15 Bob Roy: call, +49 30 901820"
    assert hours(stage)["thu 03"].count("Ann Lee: call") == 1


def test_words_that_are_no_mark_stay_where_they_are(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    edit(stage, at_the_end("Ann Lee", "has a new dog"))
    edit(stage, lambda text: f"Buy a headset\n{text}\nand a pen")
    stage.at("thu 10:20")
    edit(stage, put("[ ] 10:15 Bob", "[x] 10:15 Bob"))
    stage.sync()
    text = hours(stage)["thu 03"]
    assert lines(stage)[0] == "[ ] 10:00 Ann Lee: call, +49 30 901820 has a new dog"
    assert [text.count(each) for each in ("headset", "and a pen", "new dog")] == [1, 1, 1]
    edit(stage, put("[ ] 10:00 Ann", "[i] 10:00 Ann"))
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact.direction is Direction.IN and "has a new dog" in fact.note
    assert [hours(stage)["thu 03"].count(each) for each in ("headset", "pen")] == [1, 1]


def test_a_correction_and_a_mark_taken_away(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    edit(stage, put("[ ] 10:00 Ann", "[m] 10:00 Ann"))
    stage.sync()
    (retry,) = stage.contacts("Ann Lee")
    assert when(retry.start)[:6] == "thu 10"
    edit(stage, put("[✉]", "[x]"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contacts("Ann Lee") == []
    edit(stage, put("[✅]", "[ ]"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    assert lines(stage)[0] == "[ ] 10:00 Ann Lee: call, +49 30 901820"


def test_what_the_app_makes_of_the_text(make: Make) -> None:
    """Google's page writes HTML; others change spaces and bullets."""
    stage = make("Ann Lee", "Bob Roy", "Cy Dee", lists=LIST)
    stage.sync()
    stage.at("thu 10:50")

    def html(text: str) -> str:
        body = text.replace("[ ] 10:00 Ann", "[x]&nbsp;10:00 Ann").replace("\n", "<br>")
        return f"<p>{body.replace('[ ] 10:15 Bob', '[m] 10:15 <b>Bob</b>')}</p>"

    def plain(text: str) -> str:
        body = text.replace("[ ] 10:00 Ann", "- [x]\u00a010:00 Ann")
        return body.replace("[ ] 10:15 Bob", "[m]  10:15 Bob")

    google = stage.roster.calendars["home"].google is not None
    edit(stage, html if google else plain)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.outcomes("Bob Roy") == ["left-message"]
    assert stage.outcomes("Cy Dee") == []
    assert [line[:14] for line in lines(stage)] == [
        "[✅] 10:00 Ann ",
        "[✉] 10:15 Bob ",
        "[ ] 10:30 Cy D",
    ]
    assert hours(stage)["thu 03"].count("Who is up:") == 1


def test_unmarked_lines_move_to_the_next_hour(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    edit(stage, put("[ ] 10:00 Ann", "[x] 10:00 Ann"))
    stage.sync()
    stage.at("fri 09:00")
    edit(stage, put("[ ] 10:15 Bob", "[n] 10:15 Bob"))  # still within a day
    stage.sync()
    assert stage.outcomes("Bob Roy") == ["no-answer"]
    stage.at("fri 12:00")
    stage.sync()
    assert [line[:3] for line in lines(stage)] == ["[✅]", "[↻]"]  # history stays
    stage.with_people(person("Ann Lee"), person("Bob Roy"), person("Cy Dee"))
    stage.sync()
    assert lines(stage, "thu 10") == ["[ ] 10:00 Cy Dee: call, +49 30 901820"]
    stage.later(days=7)
    stage.sync()
    assert lines(stage, "thu 10") == []
    assert [line[10:16] for line in lines(stage, "thu 17")] == ["Cy Dee"]
    assert stage.outcomes("Cy Dee") == []


def test_a_line_asked_to_another_day_is_an_event_there(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    edit(stage, put("[ ] 10:00 Ann", "[>2026-12-07] 10:00 Ann"))
    stage.sync()
    (event,) = stage.contacts("Ann Lee")
    assert event.title == "Ann Lee: call" and when(event.start)[:6] == "mon 07"
    assert [line for line in lines(stage) if "Ann" in line] == []
    assert "[>" not in hours(stage)["thu 03"]
    stage.at("mon 18:00")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_retries_in_the_hour_are_lines_too(make: Make) -> None:
    soon = Retry(no_answer=Period(days=3), in_block=True)
    stage = make("Ann Lee", lists=(clients(as_checklist=True, retry=soon),))
    stage.sync()
    stage.at("thu 10:20")
    edit(stage, put("[ ] 10:00 Ann", "[n] 10:00 Ann"))
    stage.sync()
    assert stage.contacts() == []
    assert lines(stage, "thu 10") == ["[ ] 10:00 Ann Lee: call, +49 30 901820"]
    stage.later(days=7)
    edit(stage, put("[ ] 10:00 Ann", "[x] 10:00 Ann"), TENTH)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["no-answer", "reached"]


def test_lines_go_along_with_their_hour(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    (series,) = stage.series()
    zone = series.start.tzinfo
    stage.app.move_occurrence(
        series, THIRD.astimezone(zone), (THIRD + timedelta(hours=4)).astimezone(zone)
    )
    stage.sync()
    assert [line[4:9] for line in lines(stage)] == ["14:00", "14:15"]
    (series,) = stage.series()
    stage.app.delete_occurrence(series, THIRD.astimezone(zone))
    stage.sync()
    assert [line[4:9] for line in lines(stage, "thu 10")] == ["10:00", "10:15"]
    assert stage.outcomes("Ann Lee") == []


@pytest.mark.icalendar  # Google forgets what was said of single hours as all are moved
@pytest.mark.parametrize("days", [0, 1])
def test_a_mark_counts_though_all_hours_were_moved_at_the_same_look(make: Make, days: int) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    edit(stage, put("[ ] 10:00 Ann", "[i] 10:00 Ann"))
    (series,) = stage.series()
    start = series.start + timedelta(days=days, hours=2)
    stage.app.move_series(series, start)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"] and stage.outcomes("Bob Roy") == []
    day = ("thu 03", "fri 04")[days]
    assert lines(stage, day)[0][:4] == "[↩] " and lines(stage, day)[1][:9] == "[ ] 12:15"
    assert hours(stage)[day].count("Who is up:") == 1


def test_the_database_may_be_lost(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cy Dee", lists=LIST)
    stage.sync()
    stage.at("thu 10:50")
    edit(stage, at_the_end("Ann Lee", "x good talk"))
    edit(stage, put("[ ] 10:15 Bob", "[m] 10:15 Bob"))
    stage.sync()
    before = stage.facts()
    stage.lose_database()
    edit(stage, put("[ ] 10:30 Cy", "[x] 10:30 Cy"))
    stage.sync()
    after = {fact.id: replace(fact, supersedes=None) for fact in stage.facts()}
    for fact in before:
        assert after[fact.id] == fact
    assert stage.outcomes("Cy Dee") == ["reached"]
    assert [line.partition(":")[0] for line in lines(stage)] == ["[✅] 10", "[✉] 10", "[✅] 10"]
    assert hours(stage)["thu 03"].count("Who is up:") == 1
    assert len(stage.contacts("Bob Roy")) == 1


def test_a_contact_logged_by_the_verb_is_checked(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.at("thu 10:30")
    stage.service.log("Ann Lee", Outcome.REACHED)
    stage.sync()
    assert lines(stage)[0] == "[✅] 10:00 Ann Lee: call"
    stage.with_people(person("Bob Roy"))
    stage.sync()
    assert "[✅] 10:00 Ann Lee: call" in lines(stage)  # what was stays


def test_whoever_is_paused_or_taken_out_has_no_line(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    pause(stage.service, Scope.PERSON, "ann-lee", None)
    stage.sync()
    assert lines(stage) == ["[ ] 10:15 Bob Roy: call, +49 30 901820"]
    stage.with_people(person("Ann Lee"))
    stage.sync()
    assert lines(stage) == []


def test_an_hour_that_vanished_with_all_its_lines_is_doubted(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    (series,) = stage.series()
    stage.app.delete_series(series)
    report = stage.service.sync()
    assert "gone at once" in report.held
    assert stage.service.history() == []
    approve(stage.service)
    stage.service.sync()
    assert "rests" in " ".join(status(stage.service).resting.values())


def test_a_line_pasted_elsewhere_says_nothing(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    text = hours(stage)["thu 03"].replace("[ ] 10:00", "[x] 10:00")
    (series,) = stage.series()
    stage.app.change_occurrence(series, TENTH.astimezone(series.start.tzinfo), text=text)
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
