"""``manage.py services start|stop|status``: the embedded servers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devservers import servers
from devservers.places import DataFolder, data_folder
from devservers.trouble import ServerTrouble


class Command(BaseCommand):
    """Start, stop or describe the embedded PostgreSQL and Valkey."""

    help = "Start, stop or describe the embedded PostgreSQL and Valkey servers (development, demo and tests)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])
        parser.add_argument("--json", action="store_true", help="print the servers' state as JSON on stdout")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = data_folder()
        try:
            getattr(self, f"_{options['action']}")(folder)
        except ServerTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self._report(folder, as_json=options["json"])

    def _start(self, folder: DataFolder) -> None:
        self._say("Starting the embedded servers ...")
        servers.start(folder, self._say)

    def _stop(self, folder: DataFolder) -> None:
        stopped = servers.stop(folder)
        self._say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")

    def _status(self, _folder: DataFolder) -> None:
        """Nothing to do: the report follows every action."""

    def _report(self, folder: DataFolder, *, as_json: bool) -> None:
        state = servers.status(folder)
        if as_json:
            self.stdout.write(json.dumps({name: asdict(one) if one else None for name, one in state.items()}))
            return
        for name, one in state.items():
            self._say(_sentence(name, one))

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)


def _sentence(name: str, state: servers.ServerState | None) -> str:
    if state is None:
        return f"{name}: never started here"
    where = f"{state.host}:{state.port}, process {state.pid}" if state.running else "stopped"
    runner = f", as {state.account}" if state.running and state.account else ""
    note = f"\n  {state.note}" if state.note else ""
    return f"{name}: {where}{runner}, data in {state.data}{note}"
