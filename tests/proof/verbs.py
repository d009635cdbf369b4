"""What the user asks of syncd itself."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.engine.pausing import pause, resume
from syncd.errors import UsageError
from syncd.model.facts import RESTING
from syncd.model.records import Scope
from tests.proof.base import PICK, Base

LOGGED = st.sampled_from(("reached", "left-message", "no-answer"))
SCOPE = st.sampled_from((Scope.PERSON, Scope.LIST, Scope.ALL))


class Verbs(Base):
    """A terminal."""

    @rule(
        which=PICK,
        outcome=st.sampled_from(("reached", "left-message", "no-answer")),
        days=st.integers(0, 9),
    )
    def logged(self, which: int, outcome: str, days: int) -> None:
        who = self.somebody(which)
        if who is None:
            return
        ledger = self.world.ledger
        if any(not self.world.read(uid) for uid in ledger.said):
            return  # which of the two would be first is for nobody to say
        at = self.world.now - timedelta(days=days)
        fact = self.world.service.log(who, outcome, at=at)
        ledger.handled.add(who)
        if fact.entry is not None:  # it is the mark of the open attempt
            ledger.skipped.discard(fact.entry)
            ledger.logged.add(fact.entry)
            ledger.said[fact.entry] = fact.outcome, fact.direction
            titles = {entry.uid: entry.title for entry in self.world.entries}
            ledger.plain[fact.entry] = titles.get(fact.entry, "")
        self.did("log", f"{who} {outcome} {days} days ago")

    @rule(which=PICK)
    def undone(self, which: int) -> None:
        """The newest fact of somebody is taken back."""
        who = self.somebody(which)
        ledger = self.world.ledger
        if who is None or any(not self.world.read(uid) for uid in ledger.said):
            return
        with contextlib.suppress(UsageError):  # there is none
            uid = self.world.service.undo(who).entry or ""
            ledger.said.pop(uid, None)
            ledger.buried.pop(uid, None)
            ledger.skipped.discard(uid)
            ledger.logged.discard(uid)
            ledger.reopened.add(uid)
            ledger.handled.add(who)
            self.did("undo", who)

    @rule(
        which=PICK,
        scope=st.sampled_from((Scope.PERSON, Scope.LIST, Scope.ALL)),
        days=st.none() | st.integers(1, 30),
    )
    def paused(self, which: int, scope: Scope, days: int | None) -> None:
        name = self.scoped(scope, which)
        if name is None:
            return
        today = self.world.now.date()
        until = today + timedelta(days=days) if days else None
        with contextlib.suppress(UsageError):  # the YAML has them paused
            pause(self.world.service, scope, name, until)
        self.did("pause", f"{scope} {name} for {days} days")

    @rule(which=PICK, scope=SCOPE | st.just(Scope.BLOCK))
    def resumed(self, which: int, scope: Scope) -> None:
        name = self.scoped(scope, which)
        if name is None:
            return
        ledger = self.world.ledger
        resting = {
            uid
            for uid, (outcome, _) in ledger.said.items()
            if outcome in RESTING and self.world.read(uid)
        }
        with contextlib.suppress(UsageError):  # nothing was paused
            resume(self.world.service, scope, name)
            for uid in (each for each in resting if not self.world.facts_of(each)):
                del ledger.said[uid]  # the verb took it back
                ledger.reopened.add(uid)
            self.did("resume", f"{scope} {name}")

    def somebody(self, pick: int) -> str | None:
        people = sorted(self.world.roster.people)
        return people[pick % len(people)] if people else None

    def scoped(self, scope: Scope, pick: int) -> str | None:
        match scope:
            case Scope.PERSON:
                return self.somebody(pick)
            case Scope.LIST:
                return sorted(self.world.roster.lists)[pick % len(self.world.roster.lists)]
            case Scope.BLOCK:
                names = sorted(self.world.roster.blocks)
                return names[pick % len(names)] if names else None
            case Scope.ALL:
                return ""
