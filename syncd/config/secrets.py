"""Passwords: from the environment, from a file, from the keyring, or, with a warning, from the
config itself.

A password is never part of a message. One that cannot be had is no problem until somebody needs
it: the journal can be read without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from syncd.config import keyrings
from syncd.config.names import resolved, shown
from syncd.config.nodes import TAGS, UNKNOWN, Text
from syncd.errors import Problem
from syncd.model.roster import Secret
from syncd.model.words import short

FORMS = "Forms: !env SYNCD_PASSWORD, !file /run/secrets/caldav, !keyring caldav."
FORMS_OF_URLS = "Forms: !env SYNCD_NOTIFY, !file /run/secrets/notify, !keyring notify."
NONE = Secret(value="")
"""The password of whoever needs none."""


def read_secret(
    text: Text,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
    called: str = "password",
) -> Secret:
    """The password that `text` says, or says where to find: below `folder`, in `env`. A doubt about
    it, under the key that it is `called` by, goes to `problems`, a file that holds it to
    `files`."""
    forms = FORMS if called == "password" else FORMS_OF_URLS
    if text.tag in TAGS and not text:
        problems.append(text.place.problem(f"{called}: {text.tag} of what? {forms}"))
        return Secret()
    if text.tag == "!env" and not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text):
        message = f"{called}: what stands after !env is no name of a variable. {forms}"
        problems.append(text.place.problem(message))
        return Secret()
    if text.tag == "!env":
        return _from_environment(text, env, called)
    if text.tag == "!file":
        path = resolved(text, folder, env)
        files.append(path)
        return _from_file(text, path, called)
    if text.tag == "!keyring":
        return _from_keyring(text, called)
    if text.tag == UNKNOWN:
        return Secret()
    if text.nothing:
        problems.append(text.place.problem(f"{called}: is empty. {forms}"))
        return Secret()
    message = f"{called}: stands here in plain text. Next: put it into the environment, a file of "
    message += "its own or the keyring, and write !env NAME, !file PATH or !keyring NAME."
    problems.append(text.place.problem(message, warning=True))
    return Secret(value=str(text), origin=str(text.place))


def _from_environment(text: Text, env: Mapping[str, str], called: str) -> Secret:
    if env.get(text):
        return Secret(value=env[text], origin=str(text))
    state = "is empty" if text in env else "is not set"
    message = f"{called}: {short(text)} {state} in the environment. Next: export {short(text)}=…"
    return Secret(missing=text.place.problem(message), origin=str(text))


def _from_file(text: Text, path: Path, called: str) -> Secret:
    name = shown(path)
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
        trouble = "" if value else "is empty"
    except FileNotFoundError:
        value, trouble = "", "does not exist"
    except OSError as error:
        value, trouble = "", f"cannot be read: {error.strerror or error}"
    except UnicodeDecodeError:
        value, trouble = "", "is no text in UTF-8"
    if value:
        return Secret(value=value, origin=name)
    of = called.removesuffix("s")
    message = f"{called}: the file {name} {trouble}. Next: write the {of} into it, alone."
    return Secret(missing=text.place.problem(message), origin=name)


def _from_keyring(text: Text, called: str) -> Secret:
    origin = f"{text!s} in the keyring"
    try:
        return Secret(value=keyrings.read(text), origin=origin)
    except keyrings.Unavailable as error:
        return Secret(missing=text.place.problem(f"{called}: {error}"), origin=origin)
