"""The embedded PostgreSQL: made, started, taken over, stopped."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2

from devservers import binaries
from devservers.addresses import SUPERUSER
from devservers.keys import DevelopmentKeys
from devservers.places import DataFolder, abandoned_data_folders, shared_data_folder, shared_folder
from devservers.ports import HOST, change_port, choose_ports, is_free
from devservers.trouble import ServerTrouble
from devservers.unprivileged import Account, server_account

START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server: where its parts are and who runs it."""

    folder: DataFolder
    keys: DevelopmentKeys
    account: Account
    home: Path
    data: Path

    @property
    def port(self) -> int:
        return choose_ports(self.folder).postgres

    @property
    def note(self) -> str:
        """Why the data is not in the data folder, or nothing."""
        if self.data.parent == self.folder.root:
            return ""
        return f"PostgreSQL runs as {self.account.name}, who cannot reach the checkout; its data is in {self.data}."

    def connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """A connection as superuser, each statement its own transaction."""
        connection = psycopg2.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self.keys.postgres_password,
            dbname=database,
            connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def answers(self) -> bool:
        """True when our own server, and no other, answers on the remembered port."""
        try:
            connection = self.connect()
        except psycopg2.OperationalError:
            return False
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            row = cursor.fetchone()
        connection.close()
        return row is not None and Path(row[0]).resolve() == self.data.resolve()

    def pid(self) -> int | None:
        """The process that runs on our data now; None when a pid file is stale or missing."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _runs_on(pid, self.data) else None


def locate(folder: DataFolder, keys: DevelopmentKeys) -> Postgres:
    """Decide where binaries and data live: in the checkout, or where the server's account can reach them."""
    account = server_account()
    folder.create()
    home = binaries.postgres_home()
    if account.can_use(home / "bin" / "postgres", folder.root):
        return Postgres(folder, keys, account, home, folder.root / "postgres")
    home = binaries.copy_postgres()
    binaries.own_folder(shared_folder())
    return Postgres(folder, keys, account, home, shared_data_folder(folder, keys.postgres_password))


def start(server: Postgres, *, durable: bool = True) -> None:
    """Make the server answer: take over a running one, or start it. ``durable`` off is for tests alone."""
    if not (server.data / "PG_VERSION").exists():
        _init(server)
    if server.answers():
        return
    if server.pid() is not None and _wait(server.answers, START_SECONDS):
        return
    _launch(server, durable=durable)
    if not server.answers():
        raise ServerTrouble(_refusal(server))


def stop(server: Postgres) -> bool:
    """Stop the server cleanly; False when it did not run."""
    if server.pid() is None:
        return False
    server.account.run(
        [
            str(server.home / "bin" / "pg_ctl"),
            "stop",
            "-D",
            str(server.data),
            "-m",
            "fast",
            "-w",
            "-t",
            str(STOP_SECONDS),
        ]
    )
    return True


def _init(server: Postgres) -> None:
    """Make the data folder under another name first, so that a killed start leaves nothing half made."""
    if server.data.parent == shared_folder():
        _remove_abandoned(server)
    unfinished = server.data.with_name(f"{server.data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    server.account.own(unfinished)
    password = unfinished.with_suffix(".password")
    password.touch(mode=0o600)
    password.write_text(server.keys.postgres_password)
    server.account.own(password)
    try:
        server.account.run(
            [
                str(server.home / "bin" / "initdb"),
                "-D",
                str(unfinished),
                "-U",
                SUPERUSER,
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ]
        )
    finally:
        password.unlink()
    unfinished.replace(server.data)


def _remove_abandoned(server: Postgres) -> None:
    """End and remove what a checkout that was deleted left here: without its keys nobody can open it."""
    for data in abandoned_data_folders(server.data):
        stop(replace(server, data=data))
        shutil.rmtree(data)


def _launch(server: Postgres, *, durable: bool) -> None:
    (server.data / "postmaster.pid").unlink(missing_ok=True)
    deadline = time.monotonic() + START_SECONDS
    while True:
        if not is_free(server.port):
            change_port(server.folder, "postgres")
        _write_configuration(server, durable=durable)
        done = server.account.run(
            [
                str(server.home / "bin" / "pg_ctl"),
                "start",
                "-D",
                str(server.data),
                "-l",
                str(_log(server)),
                "-w",
                "-t",
                str(START_SECONDS),
            ],
            check=False,
        )
        # After a kill -9 the old server's children hold its shared memory until they notice.
        if done.returncode == 0 or not _held_by_orphans(server) or time.monotonic() > deadline:
            return
        time.sleep(0.5)


def _write_configuration(server: Postgres, *, durable: bool) -> None:
    lines = [
        f"listen_addresses = '{HOST}'",
        f"port = {server.port}",
        "unix_socket_directories = ''",
        "max_connections = 100",
        "shared_buffers = 128MB",
        "timezone = 'UTC'",
        "log_timezone = 'UTC'",
        "password_encryption = 'scram-sha-256'",
        "logging_collector = off",
    ]
    if not durable:
        lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"]
    path = server.data / "postgresql.auto.conf"
    path.write_text("# Written anew at each start.\n" + "\n".join(lines) + "\n")
    server.account.own(path)


def _log(server: Postgres) -> Path:
    return server.data / "server.log"


def _held_by_orphans(server: Postgres) -> bool:
    return "shared memory block" in _last_words(server)


def _last_words(server: Postgres) -> str:
    try:
        return "\n".join(_log(server).read_text(errors="replace").splitlines()[-8:])
    except FileNotFoundError:
        return "(no log)"


def _refusal(server: Postgres) -> str:
    words = _last_words(server)
    cure = ""
    if "password authentication failed" in words:
        cure = f"\nThe data was made with other keys: put {server.folder.keys_file.name} back, or remove {server.data}."
    return f"PostgreSQL did not start. Its log ends:\n{words}{cure}"


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def _runs_on(pid: int, data: Path) -> bool:
    """True when this process is a PostgreSQL server on this data, and not another that got its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return _is_alive(pid) and not Path("/proc/self").exists()
    except ProcessLookupError:
        return False
    return os.fsencode(data) in command


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
