"""Development keys: made once, kept in the data folder, readable by their owner alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from devservers.places import DataFolder


@dataclass(frozen=True)
class DevelopmentKeys:
    """What production gets from its environment."""

    secret_key: str
    field_encryption_keys: str
    postgres_password: str
    owner_password: str
    app_password: str
    valkey_password: str
    installation_id: str = ""  # "" in a file that an earlier version made


def read_keys(folder: DataFolder) -> DevelopmentKeys | None:
    """The keys of this data folder, or None when none were made yet."""
    try:
        return DevelopmentKeys(**json.loads(folder.keys_file.read_text()))
    except FileNotFoundError:
        return None


def make_keys(folder: DataFolder) -> DevelopmentKeys:
    """The keys of this data folder, made now if there are none. Two callers at once get the same ones."""
    present = read_keys(folder)
    if present is not None and present.installation_id:
        return present
    folder.create()
    unfinished = folder.keys_file.with_suffix(f".{os.getpid()}")
    if present is not None:
        _write(unfinished, replace(present, installation_id=_new_identity()))
        unfinished.replace(folder.keys_file)
        return make_keys(folder)
    _write(unfinished, _new_keys())
    try:
        os.link(unfinished, folder.keys_file)  # fails when another process was first
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    return make_keys(folder)


def _write(path: Path, keys: DevelopmentKeys) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file)


def _new_identity() -> str:
    return f"development-{secrets.token_hex(8)}"


def _new_keys() -> DevelopmentKeys:
    return DevelopmentKeys(
        secret_key=secrets.token_urlsafe(50),
        field_encryption_keys="dev1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        postgres_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        valkey_password=secrets.token_urlsafe(24),
        installation_id=_new_identity(),
    )
