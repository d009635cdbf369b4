"""What verbs have in common: what they give, how they are registered, options that several have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

Work = Callable[[], int]
"""Does what was asked for and gives the exit status."""

Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Name or id, or how it begins.")]
Someone = Annotated[
    str | None, typer.Argument(metavar="PERSON", help="Name or id, or how it begins.")
]
List = Annotated[str | None, typer.Option("--list", metavar="L", help="A list.")]


def verb(verbs: typer.Typer, example: str) -> Callable[[Callable[..., Work]], Callable[..., Work]]:
    """Registers a verb among `verbs`, with an example for its help."""

    def register(function: Callable[..., Work]) -> Callable[..., Work]:
        verbs.command(name=function.__name__.rstrip("_"), epilog=f"\b\nExample: {example}")(
            function
        )
        return function

    return register
