"""The trace: what an entry of ours says about itself, for the day on which the database is lost.

It is one line of JSON, at most 1,024 characters, in a private property of the entry. It holds what
syncd wrote last (so that what the user changed can be told from it) and where the attempt stands.
A trace that a client has stripped, or anything else that does not read, is simply no trace.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import YEARS, Entry, Instant
from syncd.model.facts import RESTING, Direction, Fact, Outcome, Source
from syncd.model.keys import Key

LONGEST = 1024
_LONGEST_OFFSET = 10_000
CHECKSUM = 4
"""Characters of a checksum."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What syncd last wrote into an entry, and where its attempt stands."""

    title: str
    start: Instant
    end: Instant
    alarm: timedelta | None = None
    lines: tuple[str, ...] = ()
    """What tells our lines of the description from the user's: the checksum of each, in order."""
    rule: str = ""
    """A block's RRULE."""
    zone: str = ""
    """A block's IANA zone."""
    channel: str = ""
    opened: datetime | None = None
    """When the touch was opened."""
    slot: OccurrenceId | None = None
    """The occurrence in which the attempt sits; None outside blocks."""
    offset: int = 0
    """Minutes from the start of that occurrence."""
    pinned: bool = False
    head: bool = False
    """Whether it goes to the head of the queue when it is without a place."""
    rolls: int = 0
    """How often it was rolled over unmarked."""
    fact: str = ""
    """What is acknowledged here, in the form of `fact_line`, without its note."""
    void: int = 0
    """The revision of its mark up to which all was taken back; 0 where nothing was."""
    until: date | None = None
    """For a cut series of ours: the day on which we ended it."""

    @property
    def is_over(self) -> bool:
        """Whether something came of the attempt; a pause only puts it off."""
        return bool(self.fact) and not self.fact.startswith(tuple(f"log {o} " for o in RESTING))

    def encode(self) -> str:
        """One line of JSON."""
        data: dict[str, Any] = {"t": self.title, "s": _text(self.start), "e": _text(self.end)}
        optional = {
            "a": None if self.alarm is None else int(self.alarm.total_seconds()),
            "n": "".join(self.lines) or None,
            "r": self.rule or None,
            "z": self.zone or None,
            "c": self.channel or None,
            "o": _text(self.opened),
            "in": str(self.slot) if self.slot else None,
            "at": self.offset or None,
            "h": 1 if self.head else None,
            "p": 1 if self.pinned else None,
            "k": self.rolls or None,
            "f": self.fact or None,
            "v": self.void or None,
            "u": _text(self.until),
        }
        data |= {name: value for name, value in optional.items() if value is not None}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if len(text) > LONGEST:  # a very long text: its lines are known as long as the database is
            data.pop("n", None)
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if len(text) > LONGEST:  # a very long title: it is known from the entry's key all the same
            text = json.dumps(data | {"t": ""}, ensure_ascii=False, separators=(",", ":"))
        return text


