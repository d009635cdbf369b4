"""Secrets in the desktop's keyring: GNOME's, KDE's, macOS's or Windows's, by the library `keyring`,
which is an extra (`syncd[keyring]`) and imported only where the config asks for it.

Whatever a backend says goes no further than the name of its error: it may hold the secret.
"""

from __future__ import annotations

from threading import Thread

from syncd.model.words import short

SERVICE = "syncd"
"""Under which name secrets stand in the keyring, each with a name of its own."""
PATIENCE = 20.0
"""Seconds: a locked keyring may ask somebody who is not there to unlock it."""


class Unavailable(Exception):
    """Why a secret could not be had from the keyring, and what to do."""


def read(name: str, patience: float = PATIENCE) -> str:
    """The secret called `name`, waiting `patience` seconds for it. Raises Unavailable."""
    found: list[str | Exception | None] = []

    def ask() -> None:
        try:
            import keyring

            found.append(keyring.get_password(SERVICE, name))
        except Exception as error:  # of any backend
            found.append(error)

    asking = Thread(target=ask, name="keyring", daemon=True)
    asking.start()
    asking.join(patience)
    if not found:
        raise Unavailable(
            f"the keyring did not answer within {patience:g} seconds. Next: unlock it, or where "
            "nobody can (a server, a container) use !file PATH."
        )
    if isinstance(found[0], Exception):
        raise Unavailable(_meaning(found[0], name)) from None
    if not found[0]:
        raise Unavailable(
            f"the keyring holds no {short(name)} for {SERVICE}. "
            f"Next: keyring set {SERVICE} {short(name)}"
        )
    return found[0]


def _meaning(error: Exception, name: str) -> str:
    if isinstance(error, ImportError):
        return (
            "Python's keyring is not installed. Next: pip install 'syncd[keyring]', into the "
            "environment that syncd runs in, or use !env NAME or !file PATH."
        )
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(error, NoKeyringError):
        return (
            "there is no keyring on this machine, or not for this user. Next: see keyring "
            "--list-backends; without a desktop use !file PATH."
        )
    if isinstance(error, KeyringLocked):
        return "the keyring is locked. Next: unlock it; signing in to the desktop does."
    return (
        f"the keyring failed ({type(error).__name__}). Next: see whether the command keyring get "
        f"{SERVICE} {short(name)} does better, or use !file PATH."
    )
