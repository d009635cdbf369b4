"""What the user says with an entry's title.

A mark is looked for in what the user *added* to the title that syncd wrote, so that somebody called
`Malcolm X` is safe: at the start of what was added, else at its end. Our title's core is
`Ann Lee: call`; an acknowledged entry has our sign before it. Case, Unicode form (NFKC, no U+FE0F)
and closing punctuation do not matter. Where the core is not whole any more, only signs count, and
words at the start.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from syncd.model.facts import Direction, Fact, Outcome
from syncd.model.words import resolve_when

_JOINTS = " \t\n.,;:!?-–—·|/"
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

SIGNS = {
    **dict.fromkeys(("✓", "✅", "✔", "☑", "[x]"), _REACHED),
    "↩": _INBOUND,
    "✉": _MESSAGE,
    **dict.fromkeys(("❌", "✗"), _NOBODY),
    "↻": _NOBODY,
    "⏭": _SKIP,
    "⏸": _PAUSE,
}
"""Marks that nobody types by accident: they need no space beside them."""
WORDS = {
    **dict.fromkeys(("done", "reached", "sent"), _REACHED),
    **dict.fromkeys(("they called", "inbound"), _INBOUND),
    **dict.fromkeys(("lm", "vm", "left message"), _MESSAGE),
    **dict.fromkeys(("na", "no answer"), _NOBODY),
    "skip": _SKIP,
    "pause": _PAUSE,
}
LETTERS = {"x": _REACHED, "i": _INBOUND, "m": _MESSAGE, "n": _NOBODY, "s": _SKIP}

ACKNOWLEDGED = {
    _REACHED: "✅",
    _INBOUND: "↩",
    _MESSAGE: "✉",
    _NOBODY: "↻",
    _SKIP: "⏭",
    _PAUSE: "⏸",
}
"""The sign that syncd itself puts before a title. Never a cross beside somebody's name."""


@dataclass(frozen=True)
class Marked:
    """The title carries a mark."""

    meaning: Meaning
    note: str = ""


@dataclass(frozen=True)
class Snoozed:
    """The title asks for another day."""

    day: date
    token: str


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


Reading = Marked | Snoozed | Unclear | Plain | Signed | Retitled


def sign_of(fact: Fact) -> str:
    """The sign that acknowledges `fact` in a title; empty where it has none."""
    return ACKNOWLEDGED.get(Meaning(fact.outcome, fact.direction), "")


def read(title: str, *, core: str, name: str, sign: str, today: date) -> Reading:
    """Say what `title` means, where syncd last wrote `sign` (or nothing) and `core`.

    `core` is the title without a sign, which starts with `name`; `today` is where `>fri` counts
    from.
    """
    text = _tidy(title)
    found = _find(text, core) or _find(text, name, whole_words=True)
    if found is None:
        return _read_retitled(text, sign, today)
    before, after = text[: found[0]].strip(_JOINTS), text[found[1] :].strip(_JOINTS)
    before, signed = _without_sign(before, sign)
    snooze = _snooze(before, after, today)
    mark = _mark(before, after)
    if mark is not None:
        return mark
    if snooze is not None:
        return snooze
    if signed:
        return Signed(_join(before, after))
    return Plain()


def _read_retitled(text: str, sign: str, today: date) -> Reading:
    text, signed = _without_sign(text, sign)
    lead = _lead(text, {**SIGNS, **WORDS})
    if lead is not None:
        return Marked(lead[0], _join(lead[1]))
    tail = _tail(text, SIGNS)
    if tail is not None:
        return Marked(tail[0], _join(tail[1]))
    return _snooze(text, "", today) or (Signed() if signed else Retitled())


