"""A week with syncd at the command line, on a real server, from nothing to the contact log."""

from __future__ import annotations

from datetime import datetime

from tests.cli.desk import NOW, Desk, Said
from tests.client import Client
from tests.servers import Server

PLAN = {
    "action",
    "kind",
    "calendar",
    "person",
    "strategy",
    "date",
    "block",
    "attempt",
    "title",
    "start",
    "end",
    "reason",
}
FACT = {"person", "strategy", "at", "outcome", "channel", "note", "direction", "source"}
DUE = {"person", "strategy", "waiting", "due", "late_days", "attempt", "next"}


def test_from_the_first_check_to_the_contact_log(desk: Desk, radicale: Server) -> None:
    def rehearse(now: str, *arguments: str) -> Said:
        return desk.process("--now", now, "--rehearse", *arguments)

    desk.write(radicale, "Ann Lee", "Bob Ray", "Cyd May", "Dee Fox")
    said = desk.process("check")
    assert said.status == 0
    assert said.out == "config.yaml: fine: 4 people, 1 list, 1 block, 1 calendar.\n"

    planned = desk.process("--now", NOW, "plan", "--json")
    assert planned.status == 0
    assert set(planned.json) == {"now", "actions", "held"}
    assert planned.json["now"] == "2026-11-24T12:00:00+01:00"
    assert planned.json["held"] is None
    assert all(set(each) == PLAN for each in planned.json["actions"])
    series, first = planned.json["actions"][:2]
    assert series == {
        "action": "create",
        "kind": "block",
        "calendar": "home",
        "person": None,
        "strategy": None,
        "date": None,
        "block": "weekly-outreach",
        "attempt": None,
        "title": "Outreach",
        "start": "2026-11-26T10:00:00+01:00",
        "end": "2026-11-26T11:00:00+01:00",
        "reason": "the block's series",
    }
    assert first == {
        "action": "create",
        "kind": "contact",
        "calendar": "home",
        "person": "ann-lee",
        "strategy": None,
        "date": None,
        "block": "weekly-outreach",
        "attempt": 1,
        "title": "Ann Lee: call",
        "start": "2026-11-26T10:00:00+01:00",
        "end": "2026-11-26T10:15:00+01:00",
        "reason": "due 2026-02-12",
    }
    assert not Client(radicale, "Outreach").exists
    assert not desk.state.exists(), "a plan writes nothing, anywhere"

    synced = rehearse(NOW, "sync")
    assert synced.status == 0
    assert synced.out == "In the calendar: 5 created.\n"
    assert synced.err == ""
    assert rehearse(NOW, "sync").out == "Nothing to do.\n"

    app = Client(radicale, "Outreach")
    app.retitle(app.find("Ann Lee"), "✅ Ann Lee: call new job at Acme")
    app.retitle(app.find("Bob Ray"), "m Bob Ray: call")
    app.drag(app.find("Cyd May"), datetime.fromisoformat("2026-11-30T15:00+01:00"))
    app.delete(app.find("Dee Fox"))
    asked = desk.process("--now", NOW, "plan")
    assert "To be logged: Ann Lee: reached." in asked.out
    assert "action" in asked.out
    assert "why" in asked.out
    said = rehearse("2026-11-24T12:05+01:00", "sync", "--json")
    assert said.status == 0
    assert {(each["person"], each["outcome"]) for each in said.json["understood"]} == {
        ("ann-lee", "reached"),
        ("bob-ray", "left-message"),
        ("cyd-may", "snoozed"),
        ("dee-fox", "skipped"),
    }
    assert said.json["held"] is None
    assert said.json["errors"] == []
    assert app.find("✅ Ann Lee: call").title == "✅ Ann Lee: call"

    later = "2026-11-24T12:10+01:00"
    logged = rehearse(later, "history", "--json")
    assert all(set(each) == FACT for each in logged.json)
    assert {
        "person": "ann-lee",
        "strategy": None,
        "at": "2026-11-24T12:05:00+01:00",
        "outcome": "reached",
        "channel": "call",
        "note": "new job at Acme",
        "direction": "out",
        "source": "mark",
    } in logged.json
    assert [each["outcome"] for each in logged.json].count("snoozed") == 0
    everything = rehearse(later, "history", "--all", "--json").json
    assert [each["outcome"] for each in everything].count("snoozed") == 1
    shown = rehearse(later, "history", "ann").out
    assert "new job at Acme" in shown
    assert "Bob" not in shown

    rows = rehearse(later, "due", "--json").json
    assert all(set(each) == DUE for each in rows)
    by_person = {each["person"]: each for each in rows}
    assert by_person["ann-lee"] == {
        "person": "ann-lee",
        "strategy": None,
        "waiting": False,
        "due": "2027-01-05",
        "late_days": 0,
        "attempt": None,
        "next": None,
    }
    assert by_person["bob-ray"]["attempt"] == 2
    assert by_person["bob-ray"]["next"].startswith("2026-12-01T")
    assert by_person["cyd-may"]["next"] == "2026-11-30T15:00:00+01:00"
    dues = [each["due"] for each in rows]
    assert dues == sorted(dues)
    assert "Tue 1 Dec" in rehearse(later, "due").out
    assert rehearse(later, "due", "--waiting").out.strip() == (
        "Nobody waits: there is no ramp in the config."
    )


