"""The app, for typer: what stands before the verb, and the verbs in the order of the help."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from syncd import __version__
from syncd.cli.setting import Setting
from syncd.cli.verbs import begin, go_on, look, mend, show, stop
from syncd.errors import UsageError

app = typer.Typer(
    name="syncd",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    suggest_commands=False,
    help="Stay in touch with the people who matter, inside the calendar you already have.",
    epilog="Exit status: 0 done; 1 the config has problems; 2 usage; 3 a calendar could not be "
    "reached or refused; 4 writes are held; 5 the state is unusable; the highest wins.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verbs in (begin.verbs, look.verbs, go_on.verbs, mend.verbs, stop.verbs, show.verbs):
    app.add_typer(verbs)


def _version(asked: bool) -> None:
    if asked:
        print(f"syncd {__version__}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The config; else SYNCD_CONFIG, else ./config.yaml, else in the config folder.",
        ),
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Take it to be that time.")
    ] = None,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="With --now: write as if it were that time.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """What stands before the verb."""
    del version
    if rehearse and now is None:
        raise UsageError("--rehearse only means something with --now INSTANT.")
    context.obj = Setting(
        config=config, now=now, rehearse=rehearse, afterwards=context.obj or ExitStack()
    )
