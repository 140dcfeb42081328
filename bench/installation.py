"""The product's own servers under a folder of the bench's, and its settings in this process."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHECKOUT = Path(__file__).resolve().parents[1]
PREFIX = "billingsync-bench:"
START_SECONDS = 60.0


class BenchFailedError(Exception):
    """Something that the bench needs does not work; the text says what."""


class Installation:
    """PostgreSQL and Valkey running, Django set up, vendors' addresses pointing to one free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._vendor: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        os.environ.update(self._environment())
        self.manage("services", "start")
        import django

        django.setup()
        self.forget_queue()
        _empty_database()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop_vendor()
        from django.db import connections

        self.forget_queue()
        connections.close_all()
        self.manage("services", "stop")

    def manage(self, *words: str) -> str:
        """Run a command of the product; returns what it printed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=CHECKOUT, text=True, capture_output=True, check=False)
        if done.returncode:
            raise BenchFailedError(f"manage.py {' '.join(words)}: {done.stderr[-2000:]}")
        return done.stdout

    def forget_queue(self) -> None:
        """Empty Redis: limits and queued tasks of what was measured before."""
        import redis
        from django.conf import settings

        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.flushall()

    # --- vendors

    def fresh_folder(self, name: str) -> Path:
        """An empty folder for a vendor's data."""
        data = self.folder / name
        shutil.rmtree(data, ignore_errors=True)
        return data

    def start_vendor(self, module: str, *words: str) -> dict[str, Any]:
        """Start an imitation of the vendors as a process of its own; returns what it says of itself."""
        self.stop_vendor()
        command = [sys.executable, "-m", module, *words, "--port", str(self.port)]
        self._vendor = subprocess.Popen(
            command, cwd=CHECKOUT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert self._vendor.stdout is not None
        line = self._vendor.stdout.readline()
        if not line:
            raise BenchFailedError(f"{module} ended at once")
        told: dict[str, Any] = json.loads(line)
        return told

    def stop_vendor(self) -> None:
        """End the imitation that runs."""
        if self._vendor is not None:
            self._vendor.terminate()
            self._vendor.wait()
            assert self._vendor.stdout is not None
            self._vendor.stdout.close()
            self._vendor = None

    # --- children

    def start_child(self, module: str, *words: str, **env: str) -> subprocess.Popen[str]:
        """A fresh process of the product with these settings besides."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=CHECKOUT,
            env={**os.environ, **env},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def ask_child(self, module: str, *words: str, **env: str) -> Any:
        """What a fresh process answers in JSON."""
        return answer_of(self.start_child(module, *words, **env))

    def _environment(self) -> Mapping[str, str]:
        vendors = f"http://127.0.0.1:{self.port}"
        for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        return {
            "DJANGO_SETTINGS_MODULE": "billingsync.settings",
            "BILLINGSYNC_ENV": "development",
            "DEBUG": "0",
            "BILLINGSYNC_DATA_DIR": str(self.folder),
            "REDIS_KEY_PREFIX": PREFIX,
            "LOG_LEVEL": "WARNING",
            "PRISM_IDENTITY_URL": f"{vendors}/prism/identity/core/connect/token",
            "PRISM_API_URL": f"{vendors}/prism/api",
            "SYNCRO_BASE_URL": f"{vendors}/syncro/{{subdomain}}/api/v1",
            "SYNCRO_REQUESTS_PER_MINUTE": "0",
            "UNKNOWN_LIMIT_REQUESTS_PER_MINUTE": "0",
            "ALLOW_PRIVATE_API_HOSTS": "1",
            "SETTLE_SECONDS": "2",
            "CONN_MAX_AGE": "60",  # as in production
        }


def _empty_database() -> None:
    """Forget the partners of the last time; only the owner of the schema may."""
    import psycopg2
    from django.conf import settings

    with psycopg2.connect(settings.MIGRATE_DATABASE_URL) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_partner CASCADE")
    connection.close()


def answer_of(process: subprocess.Popen[str]) -> Any:
    """The JSON that a process prints; it must end well."""
    told, _ = process.communicate()
    if process.returncode:
        raise BenchFailedError(f"{process.args!r} ended with {process.returncode}")
    return json.loads(told)


def answers_of(processes: Sequence[subprocess.Popen[str]]) -> list[Any]:
    """The JSON of several processes that run at once."""
    return [answer_of(process) for process in processes]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Any, seconds: float, what: str) -> None:
    """Look every few hundredths of a second until ``ready()`` is true."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise BenchFailedError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
