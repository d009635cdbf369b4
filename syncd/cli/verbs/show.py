"""The verb that shows it all: demo."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.verbs.form import Work, verb

verbs = typer.Typer()


@verb(verbs, "syncd demo --once")
def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End after the show.")] = False,
) -> Work:
    """See it at work, on a calendar server of its own."""
    from syncd.cli.starting import demo as do

    return lambda: do(context.obj, once)