@lru_cache(maxsize=16_384)  # every plan asks it of every entry, several times
def decode(text: str) -> Trace | None:
    """Read a trace back; None for anything that is none."""
    if not text or len(text) > 4 * LONGEST:
        return None
    try:
        data = json.loads(text)
        start = _instant(data["s"])
        end = _instant(data["e"])
        if start is None or end is None or type(start) is not type(end):
            return None
        opened, until = _instant(data.get("o")), _instant(data.get("u"))
        return Trace(
            title=str(data["t"]),
            start=start,
            end=end,
            alarm=None if data.get("a") is None else timedelta(seconds=int(data["a"])),
            lines=tuple(re.findall(f".{{{CHECKSUM}}}", str(data.get("n", "")))),
            rule=str(data.get("r", "")),
            zone=str(data.get("z", "")),
            channel=str(data.get("c", "")),
            opened=opened if isinstance(opened, datetime) else None,
            slot=OccurrenceId.parse(data["in"]) if data.get("in") else None,
            offset=max(-_LONGEST_OFFSET, min(int(data.get("at", 0)), _LONGEST_OFFSET)),
            pinned=bool(data.get("p")),
            head=bool(data.get("h")),
            rolls=int(data.get("k", 0)),
            fact=str(data.get("f", "")),
            void=int(data.get("v", 0)),
            until=until if not isinstance(until, datetime) else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def checksum(text: str) -> str:
    """What tells one text from another where there is little room."""
    return f"{zlib.crc32(text.encode()) & 0xFFFF:0{CHECKSUM}x}"


def fact_line(fact: Fact, *, note: bool = True) -> str:
    """A fact in one line of fixed form, for the description of the entry that acknowledges it.

    `log reached at=2026-11-26T10:00:00+01:00 by=call how=mark rec=… of=… rev=1 note="good talk"`;
    the person, the touch and the attempt are the entry's own, and `of` is a checksum of its UID: a
    line that was pasted into another entry tells nothing.
    """
    told = {
        "at": _text(fact.at),
        "by": fact.channel,
        "how": fact.source.value,
        "rec": _text(fact.recorded),
        "dir": "in" if fact.direction is Direction.IN else None,
        "day": _text(fact.day),
        "until": _text(fact.until),
        "open": _text(fact.opened),
        "no": fact.number or None,
        "of": checksum(fact.entry or ""),
    }
    prefix = f"{fact.entry}#"
    if fact.entry and fact.id.startswith(prefix):
        told["rev"] = fact.id.removeprefix(prefix)
    else:
        told["id"] = fact.id
    words = [f"{name}={_word(value)}" for name, value in told.items() if value is not None]
    if note and fact.note:
        words.append(f"note={_quoted(fact.note)}")
    return " ".join(("log", fact.outcome.value, *words))


@lru_cache(maxsize=16_384)
def read_fact_line(line: str, uid: str, key: Key) -> Fact | None:
    """The fact that a line in the form of `fact_line` tells of the entry `uid`, whose key is `key`;
    None for any other line."""
    head, _, rest = line.strip().partition(" note=")
    words = head.split(" ")
    if len(words) < 3 or words[0] != "log":
        return None
    try:
        said = (word.split("=", 1) for word in words[2:])
        told = {name: unquote(value) for name, value in said}
        if told.get("of") != checksum(uid):
            return None
        at, recorded, opened = (_instant(told.get(name)) for name in ("at", "rec", "open"))
        if not isinstance(at, datetime) or not isinstance(recorded, datetime):
            return None
        return Fact(
            id=f"{uid}#{told['rev']}" if "rev" in told else told["id"],
            person=key.subject,
            at=at,
            outcome=Outcome(words[1]),
            source=Source(told["how"]),
            recorded=recorded,
            channel=told.get("by"),
            note=str(json.loads(rest)) if rest else "",
            direction=Direction(told.get("dir", "out")),
            touch=key.day,
            attempt=key.attempt,
            day=_day(told.get("day")),
            until=_day(told.get("until")),
            opened=opened if isinstance(opened, datetime) else None,
            entry=uid,
            number=told.get("no", ""),
        )
    except (ValueError, KeyError, RecursionError):
        return None


def fact_of_entry(entry: Entry, key: Key) -> Fact | None:
    """The fact that an acknowledged entry carries; None where it carries none. Its trace says
    which; the description has the note, and tells alone where the trace was stripped."""
    told = [read_fact_line(line, entry.uid, key) for line in entry.text.split("\n")]
    found = [fact for fact in told if fact is not None]
    trace = decode(entry.trace)
    if trace is None:
        return found[-1] if found else None
    if not trace.fact:
        return None
    noted = (fact for fact in found if fact_line(fact, note=False) == trace.fact)
    return next(noted, None) or read_fact_line(trace.fact, entry.uid, key)


def _word(value: str) -> str:
    """`value` without spaces, as in an address; an id may have some."""
    return "".join(
        quote(c, errors="replace") if c == "%" or not c.isprintable() or c.isspace() else c
        for c in value
    )


def _quoted(note: str) -> str:
    """`note` on one line, whatever takes what for the end of one."""
    text = json.dumps(note, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _text(value: Instant | None) -> str | None:
    return None if value is None else value.isoformat()


def _day(text: Any) -> date | None:
    if text is None:
        return None
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("a day of another age")
    return day


def _instant(text: Any) -> Instant | None:
    if text is None:
        return None
    if len(text) == 10:
        return _day(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("a time without a zone, or of another age")
    return moment
