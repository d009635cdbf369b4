"""The server of syncd's own, kept up by a house: real processes throughout."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from zoneinfo import ZoneInfo

import pytest

from syncd.calendars.embedded import House, Houses, password, reach, trouble_of
from syncd.errors import StateError, Unreachable
from syncd.model.roster import EmbeddedSettings
from tests.servers import asked

ROOT = Path(__file__).parents[2]
LATEST = 60.0
"""Seconds after which what should have happened is taken not to happen."""
ANN = "ann"


@pytest.fixture
def settings(tmp_path: Path) -> EmbeddedSettings:
    return EmbeddedSettings(folder=tmp_path / "state" / "calendars", port=free_port())


@pytest.fixture
def houses() -> Iterator[Houses]:
    with Houses() as made:
        yield made


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def signs_in(settings: EmbeddedSettings, word: str) -> int:
    """The status of an answer to whoever signs in with `word`."""
    token = b64encode(f"{ANN}:{word}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Depth": "0"}
    return asked(settings.port, "PROPFIND", f"/{ANN}/", headers=headers)[0]


def server_of(settings: EmbeddedSettings) -> int:
    return int((settings.folder / "server").read_text())


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + LATEST
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)


def ended(process: int) -> bool:
    """Whether it is no more, or waits to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_lets_in_whoever_has_the_password_and_nobody_else(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    houses.at(settings, ANN).awake()
    assert signs_in(settings, password(settings.folder)) == 207
    assert signs_in(settings, "guess") == 401
    assert reach.is_up(settings)


def test_what_it_keeps_is_for_its_owner_alone(settings: EmbeddedSettings, houses: Houses) -> None:
    houses.at(settings, ANN).awake()
    modes = {each.name: each.stat().st_mode & 0o777 for each in settings.folder.iterdir()}
    assert (modes["password"], modes["users"]) == (0o600, 0o600)
    for folder in (settings.folder, settings.folder.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_the_password_stays_and_may_be_another_by_hand(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    word = password(settings.folder)
    assert password(settings.folder) == word
    assert len(word) >= 20
    (settings.folder / "password").write_text("of my own: it is!\n")
    houses.at(settings, ANN).awake()
    assert signs_in(settings, "of my own: it is!") == 207
    assert signs_in(settings, word) == 401


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used: Not a directory"):
        password(tmp_path / "file" / "calendars")


def test_it_ends_with_the_house(settings: EmbeddedSettings, houses: Houses) -> None:
    houses.at(settings, ANN).awake()
    process = server_of(settings)
    began = time.monotonic()
    houses.close()
    assert time.monotonic() - began < 1
    assert ended(process)
    assert not reach.is_up(settings)


def test_one_that_dies_is_started_again_and_that_is_remembered_until_it_runs_well(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    said: Queue[str] = Queue()
    houses.say = said.put
    house = houses.at(settings, ANN)
    house.awake()
    first = server_of(settings)
    os.kill(first, signal.SIGKILL)
    assert "ended by itself (SIGKILL)" in said.get(timeout=LATEST)
    with pytest.raises(Unreachable, match="ended by itself"):
        house.awake()
    eventually(lambda: reach.is_up(settings))
    house.awake()
    assert server_of(settings) != first
    told = trouble_of(settings.folder, ZoneInfo("Europe/Berlin"))
    assert "ended by itself (SIGKILL)" in told
    assert "Next: nothing, unless it comes again" in told
    houses.close()
    assert trouble_of(settings.folder, ZoneInfo("Europe/Berlin")) == ""


def test_a_port_that_is_taken_is_said_and_used_as_soon_as_it_is_free(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    house, zone = houses.at(settings, ANN), ZoneInfo("Europe/Berlin")
    said: list[str] = []
    houses.say = said.append
    with socket.create_server(("127.0.0.1", settings.port)):
        with pytest.raises(Unreachable, match="is taken by another program") as error:
            house.awake()
        assert f"such as 127.0.0.1:{settings.port + 1}" in str(error.value)
        assert not reach.is_up(settings)
        eventually(lambda: "again and again" in trouble_of(settings.folder, zone))
    eventually(lambda: reach.is_up(settings))
    assert len(said) == 1  # the same words once, however often it was tried
    house.awake()
    assert trouble_of(settings.folder, zone) == ""


@pytest.mark.parametrize(
    ("host", "said"),
    [("192.0.2.77", "192.0.2.77 is no address of this machine"), ("2001:db8::7", "no address")],
)
def test_an_address_that_is_another_machines_is_said(
    settings: EmbeddedSettings, houses: Houses, host: str, said: str
) -> None:
    elsewhere = EmbeddedSettings(folder=settings.folder, host=host, port=settings.port)
    with pytest.raises(Unreachable, match=said):
        houses.at(elsewhere, ANN).awake()


def test_it_moves_when_it_is_to_listen_elsewhere(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    houses.at(settings, ANN).awake()
    moved = EmbeddedSettings(folder=settings.folder, port=free_port())
    houses.at(moved, ANN).awake()
    assert signs_in(moved, password(settings.folder)) == 207
    assert not reach.reaches(settings)


def test_one_nobody_wants_any_more_ends(settings: EmbeddedSettings, houses: Houses) -> None:
    houses.at(settings, ANN).awake()
    houses.keep([None, settings])
    assert reach.is_up(settings)
    houses.keep([None])
    assert not reach.reaches(settings)


def test_two_syncds_share_one_and_the_second_takes_over(
    settings: EmbeddedSettings, houses: Houses
) -> None:
    first = houses.at(settings, ANN)
    first.awake()
    process = server_of(settings)
    with Houses() as others:
        second = others.at(settings, ANN)
        second.awake()
        assert server_of(settings) == process
        others.close()
        assert reach.is_up(settings), "it is not the second's to end"
    with Houses() as others:
        others.at(settings, ANN).awake()
        first.close()
        eventually(lambda: reach.is_up(settings) and server_of(settings) != process)
        others.at(settings, ANN).awake()


CHILD = """
import sys, time
from pathlib import Path
from syncd.calendars.embedded import Houses
from syncd.calendars.embedded import server
from syncd.model.roster import EmbeddedSettings
if sys.argv[3] == "orphan":  # as where the system tells nobody that their parent ended
    server.LAUNCH = server.LAUNCH.replace("prctl(1, 15)", "getpid()")
house = Houses().at(EmbeddedSettings(folder=Path(sys.argv[1]), port=int(sys.argv[2])), "ann")
house.awake()
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def killed(settings: EmbeddedSettings) -> Iterator[Callable[[str], int]]:
    """Has a syncd start the server, kills that syncd, and gives the process id of the server."""
    left: list[int] = []

    def kill(how: str) -> int:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, settings.folder, str(settings.port), how],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"up\n"
            left.append(server_of(settings))
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
        return left[-1]

    yield kill
    for process in left:
        if not ended(process):
            os.kill(process, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_it_ends_when_its_syncd_is_killed(
    settings: EmbeddedSettings, killed: Callable[[str], int]
) -> None:
    process = killed("told")
    eventually(lambda: ended(process))


def test_one_that_was_left_behind_does_not_block_the_next(
    settings: EmbeddedSettings, killed: Callable[[str], int], houses: Houses
) -> None:
    process = killed("orphan")
    assert not ended(process)
    house: House = houses.at(settings, ANN)
    house.awake()
    assert ended(process)
    assert server_of(settings) != process
    assert signs_in(settings, password(settings.folder)) == 207


def test_no_secret_of_syncds_is_in_its_environment(
    settings: EmbeddedSettings, houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCD_PASSWORD", "hunter2")
    houses.at(settings, ANN).awake()
    found = Path(f"/proc/{server_of(settings)}/environ")
    if not found.exists():
        pytest.skip("no /proc here")
    assert b"hunter2" not in found.read_bytes()
    command = Path(f"/proc/{server_of(settings)}/cmdline").read_bytes()
    assert password(settings.folder).encode() not in command


def test_on_ipv6(tmp_path: Path, houses: Houses) -> None:
    settings = EmbeddedSettings(folder=tmp_path / "calendars", host="::1", port=free_port())
    assert settings.url == f"http://[::1]:{settings.port}/"
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    houses.at(settings, ANN).awake()
    assert reach.is_up(settings)


@pytest.mark.parametrize(
    ("host", "private", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:5232/"),
        ("::1", True, "http://[::1]:5232/"),
        ("0.0.0.0", False, "http://127.0.0.1:5232/"),
        ("::", False, "http://[::1]:5232/"),
        ("192.0.2.8", False, "http://192.0.2.8:5232/"),
    ],
)
def test_who_reaches_it(host: str, private: bool, url: str) -> None:
    settings = EmbeddedSettings(folder=Path("/"), host=host)
    assert (reach.is_private(settings), settings.url) == (private, url)
    others = reach.address(settings)
    assert others.startswith("http://")
    assert others.endswith(":5232/")
    assert private == ("127.0.0.1" in others or "::1]" in others)


def test_a_folder_that_is_no_folder_is_said_and_tried_again(
    settings: EmbeddedSettings, houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.calendars.embedded.house.LONGEST", 0.1)
    settings.folder.parent.mkdir()
    settings.folder.write_text("")
    house = houses.at(settings, ANN)
    with pytest.raises(Unreachable, match=r"cannot be used: .* Next: see that this user may write"):
        house.awake()
    settings.folder.unlink()
    eventually(lambda: reach.is_up(settings))
