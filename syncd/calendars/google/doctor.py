"""Examining a calendar at Google, up to where all calendars are alike."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from syncd.calendars.google.account import Account
from syncd.calendars.google.ends import notice_of
from syncd.calendars.google.signin import scopes_for
from syncd.calendars.reach import clock, network
from syncd.model.examination import Ailing, Check, Found
from syncd.model.roster import CalendarSettings, account_of

GOOGLE = "https://www.googleapis.com/"


def checks(
    settings: CalendarSettings,
    account: Account,
    now: Callable[[], datetime],
    diaries: Iterable[CalendarSettings] = (),
) -> Iterator[tuple[str, Check]]:
    """The sign-in's file, network, sign-in, clock, rights, those for `diaries` among them, and how
    long they last."""
    assert settings.google is not None
    root = settings.google.endpoint or GOOGLE
    patient = _Patient(settings, account, root, tuple(diaries))
    yield "sign-in file", patient.file
    yield from network(root)
    yield "sign in", patient.sign_in
    yield "clock", lambda: clock(patient.date, now())
    yield "rights", patient.rights
    yield "lasts", patient.lasts


class _Patient:
    def __init__(
        self,
        settings: CalendarSettings,
        account: Account,
        root: str,
        diaries: tuple[CalendarSettings, ...],
    ) -> None:
        self._settings = settings
        self._diaries = diaries
        self._account = account
        self._root = root
        self.date: str | None = None
        """The server's Date header."""

    def file(self) -> Found:
        assert self._settings.google is not None
        path = self._settings.google.token
        self._account.ready(self._settings.name)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return Found(
                said=str(path),
                doubt=f"Others may read it ({mode:o}). Next: chmod 600 {path}",
            )
        return Found(said=str(path))

    def sign_in(self) -> Found:
        self._account.refresh(self._settings.name)
        answer, _ = self._account.http.request(f"{self._root}calendar/v3/users/me/calendarList")
        self.date = answer.get("date")
        return Found(said="Google takes the sign-in")

    def rights(self) -> Found:
        needed = scopes_for([self._settings], self._diaries)
        missing = [each for each in needed if each not in self._account.scopes]
        name = account_of(self._settings.name)
        if missing:
            names = ", ".join(each.rpartition("/")[2] for each in missing)
            raise Ailing(f"the sign-in does not allow {names}. Next: syncd auth google {name}")
        return Found(said=", ".join(each.rpartition("/")[2] for each in needed))

    def lasts(self) -> Found:
        _, notice = notice_of(self._settings) or (None, "")
        if notice:
            return Found(said="", doubt=notice.partition(": ")[2])
        return Found(said="until it is revoked, or not used for six months")