def _mark(before: str, after: str) -> Marked | Unclear | None:
    """The mark in what stands before and after the core; the start wins over the end."""
    vocabulary = {**SIGNS, **WORDS, **LETTERS}
    for piece, other in ((before, after), (after, before)):
        lead = _lead(piece, vocabulary)
        if lead is None:
            continue
        meaning, rest = lead
        second = _second(rest)
        if second is not None and second != meaning:
            return Unclear(
                f"Two marks stand here, {meaning.outcome.value} and {second.outcome.value}. "
                "Which one is it? Leave just that one."
            )
        return Marked(meaning, _join(rest, other))
    for piece, other in ((after, before), (before, after)):
        tail = _tail(piece, vocabulary)
        if tail is not None:
            return Marked(tail[0], _join(other, tail[1]))
    return None


def _second(rest: str) -> Meaning | None:
    """A second mark right behind the first. A letter with words behind it starts a note."""
    sure = _lead(rest, {**SIGNS, **WORDS})
    if sure is not None:
        return sure[0]
    letter = _lead(rest, LETTERS)
    return letter[0] if letter is not None and not letter[1] else None


def _snooze(before: str, after: str, today: date) -> Snoozed | Unclear | None:
    tokens: list[str] = []
    for piece in (before, after):
        words = piece.replace("> ", ">").split()
        tokens += [word for word in words[:1] + words[-1:] if word.startswith(">")]
    for token in tokens:
        day = resolve_when(token[1:].strip(_JOINTS).casefold(), today)
        if day is None:
            return Unclear(
                f"«{token}» is not a day that can be read. Forms: >3d, >1w, >2m, >fri, >2026-12-01."
            )
        if day <= today:
            return Unclear(f"«{token}» is not ahead of today. Which day shall it be?")
        return Snoozed(day, token)
    return None


def _lead(text: str, vocabulary: dict[str, Meaning]) -> tuple[Meaning, str] | None:
    """The longest mark at the start of `text`, and what follows it."""
    folded, places = _fold(text)
    for mark in sorted(vocabulary, key=len, reverse=True):
        if not folded.startswith(mark):
            continue
        end = len(mark)
        if mark in SIGNS or end == len(folded) or folded[end].isspace() or folded[end] in _CLOSING:
            return vocabulary[mark], text[places[end] :].strip(_JOINTS)
    return None


def _tail(text: str, vocabulary: dict[str, Meaning]) -> tuple[Meaning, str] | None:
    """The longest mark at the end of `text`, and what stands before it."""
    folded, places = _fold(text)
    for mark in sorted(vocabulary, key=len, reverse=True):
        if not folded.endswith(mark):
            continue
        start = len(folded) - len(mark)
        if mark in SIGNS or start == 0 or folded[start - 1].isspace():
            return vocabulary[mark], text[: places[start]].strip(_JOINTS)
    return None


def _without_sign(text: str, sign: str) -> tuple[str, bool]:
    """`text` without our own sign at its start or end, and whether it was there."""
    if sign and text.startswith(sign):
        return text[len(sign) :].strip(_JOINTS), True
    if sign and text.endswith(sign):
        return text[: -len(sign)].strip(_JOINTS), True
    return text, False


def _find(text: str, wanted: str, *, whole_words: bool = False) -> tuple[int, int] | None:
    """Where `wanted` stands in `text`, both folded: (start, end) in `text`."""
    folded, places = _fold(text)
    needle = _fold(_tidy(wanted))[0]
    if not needle:
        return None
    start = folded.find(needle)
    while start >= 0:
        end = start + len(needle)
        inside = (start > 0 and folded[start - 1].isalnum()) or (
            end < len(folded) and folded[end].isalnum()
        )
        if not (whole_words and inside):
            return places[start], places[end]
        start = folded.find(needle, start + 1)
    return None


def _tidy(text: str) -> str:
    """`text` in NFC, without variation selectors and control characters, single-spaced."""
    text = unicodedata.normalize("NFC", text).replace("\ufe0f", "")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _fold(text: str) -> tuple[str, list[int]]:
    """`text` for comparison, and for each of its places (one past the end too) that in `text`."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        wide = unicodedata.normalize("NFKC", character).casefold()
        folded.append(wide)
        places += [place] * len(wide)
    return "".join(folded), [*places, len(text)]


def _join(*parts: str) -> str:
    return " ".join(part.strip(_JOINTS) for part in parts if part.strip(_JOINTS))
