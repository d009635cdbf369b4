"""The image, built where nothing but package archives may be reached.

Debian's podman and buildah are installed where they are missing, and the image that the Dockerfile
begins with is assembled by `base` where it is not there. The Dockerfile is built as it stands; this
machine's own settings of pip go in as secrets of the build.
"""

from __future__ import annotations

import ast
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = "python:3.13-slim"
TAG = "localhost/syncd:check"
TOOLS = ("podman", "buildah", "runc", "mmdebstrap")
# Containers may be all that there is: no systemd, and no user namespaces.
ENVIRONMENT = {**os.environ, "BUILDAH_ISOLATION": "chroot", "DISABLE_HC_SYSTEMD": "true"}
_HERE = ("cert", "constraint", "find-links")
"""Settings of pip that are about this machine's own files."""


class Unbuildable(Exception):
    """No container can be built here; says why."""


def said(*command: str | Path) -> str:
    """What a command says. Raises AssertionError with all that it said where it fails."""
    done = subprocess.run(
        command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def prepare() -> None:
    """Install what is missing. Raises Unbuildable."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Unbuildable("only root on Linux can build the image here")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Unbuildable(f"{', '.join(missing)} missing, and no apt to install them")
    try:
        said("apt-get", "update", "-qq")
        apt = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
        said("env", "DEBIAN_FRONTEND=noninteractive", *apt, *missing, "ca-certificates")
    except AssertionError as error:
        raise Unbuildable(f"{', '.join(missing)} cannot be installed: {error}") from error


def build() -> None:
    """Build the Dockerfile as TAG. Raises Unbuildable."""
    prepare()
    try:
        said(ROOT / "tests/container/base", BASE)
    except AssertionError as error:
        raise Unbuildable(f"{BASE} cannot be assembled: {error}") from error
    with tempfile.TemporaryDirectory() as name:
        given = ("--pull=never", "--format=docker", "--network=host", "--layers", f"--tag={TAG}")
        try:
            said("buildah", "build", *given, *_secrets(Path(name)), ROOT)
        except AssertionError as error:
            raise Unbuildable(f"the Dockerfile: {error}") from error


def successor(tag: str) -> None:
    """An image like TAG, of a later version."""
    made = said("buildah", "from", "--pull-never", TAG).strip()
    try:
        where = "/opt/syncd/lib/python3.13/site-packages/syncd/__init__.py"
        edit = f"""sed -i 's/^__version__ = .*/__version__ = "99.0.0"/' {where} && \
            python -m compileall -q -f --invalidation-mode unchecked-hash {where}"""
        said("buildah", "run", "--user=0", made, "sh", "-c", edit)
        said("buildah", "commit", "--format=docker", "--quiet", made, tag)
    finally:
        said("buildah", "rm", made)


def _secrets(folder: Path) -> list[str]:
    lines = ["[global]"]
    listed = said(sys.executable, "-m", "pip", "config", "list")
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        words = str(ast.literal_eval(value)).split()
        key = name.rpartition(".")[2]
        away = [word for word in words if not word.startswith(("/", "file:"))]
        if key not in _HERE and away:
            lines.append(f"{key} = {' '.join(away)}")
    given = []
    named = (os.environ.get(name, "") for name in ("PIP_CERT", "SSL_CERT_FILE"))
    known = (*named, ssl.get_default_verify_paths().cafile or "")
    authority = next((Path(each) for each in known if each and Path(each).is_file()), None)
    if authority is not None:
        lines.append("cert = /run/secrets/ca.crt")
        given.append(f"--secret=id=ca.crt,src={authority}")
    (folder / "pip.conf").write_text("\n".join([*lines, ""]))
    return [*given, f"--secret=id=pip.conf,src={folder / 'pip.conf'}"]
