"""The text of a checklist: one line to be marked for each contact, in the occurrence of a block.

    [ ] 10:00 Ann Lee: call, +49 30 901820
    [✉] 10:15 Bob Roy: call
    – Left a message by call, Thursday 3 December 2026: try Monday. Next: call, …

A mark stands in the brackets, before them or at the line's end. What syncd must know of its lines
when the database is lost stands in one line of machine text below them, in place of the traces that
entries have: an override has no property that every server and every app lets be.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, takewhile
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import YEARS
from syncd.model.keys import Key, Kind
from syncd.reconcile.marks import ACKNOWLEDGED, LETTERS
from syncd.reconcile.spelling import find, fold
from syncd.reconcile.standing import split_sign
from syncd.reconcile.text import END, HOW_TO_CHECK, one_line, time_text

STATE = "For syncd: "
"""How the line of machine text begins."""
_MOST = 65_536
"""Characters that it may stand for."""
_SUM = 6
"""Hexadecimal digits of a checksum: the user's own words hardly ever have one of ours."""
_BULLETS = " -–—*•·"
_BRACKETS = re.compile(r"\[+([^][]*)\]+")
_TIME = re.compile(r"^\s*\d{1,2}:\d\d\s+")
_PACKED = re.compile(r"[\w=-]+", re.ASCII)
_SIGN_OF_LETTER = {letter: ACKNOWLEDGED[meaning] for letter, meaning in LETTERS.items()}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an occurrence says of one of its items."""

    key: Key
    line: str
    """The line to be marked, as syncd would write it."""
    stands: str
    """The same as it stands, with words of the user's."""
    trace: str
    note: str = ""
    """Of the fact that it acknowledges."""


def line_of(title: str, start: datetime, zone: ZoneInfo, address: str = "") -> str:
    """The line of an item whose title as an event would be `title`: with our sign, or none."""
    sign, core = split_sign(title)
    beside = f", {one_line(address)}" if address else ""
    return f"[{sign or ' '}] {time_text(start, zone)} {core}{beside}"


def title_in(line: str, ours: str, title: str) -> str:
    """What the title would be if the item were an event, now that its line is `line`: syncd wrote
    it as `ours`, for an item of that `title`. A letter in the brackets is a mark whatever stands
    beside it, so it becomes a sign."""
    if alike(line, ours):
        return title
    core = split_sign(title)[1]
    before, inside, after = _parts(line)
    written = _parts(ours)[2]
    if find(after, written, glued_before=True) is None:
        after = _TIME.sub("", after)
    for whole in (written, _TIME.sub("", written), core):
        where = find(after, whole, glued_before=True)
        if where is not None:
            after = f"{after[: where[0]]} {core} {after[where[1] :]}"
            break
    said = " ".join(_SIGN_OF_LETTER.get(fold(word)[0], word) for word in inside.split())
    return " ".join(f"{before} {said} {after}".split())


def reworded(line: str, ours: str, wanted: str) -> str | None:
    """`line`, which syncd wrote as `ours` and in which the user wrote something, with what is ours
    in it as it is `wanted`; None where that is not there as it was."""
    _, inside, after = _parts(line)
    where = find(after, _parts(ours)[2], glued_before=True)
    if where is None or "[" not in line:
        return None
    bullet = line[: line.index("[")]
    mine = _parts(ours)[1].strip()
    sign = _parts(wanted)[1] if inside.strip() == mine else inside
    body = f"{after[: where[0]]}{_parts(wanted)[2].strip()}{after[where[1] :]}"
    return f"{bullet}[{sign}]{body}"


def alike(line: str, other: str) -> bool:
    """Whether two lines say the same; apps change the spaces of a text."""
    return _plain(line) == _plain(other)


def lines_of(
    text: str,
    wanted: Mapping[str, tuple[Sequence[str], str]],
    ours: Collection[int] = (),
) -> dict[str, str]:
    """Which line of `text` is whose: by name, for each of `wanted`, which are the forms in which
    syncd may have written its line, and its title; `ours` are checksums of lines that are ours.
    Each line is one item's: first of those in whose line something was added, then of those whose
    line stands as it was written, then of those whose name stands behind brackets."""
    left = [line for line in text.split("\n") if line.strip()]
    found: dict[str, str] = {}
    longest_first = sorted(wanted, key=lambda name: (-len(wanted[name][1]), name))
    for is_it in (_added_to, _as_written, _named):
        if is_it is _named:
            left = [line for line in left if _sum(line) not in ours]
        for name in longest_first:
            if name in found:
                continue
            forms, title = wanted[name]
            line = next((line for line in left if is_it(line, forms, title)), None)
            if line is not None:
                found[name] = line
                left.remove(line)
    return found


def _as_written(line: str, forms: Sequence[str], title: str) -> bool:
    return any(alike(line, form) for form in forms)


def _added_to(line: str, forms: Sequence[str], title: str) -> bool:
    added = (form for form in forms if find(line, _parts(form)[2], glued_before=True))
    return any(not alike(line, form) for form in added)


