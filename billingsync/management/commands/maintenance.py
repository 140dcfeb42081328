"""``manage.py maintenance on|off``: people read and change nothing, and no sync goes on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.audit import COMMAND
from core.installation import begin_maintenance, end_maintenance
from core.installation_audit import record_installation


class Command(BaseCommand):
    """Takes effect at once, without a restart. Commands by hand go on."""

    help = "Let people read and change nothing, with a banner on every page; runs stop after their slice, none starts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off"])
        parser.add_argument("--note", default="", help="shown with the banner, e.g. “Back at 14:00 UTC.”")

    def handle(self, *_args: Any, state: str, note: str, **_options: Any) -> None:
        if state == "on":
            begin_maintenance(note[:200])
        else:
            end_maintenance()
        text = f"Maintenance is {state}"
        record_installation(COMMAND, f"maintenance.{state}", text)
        self.stderr.write(f"{text}.", style_func=str)
