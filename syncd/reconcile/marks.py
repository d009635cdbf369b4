"""What the user says with an entry's title.

A mark is looked for in what the user *added* to the title that syncd wrote, so that somebody called
`Malcolm X` is safe: at the start of what was added, else at its end. Our title's core is
`Ann Lee: call`; an acknowledged entry has our sign before it. Case, Unicode form (compatibility
forms, variation selectors and characters without a shape) and closing punctuation do not matter.
Where the core is not whole any more, only signs count, and words at the start; a letter only where
it is all that was added there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from syncd.model.facts import Direction, Fact, Outcome
from syncd.model.words import resolve_when
from syncd.reconcile.spelling import edged, find, fold, tidy

_JOINTS = " .,;:!?)-–—·|/"
"""What may stand between a mark, or our title, and a note behind it."""
_SEAMS = " ,;:-–—·|/"
"""What may stand between a note and a mark, or our title, behind it."""
_DASHES = " :-–—·|/"
"""What may stand before our title that is no part of a note."""
_CLOSING = ".,;:!?)"


@dataclass(frozen=True)
class Meaning:
    """What a mark means."""

    outcome: Outcome
    direction: Direction = Direction.OUT


_REACHED = Meaning(Outcome.REACHED)
_INBOUND = Meaning(Outcome.REACHED, Direction.IN)
_MESSAGE = Meaning(Outcome.LEFT_MESSAGE)
_NOBODY = Meaning(Outcome.NO_ANSWER)
_SKIP = Meaning(Outcome.SKIPPED)
_PAUSE = Meaning(Outcome.PAUSED)
_WRONG = Meaning(Outcome.WRONG_NUMBER)
_STOP = Meaning(Outcome.STOPPED)

SIGNS = {
    **dict.fromkeys(("✓", "✅", "✔", "☑", "[x]"), _REACHED),
    "↩": _INBOUND,
    "✉": _MESSAGE,
    **dict.fromkeys(("❌", "✗"), _NOBODY),
    "↻": _NOBODY,
    "⏭": _SKIP,
    "⏸": _PAUSE,
    "⚠": _WRONG,
    "⏹": _STOP,
}
"""Marks that nobody types by accident: they need no space beside them."""
WORDS = {
    **dict.fromkeys(("done", "reached", "sent"), _REACHED),
    **dict.fromkeys(("they called", "inbound"), _INBOUND),
    **dict.fromkeys(("lm", "vm", "left message"), _MESSAGE),
    **dict.fromkeys(("na", "no answer"), _NOBODY),
    "skip": _SKIP,
    "pause": _PAUSE,
    "wrong number": _WRONG,
    "stop": _STOP,
}
LETTERS = {"x": _REACHED, "i": _INBOUND, "m": _MESSAGE, "n": _NOBODY, "s": _SKIP}

_ALONE = frozenset({"stop"})
"""Words that count only where nothing else was added on their side: "stop by her office"."""
_PRONOUN = re.compile(r"I\s")
"""A capital `I` with words behind it is whoever writes."""
_ALL = {**SIGNS, **WORDS, **LETTERS}

ACKNOWLEDGED = {
    _REACHED: "✅",
    _INBOUND: "↩",
    _MESSAGE: "✉",
    _NOBODY: "↻",
    _SKIP: "⏭",
    _PAUSE: "⏸",
    _WRONG: "⚠",
    _STOP: "⏹",
}
"""The sign that syncd itself puts before a title. Never a cross beside somebody's name."""


@dataclass(frozen=True)
class Marked:
    """The title carries a mark."""

    meaning: Meaning
    note: str = ""


@dataclass(frozen=True)
class Snoozed:
    """The title asks for another day; `note` is what else was added."""

    day: date
    token: str
    note: str = ""


@dataclass(frozen=True)
class Unclear:
    """The title says something that cannot be acted upon; `question` asks, in one sentence."""

    question: str


@dataclass(frozen=True)
class Plain:
    """Our title, without any sign or mark."""