def _named(line: str, forms: Sequence[str], title: str) -> bool:
    core = split_sign(title)[1]
    before, _, after = _parts(line)
    where = find(_TIME.sub("", after).strip(), core.rpartition(":")[0] or core)
    return not before and after != line and where is not None and where[0] == 0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the text of an occurrence says of itself."""

    of: str = ""
    """Which occurrence it was written for."""
    items: tuple[Told, ...] = ()
    sums: frozenset[int] = frozenset()
    """Checksums of all lines that are ours."""


def state_line(occurrence: OccurrenceId, items: Iterable[Told], lines: Iterable[str]) -> str:
    """The machine text for the items of `occurrence`, whose text has those `lines` of ours; empty
    where it has none."""
    rows = [
        [*_row(each.key), each.line, each.stands, each.trace, each.note]
        for each in sorted(items, key=lambda each: each.key)
    ]
    if not rows:
        return ""
    sums = "".join(sorted({f"{_sum(line):0{_SUM}x}" for line in lines}))
    told = json.dumps([str(occurrence), rows, sums], ensure_ascii=False, separators=(",", ":"))
    return STATE + base64.urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode()


def sheet_in(text: str) -> Sheet:
    """What the text of an occurrence says of itself; nothing where that cannot be read."""
    _, state, rest = text.partition(STATE)
    if not state:
        return Sheet()
    first, *others = rest.split("\n")
    try:
        of, rows, sums = json.loads(_unpacked(first, others)[0])
        items = tuple(
            Told(
                key=_key(*row[:4]),
                line=str(row[4]),
                stands=str(row[5]),
                trace=str(row[6]),
                note=str(row[7]),
            )
            for row in rows
        )
        each = (sums[n : n + _SUM] for n in range(0, len(sums), _SUM))
        return Sheet(of=str(of), items=items, sums=frozenset(int(one, 16) for one in each))
    except (ValueError, TypeError, IndexError, RecursionError):
        return Sheet()


def users_lines(text: str, sheet: Sheet, ours: Collection[str]) -> str:
    """`text`, whose sheet that is, without the lines that are ours by it or are among `ours`; the
    last one of ours stays, to say where they were."""
    kept: list[str] = []
    lines = text.split("\n")
    below = 0  # lines that belong to our machine text
    for n, line in enumerate(lines):
        packed = below > 0
        below -= 1
        if line.lstrip().startswith(STATE):
            packed = True
            state = line.split(STATE, 1)[1]
            kept += filter(None, [" ".join(state.split()[1:])])
            try:
                below = _unpacked(state, (lines[m] for m in range(n + 1, len(lines))))[1]
            except ValueError:
                below = 0
        mine = packed or line in ours or _sum(line) in sheet.sums
        last = HOW_TO_CHECK if HOW_TO_CHECK in line else END
        if last in line and not mine:  # what the user wrote into our last line is theirs
            kept += [HOW_TO_CHECK, *filter(None, map(str.strip, line.split(last, 1)))]
        elif not mine:
            kept.append(line)
    return "\n".join(kept)


def _unpacked(state: str, below: Iterable[str]) -> tuple[str, int]:
    """What `state`, which is machine text, stands for, and how many of the lines `below` belong to
    it, since apps wrap it. It says itself where it ends: a word of the user's under it is none of
    it. ValueError where it cannot be read."""
    unpacker = zlib.decompressobj()
    told, left = b"", "".join(state.split()[:1])
    further = takewhile(_PACKED.fullmatch, (line.strip() for line in below))
    for count, line in enumerate(chain([""], further)):
        left += line
        whole = len(left) // 4 * 4
        try:
            told += unpacker.decompress(base64.urlsafe_b64decode(left[:whole]), _MOST)
        except zlib.error as error:
            raise ValueError from error
        if unpacker.unconsumed_tail or len(told) > _MOST:
            break
        if unpacker.eof:
            return told.decode(), count
        left = left[whole:]
    raise ValueError("not whole, or more than it may be")


def _sum(line: str) -> int:
    return zlib.crc32(" ".join(line.split()).encode()) & ((1 << 4 * _SUM) - 1)


def _row(key: Key) -> tuple[str, str, int, int]:
    return key.subject, key.day.isoformat(), key.attempt, key.generation


def _key(subject: str, day: str, attempt: int, generation: int) -> Key:
    touch = date.fromisoformat(day)
    if touch.year not in YEARS or not subject:
        raise ValueError("no touch of anybody's")
    return Key(
        kind=Kind.CONTACT,
        subject=str(subject),
        day=touch,
        attempt=int(attempt),
        generation=int(generation),
    )


def _parts(line: str) -> tuple[str, str, str]:
    """What stands before the first brackets of `line`, in them, and after them."""
    found = _BRACKETS.search(line)
    if found is None:
        return "", "", line
    before = line[: found.start()]
    return ("" if not before.strip(_BULLETS) else before), found[1], line[found.end() :]


def _plain(line: str) -> str:
    return " ".join(line.replace("[]", "[ ]").split())
