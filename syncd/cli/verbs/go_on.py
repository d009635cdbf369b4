"""The verbs to go on with: sync, run, log."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.verbs.form import Json, Person, Work, verb
from syncd.errors import UsageError

verbs = typer.Typer()


@verb(verbs, "syncd sync")
def sync(context: typer.Context, json: Json = False) -> Work:
    """Read what you did in the calendar, write what follows."""
    from syncd.cli.doing import sync as do

    return lambda: do(context.obj, json)


@verb(verbs, "syncd run")
def run(context: typer.Context) -> Work:
    """Sync for ever, until Ctrl-C or SIGTERM."""
    from syncd.cli.doing import run as do

    return lambda: do(context.obj)


@verb(verbs, 'syncd log ann left-message --at "yesterday 14:30" --by call --note "try Monday"')
def log(
    context: typer.Context,
    person: Person,
    outcome: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="OUTCOME",
            help="reached (the default), they called, left-message, no-answer, skipped.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="T", help='When: "2026-11-24 14:30", 14:30, yesterday; else now.'),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="CHANNEL", help="call, email, …")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What was said.")] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back the newest, whatever it is known from.")
    ] = False,
) -> Work:
    """Log a contact made elsewhere."""
    from syncd.cli import keeping

    if undo:
        if outcome or at or by or note:
            raise UsageError("--undo takes only PERSON: it takes back the newest entry.")
        return lambda: keeping.undo(context.obj, person)
    return lambda: keeping.log(context.obj, person, " ".join(outcome or ()), at, by, note)
