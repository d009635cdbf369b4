"""What the next hour says of what was since the last one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.facts import Fact, Outcome, Source
from syncd.reconcile.agenda import MOST, since_last
from syncd.reconcile.events import Asked, Proposed, Said
from tests.household import person
from tests.reconcile.world import NOW, roster


def lines(questions: int, *, more: bool) -> tuple[str, ...]:
    """What is said where so much is asked, and all else is to be said or only one thing."""
    fact = Fact(
        id="1",
        person="ann-lee",
        at=NOW,
        outcome=Outcome.REACHED,
        source=Source.EVENT,
        recorded=NOW,
    )
    later = date(2027, 1, 1)
    said: list[Said] = [Asked(question=f"«{n}»?", until=later) for n in range(questions)]
    said += [Proposed(name="Jane Roe", until=later)] * more
    skipped = replace(fact, id="2", person="bob-roy", source=Source.DELETION)
    facts = [fact, skipped] if more else [fact]
    ids = ("ann-lee", "bob-roy")
    return since_last(
        ids, roster(person("Ann Lee"), person("Bob Roy")), facts, said, [], NOW - timedelta(days=7)
    )


@given(questions=st.integers(0, 40), more=st.booleans())
def test_questions_leave_room_for_all_else(questions: int, more: bool) -> None:
    found = lines(questions, more=more)
    asked = [line for line in found if line.startswith("Not understood")]
    assert len(found) <= MOST and len(asked) >= min(questions, 1)
    assert found[-1].startswith("Understood: Ann Lee")
    assert any(line.startswith("Skipped") for line in found) == more
    expected = [f"Not understood: «{n}»?" for n in range(len(asked))]
    if hidden := questions - len(asked):
        expected[-1] += f" And {hidden} more: syncd status"
    assert asked == expected
