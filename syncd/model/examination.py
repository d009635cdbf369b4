"""An examination, step by step, of something on a server: what is found out, and what to do.

It is done in order; what depends on a step that failed is not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from syncd.errors import ConfigError, SyncdError


class Verdict(StrEnum):
    """What came of a step."""

    WELL = "well"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an examination."""

    name: str
    verdict: Verdict
    said: str
    remedy: str = ""
    """What to do, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a check found out."""

    said: str
    doubt: str = ""
    """What is not as it should be, with what to do after `Next: `; empty where all is well."""


Check = Callable[[], Found]
"""Raises SyncdError where the step fails."""


def examined(checks: Iterable[tuple[str, Check]]) -> Iterator[Step]:
    """The steps of `checks`, each as it is done."""
    failed = ""
    for name, check in checks:
        if failed:
            said = f"not tried, since {failed} failed"
            yield Step(name=name, verdict=Verdict.NOT_TRIED, said=said)
            continue
        step = _done(name, check)
        if step.verdict is Verdict.FAILED:
            failed = name
        yield step


def _done(name: str, check: Check) -> Step:
    try:
        found = check()
    except NotTried as reason:
        return _step(name, Verdict.NOT_TRIED, str(reason))
    except ConfigError as error:
        said = "; ".join(problem.message for problem in error.problems)
        return _step(name, Verdict.FAILED, said)
    except SyncdError as error:
        return _step(name, Verdict.FAILED, str(error))
    except Exception as error:  # an examination goes on, whatever it meets
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return _step(name, Verdict.FAILED, f"{said}. Next: report this, it is a fault of syncd's.")
    if found.doubt:
        said = f"{found.said}. {found.doubt}" if found.said else found.doubt
        return _step(name, Verdict.DOUBTFUL, said)
    return _step(name, Verdict.WELL, found.said)


def _step(name: str, verdict: Verdict, said: str) -> Step:
    told, _, remedy = said.partition(" Next: ")
    return Step(name=name, verdict=verdict, said=told, remedy=remedy)


class NotTried(Exception):
    """There is nothing to be tried, and that is no fault."""


class Ailing(SyncdError):
    """Something does not work."""

    exit_status = 3
