"""Good files: what they come to, and that a scalar means what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from syncd.config import load
from syncd.errors import ConfigError
from syncd.model.blocks import Block
from syncd.model.people import ContactList, Hours, Period, Person, Retry, Span
from syncd.model.roster import CalendarSettings, Secret
from tests.config.world import CONFIG, ENV, PEOPLE, broken, loaded, put


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def person(text: str, here: Path) -> Person:
    """The only one in a people file of `text`."""
    (found,) = loaded(here, people=text).roster.people.values()
    return found


def bob(change: str, here: Path) -> Person:
    """Bob, with another line."""
    return person(f"- name: Bob\n  lists: [clients]\n  phone: 030 1\n  {change}\n", here)


def test_everything_that_the_contract_says(here: Path) -> None:
    roster = load(put(Path()), ENV).roster
    assert roster.timezone == "Europe/Berlin"
    assert roster.deployment == "default"
    assert roster.poll == timedelta(minutes=2)
    assert roster.database is None
    assert roster.calendars == {
        "home": CalendarSettings(
            name="home",
            provider="caldav",
            url="https://dav.example.org/",
            username="ann",
            password=Secret(value="hunter2", origin="SYNCD_PASSWORD"),
            calendar="Outreach",
            where="config.yaml:7",
        )
    }
    assert roster.blocks == {
        "weekly-outreach": Block(
            name="weekly-outreach",
            title="Outreach",
            calendar="home",
            rule="FREQ=WEEKLY;BYDAY=TH",
            at=time(10),
            lasts=timedelta(hours=1),
            per_person=timedelta(minutes=15),
            lists=("clients", "friends"),
            timezone="Europe/Berlin",
            alarm=timedelta(minutes=10),
            where="config.yaml:14",
        )
    }
    working = Span(weekdays=frozenset(range(5)), start=time(9), end=time(18))
    assert roster.lists == {
        "clients": ContactList(
            name="clients",
            cadence=Period(days=42),
            channels=("call", "email"),
            retry=Retry(left_message=Period(days=7), no_answer=Period(days=3), tries=3),
            hours=Hours(spans=(working,)),
            a_day=3,
        ),
        "friends": ContactList(name="friends", cadence=Period(months=3)),
    }
    assert list(roster.people.values()) == [
        Person(
            id="ann-lee",
            name="Ann Lee",
            list="clients",
            phone="+49 30 901820",
            email="ann@example.org",
            cadence=Period(months=1),
            last_contact=date(2026, 10, 1),
            interests=("sailing",),
            notes="Daughter starts school in September.",
            paused=True,
            paused_until=date(2027, 1, 15),
            where="people.yaml:1",
        ),
        Person(id="bob", name="Bob", list="friends", phone="030 901821", where="people.yaml:11"),
    ]
    assert roster.files == (here / "config.yaml", here / "people.yaml")


def test_the_least_that_one_can_say(here: Path) -> None:
    config = "calendars: {home: {url: https://x.org}}\nlists: {all: {cadence: monthly}}\n"
    roster = loaded(here, config, "- name: Bob\n  phone: 030 1\n", {"TZ": "Asia/Tokyo"}).roster
    assert roster.timezone == "Asia/Tokyo"
    assert (roster.deployment, roster.poll) == ("default", timedelta(minutes=2))
    assert roster.blocks == {}
    assert roster.lists["all"] == ContactList(name="all", cadence=Period(months=1))
    assert roster.people["bob"].list == "all"
    assert roster.calendars["home"].calendar == "Outreach"
    assert roster.calendars["home"].password.reveal() == ""


def test_a_block_with_nothing_but_what_it_needs(here: Path) -> None:
    config = (
        CONFIG[: CONFIG.index("blocks:")] + "blocks:\n  b: {repeats: daily, at: 9am, lists: x}\n"
    )
    config += "lists: {x: {cadence: 6w}}\n"
    (block,) = loaded(here, config, "[]\n").roster.blocks.values()
    assert block == Block(
        name="b",
        title="Outreach",
        calendar="home",
        rule="FREQ=DAILY",
        at=time(9),
        lasts=timedelta(hours=1),
        per_person=timedelta(minutes=15),
        lists=("x",),
        timezone="Europe/Berlin",
        alarm=timedelta(minutes=10),
        where="config.yaml:14",
    )


@pytest.mark.parametrize(
    ("typed", "name", "id"),
    [
        ("Null", "Null", "null"),
        ("No", "No", "no"),
        ("On", "On", "on"),
        ("True", "True", "true"),
        ("007", "007", "007"),
        ("1e3", "1e3", "1e3"),
        ("2026-10-01", "2026-10-01", "2026-10-01"),
        ("Dąbrowska Zoë", "Dąbrowska Zoë", "dąbrowska-zoë"),
        ("山田 太郎", "山田 太郎", "山田-太郎"),
        ("Zoe\u0308", "Zoë", "zoë"),
        ("  J. R.  O'Hara-Lee ", "J. R.  O'Hara-Lee", "j-r-ohara-lee"),
        ('"Ann \\U0001F40E Lee"', "Ann 🐎 Lee", "ann-lee"),
        ("علی\u200cرضا", "علی\u200cرضا", "علیرضا"),
        ("Ann\u00a0Lee", "Ann\u00a0Lee", "ann-lee"),
    ],
)
def test_a_name_is_text_and_makes_an_id(typed: str, name: str, id: str, here: Path) -> None:
    found = person(f"- name: {typed}\n  lists: [friends]\n  phone: 030 1\n", here)
    assert (found.name, found.id) == (name, id)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("+4930901820", "+49 30 901820"),
        ('"+49 (30) 90-1820"', "+49 30 901820"),
        ("+1 212 555 0147", "+1 212-555-0147"),
        ("030901820", "030901820"),
        ("030 90 18 20", "030 90 18 20"),
        ("110", "110"),
        ("0x10", "0x10"),
        ("+1", "+1"),
        ("+49 none", "+49 none"),
    ],
)
def test_a_number_keeps_its_digits(typed: str, phone: str, here: Path) -> None:
    assert person(f"- name: Bob\n  lists: [friends]\n  phone: {typed}\n", here).phone == phone


@pytest.mark.parametrize(
    ("typed", "emails"),
    [
        ("ann@example.org", ("ann@example.org",)),
        ("[Ann@example.org, a.lee+x@example.org]", ("Ann@example.org", "a.lee+x@example.org")),
        ("\n    - b@example.org\n    - a@example.org", ("b@example.org", "a@example.org")),
        ("[]", ()),
        ("", ()),
    ],
)
def test_an_address_may_be_several(typed: str, emails: tuple[str, ...], here: Path) -> None:
    found = bob(f"email: {typed}", here)
    assert found.emails == emails
    assert found.email == (emails[0] if emails else None)


def test_a_number_may_be_several_each_in_international_form(here: Path) -> None:
    text = "- name: Bob\n  lists: [clients]\n  phone: [030 1, +4930901820]\n"
    found = person(text, here)
    assert (found.phone, found.phones) == ("030 1", ("030 1", "+49 30 901820"))


@pytest.mark.parametrize("typed", ["10:00", '"10:00"', "'10:00'", "10am", "!!str 10:00"])
def test_a_time_is_no_number_in_base_sixty(typed: str, here: Path) -> None:
    config = broken(CONFIG, ('"10:00"', typed))
    assert loaded(here, config).roster.blocks["weekly-outreach"].at == time(10)


@pytest.mark.parametrize("typed", ["2026-10-01", '"2026-10-01"', "!!timestamp 2026-10-01"])
def test_a_date_may_be_quoted(typed: str, here: Path) -> None:
    assert bob(f"last-contact: {typed}", here).last_contact == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("typed", "paused", "until"),
    [
        ("true", True, None),
        ("yes", True, None),
        ("2027-01-15", True, date(2027, 1, 15)),
        ("false", False, None),
        ("null", False, None),
        ("", False, None),
    ],
)
def test_paused(typed: str, paused: bool, until: date | None, here: Path) -> None:
    found = bob(f"paused: {typed}", here)
    assert (found.paused, found.paused_until) == (paused, until)


@pytest.mark.parametrize(
    ("typed", "alarm"),
    [
        ("10 minutes before", timedelta(minutes=10)),
        ("at start", timedelta()),
        ("none", None),
        ("null", None),
        ("~", None),
        ("", timedelta(minutes=10)),
    ],
)
def test_an_alarm_may_be_none(typed: str, alarm: timedelta | None, here: Path) -> None:
    config = broken(CONFIG, ("alarm: 10 minutes before", f"alarm: {typed}"))
    assert loaded(here, config).roster.blocks["weekly-outreach"].alarm == alarm


def test_a_key_with_nothing_after_it_is_left_out(here: Path) -> None:
    found = bob("email:\n  cadence: ~\n  interests: null\n  notes:\n  id:\n  channels:", here)
    assert found == Person(
        id="bob", name="Bob", list="clients", phone="030 1", where="people.yaml:1"
    )


def test_formerly_nothing_is_an_answer(here: Path) -> None:
    assert bob("formerly: []", here).formerly == ()
    assert bob("formerly: rob", here).formerly == ("rob",)
    assert bob("notes: x", here).formerly is None


def test_anchors_merges_and_a_byte_order_mark(here: Path) -> None:
    config = broken(
        CONFIG,
        ("  clients:", "  clients: &c"),
        ("  friends: {cadence: quarterly, channels: [call]}", "  friends: {<<: *c, a-day: 5}"),
    )
    roster = loaded(here, b"\xef\xbb\xbf" + config.replace("\n", "\r\n").encode()).roster
    clients, friends = roster.lists.values()
    assert friends == replace(clients, name="friends", a_day=5)


def test_people_from_files_globs_and_the_config_itself(here: Path) -> None:
    (here / "more").mkdir()
    for name in ("b", "a", "c"):
        (here / "more" / f"{name}.yaml").write_text(
            f"- {{name: {name}, lists: clients, phone: 1}}\n"
        )
    inline = "{name: Z, lists: [friends], phone: 2}"
    config = broken(
        CONFIG,
        ("people: people.yaml", f"people: [{inline}, more/*.yaml, people.yaml, more/a.yaml]"),
    )
    roster = loaded(here, config).roster
    assert list(roster.people) == ["z", "a", "b", "c", "ann-lee", "bob"]
    assert roster.people["z"].where == "config.yaml:5"
    names = ("config.yaml", "more/a.yaml", "more/b.yaml", "more/c.yaml", "people.yaml")
    assert roster.files == tuple(here / name for name in names)


def test_paths_start_from_the_config_and_from_home(here: Path) -> None:
    (here / "etc").mkdir()
    (here / "home").mkdir()
    (here / "home" / "people.yaml").write_text("[]\n")
    (here / "etc" / "secret").write_text("hunter2\n")
    config = broken(
        CONFIG,
        ("people: people.yaml", "people: ~/people.yaml"),
        ("database: null", "database: state/syncd.sqlite"),
        ("!env SYNCD_PASSWORD", "!file secret"),
    )
    path = put(here / "etc", config, None)
    roster = load(path.relative_to(here), {"HOME": str(here / "home")}).roster
    assert roster.database == here / "etc/state/syncd.sqlite"
    assert roster.files == (path, here / "etc/secret", here / "home/people.yaml")
    assert roster.calendars["home"].password == Secret(value="hunter2", origin="etc/secret")


def test_nobody_yet_is_no_problem(here: Path) -> None:
    assert loaded(here, people="[]\n").roster.people == {}


# -- secrets


def test_a_missing_secret_is_a_problem_when_it_is_needed(here: Path) -> None:
    roster = loaded(here, env={}).roster
    with pytest.raises(ConfigError, match="SYNCD_PASSWORD is not set") as error:
        roster.calendars["home"].password.reveal()
    assert str(error.value).startswith("config.yaml:11:15: password: ") or str(here) in str(
        error.value
    )


@pytest.mark.parametrize(
    ("content", "trouble"),
    [(None, "does not exist"), (b"\n", "is empty"), (b"\xff", "is no text in UTF-8")],
)
def test_a_secret_file_that_will_not_do(content: bytes | None, trouble: str, here: Path) -> None:
    if content is not None:
        (here / "secret").write_bytes(content)
    config = broken(CONFIG, ("!env SYNCD_PASSWORD", "!file secret"))
    loaded_ = load(put(Path(), config), ENV)
    missing = loaded_.roster.calendars["home"].password.missing
    assert str(missing) == (
        f"config.yaml:11:15: password: the file secret {trouble}. "
        "Next: write the password into it, alone."
    )
    assert here / "secret" in loaded_.roster.files


def test_a_password_may_hold_anything(here: Path) -> None:
    for typed, value in (
        ("0123", "0123"),
        ('" a b "', " a b "),
        ("null0", "null0"),
        ("yes", "yes"),
    ):
        config = broken(CONFIG, ("!env SYNCD_PASSWORD", typed))
        found = loaded(here, config)
        assert found.roster.calendars["home"].password.reveal() == value
        assert [problem.line for problem in found.warnings] == [11]


@pytest.mark.parametrize(
    "change",
    [
        ("!env SYNCD_PASSWORD", "hunter2"),
        ("!env SYNCD_PASSWORD", "*hunter2"),
        ("!env SYNCD_PASSWORD", "!hunter2 x"),
        ("!env SYNCD_PASSWORD", "!env hunter2!"),
        ("!env SYNCD_PASSWORD", "&hunter2"),
        ("!env SYNCD_PASSWORD", "'hunter2"),
        ("!env SYNCD_PASSWORD", '"\\hunter2"'),
        ("!env SYNCD_PASSWORD", "@hunter2"),
        ("!env SYNCD_PASSWORD", "hunter2: x"),
        ("!env SYNCD_PASSWORD", "[hunter2"),
        ("!env SYNCD_PASSWORD", "{hunter2: x}"),
        ("https://dav", "https://ann:hunter2@dav"),
        ("https://dav", "https://ann:hunter2@[dav"),
        ("https://dav", "ann:hunter2@dav"),
        ("calendar: Outreach", "calendar: https://ann:hunter2@dav"),
        ("poll: 2 minutes", "poll: never"),
    ],
)
def test_a_password_is_never_shown(change: tuple[str, str], here: Path) -> None:
    path = put(Path(), broken(CONFIG, change))
    try:
        found = load(path, ENV)
    except ConfigError as error:
        shown = f"{error} {error!r} {error.problems!r} {error.__context__!r} {error.__cause__!r}"
    else:
        shown = f"{found} {found!r}"
    assert "hunter2" not in shown


# -- the digest


def test_the_digest_is_of_everything_but_secrets(here: Path) -> None:
    def digest(config: str = CONFIG, people: str = PEOPLE, **env: str) -> str:
        return loaded(here, config, people, {**ENV, **env}).roster.digest

    same = digest()
    assert digest() == same
    assert digest(SYNCD_PASSWORD="other") == same
    assert digest(SYNCD_PASSWORD="") == same
    for old, new in (
        ("poll: 2 minutes", "poll: 3 minutes"),
        ("6 weeks", "7 weeks"),
        ("tries: 3", "tries: 2"),
        ('"10:00"', '"10:15"'),
        ("[clients, friends]", "[friends, clients]"),
        ("alarm: 10", "alarm: 11"),
        ("calendar: Outreach", "calendar: Contacts"),
        ("09:00-18:00", "09:00-17:00"),
    ):
        assert digest(broken(CONFIG, (old, new))) != same
    for old, new in (("September", "October"), ("[sailing]", "[]"), ("name: Bob", "name: Rob")):
        assert digest(people=broken(PEOPLE, (old, new))) != same
