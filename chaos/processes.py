"""The processes of the product under test: started, killed at any instant, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis
import requests

from chaos.clerk import Clerk
from chaos.draws import pick

CHECKOUT = Path(__file__).resolve().parents[1]
STOP_SECONDS = 15.0
START_SECONDS = 90.0
PREFIX = "billingsync-chaos:"

# One factor for every wait of the product: pauses of seconds become tenths, minutes become seconds.
WAITS = {"WAIT_FACTOR": "0.02", "SETTLE_SECONDS": "1", "JANITOR_SECONDS": "1"}
SERVERS = ("postgres", "valkey")
PROCESSES = ("worker", "beat", "web")


class InstallationFailedError(Exception):
    """A process of the installation does not start; the text says which."""


class Installation:
    """Servers, worker, beat, web server and sandbox, with all data under one folder."""

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.workers = workers
        self.sandbox_port, self.web_port = _free_ports(2)
        self.url = f"http://127.0.0.1:{self.web_port}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._pids: dict[str, int] = {}
        self.env = self._environment()
        self.clerk = Clerk(CHECKOUT, self.env)

    def __enter__(self) -> Self:
        self.start_servers()
        for name in PROCESSES:
            self.start(name)
        self._wait_for_web()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
        self.manage("services", "stop")
        self.clerk.close()

    # --- start

    def manage(self, *words: str, secrets: Mapping[str, str] | None = None, may_fail: bool = False) -> bool:
        """Run a command of the product; whether it did what it should."""
        done = self.clerk.run(words, secrets or {})
        if done.code and not may_fail:
            raise InstallationFailedError(f"manage.py {' '.join(words)}: {done.errors[-2000:]}")
        return done.code == 0

    def ask(self, *words: str) -> Any:
        """What a command answers in JSON; its exit code may say that runs ended with errors."""
        done = self.clerk.run((*words, "--json"), {})
        if not done.output.strip():
            raise InstallationFailedError(f"manage.py {' '.join(words)}: {done.errors[-2000:]}")
        return json.loads(done.output)

    def start_servers(self) -> None:
        """PostgreSQL and Valkey, both running afterwards."""
        ports = self.folder / "ports.json"
        before = ports.read_text() if ports.exists() else ""
        told = self.ask("services", "start")
        self._pids = {name: int(told[name]["pid"]) for name in SERVERS}
        if before and ports.read_text() != before and self._running:
            raise InstallationFailedError("a server came back on another port")

    def start(self, name: str) -> None:
        """Start one process of the product."""
        self._launch(name, self._command(name))

    def limit_to(self, per_minute: int) -> None:
        """From now on the program sends so many requests a minute to Syncro at most; 0 is no limit."""
        if self.env["SYNCRO_REQUESTS_PER_MINUTE"] == str(per_minute):
            return
        self.env["SYNCRO_REQUESTS_PER_MINUTE"] = str(per_minute)
        self.clerk.close()
        self.clerk = Clerk(CHECKOUT, self.env)
        for name in PROCESSES:
            _signal(self._running[name], signal.SIGKILL)
            self._running[name].wait()
            self.start(name)

    def start_sandbox(self, data: Path, accounts: Sequence[str], settings: Sequence[str]) -> None:
        """A new sandbox for these accounts, on the same port as the one before it."""
        self.stop_sandbox()
        words = ["-m", "sandbox", "serve", "--data", str(data), "--port", str(self.sandbox_port)]
        words += [word for account in accounts for word in ("--account", account)]
        switches = [word for setting in settings for word in ("--switch", setting)]
        self._launch("sandbox", [sys.executable, *words, *switches])
        self._wait_for(f"http://127.0.0.1:{self.sandbox_port}/sandbox/", "sandbox")

    def stop_sandbox(self) -> None:
        """End the sandbox of the seed before."""
        if (process := self._running.pop("sandbox", None)) is not None:
            _signal(process, signal.SIGTERM)
            process.wait(STOP_SECONDS)

    def revive(self) -> list[str]:
        """Start again what ended by itself; returns the names."""
        ended = [name for name in PROCESSES if self._running[name].poll() is not None]
        for name in ended:
            self.start(name)
        return ended

    # --- break

    def kill(self, name: str, share: float = 0.0) -> None:
        """kill -9, then start again. ``child`` is one process of the worker, ``flush`` empties Redis."""
        if name == "flush":
            self._flush()
        elif name == "child":
            self._kill_child(share)
        elif name in SERVERS:
            with suppress(ProcessLookupError):
                os.kill(self._pids[name], signal.SIGKILL)
            self.start_servers()
        else:
            process = self._running[name]
            _signal(process, signal.SIGKILL)
            process.wait()
            self.start(name)

    def pause(self, name: str, seconds: float) -> None:
        """A process and its children stand still for a while, as on a machine that is moved or overloaded."""
        first = self._pids[name] if name in SERVERS else self._running[name].pid
        family = [first, *_children(first)]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            if number == signal.SIGSTOP:
                time.sleep(seconds)

    def _flush(self) -> None:
        keys = json.loads((self.folder / "keys.json").read_text())
        port = json.loads((self.folder / "ports.json").read_text())["valkey"]
        with redis.Redis(port=port, password=keys["valkey_password"]) as client:
            client.flushall()

    def _kill_child(self, share: float) -> None:
        if children := _children(self._running["worker"].pid):
            with suppress(ProcessLookupError):
                os.kill(pick(children, share), signal.SIGKILL)

    # --- inside

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        vendors = f"http://127.0.0.1:{self.sandbox_port}"
        return {
            **kept,
            **WAITS,
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
            "PUBLIC_URL": self.url,
        }

    def _command(self, name: str) -> list[str]:
        celery = [sys.executable, "-m", "celery", "-A", "billingsync"]
        web = [sys.executable, "-m", "gunicorn", "billingsync.wsgi", "--bind", f"127.0.0.1:{self.web_port}"]
        return {
            "worker": [*celery, "worker", "--concurrency", str(self.workers), "--loglevel", "WARNING"],
            "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(self.folder / "beat")],
            "web": [*web, "--workers", "1", "--threads", "8", "--log-level", "warning"],
        }[name]

    def _launch(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, so that a kill reaches its children
            )

    def _wait_for_web(self) -> None:
        self._wait_for(f"{self.url}/healthz", "web")

    def _wait_for(self, url: str, name: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._running[name].poll() is None:
            with suppress(requests.RequestException):
                requests.get(url, timeout=5)
                return
            time.sleep(0.05)
        raise InstallationFailedError(f"{name} does not answer; its log is in {self.folder}")


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []


def _signal(process: subprocess.Popen[Any], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
