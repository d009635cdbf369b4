"""Secrets from the keyring, by the library itself and a backend of our own under it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as Nowhere
from keyring.errors import KeyringLocked

from syncd.config import keyrings, load
from syncd.errors import ConfigError
from syncd.model.roster import Secret
from tests.config.world import CONFIG, ENV, broken, loaded, put

WORDS = "hunter2"


@dataclass
class Chest(KeyringBackend):
    """A keyring in memory; `trouble` is raised whenever it is opened."""

    priority = 1
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.trouble is not None:
            raise self.trouble
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def chest() -> Iterator[Chest]:
    """The keyring of this process, for one test."""
    before = keyring.get_keyring()
    chest = Chest()
    keyring.set_keyring(chest)
    yield chest
    keyring.set_keyring(before)


def asked(folder: Path) -> Secret:
    config = broken(CONFIG, ("!env SYNCD_PASSWORD", "!keyring caldav"))
    return loaded(folder, config).roster.calendars["home"].password


def said(secret: Secret) -> str:
    assert secret.missing is not None
    return str(secret.missing)


def test_a_secret_comes_from_the_keyring(chest: Chest, tmp_path: Path) -> None:
    keyring.set_password("syncd", "caldav", WORDS)
    found = asked(tmp_path)
    assert found.reveal() == WORDS
    assert found.origin == "caldav in the keyring"
    assert WORDS not in repr(found)
    config = broken(CONFIG, ("!env SYNCD_PASSWORD", "!keyring caldav"))
    assert loaded(tmp_path, config).warnings == loaded(tmp_path).warnings


def test_what_is_not_there_says_how_to_put_it_in(chest: Chest, tmp_path: Path) -> None:
    keyring.set_password("other", "caldav", WORDS)
    for value in (None, ""):
        if value is not None:
            keyring.set_password("syncd", "caldav", value)
        assert said(asked(tmp_path)).endswith(
            "config.yaml:11:15: password: the keyring holds no caldav for syncd. "
            "Next: keyring set syncd caldav"
        )


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (KeyringLocked(WORDS), "the keyring is locked. Next: unlock it"),
        (OSError(WORDS), "the keyring failed (OSError). Next: see whether the command keyring get"),
    ],
)
def test_what_a_keyring_says_is_not_passed_on(
    trouble: Exception, expected: str, chest: Chest, tmp_path: Path
) -> None:
    chest.trouble = trouble
    secret = asked(tmp_path)
    assert expected in str(secret.missing)
    assert WORDS not in f"{secret} {secret!r} {secret.missing}"


def test_a_machine_without_a_keyring(chest: Chest, tmp_path: Path) -> None:
    keyring.set_keyring(Nowhere())
    assert "there is no keyring on this machine" in said(asked(tmp_path))


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "Next: pip install 'syncd[keyring]'" in said(asked(tmp_path))


def test_a_keyring_that_waits_for_somebody_is_not_waited_for(
    chest: Chest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Event()
    monkeypatch.setattr(chest, "get_password", lambda *asked: opened.wait(60))
    with pytest.raises(keyrings.Unavailable, match=r"did not answer within 0\.01 seconds"):
        keyrings.read("caldav", patience=0.01)
    opened.set()


def test_it_is_asked_only_where_the_config_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert load(put(tmp_path), ENV).roster.calendars["home"].password.reveal() == WORDS


def test_of_what(tmp_path: Path) -> None:
    config = broken(CONFIG, ("!env SYNCD_PASSWORD", "!keyring"))
    with pytest.raises(ConfigError, match=r"password: !keyring of what\? Forms: .*!keyring caldav"):
        loaded(tmp_path, config)
