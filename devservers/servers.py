"""Start, stop and describe the embedded servers of one data folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devservers import migrating, postgres, roles, valkey
from devservers.addresses import Addresses, addresses
from devservers.keys import make_keys, read_keys
from devservers.locking import one_at_a_time
from devservers.places import DataFolder
from devservers.ports import HOST, choose_ports, read_ports

Say = Callable[[str], None]
BOTH = frozenset({"postgres", "valkey"})


@dataclass(frozen=True)
class ServerState:
    """One server as it is now."""

    running: bool
    host: str
    port: int | None
    pid: int | None
    data: str
    account: str = ""
    note: str = ""


def start(
    folder: DataFolder, say: Say, *, which: frozenset[str] = BOTH, migrated: bool = True, durable: bool = True
) -> Addresses:
    """Make the servers answer, with roles, database and current schema; returns their addresses.

    ``which`` names the servers that are wanted. ``say`` is told what takes time. Raises
    ``ServerTrouble`` with words for the user.
    """
    with one_at_a_time(folder):
        keys = make_keys(folder)
        choose_ports(folder)
        if "valkey" in which:
            valkey.start(valkey.Valkey(folder, keys))
        if "postgres" in which:
            _start_postgres(postgres.locate(folder, keys), say, migrated=migrated, durable=durable)
        return addresses(keys, choose_ports(folder))


def stop(folder: DataFolder) -> list[str]:
    """Stop what runs; returns the names of the servers that ran."""
    keys = read_keys(folder)
    if keys is None or read_ports(folder) is None:
        return []
    with one_at_a_time(folder):
        stopped = {
            "postgres": postgres.stop(postgres.locate(folder, keys)),
            "valkey": valkey.stop(valkey.Valkey(folder, keys)),
        }
    return [name for name, ran in stopped.items() if ran]


def status(folder: DataFolder) -> dict[str, Any]:
    """Both servers' ``ServerState``, or None for each when they were never started here."""
    keys = read_keys(folder)
    if keys is None or read_ports(folder) is None:
        return {"postgres": None, "valkey": None}
    database = postgres.locate(folder, keys)
    queue = valkey.Valkey(folder, keys)
    queue_pid = queue.pid()
    return {
        "postgres": ServerState(
            running=database.answers(),
            host=HOST,
            port=database.port,
            pid=database.pid(),
            data=str(database.data),
            account=database.account.name,
            note=database.note,
        ),
        "valkey": ServerState(
            running=queue_pid is not None, host=HOST, port=queue.port, pid=queue_pid, data=str(queue.data)
        ),
    }


def _start_postgres(server: postgres.Postgres, say: Say, *, migrated: bool, durable: bool) -> None:
    if not server.answers():
        say(f"Starting PostgreSQL (data in {server.data}) ...")
        if server.note:
            say(server.note)
        postgres.start(server, durable=durable)
    roles.make_roles(server)
    fresh = roles.make_database(server)
    if not migrated:
        return
    place = addresses(server.keys, choose_ports(server.folder))
    if migrating.migrate_if_needed(server.folder, place, fresh=fresh):
        say("The database schema is up to date.")
