"""Sending notifications by apprise. Its addresses hold passwords and tokens: nothing here, in words
or in errors, says more of one than where config has it from and which service it is of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncd.errors import Undelivered
from syncd.model.examination import Check, Found
from syncd.model.letters import Letter
from syncd.model.roster import Notify

if TYPE_CHECKING:
    from apprise import Apprise

PROOF = Letter(
    title="syncd: this is a test",
    body="Notifications from syncd arrive here. There is nothing to do.",
    bad=False,
)


def send(wanted: Notify, letter: Letter) -> tuple[str, ...]:
    """Send `letter` to every address, and give what went wrong, in sentences. Raises Undelivered
    where nobody at all got it, and ConfigError where an address could not be had."""
    went_wrong: list[str] = []
    addresses = _addresses(wanted)
    for name, url in addresses:
        try:
            _sent(name, url, letter)
        except Undelivered as error:
            went_wrong.append(str(error))
    if len(went_wrong) == len(addresses):
        raise Undelivered(" ".join(went_wrong) or "There is no address for notifications.")
    return tuple(went_wrong)


def checks(wanted: Notify) -> Iterator[tuple[str, Check]]:
    """What an examination does: a test message goes to every address. Raises ConfigError where one
    could not be had."""
    for name, url in _addresses(wanted):

        def check(name: str = name, url: str = url) -> Found:
            _sent(name, url, PROOF)
            return Found(said="a test message was sent and taken; see whether it arrived")

        yield name, check


def unknown(wanted: Notify) -> list[str]:
    """A sentence for each address whose form no service has, of those that could be had. Asks
    nobody."""
    known = [each for each in wanted.urls if each.missing is None]
    addresses = _addresses(replace(wanted, urls=tuple(known)))
    return [_not_known(name) for name, url in addresses if not _post().add(url)]


def _not_known(name: str) -> str:
    return (
        f"Notifications by {name}: apprise does not know such an address. "
        "Next: see https://appriseit.com for the form that your service has."
    )


def _addresses(wanted: Notify) -> list[tuple[str, str]]:
    """Each address with what it is called: where config has it from, and its scheme."""
    found: list[tuple[str, str]] = []
    for secret in wanted.urls:
        urls = secret.reveal().split()
        for n, url in enumerate(urls, start=1):
            which = f" {n}" if len(urls) > 1 else ""
            found.append((f"{secret.origin}{which} ({_service(url)})", url))
    return found


def _service(url: str) -> str:
    """Of which service an address is, by its scheme; not even that of what is no address, since it
    may be a password alone."""
    try:
        return urlsplit(url).scheme if "://" in url else "no address"
    except ValueError:
        return "no address"


def _sent(name: str, url: str, letter: Letter) -> None:
    """Send `letter` to one address. Raises Undelivered."""
    post = _post()
    if not post.add(url):
        raise Undelivered(_not_known(name))
    from apprise import NotifyType

    kind = NotifyType.FAILURE if letter.bad else NotifyType.INFO
    try:
        taken = bool(post.notify(title=letter.title, body=letter.body, notify_type=kind))
    except Exception as error:  # of any of a hundred services; its words may hold the address
        raise Undelivered(
            f"Notifications by {name}: not sent ({type(error).__name__}). "
            "Next: syncd doctor --notify tries again."
        ) from None
    if not taken:
        raise Undelivered(
            f"Notifications by {name}: the service cannot be reached, or does not take them. "
            "Next: check the address and the network; syncd doctor --notify tries again."
        )


def _post() -> Apprise:
    from apprise import Apprise, AppriseAsset, NotifyFormat

    return Apprise(
        asset=AppriseAsset(
            app_id="syncd",
            app_desc="syncd",
            app_url="",
            async_mode=False,  # the caller's thread, and no other
            body_format=NotifyFormat.TEXT,
            secure_logging=True,
        )
    )
