"""The verbs to stop with, for a while or for good: pause, resume, clear, remove."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.verbs.form import List, Someone, Work, verb

verbs = typer.Typer()

Block = Annotated[str | None, typer.Option("--block", metavar="B", help="A block.")]
All = Annotated[bool, typer.Option("--all", help="Everything.")]
Calendar = Annotated[str | None, typer.Option(metavar="C", help="Only this calendar.")]


@verb(verbs, 'syncd pause ann --for "3 months"')
def pause(
    context: typer.Context,
    person: Someone = None,
    list_: List = None,
    block: Block = None,
    everything: All = False,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="2026-12-01, fri; else until resumed.")
    ] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help='"3 months", 2w.')
    ] = None,
) -> Work:
    """Pause a person, a list, a block or everything."""
    from syncd.cli import keeping

    scope, name = keeping.scoped(person, list_, block, everything)
    return lambda: keeping.pause(context.obj, scope, name, until, length)


@verb(verbs, "syncd resume --block weekly-outreach")
def resume(
    context: typer.Context,
    person: Someone = None,
    list_: List = None,
    block: Block = None,
    everything: All = False,
) -> Work:
    """End a pause, or bring a deleted block back."""
    from syncd.cli import keeping

    scope, name = keeping.scoped(person, list_, block, everything)
    return lambda: keeping.resume(context.obj, scope, name)


@verb(verbs, "syncd clear --calendar home")
def clear(
    context: typer.Context,
    calendar: Calendar = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> Work:
    """Take out of the calendars all that syncd made.

    It is shown before; the log stays."""
    from syncd.cli.doing import clear as do

    return lambda: do(context.obj, calendar, yes)


@verb(verbs, "syncd remove ann")
def remove(
    context: typer.Context,
    person: Annotated[list[str] | None, typer.Argument(metavar="PERSON", help="Who.")] = None,
) -> Work:
    """Say how one stops contacting somebody; removes nothing."""
    from syncd.cli.starting import remove as do

    return lambda: do(context.obj, " ".join(person or ()))
