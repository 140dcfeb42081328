"""Processes that the rehearsal started: in groups of their own, ended by their ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STOP_SECONDS = 60.0  # a worker may end its slice


class Processes:
    """Named processes, each with a log in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        """Start one."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def stop(self, *names: str) -> None:
        """Ask them to end, all of them where none is named, and wait for it."""
        chosen = [self._running.pop(name) for name in names or [*self._running] if name in self._running]
        for process in reversed(chosen):
            with suppress(ProcessLookupError):
                process.terminate()
        for process in chosen:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def ended(self) -> list[str]:
        """The names of those that ended by themselves."""
        return [name for name, process in self._running.items() if process.poll() is not None]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
