"""The embedded Valkey (Redis protocol): started, taken over, stopped."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from devservers import binaries
from devservers.keys import DevelopmentKeys
from devservers.places import DataFolder
from devservers.ports import HOST, change_port, choose_ports, is_free
from devservers.trouble import ServerTrouble

START_SECONDS = 30
STOP_SECONDS = 15


@dataclass(frozen=True)
class Valkey:
    """One Valkey server and where it keeps its data."""

    folder: DataFolder
    keys: DevelopmentKeys

    @property
    def port(self) -> int:
        return choose_ports(self.folder).valkey

    @property
    def data(self) -> Path:
        return self.folder.valkey

    def client(self) -> Redis:
        """A client that asks once and gives up fast: whatever listens there may not be ours."""
        return Redis(
            host=HOST,
            port=self.port,
            password=self.keys.valkey_password,
            socket_timeout=2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )

    def pid(self) -> int | None:
        """The process that answers as our own server, or None."""
        with self.client() as client:
            try:
                place = client.config_get("dir")["dir"]
                number = int(client.info("server")["process_id"])
            except RedisError:
                return None
        return number if Path(place).resolve() == self.data.resolve() else None


def start(server: Valkey) -> None:
    """Make the server answer: take over a running one, or start it."""
    if server.pid() is not None:
        return
    if not is_free(server.port) and not _comes_up(server, seconds=5):  # ours may still be loading its data
        change_port(server.folder, "valkey")
    if server.pid() is not None:
        return
    server.data.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(
        [str(binaries.valkey_server()), str(_write_configuration(server))],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    if not _comes_up(server, seconds=START_SECONDS):
        raise ServerTrouble(f"Valkey did not start. Its log ends:\n{_last_words(server)}")


def stop(server: Valkey) -> bool:
    """Stop the server after it saved its data; False when it did not run."""
    if server.pid() is None:
        return False
    with server.client() as client:
        client.shutdown()
    deadline = time.monotonic() + STOP_SECONDS
    while not is_free(server.port):
        if time.monotonic() > deadline:
            raise ServerTrouble("Valkey did not stop.")
        time.sleep(0.05)
    return True


def _write_configuration(server: Valkey) -> Path:
    path = server.data / "valkey.conf"
    path.touch(mode=0o600)
    lines = [
        f"bind {HOST}",
        f"port {server.port}",
        "protected-mode yes",
        f"requirepass {server.keys.valkey_password}",
        f'dir "{server.data}"',
        "appendonly yes",
        'save ""',
        "daemonize yes",
        f'logfile "{_log(server)}"',
        f'pidfile "{server.data / "valkey.pid"}"',
        "maxmemory-policy noeviction",
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def _comes_up(server: Valkey, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.pid() is not None:
            return True
        time.sleep(0.05)
    return False


def _log(server: Valkey) -> Path:
    return server.data / "server.log"


def _last_words(server: Valkey) -> str:
    try:
        return "\n".join(_log(server).read_text(errors="replace").splitlines()[-8:])
    except FileNotFoundError:
        return "(no log)"
