"""What counts as a change of the YAML files, and when."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncd.engine.reload import Watch


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.yaml"
    file.write_text("- name: Ann\n")
    return file


@pytest.fixture
def watch(people: Path) -> Watch:
    made = Watch()
    made.taken([people])
    assert not made.changed()
    return made


def rewritten(file: Path, text: str) -> None:
    """As an editor saves: another file takes the place of the old one."""
    new = file.with_name(".new")
    new.write_text(text)
    new.replace(file)


def test_nothing_changes_by_itself(watch: Watch) -> None:
    assert [watch.changed() for _ in range(3)] == [False, False, False]


def test_a_change_counts_once_it_stands_still(watch: Watch, people: Path) -> None:
    people.write_text("- name: Ann\n- name: Bo")
    assert not watch.changed()
    people.write_text("- name: Ann\n- name: Bob\n")
    assert not watch.changed()
    assert watch.changed()


def test_a_change_is_told_until_it_is_taken(watch: Watch, people: Path) -> None:
    people.write_text("- name: Ann Lee\n")
    assert [watch.changed() for _ in range(3)] == [False, True, True]
    watch.taken([people])
    assert not watch.changed()


def test_a_file_of_the_same_size_and_time_put_in_its_place_is_a_change(
    watch: Watch, people: Path
) -> None:
    stat = people.stat()
    rewritten(people, "- name: Bob\n")
    os.utime(people, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert [watch.changed() for _ in range(2)] == [False, True]


def test_a_change_while_the_config_is_read_is_not_lost(watch: Watch, people: Path) -> None:
    watch.look()
    people.write_text("- name: Ann Lee, written while the old text was being read\n")
    watch.taken([people])
    assert [watch.changed() for _ in range(2)] == [False, True]


def test_a_new_file_beside_them_is_a_change_as_it_may_fit_a_glob(
    watch: Watch, people: Path
) -> None:
    (people.parent / "friends.yaml").write_text("[]\n")
    assert [watch.changed() for _ in range(2)] == [False, True]


def test_other_files_beside_them_are_none(watch: Watch, people: Path) -> None:
    for name in ("default.sqlite-wal", ".people.yaml.swp", "people.yaml~", ".hidden.yaml"):
        (people.parent / name).write_text("x")
    assert [watch.changed() for _ in range(2)] == [False, False]


def test_a_file_that_goes_is_a_change_and_its_coming_back_as_it_was_is_none(
    watch: Watch, people: Path
) -> None:
    away = people.with_name("away")
    people.rename(away)
    assert [watch.changed() for _ in range(2)] == [False, True]
    away.rename(people)
    assert [watch.changed() for _ in range(2)] == [False, False]


def test_a_folder_that_goes_is_a_change_and_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    file = folder / "config.yaml"
    file.write_text("{}")
    watch = Watch()
    watch.taken([file])
    file.unlink()
    folder.rmdir()
    assert [watch.changed() for _ in range(2)] == [False, True]
