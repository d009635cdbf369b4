"""Asking Google: one request, or many in batches, each answer its own.

What may pass is tried again a few times, a little later each time; so is what was lost on the way,
but for what must not be done twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.auth.exceptions import RefreshError

from syncd.calendars.base import Pause
from syncd.calendars.google.account import Account, Api, Batch
from syncd.calendars.google.errors import FAILURES, explained, status_of
from syncd.calendars.tally import REQUESTS
from syncd.errors import CalendarError, Refused, Unreachable

MOST = 50
"""Parts of a batch."""
TRIES = 4
LONGEST = 30.0
"""Seconds that Google may ask to be left alone and still be waited for."""
Answer = dict[str, Any] | Exception
"""What a part of a batch is answered with."""
_TELLING = (304, 400, 404, 409, 410, 412)
"""Answers that whoever asks must understand: they are given to them as they are."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Sends requests to `api` by `account`, for the calendar called `name`; waits by `pause`."""

    account: Account
    api: Api
    name: str
    pause: Pause = time.sleep
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def one(self, request: Any, *, again: bool = True) -> dict[str, Any]:
        """What one request is answered with; unless `again`, it is sent once. Raises Unreachable or
        Refused, and HttpError for an answer that has to be understood (404, 409, 410, 412)."""
        for turn in range(TRIES):
            self.account.ready(self.name)
            self.account.pace.spend(1)
            REQUESTS.add(self.name)
            try:
                found: dict[str, Any] = request.execute(http=self.account.http)
                return found if isinstance(found, dict) else {}
            except FAILURES as error:
                if status_of(error) in _TELLING:
                    raise
                failure = self._failure(error)
                if not again or not self._waited(failure, turn):
                    raise failure from error
        raise AssertionError("the last turn raises")

    def many(self, requests: Sequence[Any], *, again: bool = True) -> list[Answer]:
        """What each of `requests` is answered with: an HttpError where the answer has to be
        understood, Unreachable or Refused for what failed; unless `again`, nothing is sent twice.
        Raises nothing."""
        answers: dict[int, Answer] = {}
        left = list(range(len(requests)))
        for turn in range(TRIES):
            for start in range(0, len(left), MOST):
                chunk = left[start : start + MOST]
                told = self._batch([requests[n] for n in chunk])
                answers.update(zip(chunk, told, strict=True))
            failed = [n for n in left if isinstance(answers[n], Unreachable)]
            failures = [each for n in failed if isinstance(each := answers[n], Unreachable)]
            if not again or not failures or not self._waited(_worst(failures), turn):
                break
            left = failed
        return [answers[n] for n in range(len(requests))]

    def _batch(self, requests: list[Any]) -> list[Answer]:
        found: dict[str, Answer] = {}

        def answered(id: str, answer: Any, error: Exception | None) -> None:
            if error is None:
                found[id] = answer if isinstance(answer, dict) else {}
            elif status_of(error) in _TELLING:
                found[id] = error
            else:
                found[id] = self._failure(error)

        try:
            self.account.ready(self.name)
            wait = self.account.pace.wait(len(requests))
            if wait > 0:
                self.pause(wait)
            self.account.pace.spend(len(requests))
            batch = Batch(callback=answered, batch_uri=self.api.batch)
            for n, request in enumerate(requests):
                batch.add(request, request_id=str(n))
            REQUESTS.add(self.name)
            batch.execute(http=self.account.http)
        except (*FAILURES, CalendarError) as error:
            failure = self._failure(error)
            return [found.get(str(n), failure) for n in range(len(requests))]
        lost = Unreachable(f"Calendar {self.name}: Google left a part out. Next: nothing.")
        return [found.get(str(n), lost) for n in range(len(requests))]

    def _failure(self, error: Exception) -> CalendarError:
        failure = explained(error, self.name, testing=self.account.testing)
        if isinstance(failure, Refused) and isinstance(error, RefreshError):
            self.account.died(failure)
        return failure

    def _waited(self, failure: CalendarError, turn: int) -> bool:
        """Wait before the next try; False where there is to be none."""
        if not isinstance(failure, Unreachable) or turn + 1 >= TRIES:
            return False
        asked = failure.after.total_seconds() if failure.after is not None else 0.0
        if asked > LONGEST:
            return False
        self.pause(max(asked, 2.0**turn / 2 * (0.75 + self.chance() / 2)))
        return True


def _worst(failures: list[Unreachable]) -> Unreachable:
    """The one that asks for the longest rest."""
    return max(failures, key=lambda each: each.after.total_seconds() if each.after else 0.0)
