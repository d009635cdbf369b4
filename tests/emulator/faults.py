"""What goes wrong on the way to Google, on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.emulator.errors import ApiError


class Kind(StrEnum):
    """When it goes wrong, and how."""

    ERROR_BEFORE = "error-before"
    """It is answered with an error, and nothing is done."""
    ERROR_AFTER = "error-after"
    """It is done, and answered with an error."""
    LOST_BEFORE = "lost-before"
    """The connection ends, and nothing is done."""
    LOST_AFTER = "lost-after"
    """It is done, and the connection ends."""
    TORN = "torn"
    """It is done, and the answer breaks off in the middle."""
    PART_BEFORE = "part-before"
    """One part of a batch is answered with an error, and not done."""
    PART_AFTER = "part-after"
    """One part of a batch is done, and answered with an error."""
    PART_LOST = "part-lost"
    """One part of a batch is done, and has no answer."""


PARTS = (Kind.PART_BEFORE, Kind.PART_AFTER, Kind.PART_LOST)


@dataclass
class Fault:
    """One fault. It strikes at the `nth` request from when it was given that `where` says yes to
    (method, path)."""

    kind: Kind
    nth: int = 1
    status: int = 503
    reason: str = "backendError"
    retry_after: int | None = None
    part: int = 0
    """Which part of a batch, from 0; the last one where there are fewer."""
    where: Callable[[str, str], bool] = field(default=lambda method, path: True)
    struck: bool = False

    def is_due(self, method: str, path: str) -> bool:
        """Whether it strikes at this request; counts it."""
        if self.struck or not self.where(method, path):
            return False
        self.nth -= 1
        self.struck = self.nth <= 0
        return self.struck

    @property
    def error(self) -> ApiError:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return ApiError(self.status, self.reason, headers=headers)


class Lost(Exception):
    """The connection is to be closed, after `said` of the answer."""

    def __init__(self, said: float = 0.0) -> None:
        super().__init__("lost")
        self.said = said