@dataclass(frozen=True)
class Signed:
    """Our title with our own sign; `note` is what the user added to it."""

    note: str = ""


@dataclass(frozen=True)
class Retitled:
    """A title of the user's own, without a mark."""


@dataclass(frozen=True)
class Lead:
    """The mark at the start of a title that is no entry's of ours, and what follows it."""

    meaning: Meaning
    rest: str
    sure: bool
    """Whether it is more than a letter."""
    pronoun: bool
    """Whether it may as well be whoever writes: of an `i` at a title's start a phone makes `I`."""


Reading = Marked | Snoozed | Unclear | Plain | Signed | Retitled


def leading(title: str) -> Lead | None:
    """The mark with which any title begins; None for none."""
    text = edged(tidy(title))
    for vocabulary in (SIGNS, WORDS, LETTERS):
        found = _lead(text, vocabulary)
        if found is not None:
            meaning, rest = found
            pronoun = _PRONOUN.match(text) is not None
            return Lead(meaning, rest, sure=vocabulary is not LETTERS, pronoun=pronoun)
    return None


def sign_of(fact: Fact) -> str:
    """The sign that acknowledges `fact` in a title; empty where it has none."""
    return ACKNOWLEDGED.get(Meaning(fact.outcome, fact.direction), "")


def read(title: str, *, core: str, name: str, sign: str, today: date) -> Reading:
    """Say what `title` means, where syncd last wrote `sign` (or nothing) and `core`.

    `core` is the title without a sign, which starts with `name`; `today` is where `>fri` counts
    from.
    """
    text = tidy(title)
    whole = find(text, core, glued_before=True)
    found = whole or find(text, name)
    before = edged(text[: found[0]] if found else text).rstrip(_DASHES if found else None)
    after = edged(text[found[1] :]).lstrip(_JOINTS) if found else ""
    before, signed = _without_sign(before, sign)
    mark = _mark(before, after) if whole else _mark_beside(before, after)
    if isinstance(mark, Marked):  # it is done: no day to put it off to, nor one to tell of
        return replace(mark, note=_without_day(mark.note, today))
    if mark is not None:
        return mark
    snooze = _snooze(before, after, today)
    if snooze is not None:
        return snooze
    if signed:
        return Signed(_note(before, after) if found else "")
    return Plain() if found else Retitled()


@lru_cache(maxsize=4096)  # what was added stays what it is for many plans
def _mark(before: str, after: str) -> Marked | Unclear | None:
    """The mark in what stands before and after our title; the start wins over the end."""
    for piece, other in ((before, after), (after, before)):
        lead = _lead(piece, _ALL)
        if lead is not None and not _PRONOUN.match(piece):
            return _first(*lead, other)
    for piece, other in ((after, before), (before, after)):
        tail = _tail(piece, _ALL)
        if tail is not None:
            return Marked(tail[0], _note(other, tail[1]))
    return None


@lru_cache(maxsize=4096)
def _mark_beside(before: str, after: str) -> Marked | Unclear | None:
    """The mark in a title that is not ours any more: what stands before and after the name, or all
    of it and nothing."""
    lead = _sure(before)
    if lead is not None:
        return _first(*lead, after)
    for found, other in (
        (_lead(after, SIGNS), before),
        (_tail(after, SIGNS), before),
        (_tail(before, SIGNS), after),
    ):
        if found is not None:
            return Marked(found[0], _note(other, found[1]))
    return None


def _first(meaning: Meaning, rest: str, other: str) -> Marked | Unclear:
    """The mark at a start, with `rest` behind it, unless a second one there says otherwise."""
    second = _sure(rest)
    if second is None:
        return Marked(meaning, _note(rest, other))
    if second[0] != meaning:
        return Unclear(
            f"Two marks stand here, {meaning.outcome.value} and {second[0].outcome.value}. "
            "Which one is it? Leave just that one."
        )
    return Marked(meaning, _note(rest if second[1] else "", other))


