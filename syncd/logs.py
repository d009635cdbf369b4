"""The log: structlog to stderr, readable on a terminal, JSON lines anywhere else.

Set up once, by whoever owns the process. Other libraries' own logs stay unheard: they may hold
what calendars say, and what matters of it reaches ours as an error.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""What would steer a terminal, or turn the direction of what stands on it."""


_QUOTED = re.compile("«[^»]*»|'[^'\n]*'|\"[^\"\n]*\"")
"""What messages quote: what the user typed, or a calendar says."""


class _Sink:
    """A stream whose failure stops nobody: a full disk under the log must not end the daemon."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def configure(*, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Log to `stream`, by default stderr as it is now; with `verbose` debug lines, too."""
    import structlog  # most verbs log nothing

    out = stream or sys.stderr
    terminal = out.isatty()
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if terminal:
        renderer = structlog.dev.ConsoleRenderer(
            pad_event_to=0,
            # The pretty one shows local variables, and with them secrets.
            exception_formatter=structlog.dev.plain_traceback,
        )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(
                fmt="%Y-%m-%d %H:%M:%S" if terminal else "iso", utc=not terminal
            ),
            *([] if terminal else [structlog.processors.format_exc_info]),
            harmless,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if verbose else logging.INFO
        ),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Sink(out))),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def harmless(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A processor: takes what steers a terminal out of every text."""
    del logger, method
    for key, value in event.items():
        event[key] = _harmless(value)
    return event


def clean(text: str) -> str:
    """`text` without what would steer a terminal."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def bare(text: str) -> str:
    """`text` without what it quotes, which may be of somebody: a log is kept, copied and sent on.
    Whoever wants to know asks `syncd check` or `syncd status`."""
    return _QUOTED.sub("«…»", text)


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_harmless(each) for each in value]
    return value
