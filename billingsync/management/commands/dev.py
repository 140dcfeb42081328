"""``manage.py dev``: web server, worker and beat in one terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

STOP_SECONDS = 15


class Command(BaseCommand):
    """Run everything that a developer needs until Ctrl-C, or until one part ends."""

    help = "Run web server, worker and beat in one terminal (development only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("dev is for development; production runs gunicorn and celery by themselves.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        parts = {name: subprocess.Popen(command) for name, command in _commands(options["port"]).items()}
        try:
            self._watch(parts)
        except KeyboardInterrupt:
            self.stderr.write("Stopping ...", style_func=str)
        finally:
            _end(list(parts.values()))

    def _watch(self, parts: dict[str, subprocess.Popen[bytes]]) -> None:
        while True:
            for name, process in parts.items():
                if process.poll() is not None:
                    raise CommandError(f"{name} ended with {process.returncode}.")
            time.sleep(0.5)


def _commands(port: int) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "-A", "billingsync"]
    return {
        "web": [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"],
        "beat": [*celery, "beat"],
    }


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
