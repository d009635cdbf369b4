"""The verbs to begin with: init, add, import, export, decide, auth, connect, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.verbs.form import Json, List, Work, verb
from syncd.errors import UsageError

verbs = typer.Typer()


@verb(verbs, "syncd init")
def init(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing; the address is left to fill in.")
    ] = False,
) -> Work:
    """Write a config and a people file to begin with.

    Asks for the calendar, one hour of the week and up to five names; never overwrites."""
    from syncd.cli.starting import init as do

    return lambda: do(context.obj, yes)


@verb(verbs, 'syncd add "Ann Lee" --list clients --phone "+49 30 901820"')
def add(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="What they are called.")
    ] = None,
    list_: List = None,
    phone: Annotated[str | None, typer.Option(metavar="P", help="Their number.")] = None,
    email: Annotated[str | None, typer.Option(metavar="E", help="Their address.")] = None,
    proposed: Annotated[
        bool, typer.Option("--proposed", help="Those proposed by events such as + Jane Roe +49….")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --proposed: do not ask.")] = False,
) -> Work:
    """Append a person to the people file; comments stay."""
    from syncd.cli import starting

    if proposed == (name is not None):
        raise UsageError("Say a NAME, or --proposed.")
    if name is None:
        return lambda: starting.add_proposed(context.obj, list_, yes)
    return lambda: starting.add(context.obj, name, list_, phone, email)


@verb(verbs, "syncd import contacts.vcf --list friends")
def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="vCards, a CSV table, Monica 4's export, or syncd's own."
        ),
    ],
    list_: List = None,
    columns: Annotated[
        str,
        typer.Option(metavar="MAP", help='Of a table: "name=Full Name,phone=Mobil".'),
    ] = "",
    fill: Annotated[
        bool, typer.Option("--fill", help="Add what the people file has nothing for.")
    ] = False,
    separate: Annotated[
        bool, typer.Option("--separate", help="Whoever is in doubt is somebody new.")
    ] = False,
    decide: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CARD=PERSON",
            help="Whose a card in doubt is: a name or id; CARD=new, CARD=out. Again for another.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> Work:
    """Take people out of address books into the people file.

    Shows first whom it would write; overwrites nothing."""
    from syncd.cli.importing import Wish
    from syncd.cli.importing import import_ as do

    wish = Wish(
        into=list_,
        columns=columns,
        fill=fill,
        separate=separate,
        decide=tuple(decide or ()),
        yes=yes,
        as_json=json,
    )
    return lambda: do(context.obj, paths, wish)


@verb(verbs, "syncd export ~/syncd-export")
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; it is made.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace what an export left there before.")
    ] = False,
    json: Json = False,
) -> Work:
    """Write people, log and entries as YAML, CSV and ICS.

    For your own use elsewhere, and for syncd import DIR, which takes people and log back."""
    from syncd.cli.exporting import export as do

    return lambda: do(context.obj, folder, force, json)


@verb(verbs, 'syncd decide "Mum=ann" "Ann Lee=new"')
def decide(
    context: typer.Context,
    decisions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CARD=PERSON",
            help="A card's name or id, and whose it is: a name or id, new, or out.",
        ),
    ] = None,
    json: Json = False,
) -> Work:
    """Decide whom the cards in doubt mean.

    Those of your CardDAV address books. Asks about each on a terminal; else lists them. It is
    remembered; the YAML stays as it is."""
    from syncd.cli.deciding import decide as do

    return lambda: do(context.obj, tuple(decisions or ()), json)


@verb(verbs, "syncd auth google home --no-browser")
def auth(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(metavar="google", help="Whose calendar.")],
    calendar: Annotated[
        str | None,
        typer.Argument(metavar="CALENDAR", help="Its name in config, where there are several."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Use a browser elsewhere, and paste its address.")
    ] = False,
    service_account: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A service account's key (Workspace)."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="USER", help="For whom the service account acts.")
    ] = None,
    published: Annotated[
        bool | None,
        typer.Option(
            "--in-production/--testing", help="Whether the app is published; else it is asked."
        ),
    ] = None,
    json: Json = False,
) -> Work:
    """Sign in to Google, once.

    Says what is asked for and why; keeps the sign-in for your eyes only."""
    from syncd.cli.signing import Way
    from syncd.cli.signing import auth as do

    if subject and service_account is None:
        raise UsageError("--subject USER goes with --service-account FILE.")
    way = Way(
        browser=not no_browser,
        service_account=service_account,
        subject=subject,
        published=published,
    )
    return lambda: do(context.obj, provider, calendar, way, json)


@verb(verbs, "syncd connect")
def connect(context: typer.Context, json: Json = False) -> Work:
    """Say how apps reach the calendar on syncd's own server.

    Address, user, password, and where to enter them. JSON names the password's file."""
    from syncd.cli.connecting import connect as do

    return lambda: do(context.obj, json)


@verb(verbs, "syncd check")
def check(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema.")] = False,
) -> Work:
    """Say all that is wrong or doubtful in the YAML, and where."""
    from syncd.cli import looking

    return looking.schema if schema else lambda: looking.check(context.obj)
