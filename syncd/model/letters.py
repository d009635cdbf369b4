"""What is told to somebody who does not look by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One notification, as plain text."""

    title: str
    body: str
    bad: bool
    """Whether something is wrong, which some services show."""


Post = Callable[[Letter], tuple[str, ...]]
"""Sends a letter, and gives what went wrong, in sentences that hold no address. Raises Undelivered
where nobody at all got it."""
