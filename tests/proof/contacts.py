"""What the user does to contact events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.model.entries import Entry
from syncd.model.facts import Direction
from syncd.model.keys import Key, decode
from syncd.reconcile.trace import decode as decode_trace
from tests.proof.base import BELOW, PICK, Base, inserted
from tests.proof.places import COLOURED
from tests.year.cast import DEPLOYMENT, ZONE
from tests.year.user import FORMS, SIGNS

SAID = [*FORMS]
TOKEN = st.sampled_from((">3d", ">1w", ">fri"))


class Contacts(Base):
    """A thumb on one entry."""

    @rule(which=PICK, what=st.sampled_from(SAID), form=PICK)
    def mark(self, which: int, what: Any, form: int) -> None:
        found = self.entry(which, told=False)
        if found is None:
            return
        name, key, entry = found
        forms = FORMS[what]
        title = forms[form % len(forms)].format(entry.title)
        ledger = self.world.ledger
        ledger.plain[entry.uid] = entry.title
        ledger.said[entry.uid] = what
        ledger.handled.add(self.world.who(key.subject))
        if entry.task and title.startswith("x "):
            self.edit(name, entry.uid, done=True)
            self.did("tick off", entry.title)
            return
        self.edit(name, entry.uid, title=title)
        self.did("mark", title)

    @rule(which=PICK, colour=st.sampled_from(sorted(COLOURED.colours)))
    def coloured(self, which: int, colour: str) -> None:
        """A mark without words, where config says what a colour means."""
        found = self.entry(which, told=False)
        if found is None:
            return
        name, key, entry = found
        if colour not in self.world.place.settings[name].colours or entry.colour:
            return
        if self.world.facts_of(entry.uid):
            return  # it was taken away and nobody looked: then it is back as it was
        trace = decode_trace(entry.trace)
        if trace and (trace.fact or trace.void) and entry.uid not in self.world.written:
            return  # over a lost database it may be what was read before
        ledger = self.world.ledger
        ledger.plain[entry.uid] = entry.title
        ledger.said[entry.uid] = COLOURED.colours[colour], Direction.OUT
        ledger.handled.add(self.world.who(key.subject))
        self.edit(name, entry.uid, colour=colour)
        self.did("colour", entry.title)

    @rule(which=PICK, what=st.sampled_from(SAID), form=PICK)
    def correct(self, which: int, what: Any, form: int) -> None:
        """Another mark in the place of one that stands."""
        found = self.entry(which, told=True)
        if found is None:
            return
        name, key, entry = found
        forms = FORMS[what]
        title = forms[form % len(forms)].format(self.core(entry))
        self.world.ledger.said[entry.uid] = what
        self.world.ledger.handled.add(self.world.who(key.subject))
        self.world.ledger.corrected.add(self.world.who(key.subject))
        self.edit(name, entry.uid, title=title, colour="")
        self.did("correct", title)

    def core(self, entry: Entry) -> str:
        """The title without a mark."""
        if self.world.read(entry.uid) and entry.title.startswith(SIGNS):
            return entry.title.split(" ", 1)[1]
        return self.world.ledger.plain[entry.uid]

    @rule(which=PICK)
    def unmark(self, which: int) -> None:
        found = self.entry(which, told=True)
        if found is None:
            return
        self.did("unmark", self.unmarked(*found))

    def unmarked(self, name: str, key: Key, entry: Entry, *, more: str = "") -> str:
        """Take the mark away; gives the title, which then has `more` behind it."""
        ledger = self.world.ledger
        title = f"{self.core(entry)}{more}"
        ledger.said.pop(entry.uid)
        ledger.reopened.add(entry.uid)
        ledger.handled.add(self.world.who(key.subject))
        if entry.done:
            self.edit(name, entry.uid, title=title, done=False, completed=None)
        else:
            self.edit(name, entry.uid, title=title, colour="")
        return title

    @rule(which=PICK, token=TOKEN)
    def put_off(self, which: int, token: str) -> None:
        """A day in the place of a mark."""
        found = self.entry(which, told=True)
        if found is None:
            return
        self.world.ledger.moved.add(found[2].uid)
        self.did("put off", self.unmarked(*found, more=f" {token}"))

    @rule(which=PICK, days=st.integers(-3, 20), hour=st.integers(7, 20))
    def drag(self, which: int, days: int, hour: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
            return
        day = self.world.now.date() + timedelta(days=days)
        start = datetime.combine(day, time(hour, 15), ZONE)
        self.world.ledger.moved.add(entry.uid)
        self.edit(name, entry.uid, start=start, end=start + (entry.end - entry.start))
        self.did("drag", f"{entry.title} to {start:%m-%d %H:%M}")

    @rule(which=PICK)
    def delete(self, which: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, key, entry = found
        ledger, world = self.world.ledger, self.world
        unread = entry.uid in ledger.said and not world.read(entry.uid)
        known = world.known(entry.uid) and entry.uid not in ledger.unshown
        if unread and not (known and name in world.place.once):
            return  # a mark that no syncd ever saw
        told = entry.uid in ledger.said or world.facts_of(entry.uid)
        same = [
            k
            for _, k, _ in world.contacts()
            if replace(k, generation=0) == replace(key, generation=0)
        ]
        double = len(same) > 1  # of an attempt that moves along to another calendar
        if known and world.ahead(entry) and not told and not double:
            ledger.skipped.add(entry.uid)
        ledger.bury(name, entry)
        world.place.hands[name].drop(entry.uid)
        self.did("delete", entry.title)

    @rule(which=PICK)
    def restore(self, which: int) -> None:
        """Take back a deletion."""
        world, ledger = self.world, self.world.ledger
        if not ledger.buried:
            return
        uid = sorted(ledger.buried)[which % len(ledger.buried)]
        if uid in {each.uid for each in world.entries}:  # it was made anew
            return
        had = ledger.unbury(uid)
        if had.said:  # it shows it, whatever became of the database since
            ledger.said.setdefault(uid, had.said)
        key = decode(uid, DEPLOYMENT)
        assert key is not None
        ledger.handled.add(world.who(key.subject))
        world.place.hands[had.calendar].put(had.entry)
        self.did("restore", had.entry.title)

    @rule(which=PICK, minutes=st.sampled_from((7, 13)))
    def alarm(self, which: int, minutes: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        value = timedelta(minutes=minutes)
        self.world.ledger.give(name, entry.uid, "alarm", value)
        self.edit(name, entry.uid, alarm=value)
        self.did("alarm", entry.title)

    @rule(which=PICK, below=BELOW, word=PICK)
    def write(self, which: int, below: int, word: int) -> None:
        """A line of the user's in the text, between ours, too."""
        found = self.entry(which)
        if found is None or found[2].uid in self.world.ledger.written:
            return
        name, _, entry = found
        line = f"P.S. {word}"
        if line in entry.text:  # it came along from one that was written anew
            return
        self.world.ledger.written[entry.uid] = line
        self.edit(name, entry.uid, text=inserted(entry.text, line, below))
        self.did("write", entry.title)

    @rule(which=PICK, token=TOKEN)
    def snooze(self, which: int, token: str) -> None:
        found = self.entry(which, told=False)
        if found is None or ">" in found[2].title:
            return
        name, _, entry = found
        self.world.ledger.moved.add(entry.uid)
        self.edit(name, entry.uid, title=f"{entry.title} {token}")
        self.did("snooze", f"{entry.title} {token}")

    # -- what is no mark

    @rule(which=PICK)
    def guest_invited(self, which: int) -> None:
        found = self.entry(which)
        if found is None or not self.world.place.guests:  # no seam writes guests
            return
        name, _, entry = found
        self.world.ledger.give(name, entry.uid, "guests", 1)
        self.edit(name, entry.uid, guests=1)
        self.did("guest invited", entry.title)

    @rule(which=PICK)
    def private_fields_stripped(self, which: int) -> None:
        """By an app that keeps only what it knows."""
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        self.world.ledger.stripped.add(entry.uid)
        self.world.ledger.moved.add(entry.uid)  # nothing in it says that it was not
        self.edit(name, entry.uid, trace="")
        self.did("private fields stripped", entry.title)

    @rule(which=PICK)
    def word_added(self, which: int) -> None:
        """To the title, where it will be a note beside a mark."""
        found = self.entry(which, told=False)
        ledger = self.world.ledger
        if found is None or found[2].uid in ledger.words:
            return
        name, _, entry = found
        ledger.words[entry.uid] = f"word{len(ledger.words)}"
        self.edit(name, entry.uid, title=f"{entry.title} {ledger.words[entry.uid]}")
        self.did("word added", entry.title)

    @rule(which=PICK, word=PICK)
    def copied(self, which: int, word: int) -> None:
        """A copy is the user's, whatever it says."""
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        uid = f"clone{len(self.world.foreign):04}of{word}"
        self.world.place.hands[name].put(replace(entry, uid=uid))
        self.world.note_foreign(name, uid)
        self.did("copy", entry.title)

    @rule(days=st.integers(-2, 12), title=st.sampled_from(("Lunch", "x-ray", "Ann Lee at 4")))
    def own_event(self, days: int, title: str) -> None:
        """Something of the user's own, beside or across what is ours."""
        name = next(iter(self.world.place.hands))
        day = self.world.now.date() + timedelta(days=days)
        start = datetime.combine(day, time(10), ZONE)
        uid = f"event{len(self.world.foreign):04}"
        entry = Entry(uid=uid, title=title, start=start, end=start + timedelta(hours=1))
        self.world.place.hands[name].put(entry)
        self.world.note_foreign(name, uid)
        self.did("own event", title)

    # -- a second device

    @rule(which=PICK)
    def second_device_looks(self, which: int) -> None:
        found = self.entry(which, told=False)
        if found is not None:
            self.shown.append((found[0], found[2]))
            self.did("second device looks", found[2].title)

    @rule(which=PICK, what=st.sampled_from(SAID), form=PICK)
    def second_device_marks(self, which: int, what: Any, form: int) -> None:
        """A mark on what it showed long ago, all of which is saved with it."""
        if not self.shown:
            return
        name, before = self.shown[which % len(self.shown)]
        there = {entry.uid: key for of, key, entry in self.world.contacts() if of == name}
        if before.uid not in there:
            return
        ledger = self.world.ledger
        forms = FORMS[what]
        title = forms[form % len(forms)].format(before.title)
        ledger.plain[before.uid] = before.title
        ledger.said[before.uid] = what
        ledger.moved.add(before.uid)
        ledger.handled.add(self.world.who(there[before.uid].subject))
        if ledger.words.get(before.uid, "") not in before.title:
            del ledger.words[before.uid]
        if ledger.written.get(before.uid, "") not in before.text:
            del ledger.written[before.uid]
        if ledger.fields.get(before.uid, {}).get("alarm", before.alarm) != before.alarm:
            del ledger.fields[before.uid]
        self.edit(
            name,
            before.uid,
            title=title,
            text=before.text,
            start=before.start,
            end=before.end,
            alarm=before.alarm,
            trace=before.trace,
            done=before.done,
            completed=before.completed,
        )
        self.did("second device marks", title)
