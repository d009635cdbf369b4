"""Who is told of what, and where numbers are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.world import CONFIG, ENV, loaded, put, said

URL = "ntfys://ann:t0psecret@ntfy.example.org/syncd"


def test_addresses_are_secrets_and_there_is_a_default_for_what_is_told(tmp_path: Path) -> None:
    text = f"{CONFIG}notify: {{urls: [!env SYNCD_NOTIFY]}}\n"
    notify = loaded(tmp_path, text, env={**ENV, "SYNCD_NOTIFY": URL}).roster.notify
    assert notify is not None
    assert notify.on == {"failing", "held"}
    (url,) = notify.urls
    assert url.reveal() == URL
    assert "t0psecret" not in repr(notify)


def test_nobody_is_told_without_an_address(tmp_path: Path) -> None:
    assert loaded(tmp_path).roster.notify is None
    assert loaded(tmp_path, f"{CONFIG}notify: {{urls: []}}\n").roster.notify is None


def test_a_new_address_is_no_reason_to_plan_anew(tmp_path: Path) -> None:
    before = loaded(tmp_path).roster
    after = loaded(tmp_path, f"{CONFIG}notify: {{urls: {URL}}}\n").roster
    assert before != after
    assert before.digest == after.digest


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "notify: {urls: !env X, on: [failin]}",
            "31:29: on: «failin» is not known.",
        ),
        ("notify: {urls: !env ''}", "31:16: urls: !env of what? Forms: !env SYNCD_NOTIFY"),
        ("notify: {urls: [{a: b}]}", "31:16: urls: is one text, !env NAME, !file"),
        ("notify: {url: x}", "31:10: url: is no key here. Did you mean urls?"),
        (f'notify: {{urls: "{URL}"}}', "31:16: warning: urls: stands here in plain"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, text: str, problem: str) -> None:
    (told,) = said(put(tmp_path, f"{CONFIG}{text}\n"))
    assert told.partition("config.yaml:")[2].startswith(problem), told
    assert "t0psecret" not in told


def test_the_port_of_the_metrics(tmp_path: Path) -> None:
    assert loaded(tmp_path).roster.metrics is None
    assert loaded(tmp_path, f"{CONFIG}metrics: 19464\n").roster.metrics == 19464
    (told,) = said(put(tmp_path, f"{CONFIG}metrics: 65536\n"))
    assert "metrics: «65536» is no whole number from 1 to 65535." in told