def test_log_says_what_was_logged_and_what_comes_next(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray")
    desk.at(NOW, "sync")
    said = desk.at(NOW, "log", "ann", "left", "message", "--note", "try Monday")
    assert said.status == 0
    assert said.out.startswith(
        "Logged: Ann Lee, left a message by call, Tue 12:00. Next: call, Tue 1 Dec 09:00."
    )
    desk.at(NOW, "sync")
    assert Client(radicale, "Outreach").find("Ann Lee: call").start == datetime.fromisoformat(
        "2026-12-01T09:00+01:00"
    )
    # The clock stands still: what is logged now is another contact all the same.
    assert desk.at(NOW, "log", "ann", "--by", "coffee").status == 0
    assert len(desk.at(NOW, "history", "ann", "--json").json) == 2
    back = desk.at(NOW, "log", "--undo", "ann")
    assert back.out.startswith("Taken back: Ann Lee, reached by coffee, Tue 12:00")
    assert [each["outcome"] for each in desk.at(NOW, "history", "--json").json] == ["left-message"]
    everything = desk.at(NOW, "history", "--all", "--json").json
    assert [each["outcome"] for each in everything] == ["left-message", "reached", "taken-back"]


def test_log_knows_when(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    for at, meant in {
        "2026-11-20T09:00+00:00": "2026-11-20T10:00:00+01:00",
        "2026-11-21": "2026-11-21T12:00:00+01:00",
        "2026-11-22 14:30": "2026-11-22T14:30:00+01:00",
        "yesterday": "2026-11-23T12:00:00+01:00",
        "yesterday 9:05": "2026-11-23T09:05:00+01:00",
        "11:30": "2026-11-24T11:30:00+01:00",
    }.items():
        assert desk.at(NOW, "log", "ann", "--at", at).status == 0, at
        assert meant in [each["at"] for each in desk.syncd("history", "--json").json]
    refused = desk.at(NOW, "log", "ann", "--at", "teatime")
    assert refused.status == 2
    assert "«teatime» is no time. Forms: " in refused.err
    assert desk.at(NOW, "log", "ann", "--at", "12:30").status == 2, "still to come"
    assert desk.at(NOW, "log", "ann", "--by", "pigeon").status == 2
    assert desk.at(NOW, "log", "ann", "shouted").status == 2
    assert desk.at(NOW, "log", "nobody").status == 2


def test_pause_and_resume(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray")
    desk.at(NOW, "sync")
    app = Client(radicale, "Outreach")
    said = desk.at(NOW, "pause", "ann", "--for", "3 months")
    assert said.out == "Paused until Wed 24 Feb 2027: Ann Lee. Next: syncd sync.\n"
    desk.at(NOW, "sync")
    assert not app.look("Ann Lee")
    assert "Nothing is planned for Ann Lee: paused until 2027-02-24." in desk.at(NOW, "status").out
    assert desk.at(NOW, "resume", "ann").out.startswith("Ann Lee: the pause is over.")
    assert desk.at(NOW, "pause", "--all", "--until", "2026-12-24").status == 0
    refused = desk.at(NOW, "resume", "ann")
    assert refused.status == 2
    assert "paused with everybody until 2026-12-24" in refused.err
    assert desk.at(NOW, "resume", "--all").status == 0
    assert desk.at(NOW, "resume", "--all").status == 2
    assert desk.at(NOW, "pause", "ann", "--list", "clients").status == 2
    assert desk.at(NOW, "pause").status == 2
    assert desk.at(NOW, "pause", "--block", "nothing").status == 2
    people = desk.people.read_text().replace("01\n", "01\n  paused: 2027-01-15\n", 1)
    desk.people.write_text(people)
    for verb in ("pause", "resume"):
        refused = desk.at(NOW, verb, "ann")
        assert refused.status == 2
        assert "Ann Lee is paused until 2027-01-15 in people.yaml:2" in refused.err


def test_a_deleted_block_rests_and_is_brought_back(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.at(NOW, "sync")
    app = Client(radicale, "Outreach")
    app.delete(app.find("Outreach"))
    desk.at(NOW, "sync")
    said = desk.at(NOW, "status")
    assert "Block weekly-outreach rests: its series was deleted in the calendar." in said.out
    assert "Next: syncd resume --block weekly-outreach brings it back." in said.out
    assert desk.at(NOW, "resume", "--block", "weekly-outreach").status == 0
    desk.at(NOW, "sync")
    assert app.find("Outreach").series
    assert app.find("Ann Lee")


def test_clear_shows_asks_and_keeps_the_log(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.at(NOW, "sync")
    desk.at(NOW, "log", "ann")
    app = Client(radicale, "Outreach")
    mine = app.add("Dentist", *(datetime.fromisoformat(f"2026-12-01T{h}:00Z") for h in (10, 11)))
    refused = desk.at(NOW, "clear")
    assert refused.status == 2
    assert "Outreach" in refused.out, "it is shown first"
    assert "--yes" in refused.err
    assert len(app.entries()) == 3
    assert desk.at(NOW, "clear", "--calendar", "nothing", "--yes").status == 2
    done = desk.at(NOW, "clear", "--yes")
    assert done.status == 0
    assert "2 entries taken out; the log stays." in done.out
    assert [each.uid for each in app.entries()] == [mine.uid]
    assert len(desk.at(NOW, "history", "--json").json) == 1
    assert desk.at(NOW, "clear", "--yes").out == "There is nothing of syncd's in the calendar.\n"


def test_sync_and_status_as_json_are_as_plain_as_the_others(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray")
    assert desk.at(NOW, "sync", "--json").json == {
        "now": "2026-11-24T12:00:00+01:00",
        "understood": [],
        "written": {"create": 3},
        "failed": 0,
        "held": None,
        "errors": [],
    }
    desk.at(NOW, "pause", "bob", "--until", "2026-12-24")
    assert desk.at(NOW, "status", "--json").json == {
        "now": "2026-11-24T12:00:00+01:00",
        "last_tick": "2026-11-24T12:00:00+01:00",
        "next_tick": None,
        "held": None,
        "broken": None,
        "calendars": [
            {
                "calendar": "home",
                "last_success": "2026-11-24T12:00:00+01:00",
                "failing_since": None,
                "error": None,
                "in_doubt": [],
            }
        ],
        "address_books": [],
        "left_out": [],
        "resting": [],
        "pauses": [
            {"scope": "person", "name": "bob-ray", "since": "2026-11-24", "until": "2026-12-24"}
        ],
        "idle": [{"person": "bob-ray", "reason": "paused until 2026-12-24"}],
        "refused": [],
        "notices": [],
        "said": [],
        "contacts": 0,
        "open": 1,
    }


def test_many_facts_are_not_all_told_in_one_line(desk: Desk, radicale: Server) -> None:
    desk.write(radicale)
    names = [f"P{n:02} Fox" for n in range(10)]
    desk.config.write_text(desk.config.read_text().replace("1 hour", "3 hours"))
    desk.people.write_text(
        "".join(f"- {{name: {n}, lists: [clients], last-contact: 2026-01-01}}\n" for n in names)
    )
    desk.at(NOW, "sync")
    app = Client(radicale, "Outreach")
    for name in names:
        app.retitle(app.find(name), f"x {name}: call")
    assert "reached and 2 more. In the calendar: 11 updated" in desk.at(NOW, "sync").out
