"""Where the embedded servers keep what they own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class DataFolder:
    """One set of servers: their data, keys, ports and logs."""

    root: Path

    @property
    def keys_file(self) -> Path:
        return self.root / "keys.json"

    @property
    def ports_file(self) -> Path:
        return self.root / "ports.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "services.lock"

    @property
    def migrated_file(self) -> Path:
        return self.root / "migrated"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    def create(self) -> None:
        """Make the folder and those above it, if they are not there."""
        self.root.mkdir(parents=True, exist_ok=True)


def data_folder(environ: Mapping[str, str] = os.environ) -> DataFolder:
    """``BILLINGSYNC_DATA_DIR``, or ``var/`` in the checkout (``var/test/`` in tests)."""
    named = environ.get("BILLINGSYNC_DATA_DIR")
    if named:
        return DataFolder(Path(named).expanduser().resolve())
    testing = environ.get("BILLINGSYNC_ENV") == "test"
    return DataFolder(CHECKOUT / "var" / "test" if testing else CHECKOUT / "var")


def shared_folder() -> Path:
    """Where binaries and data go when another account must reach them and cannot reach the checkout."""
    return Path("/var/tmp") / f"billingsync-{CHECKOUT.name}-{_short_hash(CHECKOUT)}"  # noqa: S108  # its owner is checked  # nosec B108


def shared_data_folder(folder: DataFolder, key: str) -> Path:
    """The place under ``shared_folder`` for the PostgreSQL data of one data folder.

    ``key`` is what its data can only be opened with: a checkout made anew at the same place has another
    key, and so does not find the data of the one before it.
    """
    return shared_folder() / f"postgres-{_short_hash(folder.root)}-{_short_hash(key)}"


def abandoned_data_folders(data: Path) -> list[Path]:
    """Data beside ``data`` of the same data folder, whose key is lost."""
    same_folder = data.name.rpartition("-")[0]
    return [path for path in data.parent.glob(f"{same_folder}-*") if path != data and path.is_dir()]


def _short_hash(text: Path | str) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()[:10]
