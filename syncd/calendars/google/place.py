"""What a calendar and a list of tasks at Google have alike: whose they are, how they are asked."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError

from syncd.calendars.base import Fate, Pause, Result
from syncd.calendars.google.account import Account
from syncd.calendars.google.calls import MOST, Calls
from syncd.calendars.google.errors import explained
from syncd.calendars.google.memo import Memo
from syncd.calendars.google.pages import items, pages
from syncd.errors import CalendarError, Unreachable
from syncd.model.roster import CalendarSettings

Json = dict[str, Any]


def is_given(calendar: str) -> bool:
    """Whether config names a calendar itself, rather than what it is called."""
    return calendar == "primary" or "@" in calendar


class Place:
    """Something at Google that is read and written behind the seam.

    `timezone` is the user's, `memo` what an earlier instance had found out; `pause` waits where
    Google wants it, `chance` jitters that.
    """

    API = ("calendar", "v3")
    batch = MOST

    def __init__(
        self,
        settings: CalendarSettings,
        account: Account,
        *,
        timezone: str,
        memo: str = "",
        pause: Pause = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._account = account
        self._zone = ZoneInfo(timezone)
        self._memo = Memo.read(memo, place=settings.place)
        self._calls = Calls(
            account=account,
            api=account.api(*self.API),
            name=settings.name,
            pause=pause,
            chance=chance,
        )

    @property
    def memo(self) -> str:
        """See the seam."""
        return self._memo.encode()

    def close(self) -> None:
        """See the seam."""
        self._account.close()

    def _ask(self, request: Any, *, again: bool = True) -> Json:
        """What one request is answered with. Raises Unreachable or Refused."""
        try:
            return self._calls.one(request, again=again)
        except HttpError as error:
            raise explained(error, self.name) from error

    def _new(self, request: Any) -> str:
        """The id of what `request` makes. Raises Unreachable or Refused."""
        made = self._ask(request, again=False).get("id")
        if not made or not isinstance(made, str):
            raise Unreachable(
                f"Calendar {self.name}: Google does not say what it made. Next: nothing."
            )
        return made

    def _pages(self, ask: Callable[..., Any], **asked: Any) -> list[Json]:
        """The items of all pages. Raises Unreachable or Refused."""
        found = pages(lambda more: self._ask(ask(**asked, **more)), self.name)
        return [row for page in found for row in items(page)]


def failed(error: CalendarError) -> Result:
    """What becomes of a write that `error` kept from being sent."""
    if isinstance(error, Unreachable):
        return Result(fate=Fate.LATER, why=str(error), after=error.after)
    return Result(fate=Fate.REFUSED, why=str(error))
