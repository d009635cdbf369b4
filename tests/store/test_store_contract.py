"""What every store does: the same class of tests over the database and the one in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import StateError
from syncd.model.records import CalendarState, Delta, Pause, Scope, State, applied
from syncd.store import open_store
from syncd.store.base import Store
from syncd.store.memory import MemoryStore
from syncd.store.sql import SqlStore
from tests.length import often
from tests.store import values

PATIENCE = timedelta(milliseconds=50)


class Contract:
    """Holds for every store; `store` is a fresh one that waits PATIENCE for its lock."""

    def test_it_is_empty_at_first(self, store: Store) -> None:
        assert store.load() == State()

    def test_facts_keep_the_order_in_which_they_were_recorded(self, store: Store) -> None:
        store.commit(Delta(facts=(values.fact("z"), values.fact("a"))))
        store.commit(Delta(facts=(values.fact("m"),)))
        assert [fact.id for fact in store.load().facts] == ["z", "a", "m"]

    def test_a_fact_that_is_there_stays_as_it_is(self, store: Store) -> None:
        store.commit(Delta(facts=(values.fact("a", note="first"), values.fact("b"))))
        again = (values.fact("a", note="second"), values.fact("c"), values.fact("c", note="twice"))
        store.commit(Delta(facts=again))
        facts = [(fact.id, fact.note) for fact in store.load().facts]
        assert facts == [("a", "first"), ("b", ""), ("c", "")]

    def test_a_record_takes_the_place_of_its_namesake(self, store: Store) -> None:
        store.commit(Delta(records=(values.record("b"), values.record("a"))))
        store.commit(Delta(records=(values.record("b", tries=2),)))
        assert store.load().records == (values.record("a"), values.record("b", tries=2))

    def test_a_forgotten_record_is_dropped_unless_it_is_written_anew(self, store: Store) -> None:
        store.commit(Delta(records=(values.record("a"), values.record("b"))))
        gone = (("home", "a"), ("home", "b"), ("home", "never"))
        store.commit(Delta(forgotten=gone, records=(values.record("b", tries=1),)))
        assert store.load().records == (values.record("b", tries=1),)

    def test_foreign_resources_are_known_by_calendar_and_href(self, store: Store) -> None:
        store.commit(Delta(foreign={"home": {"/a": "1", "/b": "1"}, "work": {"/a": "7"}}))
        gone = {"home": frozenset({"/b", "/never"}), "work": frozenset({"/a"})}
        store.commit(Delta(foreign={"home": {"/a": "2"}}, foreign_gone=gone))
        assert store.load().foreign == {"home": {"/a": "2"}}

    def test_a_calendar_state_is_replaced_whole(self, store: Store) -> None:
        store.commit(Delta(calendars={"home": CalendarState(cursor="1", error="down")}))
        told = CalendarState(
            cursor="2", doubtful={"u": datetime(2026, 12, 1, 8, tzinfo=UTC), "v": None}
        )
        store.commit(Delta(calendars={"home": told}))
        assert store.load().calendars == {"home": told}

    def test_pauses_are_replaced_all_or_left(self, store: Store) -> None:
        pauses = tuple(
            Pause(scope=Scope.PERSON, name=name, since=date(2026, 12, 3)) for name in "zam"
        )
        store.commit(Delta(pauses=pauses))
        store.commit(Delta(settings={"tick": "1"}))
        assert store.load().pauses == pauses
        store.commit(Delta(pauses=()))
        assert store.load().pauses == ()

    def test_a_setting_is_set_and_taken_away(self, store: Store) -> None:
        store.commit(Delta(settings={"a": "1", "b": "1"}))
        store.commit(Delta(settings={"a": "2", "b": None, "never": None}))
        assert store.load().settings == {"a": "2"}

    def test_the_revision_counts_what_verbs_asked_for(self, store: Store) -> None:
        store.commit(Delta(settings={"a": "1"}))
        assert store.load().revision == 0
        store.commit(Delta(settings={"a": "2"}, verb=True))
        store.commit(Delta(verb=True))
        assert store.load().revision == 2

    @settings(
        derandomize=True,
        deadline=None,
        max_examples=often(20, 200),
        suppress_health_check=[
            HealthCheck.differing_executors,  # one test, two stores: nothing is remembered
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
        ],
    )
    @given(changes=st.lists(values.deltas, min_size=1, max_size=4))
    def test_what_was_committed_is_what_is_loaded(
        self, fresh: Callable[[], Store], changes: list[Delta]
    ) -> None:
        store, expected = fresh(), State()
        for delta in changes:
            store.commit(delta)
            expected = applied(expected, delta)
            loaded = store.load()
            assert loaded == expected
            assert repr([*loaded.facts]) == repr(
                [*expected.facts]
            )  # zones too: see test_store_codec
        assert applied(State(), *changes) == expected
        other = fresh()
        other.commit(changes[0])
        other.load()
        for delta in changes[1:]:
            other.commit(delta)
        assert other.load() == expected  # asked once, at the end

    def test_one_holds_it_at_a_time(self, store: Store) -> None:
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with store.exclusive():
                held.set()
                done.wait(10)

        other = threading.Thread(target=hold)
        other.start()
        try:
            assert held.wait(10)
            with pytest.raises(StateError, match=r"Another .* is at work"), store.exclusive():
                pass
        finally:
            done.set()
            other.join(10)
        with store.exclusive():
            pass

    def test_it_is_let_go_when_its_holder_fails(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.exclusive():
            raise ZeroDivisionError
        with store.exclusive():
            pass

    def test_to_hold_it_twice_is_a_mistake(self, store: Store) -> None:
        with store.exclusive(), pytest.raises(RuntimeError), store.exclusive():
            pass

    def test_threads_take_turns(self, fresh: Callable[[], Store]) -> None:
        patient = fresh()
        patient.commit(Delta(settings={"count": "0"}))

        def count() -> None:
            for _ in range(10):
                with patient.exclusive():
                    so_far = int(patient.load().settings["count"])
                    patient.commit(Delta(settings={"count": str(so_far + 1)}))

        threads = [threading.Thread(target=count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert patient.load().settings == {"count": "30"}


class TestMemoryStore(Contract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore(patience=PATIENCE)

    @pytest.fixture
    def fresh(self) -> Callable[[], Store]:
        return MemoryStore

    def test_a_name_opens_it(self) -> None:
        assert isinstance(open_store("memory:"), MemoryStore)


class TestSqlStore(Contract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return SqlStore(tmp_path / "syncd.db", patience=PATIENCE)

    @pytest.fixture
    def fresh(self, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
        return lambda: SqlStore(tmp_path_factory.mktemp("store") / "syncd.db")

    def test_another_store_on_the_same_file_sees_it(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/syncd.db"
        open_store(url).commit(Delta(facts=(values.fact(),)))
        assert tuple(open_store(tmp_path / "syncd.db").load().facts) == (values.fact(),)
