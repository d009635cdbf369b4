"""The verbs to look with: plan, due, history, review, status, health; and admit, for those whom due
shows waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.verbs.form import Json, Person, Someone, Work, verb

verbs = typer.Typer()


@verb(verbs, "syncd --now 2026-12-03T09:00+01:00 plan")
def plan(context: typer.Context, json: Json = False) -> Work:
    """Say what a sync would change, and why.

    Reads the calendars; writes nothing, anywhere."""
    from syncd.cli.looking import plan as do

    return lambda: do(context.obj, json)


@verb(verbs, "syncd due")
def due(
    context: typer.Context,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Who waits to be let in by the ramp, and until when.")
    ] = False,
    json: Json = False,
) -> Work:
    """Say who is due, how late, and where they stand."""
    from syncd.cli import looking

    return lambda: (looking.waiting if waiting else looking.due)(context.obj, json)


@verb(verbs, "syncd admit ann")
def admit(context: typer.Context, person: Person) -> Work:
    """Let somebody in at once whom the ramp lets wait."""
    from syncd.cli.keeping import admit as do

    return lambda: do(context.obj, person)


@verb(verbs, "syncd history ann")
def history(
    context: typer.Context,
    person: Someone = None,
    json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Snoozes too, and what was taken back.")
    ] = False,
) -> Work:
    """Show the contact log."""
    from syncd.cli.looking import history as do

    return lambda: do(context.obj, person, json, everything)


@verb(verbs, "syncd review month --html review.html")
def review(
    context: typer.Context,
    span: Annotated[str, typer.Argument(metavar="SPAN", help="week, month or year.")] = "week",
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as a page with charts.")
    ] = None,
    json: Json = False,
) -> Work:
    """Look back on the last week, month or year.

    Attempts and whom you reached; by list, channel, weekday and hour; hours used; who drifts."""
    from syncd.cli.review import review as do

    return lambda: do(context.obj, span, html, json)


@verb(verbs, "syncd status")
def status(context: typer.Context, json: Json = False) -> Work:
    """Say how it is going, and what needs you.

    The last tick and the next one; what is in doubt, held, resting or failing."""
    from syncd.cli.status import status as do

    return lambda: do(context.obj, json)


@verb(verbs, "syncd health --json")
def health(context: typer.Context, json: Json = False) -> Work:
    """Say whether ticks come off, for a health check.

    Ends with 0 only if the last tick of every calendar succeeded, and within three polls. Reads
    the database alone."""
    from syncd.cli.health import health as do

    return lambda: do(context.obj, json)
