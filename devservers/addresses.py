"""The URLs of the embedded servers."""

from __future__ import annotations

from dataclasses import dataclass

from devservers.keys import DevelopmentKeys, read_keys
from devservers.places import DataFolder
from devservers.ports import HOST, Ports, read_ports

DATABASE = "billingsync"
OWNER = "billingsync_owner"
APP = "billingsync_app"
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Addresses:
    """URLs with passwords; never printed."""

    database: str
    database_as_owner: str
    redis: str


def read_addresses(folder: DataFolder) -> Addresses | None:
    """The servers' URLs, or None when they were never started with this data folder."""
    keys, ports = read_keys(folder), read_ports(folder)
    return addresses(keys, ports) if keys and ports else None


def addresses(keys: DevelopmentKeys, ports: Ports, database: str = DATABASE) -> Addresses:
    """The URLs for keys and ports."""
    return Addresses(
        database=f"postgres://{APP}:{keys.app_password}@{HOST}:{ports.postgres}/{database}",
        database_as_owner=f"postgres://{OWNER}:{keys.owner_password}@{HOST}:{ports.postgres}/{database}",
        redis=f"redis://:{keys.valkey_password}@{HOST}:{ports.valkey}/0",
    )
