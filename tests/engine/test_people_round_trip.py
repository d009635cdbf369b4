"""Whoever was written down by an export is taken in as the same person, by whatever names and
numbers they share."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.config.enrol import enrolled
from syncd.config.written import people_text
from syncd.engine.importing import people_cards, propose
from syncd.model.people import Person
from syncd.model.roster import Roster
from tests.config.test_config_written import LISTS, persons, read
from tests.config.world import loaded

TODAY = date(2026, 11, 24)
ALIKE = st.builds(
    replace,
    persons(),
    name=st.sampled_from(["Ann Lee", "Lee", "Bob"]),
    phone=st.sampled_from(["030 1", "030 2"]),
    email=st.sampled_from(["a@b", "b@c"]),
    more_phones=st.just(()),
    more_emails=st.just(()),
    uid=st.sampled_from(["", "u1"]),
    formerly=st.none(),
)


def nobody(folder: Path) -> Roster:
    return replace(loaded(folder, people="[]").roster, lists=LISTS, people={})


@given(st.lists(persons() | ALIKE, min_size=1, max_size=4))
def test_whoever_was_exported_is_imported_as_the_same_person(known: list[Person]) -> None:
    ids = [id for person in known for id in person.ids]
    assume(len(ids) == len(set(ids)))
    with tempfile.TemporaryDirectory() as folder:
        roster = nobody(Path(folder))
        path = Path(folder) / "export.yaml"
        path.write_text(people_text(known))
        cards = people_cards(path, roster)
        proposal = propose(roster, cards, TODAY)
        assert read(enrolled("[]\n", [each.told for each in proposal.newcomers])) == known
        there = replace(roster, people={each.id: each for each in known})
        again = propose(there, cards, TODAY)
        assert not again.newcomers and not again.more
        assert [each.person for each in again.findings] == [each.id for each in known]
