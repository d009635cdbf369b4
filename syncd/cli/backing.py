"""The verbs over the database as a file: backup, and restore with a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.cli import ends, say
from syncd.cli.presence import present
from syncd.cli.setting import Setting
from syncd.errors import StateError, UsageError
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.model.records import State
    from syncd.store.sql import SqlStore


def backup(setting: Setting, file: Path, force: bool, as_json: bool) -> int:
    """Copy all that is remembered to `file`, whoever is at work on it. Raises UsageError where
    there is such a file and no `force`, and StateError."""
    memory, zone = setting.memory()
    _check_other(file, memory)
    if file.is_dir():
        raise UsageError(f"{file} is a folder. Next: name a file in it: {file}/syncd.backup")
    if not file.absolute().parent.is_dir():  # perhaps a disk that is not mounted
        raise UsageError(f"There is no folder {file.parent}. Next: make it, or name another one.")
    if not force and file.exists():
        raise UsageError(f"{file} is there already. Next: name another, or add --force.")
    with say.progress("backing up") as progress:
        memory.backup(file.absolute(), progress)
    state = memory.load()
    if as_json:
        say.answer_json({"file": str(file), "bytes": file.stat().st_size, **_plain(state, zone)})
    else:
        say.answer(
            f"Backed up: {_said(state, zone)}, into {file}. "
            "Config, people files, sign-ins and a calendar on syncd's own server are files of "
            f"their own: keep them too. Next, when it is needed: syncd restore {file}"
        )
    return ends.DONE


def restore(setting: Setting, file: Path, yes: bool, as_json: bool) -> int:
    """Have the database be what the backup `file` holds, once the user agrees; what it held is
    kept beside it. Raises UsageError and StateError, the database being as it was."""
    setting.writes()
    memory, zone = setting.memory()
    if not file.is_file():
        raise UsageError(f"There is no file {file}. Next: name a backup that syncd backup made.")
    _check_other(file, memory)
    with present(memory.path):
        before = _remembered(memory, zone)
        if before and not yes:
            if as_json or not say.interactive():
                raise UsageError(
                    f"{file} would replace {before}. Nothing was changed. Next: add --yes."
                )
            if say.ask(f"Replace {before}? (y/n)", "n").casefold() not in ("y", "yes"):
                say.answer("Nothing was changed.")
                return ends.DONE
        with say.progress("restoring") as progress:
            kept = memory.restore(file.absolute(), progress)
    state = memory.load()
    if as_json:
        kept_at = str(kept) if kept else None
        say.answer_json({"file": str(file), "kept": kept_at, **_plain(state, zone)})
        return ends.DONE
    said = f" What was there before is kept: {kept}." if kept else ""
    say.answer(
        f"Put back from {file}: {_said(state, zone)}.{said} What happened since is read from the "
        "calendar as far as it shows there. Next: syncd plan shows what comes of it."
    )
    return ends.DONE


def _check_other(file: Path, memory: SqlStore) -> None:
    if file.exists() and memory.path.exists() and file.samefile(memory.path):
        raise UsageError(f"{file} is the database itself. Next: name another file.")


def _remembered(memory: SqlStore, zone: ZoneInfo) -> str:
    """What stands in the place of a backup that is to be put back, in words; empty for nothing."""
    if not memory.path.exists():
        return ""
    try:
        state = memory.load()
    except StateError:
        return f"{memory.path}, which cannot be used"
    anything = state.facts or state.records or state.settings or state.pauses
    return f"{_said(state, zone)}, in {memory.path}" if anything else ""


def _said(state: State, zone: ZoneInfo) -> str:
    newest = _newest(state, zone)
    until = f" until {newest:%Y-%m-%d %H:%M}" if newest else ""
    entries = plural(len(state.records), "entry", "entries")
    return f"{plural(len(state.facts), 'line')} of the log{until}, {entries}"


def _plain(state: State, zone: ZoneInfo) -> dict[str, object]:
    newest = _newest(state, zone)
    return {
        "log_lines": len(state.facts),
        "newest": newest.isoformat(timespec="seconds") if newest else None,
        "entries": len(state.records),
    }


def _newest(state: State, zone: ZoneInfo) -> datetime | None:
    return max((fact.recorded.astimezone(zone) for fact in state.facts), default=None)
