"""The verbs for when something is up: doctor, approve, restore, backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.verbs.form import Json, Work, verb
from syncd.errors import UsageError

verbs = typer.Typer()


@verb(verbs, "syncd doctor home")
def doctor(
    context: typer.Context,
    calendars: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Which calendar or address book; else all."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Write no probe into the calendar.")
    ] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test message to everybody in notify:.")
    ] = False,
    json: Json = False,
) -> Work:
    """Find out what does not work, step by step.

    Of a calendar or an address book. Writes one entry far in the past into a calendar, and takes
    it out again."""
    from syncd.cli.doctor import doctor as do

    return lambda: do(context.obj, tuple(calendars or ()), read_only, notify, json)


@verb(verbs, "syncd approve")
def approve(context: typer.Context) -> Work:
    """Let what is held stand, exactly that.

    status shows it: a plan, or entries that are gone, which then count as deleted by you."""
    from syncd.cli.keeping import approve as do

    return lambda: do(context.obj)


@verb(verbs, "syncd restore")
def restore(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A backup; without one the calendar is meant."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With FILE: do not ask.")] = False,
    json: Json = False,
) -> Work:
    """Bring back what was lost: entries, or with FILE the log.

    Without FILE, what is missing from the calendar is written anew. With FILE, a backup made by
    syncd backup becomes the database again, and no calendar is touched; what the database held is
    kept beside it. End syncd run before that."""
    from syncd.cli import backing, keeping

    if file is not None:
        return lambda: backing.restore(context.obj, file, yes, json)
    if yes or json:
        raise UsageError("--yes and --json go with FILE: syncd restore FILE.")
    return lambda: keeping.restore(context.obj)


@verb(verbs, "syncd backup ~/syncd-2026-12-03.backup")
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it is made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    json: Json = False,
) -> Work:
    """Copy the log, and all else that is remembered, to a file.

    The daemon may go on meanwhile. syncd restore FILE puts it back."""
    from syncd.cli.backing import backup as do

    return lambda: do(context.obj, file, force, json)