def _sure(text: str) -> tuple[Meaning, str] | None:
    """A mark at the start of `text` that needs no title of ours beside it: with words behind it, a
    letter starts a sentence."""
    lead = _lead(text, {**SIGNS, **WORDS})
    if lead is not None:
        return lead
    letter = _lead(text, LETTERS)
    return letter if letter is not None and not letter[1] else None


def _snooze(before: str, after: str, today: date) -> Snoozed | Unclear | None:
    pieces = [_arrows(piece, today) for piece in (before, after)]
    for words in pieces:
        for place, token in _tokens(words):
            day = _day_of(token, today)
            if day is None:
                return Unclear(
                    f"«{token}» is not a day that can be read. "
                    "Forms: >3d, >1w, >2m, >fri, >2026-12-01."
                )
            if day <= today:
                return Unclear(f"«{token}» is not ahead of today. Which day shall it be?")
            del words[place]
            return Snoozed(day, token, _note(*(" ".join(words) for words in pieces)))
    return None


def _without_day(note: str, today: date) -> str:
    """A note without the `>` token that it begins or ends with, where that can be read."""
    words = _arrows(note, today)
    for place, token in _tokens(words):
        if _day_of(token, today) is not None:
            del words[place]
            return _note(" ".join(words))
    return note


def _tokens(words: list[str]) -> Iterator[tuple[int, str]]:
    """The `>` tokens with which `words` begin and end, and their places."""
    for place in dict.fromkeys((0, len(words) - 1)) if words else ():
        token = fold(words[place])[0]
        if token.startswith(">") and token[1:2].isalnum():
            yield place, token


def _day_of(token: str, today: date) -> date | None:
    return resolve_when(token[1:].rstrip(_JOINTS), today)


def _arrows(text: str, today: date) -> list[str]:
    """The words of `text`, an arrow that stands by itself joined to a day that follows it and with
    it begins or ends the text."""
    words = text.split()
    for place in dict.fromkeys((0, len(words) - 2)):
        if 0 <= place < len(words) - 1 and fold(words[place])[0] == ">":
            day = fold(words[place + 1])[0].rstrip(_JOINTS)
            if resolve_when(day, today) is not None:
                words[place : place + 2] = [f">{day}"]
    return words


def _lead(text: str, vocabulary: Mapping[str, Meaning]) -> tuple[Meaning, str] | None:
    """The longest mark at the start of `text`, and what follows it."""
    folded, places = fold(text)
    for mark in sorted(vocabulary, key=len, reverse=True):
        if not folded.startswith(mark) or _has_company(mark, folded):
            continue
        end = len(mark)
        if mark in SIGNS or end == len(folded) or folded[end].isspace() or folded[end] in _CLOSING:
            return vocabulary[mark], text[places[end] :].lstrip(_JOINTS)
    return None


def _tail(text: str, vocabulary: Mapping[str, Meaning]) -> tuple[Meaning, str] | None:
    """The longest mark at the end of `text`, and what stands before it."""
    folded, places = fold(text)
    folded = folded.rstrip(f"{_CLOSING} ")
    for mark in sorted(vocabulary, key=len, reverse=True):
        if not folded.endswith(mark) or _has_company(mark, folded):
            continue
        start = len(folded) - len(mark)
        if mark in SIGNS or start == 0 or folded[start - 1].isspace():
            return vocabulary[mark], text[: places[start]].rstrip(_SEAMS)
    return None


def _has_company(mark: str, folded: str) -> bool:
    return mark in _ALONE and folded.strip(_JOINTS) != mark


def _without_sign(text: str, sign: str) -> tuple[str, bool]:
    """`text` without our own sign at its start or end, and whether it was there."""
    folded, places = fold(text)
    if sign and folded.startswith(sign):
        return text[places[len(sign)] :].lstrip(_JOINTS), True
    if sign and folded.endswith(sign):
        return text[: places[len(folded) - len(sign)]].rstrip(_SEAMS), True
    return text, False


def _note(*parts: str) -> str:
    """What else was added, its own punctuation kept."""
    note = " ".join(part.strip() for part in parts if fold(part)[0].strip(_JOINTS))
    return note.rstrip(_SEAMS)
