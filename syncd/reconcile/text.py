"""What syncd writes into entries for people to read, and how it keeps what they add to it.

Ours is a section of plain text whose last line ends with a fixed word. Whatever the user writes
above or below it, or into it, stays: a line that we did not write is theirs.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.occasions import Occasion
from syncd.model.people import ADDRESS_OF_CHANNEL, Person
from syncd.reconcile.marks import sign_of
from syncd.reconcile.trace import checksum, fact_line

END = "(syncd)"
HOW_TO_MARK = (
    "Mark it in the title: x reached · i they called · m left message · n no answer · s skip · "
    f">1w later {END}"
)
HOW_TO_TICK = (
    "Tick it off when reached. Or say it in the title: i they called · m left message · "
    f"n no answer · s skip · >1w later {END}"
)
WHO_IS_UP = "Who is up:"
NOBODY_IS_UP = "Nobody is up."
SINCE_LAST = "Since last time:"
NEXT_IN_LINE = "Next in line, should there be time left:"
HOW_TO_CHECK = (
    "Mark in the brackets: x reached · i they called · m left message · n no answer · s skip · "
    f">1w later; a note goes to the end of the line. {END}"
)
DETAILS = 3
"""Lines below whoever is named in an occurrence."""
LONGEST = 120
"""Characters in one of them."""
HOW_TO_CORRECT = f"Change the sign in the title to correct this, or take it away. {END}"

_SAID = {
    (Outcome.REACHED, Direction.OUT): "Reached",
    (Outcome.REACHED, Direction.IN): "They got in touch",
    (Outcome.LEFT_MESSAGE, Direction.OUT): "Left a message",
    (Outcome.NO_ANSWER, Direction.OUT): "No answer",
    (Outcome.SKIPPED, Direction.OUT): "Skipped",
    (Outcome.WRONG_NUMBER, Direction.OUT): "Wrong number",
    (Outcome.PAUSED, Direction.OUT): "Paused",
    (Outcome.STOPPED, Direction.OUT): "Stopped",
    (Outcome.MISSED, Direction.OUT): "Let go this time",
}


def core_title(person: Person, channel: str) -> str:
    """The title of an attempt without a sign: the name first, since screens cut the rest."""
    what = person.strategy.label if person.strategy else channel
    return f"{one_line(person.name)}: {one_line(what)}"


def title_of(core: str, fact: Fact | None) -> str:
    """The title of an entry that acknowledges `fact`, or of one that waits for a mark."""
    sign = sign_of(fact) if fact else ""
    return f"{sign} {core}" if sign else core


def open_section(
    person: Person,
    channel: str,
    last: Fact | None,
    zone: ZoneInfo,
    question: str = "",
    wrong: Fact | None = None,
    upcoming: Iterable[str] = (),
    earlier: Iterable[Fact] = (),
    *,
    task: bool = False,
) -> str:
    """What one needs on the phone: the number alone on the first line, then what was last said.
    `wrong` says that the number is not theirs, `upcoming` are lines about dates that come,
    `earlier` contacts that are remembered, newest first."""
    lines = [question, address_for(person, channel)]
    lines += about(person, last, zone, wrong, upcoming, earlier)
    return _section(lines, HOW_TO_TICK if task else HOW_TO_MARK)


def address_for(person: Person, channel: str) -> str:
    """Where `person` is reached by `channel`; empty where that is not known."""
    return one_line(getattr(person, ADDRESS_OF_CHANNEL.get(channel, "phone")) or "")


def about(
    person: Person,
    last: Fact | None,
    zone: ZoneInfo,
    wrong: Fact | None = None,
    upcoming: Iterable[str] = (),
    earlier: Iterable[Fact] = (),
) -> list[str]:
    """What helps to talk, as lines; the parameters are those of `open_section`."""
    lines: list[str] = []
    if wrong is not None:
        noted = f"; noted then: {one_line(wrong.note)}" if wrong.note else ""
        since = day_text(wrong.at.astimezone(zone).date())
        lines.append(f"Wrong number since {since}: {one_line(wrong.number)}{noted}")
    if last is not None and last is not wrong:
        lines.append(f"Last: {said(last, zone)}")
    elif person.last_contact:
        lines.append(f"Last contact: {day_text(person.last_contact)}")
    if person.timezone and person.timezone != zone.key:
        lines.append(f"Their time zone: {person.timezone}")
    lines += upcoming
    lines += _postal(person)
    lines += _known(person)
    return lines + [f"Before: {said(fact, zone)}" for fact in earlier]


def _known(person: Person) -> list[str]:
    """What helps to talk: interests, then notes."""
    interests = ", ".join(one_line(each) for each in person.interests)
    found = [f"Interests: {interests}"] if interests else []
    return [*found, *(one_line(line) for line in person.notes.splitlines())]


def _postal(person: Person) -> list[str]:
    return [one_line(line) for line in person.address.splitlines()]


def date_line(occasion: Occasion, day: date) -> str:
    """An occasion that comes: `Birthday: Sunday 28 February 2027 (47)`."""
    years = occasion.years(day)
    count = f" ({years})" if years is not None else ""
    name = one_line(occasion.name)
    return f"{name[:1].upper()}{name[1:]}: {day_text(day)}{count}"


def closed_section(
    person: Person, channel: str, fact: Fact, follows: str, zone: ZoneInfo, question: str = ""
) -> str:
    """What was understood, what comes of it, and the fact in its fixed form."""
    address = address_for(person, channel)
    lines = [question, address, said(fact, zone), follows, fact_line(fact)]
    return _section(lines, HOW_TO_CORRECT)


def date_section(person: Person) -> str:
    """What an all-day entry of a date says: how to reach the person, and what is known."""
    lines = [person.phone or "", person.email or "", *_postal(person)]
    lines += _known(person)
    # Whom YAML does not place anywhere is of an address book alone.
    source = "the people file" if person.where else "your address book"
    return _section([one_line(line) for line in lines], f"From {source}. {END}")


def occurrence_section(
    lines: Sequence[str],
    since: Sequence[str] = (),
    following: Sequence[str] = (),
    state: str = "",
) -> str:
    """Who is up in an occurrence, in order; before it what was `since` the last one, after it who
    are `following`. With `state`, the machine text of a checklist, its lines are to be marked."""
    told = (SINCE_LAST, *since) if since else ()
    more = (NEXT_IN_LINE, *following) if following else ()
    how = HOW_TO_CHECK if state else f"Mark each in its own event. {END}"
    up = (WHO_IS_UP, *lines) if lines else (NOBODY_IS_UP,)
    return _section((*told, *up, *more, state), how)


def seat_line(person: Person, channel: str, start: datetime, zone: ZoneInfo) -> str:
    """Who is up, in a line: `10:00 Ann Lee: call, +49 30 901820`."""
    address = address_for(person, channel)
    beside = f", {address}" if address else ""
    return f"{time_text(start, zone)} {core_title(person, channel)}{beside}"


def below(lines: Iterable[str]) -> list[str]:
    """The first of `lines`, as they stand below a name in an occurrence."""
    return [f"– {_cut(one_line(line))}" for line in lines if line.strip()][:DETAILS]


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def said(fact: Fact, zone: ZoneInfo) -> str:
    """A fact in words: `Reached by call on Thursday 26 November 2026: good talk`."""
    plainly = _SAID.get((fact.outcome, Direction.OUT), fact.outcome.value.capitalize())
    what = _SAID.get((fact.outcome, fact.direction), plainly)
    by = f" by {fact.channel}" if fact.channel and fact.outcome is Outcome.REACHED else ""
    if fact.source is Source.MEETING and fact.outcome is Outcome.REACHED:
        by = " in a meeting"
    until = f" until {day_text(fact.until)}" if fact.until else ""
    note = f": {one_line(fact.note)}" if fact.note else "."
    return f"{what}{by}{until}, {day_text(fact.at.astimezone(zone).date())}{note}"


def checksums(section: str) -> tuple[str, ...]:
    """What tells the lines of a section from others when only their checksums are left."""
    return tuple(checksum(line) for line in section.split("\n"))


def section_in(text: str, lines: Iterable[str] = ()) -> str:
    """Our section in a description that we wrote: the lines whose checksums are among `lines`, each
    as often, and none that the user put between them. Where these are not known, it ends with the
    line that ends in `END`, and begins with `SINCE_LAST` or `WHO_IS_UP`, or is that one line. Empty
    where there is none."""
    found = [line.rstrip() for line in text.split("\n")]
    if left := Counter(lines):
        return "\n".join(line for line in found if line and _taken(checksum(line), left))
    end = _end_of(found)
    return "" if end is None else "\n".join(found[_start_of(found, end) : end + 1])


def merge(observed: str, ours: Iterable[str], wanted: str, lines: tuple[str, ...] = ()) -> str:
    """`observed` with our section in it replaced by `wanted`, and every line of the user's kept.

    `ours` are sections that we may have written there, newest first; where none of them stands
    whole, a line of theirs is ours and any other the user's, and so is what they wrote into our
    last line. Where none is known, `lines`, the checksums of our lines, tell; where they are not
    known either, only a last line of ours and what follows `WHO_IS_UP` are ours. What the user
    wrote into our lines stays below them. Spaces at the ends of lines, and empty lines around all
    of them, mean nothing: some servers add them, others take them away.
    """
    plain = "\n".join(line.rstrip() for line in observed.split("\n")).strip("\n")
    merged = _merged(plain, ours, wanted, lines)
    return observed if merged == plain else merged


def _merged(observed: str, ours: Iterable[str], wanted: str, lines: tuple[str, ...]) -> str:
    known = [section for section in ours if section]
    for section in known:
        if section in observed:
            before, _, after = observed.partition(section)
            return _joined(before, wanted, after)
    found = observed.split("\n")
    if known:
        above, below = _users_lines(found, (*known, wanted))
        return _joined("\n".join(above), wanted, "\n".join(below))
    if lines:
        left = {*lines, *checksums(wanted)}
        written = [line for line in found if checksum(line) in left]
        above, below = _users_lines(found, ("\n".join(written),))
        return _joined("\n".join(above), wanted, "\n".join(below))
    end = _end_of(found)
    if end is None:
        return _joined("", wanted, observed)
    start = _start_of(found, end)
    return _joined("\n".join(found[:start]), wanted, "\n".join(found[end + 1 :]))


def _users_lines(found: Iterable[str], ours: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The lines that are in none of the sections `ours`, those above our first and those below it;
    all of them below where ours are gone. Each of our lines is ours once."""
    left: Counter[str] = Counter()
    for section in ours:
        left |= Counter(section.split("\n"))
    ends = {section.rpartition("\n")[2] for section in ours if section}
    above: list[str] = []
    below: list[str] = []
    begun = False
    for line in found:
        if left[line] > 0:
            left[line] -= 1
            begun = True
        elif cut := next((end for end in ends if end in line), END if END in line else ""):
            begun = True
            below += [piece.strip() for piece in line.split(cut, 1) if piece.strip()]
        else:
            (below if begun else above).append(line)
    return (above, below) if begun else ([], above)


