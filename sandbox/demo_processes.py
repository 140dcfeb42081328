"""The processes of the demonstration: started in groups of their own, stopped by their ids."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

STOP_SECONDS = 15.0


class Processes:
    """Starts processes with a log each; ends all of them when the block is left."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self._folder = folder
        self._checkout = checkout
        self._running: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in reversed(self._running.values()):
            _signal(process, signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()

    def start_sandbox(self, data: Path) -> dict[str, Any]:
        """Start the vendors' imitations; returns what they say of themselves."""
        words = [sys.executable, "-m", "sandbox", "serve", "--data", str(data), "--switch", "months=field"]
        process = self._start("sandbox", words, dict(os.environ), stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended at once; its log is in {self._folder}")
        told: dict[str, Any] = json.loads(line)
        return told

    def start_product(self, listener: socket.socket, env: Mapping[str, str]) -> None:
        """Start worker, scheduler and web server; the web server takes over the listening socket."""
        celery = [sys.executable, "-m", "celery", "-A", "billingsync"]
        self._start("worker", [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"], env)
        self._start("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile="], env)
        web = [sys.executable, "-m", "gunicorn", "billingsync.wsgi", "--bind", f"fd://{listener.fileno()}"]
        kept = (listener.fileno(),)
        self._start("web", [*web, "--workers", "1", "--threads", "8", "--log-level", "warning"], env, keep=kept)

    def find_ended(self) -> str | None:
        """The name of a process that ended by itself."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def _start(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        stdout: int | None = None,
        keep: tuple[int, ...] = (),
    ) -> subprocess.Popen[str]:
        with (self._folder / f"{name}.log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command,
                cwd=self._checkout,
                env=dict(env),
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
                pass_fds=keep,
                start_new_session=True,  # Ctrl-C reaches the demonstration alone, which then ends them in order
            )
        self._running[name] = process
        return process


def listen_near(wanted: int) -> socket.socket:
    """A socket that listens on the wanted port of 127.0.0.1 if it is free, else on one that is."""
    try:
        return socket.create_server(("127.0.0.1", wanted))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """To the whole group: a worker has children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
