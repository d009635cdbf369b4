"""Whose certificates are trusted: the public authorities', unless the environment names a file.

Each library that speaks TLS for us has a variable of its own: OpenSSL's SSL_CERT_FILE, which people
know, is heard by none of them, and none hears another's. Here whichever is set counts for all.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from syncd.errors import UsageError

NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS")
"""The first that is set counts for those that are not: CalDAV, address books and notifications hear
the second and third, Google the last."""


def trust(env: MutableMapping[str, str]) -> None:
    """Have `env` name one file of authorities for everybody, if it names any. Raises UsageError
    where that cannot be read, which the libraries would say worse, and much later."""
    named = next((name for name in NAMES if env.get(name)), "")
    if not named or Path(env[named]).is_dir():
        return
    try:
        with Path(env[named]).open("rb") as file:
            whole = b"-----BEGIN" in file.read()
    except OSError as error:
        why = f"cannot be read ({error.strerror or error})"
    else:
        why = "" if whole else "holds no certificate in PEM"
    if why:
        raise UsageError(
            f"The file {env[named]} of authorities, named by {named}, {why}. "
            f"Next: mend the file or {named}, or unset it to trust the public ones."
        )
    for name in NAMES:
        if not env.get(name):
            env[name] = env[named]
