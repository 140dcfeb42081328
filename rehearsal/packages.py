"""What Debian has: installed without starting anything, and told not to start by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rehearsal.steps import NotSoError

PACKAGES = ("postgresql", "redis-server", "nginx", "openssl", "python3-venv")
SERVICES = ("postgresql", "redis-server", "nginx")
POLICY = Path("/usr/sbin/policy-rc.d")  # asked by the packages before they start a service
FORBID = "#!/bin/sh\nexit 101\n"


def install_packages() -> str:
    """Install what is missing; returns which. Services that were there before are left as they are."""
    missing = [name for name in PACKAGES if not _is_installed(name)]
    if missing:
        with _nothing_starts():
            _run("apt-get", "update", "-qq")
            _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)
        if shutil.which("systemctl"):
            for name in set(SERVICES) & set(missing):
                with suppress(NotSoError):  # there is no systemd in a container, or it does not know the service
                    _run("systemctl", "disable", name)
    return f"{', '.join(missing) or 'nothing'} installed"


@contextmanager
def _nothing_starts() -> Iterator[None]:
    before = POLICY.read_bytes() if POLICY.exists() else None
    mode = POLICY.stat().st_mode if before is not None else 0o755
    POLICY.write_text(FORBID)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        if before is None:
            POLICY.unlink()
        else:
            POLICY.write_bytes(before)
            POLICY.chmod(mode)


def _is_installed(name: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name], capture_output=True, text=True, check=False
    )
    return asked.stdout == "installed"


def _run(*words: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(words, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotSoError(f"{' '.join(words)}: {done.stderr.strip()[-500:]}")
