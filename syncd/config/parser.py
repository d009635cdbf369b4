"""What the YAML parser's errors mean to somebody who wrote the file.

The parser has one kind of error and tells them apart by their text alone, so its text is what is
looked at here; one that is not known is still named where it stands.
"""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError, StreamMark

QUOTE = "Next: put the value in quotes."
_SAID = (
    ("'\\t'", False, "a tab stands where YAML wants spaces. Next: indent with spaces."),
    ("cannot start any token", False, f"no value starts like this. {QUOTE}"),
    ("sequence entries", False, "a list starts on a line of its own, below its key."),
    ("an anchor", False, f"no name stands after the &. {QUOTE}"),
    ("an alias", False, f"no name stands after the *. {QUOTE}"),
    ("undefined alias", False, f"an alias (*…) of something that has no name (&…). {QUOTE}"),
    ("a block scalar", False, f"no such way to write several lines: | and > are. {QUOTE}"),
    ("unknown escape", False, "no such escape (\\…). Next: put the value in single quotes."),
    ("expected escape sequence", False, "no such escape (\\…). Next: use single quotes."),
    (
        "mapping values are not allowed",
        False,
        "a colon too many, or a line that is indented unlike its neighbours. "
        "Next: put a value that holds a colon and a space in quotes.",
    ),
    ("quoted scalar", True, "the quotation mark that opens here is never closed. Next: close it."),
    (
        "flow ",
        True,
        "the bracket that opens here is never closed, or a comma is missing in it. "
        "Next: look at its end.",
    ),
    ("block ", False, "this line is not indented like its neighbours. Next: line it up with them."),
    (
        "could not find expected ':'",
        True,
        "something is missing: a colon after a key, or a space after a hyphen.",
    ),
    ("single document", False, "a second document starts here. Next: take the line --- out."),
)
"""What the parser says, whether the place meant is the one where the trouble began, and what that
means. Nothing of the text itself is quoted: it may be a password."""


def meaning(error: MarkedYAMLError) -> tuple[str, StreamMark]:
    """What is wrong, and where; lines and columns of the mark count from 0."""
    said = f"{error.context or ''} {error.problem or ''}"
    known = (each for each in _SAID if each[0] in said)
    _, begins, message = next(known, ("", False, "this is not YAML."))
    mark = (error.context_mark if begins else None) or error.problem_mark
    return message, mark
