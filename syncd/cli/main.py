"""From the arguments to the exit status: whatever happens on the way ends in words and a number."""

from __future__ import annotations

import difflib
import logging
import os
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from io import TextIOWrapper
from typing import TextIO

from typer.exceptions import TyperException
from typer.main import get_command

from syncd.cli import ends
from syncd.cli.app import app
from syncd.cli.trust import trust
from syncd.errors import SyncdError

COMMAND = get_command(app)
VERBS = tuple(getattr(COMMAND, "commands", ()))
BEFORE = ("--config", "--now", "--rehearse")
"""The options that stand before the verb."""
_UNKNOWN_VERB = re.compile(r"No such command (['\"])(.*)\1")


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` say, and give the exit status."""
    _quieten()
    try:
        status = _done(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        _mute(sys.stdout)
        return ends.CUT_OFF
    except KeyboardInterrupt:
        return _failed("", ends.INTERRUPTED) if sys.stderr.isatty() else ends.INTERRUPTED
    except OSError as error:
        _mute(sys.stdout)
        return _failed(f"syncd could not go on: {error.strerror or error}.", ends.USAGE)
    except Exception:  # not one of ours: a mistake of syncd's, and its status says so
        return _failed(traceback.format_exc().rstrip(), ends.BUG)


def _done(arguments: Sequence[str]) -> int:
    try:
        trust(os.environ)
        with ExitStack() as afterwards:
            work = COMMAND.main(
                list(arguments), prog_name="syncd", standalone_mode=False, obj=afterwards
            )
            # What ends in typer itself, --help and --version, gives a number.
            status = work() if callable(work) else int(work or 0)
    except TyperException as error:
        return _failed(*_usage(error, arguments))
    except EOFError:
        return _failed("\nThe input ended. Nothing was changed.", ends.USAGE)
    except SyncdError as error:
        sys.stdout.flush()
        return _failed(str(error), error.exit_status)
    return status


def _usage(error: TyperException, arguments: Sequence[str]) -> tuple[str, int]:
    """What typer has to say, as syncd says things."""
    if not arguments:
        return error.format_message(), ends.USAGE
    verb = next((each for each in arguments if each in VERBS), "")
    command = f"syncd {verb}".strip()
    said = error.format_message().rstrip(".")
    unknown = _UNKNOWN_VERB.match(said)
    option = getattr(error, "option_name", "")
    if unknown is not None:
        said, command = f"There is no verb «{unknown[2]}».{_guess(unknown[2], VERBS)}", "syncd"
    elif verb and option in BEFORE:
        said = f"{option} stands before the verb: syncd {option} … {verb}."
    elif hasattr(error, "possibilities"):
        said = f"{command} has no option {option}.{_guess(option, error.possibilities or ())}"
    elif hasattr(error, "param_type"):  # something is missing
        name = getattr(getattr(error, "param", None), "metavar", None)
        said = f"{command} needs {name or 'more'}."
    else:
        said = f"{said}."
    return f"{said} Next: {command} --help.", ends.USAGE


def _guess(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


def _failed(message: str, status: int) -> int:
    from syncd.logs import clean  # structlog takes a tenth of a second to import

    with suppress(OSError, ValueError):
        print(clean(message), file=sys.stderr, flush=True)
    return status


def _quieten() -> None:
    """Let other libraries keep to themselves, and no letter be one that cannot be printed."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _mute(stream: TextIO) -> None:
    """Have what is still to be written go nowhere, so that Python does not complain at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
