"""Monica's two exports say the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncd.books import monica
from syncd.books.card import Birthday, Book, Card
from syncd.errors import UsageError
from syncd.model.facts import Direction

ZONE = ZoneInfo("Europe/Berlin")
ANN, BOB = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"
MAIL, TEL = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
LUNCH = "bbbbbbbb-0000-4000-8000-000000000001"

SQL = f"""# ************************************************************
# Me dump of data

SET FOREIGN_KEY_CHECKS=0;

INSERT IGNORE INTO `accounts` (`id`,`api_key`) VALUES
 (1,'it\\'s (a) key; INSERT INTO `contacts` (`id`,`first_name`) VALUES (9,\\'Nobody\\');');

INSERT IGNORE INTO `activities` (`id`,`uuid`,`summary`,`description`,`happened_at`) VALUES
 (5,'{LUNCH}','Lunch, and a \\"walk\\"',NULL,'2026-09-01');

INSERT IGNORE INTO `contacts` (`id`,`account_id`,`first_name`,`middle_name`,`last_name`,\
`description`,`uuid`,`is_partial`,`is_active`,`is_dead`,`last_talked_to`,\
`stay_in_touch_frequency`,`birthday_special_date_id`,`company`) VALUES
 (1,1,'Ann',NULL,'O\\'Hara','Likes C:\\\\new;\nsails (a lot)',
  '{ANN}',0,1,0,'2026-10-02',42,7,'Acme'),
 (2,1,'Bob',NULL,NULL,NULL,'{BOB}',0,1,0,NULL,NULL,NULL,NULL),
 (3,1,'Gone',NULL,NULL,NULL,'x3',0,1,1,NULL,NULL,NULL,NULL),
 (4,1,'Half',NULL,NULL,NULL,'x4',1,1,0,NULL,NULL,NULL,NULL),
 (6,1,'Old',NULL,NULL,NULL,'x6',0,0,0,NULL,NULL,NULL,NULL);

INSERT IGNORE INTO `activity_contact` (`activity_id`,`account_id`,`contact_id`) VALUES
 (5,1,1),
 (5,1,2),
 (99,1,1);

INSERT IGNORE INTO `calls` (`id`,`uuid`,`contact_id`,`called_at`,`content`,`contact_called`) VALUES
 (8,'c1',1,'2026-09-20 08:30:00','new job',1);

INSERT IGNORE INTO `contact_field_types` (`id`,`name`,`protocol`,`type`) VALUES
 (1,'Email','mailto:','email'),
 (2,'Phone','tel:','phone'),
 (3,'Facebook',NULL,NULL);

INSERT IGNORE INTO `contact_fields` (`id`,`contact_id`,`contact_field_type_id`,`data`) VALUES
 (1,1,1,'ann@example.org'),
 (2,1,2,+4930901820),
 (3,1,2,030901821),
 (4,1,3,'ann.on.facebook');

INSERT IGNORE INTO `contact_tag` (`contact_id`,`tag_id`) VALUES
 (1,1);

INSERT IGNORE INTO `special_dates` (`id`,`is_age_based`,`is_year_unknown`,`date`) VALUES
 (7,0,1,'2000-02-29');

INSERT IGNORE INTO `tags` (`id`,`name`) VALUES
 (1,'Friends');
SET FOREIGN_KEY_CHECKS=1;
"""


def contact(uuid: str, first: str, data: list[object], **told: object) -> dict[str, object]:
    told = {"first_name": first, "is_dead": False, "is_partial": False, "is_active": True, **told}
    return {"uuid": uuid, "created_at": "2026-01-01T00:00:00Z", "properties": told, "data": data}


def several(type_: str, *values: object) -> dict[str, object]:
    return {"count": len(values), "type": type_, "values": list(values)}


def field(type_: str, data: str) -> dict[str, object]:
    return {"uuid": data, "properties": {"data": data, "type": type_}}


JSON = {
    "version": "1.0-preview.1",
    "account": {
        "uuid": "acc",
        "data": [
            several(
                "contact",
                contact(
                    ANN,
                    "Ann",
                    [
                        several(
                            "contact_field",
                            field(MAIL, "ann@example.org"),
                            field(TEL, "+4930901820"),
                            field(TEL, "030901821"),
                            field("?", "ann.on.facebook"),
                        ),
                        several(
                            "call",
                            {
                                "uuid": "c1",
                                "properties": {
                                    "called_at": "2026-09-20T08:30:00.000000Z",
                                    "content": "new job",
                                    "contact_called": True,
                                },
                            },
                        ),
                        several("activity", LUNCH, "unknown"),
                    ],
                    last_name="O'Hara",
                    description="Likes C:\\new;\nsails (a lot)",
                    company="Acme",
                    tags=["Friends"],
                    stay_in_touch_frequency=42,
                    last_talked_to="2026-10-02T00:00:00.000000Z",
                    birthdate={
                        "uuid": "d",
                        "is_age_based": False,
                        "is_year_unknown": True,
                        "date": "2000-02-29T00:00:00.000000Z",
                    },
                ),
                contact(BOB, "Bob", [several("activity", LUNCH)]),
                contact("x3", "Gone", [], is_dead=True),
                contact("x4", "Half", [], is_partial=True),
                contact("x6", "Old", [], is_active=False),
            ),
            several(
                "activity",
                {
                    "uuid": LUNCH,
                    "properties": {
                        "summary": 'Lunch, and a "walk"',
                        "happened_at": "2026-09-01T00:00:00.000000Z",
                    },
                },
            ),
        ],
        "instance": {
            "contact_field_types": [
                {"uuid": MAIL, "properties": {"type": "email", "protocol": "mailto:"}},
                {"uuid": TEL, "properties": {"type": "phone", "protocol": "tel:"}},
            ]
        },
    },
}


def from_sql() -> Book:
    return monica.from_sql(SQL, "monica", ZONE)


def from_json() -> Book:
    return monica.from_json(json.dumps(JSON), "monica", ZONE)


def without_source(cards: tuple[Card, ...]) -> list[str]:
    return [repr(card).replace(card.source, "") for card in cards]


def test_both_exports_say_the_same() -> None:
    assert without_source(from_sql().cards) == without_source(from_json().cards)
    assert [(each.name, each.why) for each in from_sql().left_out] == [
        (each.name, each.why) for each in from_json().left_out
    ]


def test_people_with_their_cadence_and_addresses() -> None:
    ann, bob = from_sql().cards
    assert (ann.name, ann.uid, ann.org) == ("Ann O'Hara", ANN, "Acme")
    assert ann.phones == ("+4930901820", "030901821")
    assert ann.emails == ("ann@example.org",)
    assert (ann.cadence, ann.last_contact) == (42, date(2026, 10, 2))
    assert (ann.birthday, ann.categories) == (Birthday(month=2, day=29), ("Friends",))
    assert ann.note == "Likes C:\\new;\nsails (a lot)"
    assert (bob.name, bob.cadence, bob.last_contact) == ("Bob", None, date(2026, 9, 1))


def test_the_history() -> None:
    ann, bob = from_json().cards
    lunch, call = ann.history
    assert (lunch.channel, lunch.note) == ("event", 'Lunch, and a "walk"')
    assert lunch.at == datetime(2026, 9, 1, 12, tzinfo=ZONE)
    assert (call.channel, call.note, call.direction) == ("call", "new job", Direction.IN)
    assert call.at == datetime(2026, 9, 20, 8, 30, tzinfo=UTC)
    assert lunch.id == f"monica:activity:{LUNCH}:{ANN}"
    assert [past.id for past in bob.history] == [f"monica:activity:{LUNCH}:{BOB}"]


def test_who_is_left_out() -> None:
    assert [(each.name, each.why) for each in from_json().left_out] == [
        ("Gone", "they have died"),
        ("Half", "in Monica they are only somebody's relative"),
        ("Old", "they are archived in Monica"),
    ]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"account": {}}', '{"account": []}'])
def test_json_of_others(text: str) -> None:
    with pytest.raises(UsageError, match="monica is no"):
        monica.from_json(text, "monica", ZONE)


@pytest.mark.parametrize("cut", [*range(0, len(SQL), 97)])
def test_a_dump_that_breaks_off_is_read_as_far_as_it_goes(cut: int) -> None:
    try:
        book = monica.from_sql(SQL[:cut], "monica", ZONE)
    except UsageError:
        return
    assert {card.name for card in book.cards} <= {"Ann O'Hara", "Bob"}


@pytest.mark.parametrize("wrong", ["x", None, 5, [], {}, [None], {"values": 3}])
def test_json_that_is_otherwise_than_expected(wrong: object) -> None:
    (contacts, activities) = JSON["account"]["data"]  # type: ignore[index]
    ann = contacts["values"][0]
    changed = [
        {"account": {**JSON["account"], "data": wrong or [several("contact", wrong)]}},  # type: ignore[dict-item]
        {"account": {"data": [several("contact", {**ann, "data": wrong}), activities]}},
        {"account": {"data": [several("contact", {**ann, "properties": wrong}), activities]}},
        {
            "account": {
                "data": [
                    several(
                        "contact",
                        {**ann, "properties": dict.fromkeys(ann["properties"], wrong)},
                    )
                ],
                "instance": wrong,
            }
        },
    ]
    for each in changed:
        assert isinstance(monica.from_json(json.dumps(each), "monica", ZONE), Book)