def _end_of(lines: list[str]) -> int | None:
    return next((n for n, line in enumerate(lines) if line.rstrip().endswith(END)), None)


def _taken(line: str, left: Counter[str]) -> bool:
    """Whether it is among those `left`, of which it is one less now."""
    left[line] -= 1
    return left[line] >= 0


def _start_of(lines: list[str], end: int) -> int:
    return next((n for n, line in enumerate(lines[:end]) if line in (SINCE_LAST, WHO_IS_UP)), end)


def users_words(observed: str, ours: Iterable[str]) -> str:
    """What the user added to a description of ours; empty where nothing."""
    return merge(observed, ours, "").strip()


def day_text(day: date) -> str:
    """A date in words, the same in every locale."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def time_text(moment: datetime, zone: ZoneInfo) -> str:
    """The wall-clock time of `moment`."""
    return moment.astimezone(zone).strftime("%H:%M")


@lru_cache(maxsize=4096)
def one_line(text: str) -> str:
    """`text` without line breaks and whatever a calendar cannot carry; what joins letters and
    pictures stays."""
    return " ".join("".join(c if _carried(c) else " " for c in text).split())


def _carried(character: str) -> bool:
    is_text = unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
    return is_text and ord(character) & 0xFFFE != 0xFFFE  # XML has no such characters


def _section(lines: Iterable[str], last: str) -> str:
    split = (line.rstrip() for each in lines for line in each.split("\n"))
    ours = (f"{line}." if line.endswith(END) else line for line in split if line)
    return "\n".join((*ours, last))


def _joined(before: str, section: str, after: str) -> str:
    return "\n".join(part for part in (before.strip("\n"), section, after.strip("\n")) if part)


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
