"""Brings the embedded database's schema up to date, when something changed since the last time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from devservers.addresses import Addresses
from devservers.places import CHECKOUT, DataFolder
from devservers.trouble import ServerTrouble


def schema_fingerprint() -> str:
    """Changes whenever a migration, what migrations build on, a package or the list of apps could have changed."""
    digest = hashlib.sha256()
    for path in _schema_files():
        digest.update(str(path.relative_to(CHECKOUT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def migrate_if_needed(folder: DataFolder, addresses: Addresses, *, fresh: bool) -> bool:
    """Migrate as owner unless the schema is known to be current; True when it migrated."""
    fingerprint = schema_fingerprint()
    try:
        current = not fresh and folder.migrated_file.read_text() == fingerprint
    except FileNotFoundError:
        current = False
    if current:
        return False
    migrate(addresses)
    folder.migrated_file.write_text(fingerprint)
    return True


def migrate(addresses: Addresses) -> None:
    """Run Django's migrations in a process of their own, logged in as owner; raises ``ServerTrouble``."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "billingsync.settings",
        "BILLINGSYNC_ENV": os.environ.get("BILLINGSYNC_ENV", "development"),
        "DATABASE_URL": addresses.database,
        "MIGRATE_DATABASE_URL": addresses.database_as_owner,
        "REDIS_URL": addresses.redis,
    }
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
        env=environment,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise ServerTrouble(f"The database could not be migrated:\n{done.stderr.strip()[-4000:]}")


def _schema_files() -> list[Path]:
    folders = list(CHECKOUT.glob("*/migrations"))
    migrations = [path for folder in folders for kind in ("*.py", "*.sql") for path in folder.rglob(kind)]
    apps = [CHECKOUT / "requirements.txt", CHECKOUT / "billingsync" / "settings" / "__init__.py"]
    return sorted([*migrations, *(CHECKOUT / "core").glob("*.py"), *apps])
