"""The verbs and their options, for typer. A verb here gives back what is to be done, undone as yet:
parsing ends before anything begins. What a verb needs is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from syncd import __version__
from syncd.cli.setting import Setting
from syncd.errors import UsageError

Work = Callable[[], int]
"""Does what was asked for and gives the exit status."""

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

Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Name or id, or how it begins.")]
Someone = Annotated[
    str | None, typer.Argument(metavar="PERSON", help="Name or id, or how it begins.")
]
List = Annotated[str | None, typer.Option("--list", metavar="L", help="A list.")]
Block = Annotated[str | None, typer.Option("--block", metavar="B", help="A block.")]
All = Annotated[bool, typer.Option("--all", help="Everything.")]
Calendar = Annotated[str | None, typer.Option(metavar="C", help="Only this calendar.")]


def verb(example: str) -> Callable[[Callable[..., Work]], Callable[..., Work]]:
    """Registers a verb, with an example for its help."""

    def register(function: Callable[..., Work]) -> Callable[..., Work]:
        app.command(name=function.__name__.rstrip("_"), epilog=f"\b\nExample: {example}")(function)
        return function

    return register


def _version(asked: bool) -> None:
    if asked:
        print(f"syncd {__version__}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The config; else SYNCD_CONFIG, else ./config.yaml."),
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


# -- to begin with


@verb("syncd init")
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


@verb('syncd add "Ann Lee" --list clients --phone "+49 30 901820"')
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


@verb("syncd import contacts.vcf --list friends")
def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="vCards, a CSV table, or an export of Monica 4's."),
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


@verb('syncd decide "Mum=ann" "Ann Lee=new"')
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


@verb("syncd auth google home --no-browser")
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


@verb("syncd connect")
def connect(context: typer.Context, json: Json = False) -> Work:
    """Say how apps reach the calendar on syncd's own server.

    Address, user, password, and where to enter them. JSON names the password's file."""
    from syncd.cli.connecting import connect as do

    return lambda: do(context.obj, json)


@verb("syncd check")
def check(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema.")] = False,
) -> Work:
    """Say all that is wrong or doubtful in the YAML, and where."""
    from syncd.cli import looking

    return looking.schema if schema else lambda: looking.check(context.obj)


# -- to look


@verb("syncd --now 2026-12-03T09:00+01:00 plan")
def plan(context: typer.Context, json: Json = False) -> Work:
    """Say what a sync would change, and why.

    Reads the calendars; writes nothing, anywhere."""
    from syncd.cli.looking import plan as do

    return lambda: do(context.obj, json)


@verb("syncd due")
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


@verb("syncd admit ann")
def admit(context: typer.Context, person: Person) -> Work:
    """Let somebody in at once whom the ramp lets wait."""
    from syncd.cli.keeping import admit as do

    return lambda: do(context.obj, person)


@verb("syncd history ann")
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


@verb("syncd review month --html review.html")
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


@verb("syncd status")
def status(context: typer.Context, json: Json = False) -> Work:
    """Say how it is going, and what needs you.

    The last tick and the next one; what is in doubt, held, resting or failing."""
    from syncd.cli.status import status as do

    return lambda: do(context.obj, json)


@verb("syncd health --json")
def health(context: typer.Context, json: Json = False) -> Work:
    """Say whether ticks come off, for a health check.

    Ends with 0 only if the last tick of every calendar succeeded, and within three polls. Reads
    the database alone."""
    from syncd.cli.health import health as do

    return lambda: do(context.obj, json)


# -- to go on


@verb("syncd sync")
def sync(context: typer.Context, json: Json = False) -> Work:
    """Read what you did in the calendar, write what follows."""
    from syncd.cli.doing import sync as do

    return lambda: do(context.obj, json)


@verb("syncd run")
def run(context: typer.Context) -> Work:
    """Sync for ever, until Ctrl-C or SIGTERM."""
    from syncd.cli.doing import run as do

    return lambda: do(context.obj)


@verb('syncd log ann left-message --at "yesterday 14:30" --by call --note "try Monday"')
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


# -- when something is up


@verb("syncd doctor home")
def doctor(
    context: typer.Context,
    calendars: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Which calendar or address book; else all."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Write no probe into the calendar.")
    ] = False,
    json: Json = False,
) -> Work:
    """Find out what does not work, step by step.

    Of a calendar or an address book. Writes one entry far in the past into a calendar, and takes
    it out again."""
    from syncd.cli.doctor import doctor as do

    return lambda: do(context.obj, tuple(calendars or ()), read_only, json)


@verb("syncd approve")
def approve(context: typer.Context) -> Work:
    """Let what is held stand, exactly that.

    status shows it: a plan, or entries that are gone, which then count as deleted by you."""
    from syncd.cli.keeping import approve as do

    return lambda: do(context.obj)


@verb("syncd restore")
def restore(context: typer.Context) -> Work:
    """Have what is missing from the calendar written anew."""
    from syncd.cli.keeping import restore as do

    return lambda: do(context.obj)


@verb('syncd pause ann --for "3 months"')
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


@verb("syncd resume --block weekly-outreach")
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


@verb("syncd clear --calendar home")
def clear(
    context: typer.Context,
    calendar: Calendar = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> Work:
    """Take out of the calendars all that syncd made.

    It is shown before; the log stays."""
    from syncd.cli.doing import clear as do

    return lambda: do(context.obj, calendar, yes)


@verb("syncd remove ann")
def remove(
    context: typer.Context,
    person: Annotated[list[str] | None, typer.Argument(metavar="PERSON", help="Who.")] = None,
) -> Work:
    """Say how one stops contacting somebody; removes nothing."""
    from syncd.cli.starting import remove as do

    return lambda: do(context.obj, " ".join(person or ()))


@verb("syncd demo --once")
def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End after the show.")] = False,
) -> Work:
    """See it at work, on a calendar server of its own."""
    from syncd.cli.starting import demo as do

    return lambda: do(context.obj, once)
