"""Keys are their entries' names: readable back, ours alone, and in every server's alphabet."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.model.keys import Key, Kind, decode

DEPLOYMENTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
KEYS = st.builds(
    Key,
    kind=st.sampled_from(Kind),
    subject=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    day=st.dates(min_value=date(1000, 1, 1)),
    attempt=st.integers(0, 10**6),
    generation=st.integers(0, 10**6),
)
ANN = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=1)


@given(key=KEYS, deployment=DEPLOYMENTS)
def test_what_was_encoded_is_read_back(key: Key, deployment: str) -> None:
    id = key.encode(deployment)
    assert decode(id, deployment) == (key if len(id) <= 400 else None)


@given(key=KEYS, deployment=DEPLOYMENTS)
def test_an_id_is_made_of_the_letters_a_to_v_and_digits(key: Key, deployment: str) -> None:
    id = key.encode(deployment)
    assert re.fullmatch("[a-v0-9]{5,1024}", id)


@given(key=KEYS, one=DEPLOYMENTS, other=DEPLOYMENTS)
def test_another_deployment_never_knows_it(key: Key, one: str, other: str) -> None:
    assume(one != other)
    assert decode(key.encode(one), other) is None


@given(one=KEYS, other=KEYS)
def test_two_keys_never_share_an_id(one: Key, other: Key) -> None:
    assume(one != other)
    assert one.encode("default") != other.encode("default")


@given(
    key=KEYS,
    place=st.integers(0, 10**6),
    letter=st.sampled_from("0123456789abcdefghijklmnopqrstuv"),
)
def test_an_id_with_one_letter_changed_is_nobodys(key: Key, place: int, letter: str) -> None:
    id = key.encode("default")
    place %= len(id)
    assume(id[place] != letter)
    assert decode(id[:place] + letter + id[place + 1 :], "default") is None


@given(
    key=KEYS, cut=st.integers(0, 10**6), more=st.sampled_from(["", "0", "g", "=", " ", "\n", "é"])
)
def test_a_part_of_an_id_or_more_than_one_is_nobodys(key: Key, cut: int, more: str) -> None:
    id = key.encode("default")
    assume(cut % (len(id) + 1) < len(id) or more)
    assert decode(id[: cut % (len(id) + 1)] + more, "default") is None


@given(text=st.text(max_size=80))
def test_anything_else_is_nobodys(text: str) -> None:
    assert decode(text, "default") is None


def test_an_id_in_capitals_is_another_id() -> None:
    assert decode(ANN.encode("default").upper(), "default") is None


def test_an_id_stays_what_it_was() -> None:
    """Ids stand in calendars for ever."""
    assert decode("4m3fv10h3thmusj53thhuobedommopb53sp30chm64p30cov64fj0", "default") is None
    assert ANN.encode("core") == "14bgc69h3thmusj53thhuobedommopb53sp30chm64p30cov64fj0"


@pytest.mark.parametrize("name", ["ann-lee", "İnci Dąbrowska", "安", "a" * 60])
def test_ids_of_people_are_short_enough_for_servers(name: str) -> None:
    key = Key(kind=Kind.CONTACT, subject=name, day=date(2026, 12, 3), attempt=12, generation=3)
    assert len(key.encode("default")) <= 200


def test_the_next_generation_is_the_same_thing_under_another_name() -> None:
    again = ANN.next_generation()
    assert (again.kind, again.subject, again.day, again.attempt) == (
        ANN.kind,
        ANN.subject,
        ANN.day,
        ANN.attempt,
    )
    assert again.generation == 1
    assert again > ANN
