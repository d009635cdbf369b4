"""What is in the image, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncd import __version__
from tests.container.box import Box, hardened, megabytes, recorded, service
from tests.container.images import TAG, said

pytestmark = pytest.mark.container


def inspected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said("podman", "image", "inspect", TAG))[0]
    return found


def within(command: str) -> str:
    limits = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096")
    return said(
        *("podman", "--runtime=runc", "run", "--rm", "--network=none", "--user=0", *limits),
        *("--cap-drop=all", "--cap-add=dac_override", "--entrypoint=sh", TAG, "-c", command),
    )


def test_it_says_what_it_is_and_how_it_is_run() -> None:
    config = inspected()["Config"]
    assert config["User"] == "1000:1000"
    assert config["Volumes"] == {"/data": {}}
    assert config["Entrypoint"] == ["syncd"] and config["Cmd"] == ["run"]
    assert config["StopSignal"] in ("SIGTERM", "15")
    assert inspected()["Healthcheck"]["Test"] == ["CMD", "syncd", "health"]
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == "syncd"
    assert labels["org.opencontainers.image.version"] == __version__


def test_its_size_is_the_one_that_readme_says() -> None:
    assert megabytes() == pytest.approx(recorded(), rel=0.1)


def test_nothing_in_it_builds_or_installs_and_nothing_is_left_from_building() -> None:
    tools = "pip pip3 uv gcc cc make git curl wget"
    assert within(f"for each in {tools}; do command -v $each; done; true") == ""
    pips = "/usr/local/bin/python -m pip || python -m pip || python -m ensurepip"
    assert within(f"({pips} || echo none) 2>/dev/null") == "none\n"
    left = "/src /wheels /etc/pip.conf /run/secrets /root /var/cache /var/log /var/lib/apt/lists"
    named = "! -name .bashrc ! -name .profile"
    assert within(f"find {left} -type f -size +0 {named} 2>/dev/null; true") == ""


def test_no_secret_is_in_its_environment_or_history() -> None:
    names = {each.partition("=")[0] for each in inspected()["Config"]["Env"]}
    assert not any("PASSWORD" in name or "SECRET" in name or "TOKEN" in name for name in names)
    history = said("podman", "history", "--no-trunc", TAG)
    assert "--secret" not in history and "://" not in history


def test_every_module_is_compiled_for_a_root_file_system_that_cannot_be_written() -> None:
    code = "import syncd.cli.main, sqlalchemy, json; " + "".join(
        f"print(bool(__import__('os').path.exists(__import__('sys').modules['{name}'].__cached__)));"
        for name in ("syncd.cli.main", "sqlalchemy", "json")
    )
    assert within(f'python -c "{code}"').split() == ["True", "True", "True"]


def test_google_and_phone_numbers_work_without_what_was_left_out() -> None:
    code = (
        "import phonenumbers; from googleapiclient.discovery_cache import get_static_doc as doc; "
        "print(bool(doc('calendar', 'v3')), bool(doc('tasks', 'v1')), "
        "phonenumbers.is_valid_number(phonenumbers.parse('+49 30 901820')))"
    )
    assert within(f'python -c "{code}"').split() == ["True", "True", "True"]


def test_compose_restricts_it() -> None:
    assert {"--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"} < set(hardened())
    assert service()["volumes"] == ["${SYNCD_FOLDER:-./sample}:/config:ro", "syncd:/data"]
    assert "environment" not in service()


def test_as_compose_runs_it_nothing_can_be_written_but_its_data(box: Box) -> None:
    box.start("--version")
    assert box.ended() == 0
    assert box.output() == f"syncd {__version__}\n"
    box.start(
        "-c",
        "id -u; grep -e CapEff -e NoNewPrivs /proc/self/status;"
        "for each in /config /opt/syncd /etc /tmp /data; do"
        " touch $each/x 2>/dev/null && echo $each; done",
        options=("--entrypoint=sh",),
    )
    box.ended()
    assert box.output().split() == (
        ["1000", "CapEff:", "0000000000000000", "NoNewPrivs:", "1", "/tmp", "/data"]
    )
