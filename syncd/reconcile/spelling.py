"""How titles are compared: by what one reads in them, not by how it is encoded.

Case, compatibility forms (NFKD), variation selectors and characters without a shape of their own do
not matter; a place in the folded text leads back to one in the text as it stands.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_SELECTORS = "\ufe0e\ufe0f"
"""They choose between the text and the picture of a sign."""


@lru_cache(maxsize=16_384)  # every plan compares the same titles
def tidy(text: str) -> str:
    """`text` in NFC, without control characters, single-spaced."""
    text = unicodedata.normalize("NFC", text)
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def fold(text: str) -> tuple[str, list[int]]:
    """`text` for comparison, and for each of its places (one past the end too) that in `text`."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        wide = _folded(character)
        folded.append(wide)
        places += [place] * len(wide)
    return "".join(folded), [*places, len(text)]


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """A character for comparison; empty for one without a shape."""
    if character in _SELECTORS or unicodedata.category(character) == "Cf":
        return ""
    return unicodedata.normalize("NFKD", character).casefold()


@lru_cache(maxsize=16_384)
def find(text: str, wanted: str, *, glued_before: bool = False) -> tuple[int, int] | None:
    """Where `wanted` stands in `text` as whole words, both folded: (start, end) in `text`. With
    `glued_before` its first word may have something right before it."""
    folded, places = fold(text)
    needle = fold(tidy(wanted))[0]
    if not needle:
        return None
    start = folded.find(needle)
    while start >= 0:
        end = start + len(needle)
        before = start > 0 and not glued_before and _in_word(folded[start - 1])
        if not (before or (end < len(folded) and _in_word(folded[end]))):
            return places[start], places[end]
        start = folded.find(needle, start + 1)
    return None


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.combining(character) != 0


@lru_cache(maxsize=16_384)
def edged(text: str) -> str:
    """`text` without spaces, and what has no shape, at its ends."""
    shaped = [place for place, character in enumerate(text) if fold(character)[0].strip()]
    return text[shaped[0] : shaped[-1] + 1] if shaped else ""
