"""Cards against people: who is who, and what only the user knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.books.card import Card
from syncd.books.match import NEW, OUT, Finding, Matched, Standing, match
from syncd.books.phones import e164, region_of
from syncd.model.people import Person

ANN = Person(
    id="ann-lee",
    name="Ann Lee",
    list="friends",
    phone="+49 30 901820",
    email="Ann@example.org",
    notes="sails",
    uid="u1",
    where="people.yaml:3",
)


def card(name: str = "Ann Lee", line: int = 1, book: str = "a.vcf", **told: object) -> Card:
    return Card(source=f"{book}:{line}", name=name, **told)  # type: ignore[arg-type]


def found(*cards: Card, people: tuple[Person, ...] = (ANN,), separate: bool = False) -> Matched:
    return match(cards, people, "DE", separate=separate)


def only(each: Card, *people: Person) -> Finding:
    (finding,) = found(each, people=people or (ANN,)).findings
    return finding


@pytest.mark.parametrize(
    ("each", "standing", "by"),
    [
        (card("Ann Lee", uid="u1"), Standing.UNCHANGED, "uid"),
        (card("Lee, Ann", emails=("ann@EXAMPLE.org",)), Standing.UNCHANGED, "e-mail"),
        (card("ANN", phones=("030/901820",)), Standing.UNCHANGED, "phone"),
        (card("Ann Lee", phones=("0049 (30) 901820",)), Standing.UNCHANGED, "phone"),
        (card("Ánn  lee"), Standing.UNCHANGED, "name"),
        (card("Ann Lee", uid="u1", note="rows"), Standing.UNCHANGED, "uid"),
    ],
)
def test_somebody_known_is_found(each: Card, standing: Standing, by: str) -> None:
    finding = only(each)
    assert (finding.standing, finding.person) == (standing, "ann-lee")
    assert finding.reason == f"known by their {by}"
    assert not finding.more


def test_what_the_file_lacks_is_told_and_what_it_has_is_left() -> None:
    bare = replace(ANN, phone=None, uid="", notes="")
    finding = only(
        card(emails=("ann@example.org",), uid="u9", phones=("1234",), note="rows", cadence=30), bare
    )
    assert finding.standing is Standing.FULLER
    assert finding.more == {"uid": "u9", "phone": ("1234",), "cadence": "30 days", "notes": "rows"}


@pytest.mark.parametrize(
    "each",
    [
        card("Ann", emails=("LEE@work.example",)),
        card("Ann", phones=("0172 123456",)),
        card("Ann Lee", emails=("new@example.org", "lee@work.example"), phones=("+49172123456",)),
    ],
)
def test_any_address_finds_them_and_is_told_as_no_other(each: Card) -> None:
    several = replace(ANN, more_emails=("Lee@work.example",), more_phones=("+49 172 123456",))
    finding = only(each, several)
    assert (finding.standing, finding.person) == (Standing.UNCHANGED, "ann-lee")


@pytest.mark.parametrize(
    ("each", "reason"),
    [
        (card("Ann Roy", uid="u1"), "name: Ann Lee in the file, Ann Roy on the card"),
        (
            card(uid="u1", phones=("030 1111", "030 2222")),
            "phone: +49 30 901820 in the file, 030 1111 on the card",
        ),
        (
            card(uid="u1", emails=("new@example.org",)),
            "email: Ann@example.org in the file, new@example.org on the card",
        ),
    ],
)
def test_what_a_card_says_otherwise_is_told(each: Card, reason: str) -> None:
    finding = only(each)
    assert (finding.standing, finding.reason) == (Standing.OTHER, reason)
    assert not finding.more


@pytest.mark.parametrize(
    ("each", "reason"),
    [
        (
            card("Bob Ray", emails=("ann@example.org",)),
            "Ann Lee (people.yaml:3) has the same e-mail, and another name",
        ),
        (
            card("Mum", phones=("030 901820",)),
            "Ann Lee (people.yaml:3) has the same phone, and another name",
        ),
        (
            card("Ann Lee", phones=("1111",)),
            "Ann Lee (people.yaml:3) has the same name, and another number",
        ),
        (
            card("Ann Lee", emails=("x@example.org",)),
            "Ann Lee (people.yaml:3) has the same name, and another e-mail address",
        ),
    ],
)
def test_what_may_be_somebody_known_is_in_doubt(each: Card, reason: str) -> None:
    matched = found(each)
    (finding,) = matched.findings
    assert (finding.standing, finding.reason) == (Standing.DOUBTFUL, reason)
    assert not matched.newcomers
    assert found(each, separate=True).newcomers == (each,)


def test_two_who_fit() -> None:
    other = replace(ANN, id="ann-2", uid="u2", where="people.yaml:9")
    finding = only(card(emails=("ann@example.org",)), ANN, other)
    assert finding.standing is Standing.DOUBTFUL
    assert "people.yaml:3) and Ann Lee (people.yaml:9) have the same e-mail" in finding.reason
    bob = replace(other, name="Bob Lee", id="bob")
    assert only(card(emails=("ann@example.org",)), ANN, bob).person == "ann-lee"


def test_whoever_shares_an_address_with_one_known_is_asked_about_whoever_else_is_there() -> None:
    bob, ann = card("Bob Lee", 1, uid="u2", phones=("030 901820",)), card("Ann Lee", 2, uid="u1")
    short = card("Ann L.", 3, uid="u3", emails=("ann@example.org",))
    matched = found(bob, ann, short)
    assert [each.standing for each in matched.findings] == [
        *(Standing.DOUBTFUL, Standing.UNCHANGED, Standing.DOUBTFUL)
    ]
    decided = {"u2": NEW, "u3": "ann-lee"}
    matched = match((bob, ann, short), [ANN], "DE", decided=decided)
    assert [each.standing for each in matched.findings] == [
        *(Standing.NEW, Standing.UNCHANGED, Standing.OTHER)
    ]


def test_a_household_in_one_book_is_two_people() -> None:
    rows = (card("Ann Lee", 1, phones=("1234",)), card("Bob Lee", 2, phones=("1234",)))
    assert [each.name for each in found(*rows, people=()).newcomers] == ["Ann Lee", "Bob Lee"]
    assert [each.name for each in found(*household("030 901821")).newcomers] == ["Cy", "Dee"]
    elsewhere = (rows[0], replace(rows[1], source="b.vcf:1"))
    assert [each.name for each in found(*elsewhere, people=()).newcomers] == ["Ann Lee"]


def household(*phones: str, emails: tuple[str, ...] = ()) -> tuple[Card, Card]:
    one = card("Cy", 1, phones=phones, emails=emails)
    return one, replace(one, name="Dee", source="a.vcf:2")


@pytest.mark.parametrize(
    "cards",
    [
        household("0172 1234567"),
        household("030 901821", "0172 1234567"),
        household(emails=("home@example.org",)),
    ],
)
def test_what_is_rarely_two_peoples_is_asked_about_within_a_book(cards: tuple[Card, Card]) -> None:
    matched = found(*cards)
    assert [each.standing for each in matched.findings] == [Standing.NEW, Standing.DOUBTFUL]
    decided = {cards[1].key: NEW}
    assert len(match(cards, [ANN], "DE", decided=decided).newcomers) == 2


def test_several_cards_of_one_newcomer_become_one() -> None:
    matched = found(
        card("Zoë", 1, emails=("z@example.org",), categories=("Friends",)),
        card("Zoë Roy", 2, emails=("z@example.org",), phones=("1234",), note="n"),
        card("Zoë Roy", 3, phones=("1234", "5678")),
        people=(),
    )
    (zoe,) = matched.newcomers
    assert (zoe.name, zoe.emails, zoe.phones) == ("Zoë", ("z@example.org",), ("1234", "5678"))
    assert (zoe.note, zoe.categories) == ("n", ("Friends",))
    assert [each.standing for each in matched.findings] == [
        *(Standing.NEW, Standing.UNCHANGED, Standing.UNCHANGED)
    ]
    assert matched.findings[2].reason == "the same as Zoë (a.vcf:1), by their phone"


def test_names_of_signs_alone_are_nobodys() -> None:
    assert len(found(card("🐎", 1), card("🐢", 2), people=()).newcomers) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+49 (30) 901820", "+4930901820"),
        ("0049 30 901820", "+4930901820"),
        ("030 901820", "+4930901820"),
        ("ext. 5", "5"),
    ],
)
def test_numbers_in_one_form(text: str, expected: str) -> None:
    assert e164(text, "DE") == expected


def test_the_country_of_a_zone() -> None:
    assert region_of("Europe/Berlin") == "DE"
    assert region_of("America/New_York") == "US"
    assert region_of("UTC") is None
    assert e164("030 901820", None) == "030901820"


MUM = card("Mum", line=2, uid="m1", phones=("030 901820",))


def test_a_doubtful_card_says_whom_it_may_mean() -> None:
    (may_be,) = only(MUM).candidates
    assert (may_be.key, may_be.name) == ("ann-lee", "Ann Lee")
    (_, doubtful) = found(
        card("Bob Ray", phones=("1",), uid="b1"), card("Bob", phones=("1",), book="b"), people=()
    ).findings
    assert doubtful.newcomer == 0, "one whose name agrees"


@pytest.mark.parametrize(
    ("word", "standing", "person"),
    [
        ("ann-lee", Standing.OTHER, "ann-lee"),
        (NEW, Standing.NEW, ""),
        (OUT, Standing.OUT, ""),
        ("somebody-gone", Standing.DOUBTFUL, ""),
    ],
)
def test_what_was_decided_ends_a_doubt(word: str, standing: Standing, person: str) -> None:
    (finding,) = match([MUM], [ANN], "DE", decided={"m1": word}).findings
    assert (finding.standing, finding.person) == (standing, person)
    (other,) = match([replace(MUM, uid="m2")], [ANN], "DE", decided={"m1": word}).findings
    assert other.standing is Standing.DOUBTFUL


@pytest.mark.parametrize("word", [NEW, OUT, "bob-ray"])
def test_an_id_counts_for_more_than_what_was_decided(word: str) -> None:
    bob = replace(ANN, id="bob-ray", name="Bob Ray", uid="b1", email=None, phone=None)
    (finding,) = match([replace(MUM, uid="u1")], [ANN, bob], "DE", decided={"u1": word}).findings
    assert finding.person == "ann-lee"


def test_somebody_new_by_decision_is_no_second_one_where_they_are_known_by_now() -> None:
    bare = replace(MUM, uid="")
    mum = Person(id="mum", name="Mum", list="friends", phone="030 901820")
    for word in (NEW, OUT):
        (finding,) = match([bare], [ANN, mum], "DE", decided={bare.key: word}).findings
        assert finding.person == "mum"


def test_a_card_may_be_decided_to_be_the_same_as_one_who_is_new_too() -> None:
    jane, mum = card("Jane Roe", uid="j1", phones=("1",), book="b.vcf"), card("Mum", phones=("1",))
    doubtful = found(jane, mum).findings[1]
    assert [each.key for each in doubtful.candidates] == ["j1"]
    matched = match([jane, mum], [ANN], "DE", decided={mum.key: "j1"})
    assert [each.newcomer for each in matched.findings] == [0, 0]
    assert len(matched.newcomers) == 1
