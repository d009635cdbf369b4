"""Each row of the marks table, in every spelling, typed into a real calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.engine.tick import tick
from tests.faults import Crash, Faulty, SendFault, Sent
from tests.household import person, weekly
from tests.stories.stage import Make, when

FORMS = {
    "reached out ✅": [
        "x {}",
        "X {}",
        "{} x",
        "✓ {}",
        "✅ {}",
        "✔ {}",
        "✔\N{VARIATION SELECTOR-16} {}",
        "☑ {}",
        "[x] {}",
        "[X]{}",
        "done {}",
        "Done: {}",
        "{} done.",
        "reached {}",
        "SENT {}",
        "✅{}",
        "{}✅",
        "ｘ {}",  # full width, as some keyboards give it
    ],
    "reached in ↩": [
        "i {}",
        "↩ {}",
        "they called {}",
        "{} inbound",
        "↩\N{VARIATION SELECTOR-16} {}",
    ],
    "left-message out ✉": [
        "m {}",
        "✉ {}",
        "✉\N{VARIATION SELECTOR-16}{}",
        "lm {}",
        "VM {}",
        "left message {}",
        "{} LM",
    ],
    "no-answer out ↻": ["n {}", "❌ {}", "✗ {}", "na {}", "No answer {}", "{} no answer!"],
    "skipped out ⏭": ["s {}", "⏭ {}", "⏭\N{VARIATION SELECTOR-16} {}", "skip {}", "{} skip"],
    "paused out ⏸": ["⏸ {}", "pause {}"],
    "wrong-number out ⚠": ["wrong number {}", "⚠ {}", "{} ⚠\N{VARIATION SELECTOR-16}"],
    "stopped out ⏹": ["stop {}", "{} Stop.", "⏹ {}"],
}
NAMES = ("Malcolm X", "Lina Na", "Xi S", "Ian Skip", "Mo Sent", "Ann Lee", "Émile Ⅻ", "Müller Vm")


def test_every_mark_in_every_spelling(make: Make) -> None:
    wanted = [(told, form) for told, forms in FORMS.items() for form in forms]
    people = [person(f"{NAMES[n % len(NAMES)]} {n}") for n in range(len(wanted))]
    room = weekly(lasts=timedelta(minutes=15 * len(people)), at=weekly().at.replace(hour=6))
    stage = make(*people, block=room)
    stage.sync()
    stage.at("thu 23:00")
    titles = {stage.key(each).subject: each for each in stage.contacts()}
    for somebody, (_, form) in zip(people, wanted, strict=True):
        entry = titles[somebody.id]
        stage.app.retitle(entry, form.format(entry.title))
    stage.sync()
    facts = {fact.person: fact for fact in stage.facts() if fact.outcome.value != "snoozed"}
    shown: dict[str, str] = {}
    for each in stage.contacts():
        key = stage.key(each)
        if key.attempt == 1:
            shown[key.subject] = each.title
    for somebody, (told, form) in zip(people, wanted, strict=True):
        outcome, direction, sign = told.split()
        fact = facts[somebody.id]
        assert (fact.outcome.value, fact.direction.value, fact.note) == (outcome, direction, ""), (
            form,
            fact,
        )
        assert shown[somebody.id] == f"{sign} {somebody.name}: call", form


@pytest.mark.parametrize(
    ("form", "outcome", "note"),
    [
        ("✅ {} new job at Acme", "reached", "new job at Acme"),
        ("m {} call her husband first", "left-message", "call her husband first"),
        ("✅ great talk, {} she moves", "reached", "great talk, she moves"),
        ("{} had a baby ✅", "reached", "had a baby"),
        ("x {} m, later", "reached", "m, later"),
    ],
)
def test_what_else_was_added_is_the_note(make: Make, form: str, outcome: str, note: str) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", form)
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.note) == (outcome, note)


@pytest.mark.parametrize("title", ["Malcolm X: call", "call Malcolm X", "Malcolm X", "coffee w/ M"])
def test_no_mark_is_no_mark(make: Make, title: str) -> None:
    stage = make("Malcolm X")
    stage.sync()
    stage.at("thu 10:20")
    stage.app.retitle(stage.contact("Malcolm X"), title)
    stage.sync()
    assert stage.facts("Malcolm X") == []
    assert stage.contact("Malcolm X").title == title


def test_our_own_sign_does_not_count_beside_a_new_mark(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), "m ✅ Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
    first, second = stage.contacts("Ann Lee")
    assert first.title == "✉ Ann Lee: call"
    assert stage.key(second).attempt == 2


def test_a_corrected_mark_says_when_the_next_attempt_is_that_stands_already(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    follows = "Next: call, Thursday 10 December 2026, 13:00."
    assert when(second.start) == "thu 10 13:00" and follows in first.text
    stage.app.retitle(first, "n ✉ Ann Lee: call")
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    assert first.title == "↻ Ann Lee: call" and stage.key(second).attempt == 2
    said = f"Next: call, {second.start:%A} {second.start.day} December 2026, {second.start:%H:%M}."
    assert said in first.text


def test_ended_before_the_acknowledgement_the_next_start_says_what_follows(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    (calendar,) = stage.service.calendars(stage.service.store.load()).values()
    ended = Faulty(calendar, sends=[SendFault(Sent.CRASH_BEFORE)])
    with pytest.raises(Crash):
        tick(stage.roster, stage.service.store, {"home": ended}, stage.now)
    stage.restart()
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    assert when(second.start) == "thu 10 13:00"
    assert "Next: call, Thursday 10 December 2026, 13:00." in first.text


@pytest.mark.parametrize(("form", "note"), [("{}", "good talk"), ("{} she is ill", "she is ill")])
def test_the_note_stays_when_the_mark_is_corrected(make: Make, form: str, note: str) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {} good talk")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), form.format("n Ann Lee: call"))
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.note) == ("no-answer", note)
    assert f"No answer, Thursday 3 December 2026: {note}" in stage.contacts()[0].text


def test_marked_while_the_daemon_was_down_for_weeks(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.mark("Ann Lee", "x {}")
    stage.mark("Bob Roy", "m {}")
    stage.later(days=40)
    stage.restart()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.outcomes("Bob Roy") == ["left-message"]
    (fact,) = stage.facts("Ann Lee")
    assert fact.at.date().isoformat() == "2026-12-03"


def test_a_note_added_to_what_was_acknowledged_joins_the_fact(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {} good talk")
    stage.sync()
    stage.mark("Ann Lee", "{} send the book")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact.note == "good talk send the book"
    assert stage.contact("Ann Lee").title == "✅ Ann Lee: call"


@pytest.mark.parametrize("lost", [False, True], ids=["", "the database is lost then"])
def test_a_contact_logged_for_an_entry_that_the_user_retitled_stays(make: Make, lost: bool) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), "Ann Lee: call about the flat")
    stage.sync()
    stage.at("thu 12:00")
    stage.service.log("ann")
    stage.sync()
    if lost:
        stage.lose_database()
        stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contact("Ann Lee").title == "Ann Lee: call about the flat"
    assert "Reached" in stage.contact("Ann Lee").text


@pytest.mark.parametrize(
    ("form", "outcome"), [("n {}", "no-answer"), ("s {}", "skipped"), ("pause {}", "paused")]
)
def test_a_contact_logged_after_a_mark_that_is_unread_counts_beside_it(
    make: Make, form: str, outcome: str
) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 11:40")
    stage.mark("Ann Lee", form)
    stage.at("thu 15:00")
    stage.service.log("ann", note="spoke about the house")
    stage.sync()
    stage.sync()
    marked, logged = stage.facts("Ann Lee")
    assert marked.outcome.value == outcome
    assert when(marked.at.astimezone(stage.now.tzinfo)) == "thu 03 10:00"
    assert (logged.outcome.value, logged.note) == ("reached", "spoke about the house")
    assert logged.at == stage.now
    (entry,) = stage.contacts("Ann Lee")  # reached: nobody is to be called again
    assert stage.key(entry).attempt == 1


def test_a_contact_logged_after_the_same_mark_counts_once_and_keeps_both_notes(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 11:40")
    stage.mark("Ann Lee", "x {} new job")
    stage.at("thu 15:00")
    stage.service.log("ann", note="spoke about the house")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.note) == ("reached", "spoke about the house new job")


def test_a_contact_that_was_logged_and_is_acknowledged_is_corrected_by_another_sign(
    make: Make,
) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 15:00")
    stage.service.log("ann")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), "m Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
