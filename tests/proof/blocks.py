"""What the user does to the series of blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.model.entries import Entry, Override
from syncd.model.keys import Key
from syncd.reconcile.occurrences import expand
from tests.proof.base import BELOW, PICK, Base, inserted
from tests.proof.world import WRITTEN
from tests.year.cast import ZONE

AHEAD = st.integers(0, 2)
"""Which occurrence: the next, or a later one."""


class Blocks(Base):
    """A thumb on an hour."""

    def block(self, pick: int) -> tuple[str, Key, Entry] | None:
        found = self.world.blocks()
        return found[pick % len(found)] if found else None

    @rule(
        which=PICK,
        following=st.integers(0, 2),
        hours=st.sampled_from((0, 2, 24)),
        half=st.booleans(),
    )
    def occurrence_moved(self, which: int, following: int, hours: int, half: bool) -> None:
        """Or shortened, or both."""
        found = self.block(which)
        if found is None:
            return
        name, key, series = found
        at = self.occurrence(key, series, following)
        assert series.recurrence is not None and isinstance(series.start, datetime)
        if at is None or any(
            o.original == at for o in series.recurrence.overrides if o.start != at
        ):
            return
        assert isinstance(series.end, datetime)
        start = (at + timedelta(hours=hours)).astimezone(ZONE)
        length = timedelta(minutes=30) if half else series.end - series.start
        known = {o.original: o for o in series.recurrence.overrides}
        known[at] = Override(
            original=at,
            start=start,
            end=start + length,
            title=series.title,
            text=known[at].text if at in known else "",
            alarm=series.alarm,
        )
        overrides = tuple(known[each] for each in sorted(known))
        self.edit(name, series.uid, recurrence=replace(series.recurrence, overrides=overrides))
        self.did("occurrence moved", f"{at} to {start}, {length}")

    @rule(which=PICK, following=AHEAD, below=BELOW)
    def hour_written(self, which: int, following: int, below: int) -> None:
        """A line of the user's in the text of an hour, between ours, too."""
        found = self.block(which)
        if found is None:
            return
        name, key, series = found
        at = self.occurrence(key, series, following)
        if at is None or series.recurrence is None or not isinstance(series.end, datetime):
            return
        assert isinstance(series.start, datetime)
        self.world.lines += 1
        line = f"{WRITTEN} {self.world.lines}"
        known = {o.original: o for o in series.recurrence.overrides}
        known.setdefault(
            at,
            Override(
                original=at,
                start=at,
                end=at + (series.end - series.start),
                title=series.title,
                text="",
                alarm=series.alarm,
            ),
        )
        known[at] = replace(known[at], text=inserted(known[at].text, line, below))
        overrides = tuple(known[each] for each in sorted(known))
        self.edit(name, series.uid, recurrence=replace(series.recurrence, overrides=overrides))
        if key.subject in self.world.roster.blocks:
            self.world.ledger.hours.append(line)
        self.did("hour written into", f"{at} {line}")

    @rule(which=PICK, following=AHEAD)
    def occurrence_deleted(self, which: int, following: int) -> None:
        found = self.block(which)
        if found is None:
            return
        name, key, series = found
        at = self.occurrence(key, series, following)
        if at is None or series.recurrence is None:
            return
        self.world.ledger.hours.clear()
        self.world.place.hands[name].skip(series.uid, at)
        self.did("occurrence deleted", f"{at}")

    @rule(which=PICK, hours=st.sampled_from((-1, 1, 3)))
    def series_moved(self, which: int, hours: int) -> None:
        """All of it, where nothing was done to an occurrence yet."""
        found = self.block(which)
        if found is None:
            return
        name, _, series = found
        assert series.recurrence is not None
        if (
            series.recurrence.overrides
            or series.recurrence.exdates
            or ("BYDAY" in series.recurrence.rule and hours == 24)
        ):
            return
        assert isinstance(series.start, datetime) and isinstance(series.end, datetime)
        by = timedelta(hours=hours)
        self.edit(name, series.uid, start=series.start + by, end=series.end + by)
        self.did("series moved", f"{series.title} by {by}")

    @rule(which=PICK)
    def series_deleted(self, which: int) -> None:
        """From then on its lists rest."""
        found = self.block(which)
        if found is None:
            return
        name, _, series = found
        self.world.ledger.hours.clear()
        self.world.place.hands[name].drop(series.uid)
        self.did("series deleted", series.title)

    @rule(which=PICK, following=AHEAD, hours=st.sampled_from((-1, 2)))
    def series_split(self, which: int, following: int, hours: int) -> None:
        """ "This and following" are at another time."""
        found = self.block(which)
        if found is None:
            return
        name, key, series = found
        if name in self.world.place.once:
            return
        at = self.occurrence(key, series, following)
        recurrence = series.recurrence
        if at is None or recurrence is None or recurrence.overrides or recurrence.exdates:
            return
        assert isinstance(series.start, datetime) and isinstance(series.end, datetime)
        if at <= series.start:  # nothing would be left, which Radicale refuses: all of it moves
            return
        start = (at + timedelta(hours=hours)).astimezone(ZONE)
        second = replace(
            series,
            uid=f"second{len(self.world.state.records)}{key.subject}",
            start=start,
            end=start + (series.end - series.start),
            trace="",
        )
        until = (at - timedelta(seconds=1)).astimezone(UTC)
        self.edit(name, series.uid, recurrence=replace(recurrence, until=until))
        self.world.seconds.add(second.uid)
        self.world.place.hands[name].put(second)
        self.did("series split", f"{at} to {start}")

    def occurrence(self, key: Key, series: Entry, number: int) -> datetime | None:
        """The original start of one that is ahead and in its place."""
        now = self.world.now
        found = [
            each.original
            for each in expand(key.subject, series, now, now + timedelta(days=30))
            if not each.cancelled and each.start > now and isinstance(each.original, datetime)
        ]
        return found[number] if number < len(found) else None
