"""``manage.py installation [--take-over]``: whose database this is, and whether this installation writes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.audit import COMMAND
from core.installation import read_installation, take_over, why_no_writes
from core.installation_audit import record_installation


class Command(BaseCommand):
    """A copy of a database writes to nobody until it is taken over, on purpose."""

    help = "Say whose database this is; with --take-over it belongs to this installation from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--take-over", action="store_true", help="only where nobody else works with this data")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["take_over"]:
            self._take_over()
        stored = read_installation().identity or "nobody yet"
        self._say(
            f"The database belongs to {stored}, and this installation is {settings.INSTALLATION_ID or 'nameless'}."
        )
        self._say(why_no_writes() or "Writes are on.")

    def _take_over(self) -> None:
        if not settings.INSTALLATION_ID:
            raise CommandError("Set INSTALLATION_ID, the name of this installation.", returncode=2)
        take_over()
        record_installation(COMMAND, "installation.taken_over", f"{settings.INSTALLATION_ID} took the database over")

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)
