"""What goes wrong with the container, and that it goes on once that is mended."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.container.box import Box, hand_over
from tests.container.conftest import PEOPLE, USER, Make
from tests.container.images import said
from tests.servers import Server

pytestmark = pytest.mark.container


def test_without_a_config_it_says_where_one_belongs(box: Box, config: Path) -> None:
    (config / "config.yaml").unlink()
    box.start()
    assert box.ended() == 1
    assert "/config/config.yaml: there is no such file. Next: " in box.output()


def test_a_wrong_secret_is_said_without_it_and_the_right_one_is_taken_while_it_runs(
    box: Box, config: Path, radicale: Server
) -> None:
    (config / "password").write_text("not-the-word")
    box.start()
    line = box.line("401")
    assert "password" in line["event"] and "Next: " in line["event"]
    status, words = box.healthy()
    assert status != 0 and "home" in words
    told = box.output() + words + json.dumps(box.inspected()) + box.ask("status")[1]
    assert "not-the-word" not in told

    (config / "password").write_text(radicale.password)
    assert box.created() == 4
    assert box.healthy()[0] == 0
    assert radicale.password not in box.output() + json.dumps(box.inspected())


def test_a_secret_that_is_missing_is_named(box: Box, config: Path) -> None:
    text = (config / "config.yaml").read_text()
    (config / "config.yaml").write_text(text.replace("!file password", "!file /run/secrets/caldav"))
    box.start()
    assert box.ended() == 1
    assert "config.yaml:8:15: password: the file /run/secrets/caldav does not exist. Next: " in (
        box.output()
    )


def test_a_full_disk_is_said_and_freed_it_goes_on(
    make: Make, tmp_path: Path, radicale: Server
) -> None:
    disk = tmp_path / "data"
    disk.mkdir()
    said("mount", "-t", "tmpfs", "-o", f"size=256k,uid={USER},gid={USER},mode=0700", "disk", disk)
    try:
        (disk / "junk").write_bytes(b"x" * (252 * 1024))
        box = make(disk)
        box.start()
        line = box.line("disk")
        assert "The disk is full: /data/" in line["event"] and "free some space" in line["event"]
        assert box.healthy()[0] != 0
        (disk / "junk").unlink()
        said("mount", "-o", "remount,size=16m", disk)
        assert box.created() == 4
        assert box.stop()[0] == 0
        box.remove()
    finally:
        said("umount", "--lazy", disk)


def test_a_volume_of_somebody_elses_is_said_and_handed_over_it_goes_on(
    make: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    box = make(folder)
    box.start()
    line = box.line("written")
    assert "/data/" in line["event"] and "user 1000" in line["event"]
    assert box.healthy()[0] != 0
    os.chown(folder, USER, USER)
    assert box.created() == 4


def test_as_any_other_user_it_works_on_a_volume_of_theirs(
    make: Make, tmp_path: Path, config: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    for each in (folder, config):
        hand_over(each, 4711)
    box = make(folder)
    box.start(options=("--user=4711:4711",))
    assert box.created() == PEOPLE.count("name:") + 1
    assert box.stop()[0] == 0
