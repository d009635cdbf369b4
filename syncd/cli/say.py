"""Where words go: the answer to stdout, everything else to stderr.

What is shown may come from calendars and address books, that is from anybody: it is never read as
markup, and what would steer a terminal is taken out. JSON keeps every character, those as escapes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncd.calendars.base import Progress
from syncd.logs import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED = 240
"""How wide a table may be where nobody said how wide the screen is."""
WIDE = 80
"""From which width on dates and the like are kept on one line."""
LEAST = 6


def answer(text: str) -> None:
    """One or more lines of the answer."""
    print(clean(text))


def aside(text: str) -> None:
    """Something that is not the answer: an error, a warning, a hint."""
    print(clean(text), file=sys.stderr)


def answer_json(value: object) -> None:
    """The answer as JSON: exact, and harmless on a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print("".join(c if _plain(c, utf8) else json.dumps(c)[1:-1] for c in text))


def _plain(character: str, utf8: bool) -> bool:
    return character == "\n" or (character.isprintable() and (utf8 or character.isascii()))


def one_line(text: str) -> str:
    """`text` as it may stand within a line."""
    return " ".join(clean(text).split())


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of the answer. A column whose name ends in `!` is not wrapped, unless the
    screen is narrow."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    wide = _console().width >= WIDE
    for name in columns:
        whole = name.endswith("!") and wide
        made.add_column(name.rstrip("!"), no_wrap=whole, overflow="fold", min_width=LEAST)
    for row in rows:
        made.add_row(*(Text(one_line(cell)) for cell in row))
    _shown(made)


def heading(text: str) -> None:
    """A line above a table."""
    from rich.text import Text

    _shown(Text(one_line(text), style="bold"))


def _shown(what: RenderableType) -> None:
    console = _console()
    with console.capture() as drawn:  # printed by us: rich ends the process where a pipe is cut
        console.print(what)
    for line in drawn.get().splitlines():
        print(line.rstrip())


def _console() -> Console:
    from rich.console import Console

    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, emoji=False, width=None if known else PIPED)


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """A bar on stderr for as long as it holds, where that is a terminal and there is something to
    wait for; None where nobody looks on."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)

    def moved(done: int, total: int) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield moved
    finally:
        bar.stop()


def ask(question: str, default: str = "") -> str:
    """What the user answers, on a terminal; `default` where they only press Enter. Raises EOFError
    where they end the input."""
    hint = f" [{default}]" if default else ""
    print(f"{question}{hint}: ", end="", file=sys.stderr, flush=True)
    return input().strip() or default


def interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
