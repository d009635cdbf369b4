"""On a network that is not plain: a CA of one's own, a proxy, IPv6."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from syncd import post
from syncd.calendars.caldav.transport import Transport
from syncd.calendars.google.wire import Wire
from syncd.cli.trust import trust
from syncd.errors import UsageError
from syncd.model.roster import Notify, Secret
from tests.cli.desk import NOW, Desk
from tests.emulator.google import Account
from tests.listener import listening
from tests.servers import Server, port_of
from tests.tunnel import Authority, authority, ending_tls, proxy


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


def by_caldav(url: str) -> None:
    Transport(name="home", url=url, username="", password="", origin="").request("OPTIONS", url)


def by_google(url: str) -> None:
    Wire().request(url, "POST", body="{}")


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("way", [by_caldav, by_google])
def test_a_ca_of_ones_own(
    way: Callable[[str], None],
    name: str,
    ours: Authority,
    radicale: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", env)
    with ending_tls(port_of(radicale), ours) as tls:
        url = f"https://localhost:{tls.port}/"
        with pytest.raises(Exception, match="certificate"):
            way(url)
        env[name] = str(ours.ca)
        trust(env)
        way(url)


def test_notifications_trust_it_too(ours: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    env: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", env)
    with listening() as listener, ending_tls(listener.port, ours) as tls:
        env["SSL_CERT_FILE"] = str(ours.ca)
        trust(env)
        url = f"jsons://localhost:{tls.port}/told"
        assert post.send(Notify(urls=(Secret(value=url),), on=frozenset()), post.PROOF) == ()
        assert len(listener.got) == 1


def test_a_sync_by_tls_and_ipv6(desk: Desk, radicale: Server, ours: Authority) -> None:
    with ending_tls(port_of(radicale), ours, host="::1") as tls:
        home = radicale.url.partition("://")[2].partition("/")[2]
        desk.write(replace(radicale, url=f"https://[::1]:{tls.port}/{home}"), "Ann Lee")
        said = desk.at(NOW, "sync")
        assert said.status == 3
        assert said.err.endswith("a CA of your own is named by SSL_CERT_FILE.\n")
        desk.env["SSL_CERT_FILE"] = str(ours.ca)
        assert desk.at(NOW, "sync").status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read (No such file or directory)"), ("DER", "holds no certificate in PEM")],
)
def test_a_file_of_authorities_that_will_not_do(text: str | None, said: str, desk: Desk) -> None:
    file = desk.folder / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UsageError, match="named by SSL_CERT_FILE"):
        trust({"SSL_CERT_FILE": str(file)})
    desk.env["SSL_CERT_FILE"] = str(file)
    told = desk.syncd("sync")
    assert told.status == 2
    assert said in told.err and "Next: mend the file or SSL_CERT_FILE" in told.err


def test_a_sync_by_a_proxy(desk: Desk, radicale: Server, ours: Authority) -> None:
    desk.write(radicale, "Ann Lee")
    with proxy() as way:
        desk.env |= {"HTTP_PROXY": f"http://127.0.0.1:{way.port}", "NO_PROXY": "127.0.0.1"}
        assert desk.process("--now", NOW, "--rehearse", "sync").status == 0
        assert way.asked == []
        desk.env["NO_PROXY"] = ""
        assert desk.process("--now", NOW, "--rehearse", "sync").status == 0
        assert way.asked and all("://127.0.0.1:" in each for each in way.asked)


def test_google_by_a_proxy(
    google: Account, ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"HTTPLIB2_CA_CERTS": str(ours.ca)}
    monkeypatch.setattr(os, "environ", env)
    port = int(google.url.rstrip("/").rpartition(":")[2].partition("/")[0])
    with ending_tls(port, ours) as tls, proxy() as way:
        env["https_proxy"] = f"http://127.0.0.1:{way.port}"
        Wire().request(f"https://localhost:{tls.port}/nothing")
        assert way.asked == [f"CONNECT localhost:{tls.port}"]
        env["no_proxy"] = "localhost"
        Wire().request(f"https://localhost:{tls.port}/nothing")
        assert len(way.asked) == 1


def test_a_proxy_that_is_away_is_named_and_its_password_is_not(
    desk: Desk, radicale: Server
) -> None:
    desk.write(radicale, "Ann Lee")
    desk.env["HTTP_PROXY"] = "http://ann:t0psecret@127.0.0.1:9"
    said = desk.process("--now", NOW, "--rehearse", "sync")
    assert said.status == 3
    assert "cannot be reached by way of the proxy (connection refused)" in said.err
    assert "Next: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY" in said.err
    assert "t0psecret" not in said.out + said.err
