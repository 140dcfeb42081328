"""``manage.py configure FILE.yaml``: make a partner look like a file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billingsync.configuration.applying import Summary
from billingsync.configuration.configuring import configure
from billingsync.configuration.problems import ConfigurationInvalid


class Command(BaseCommand):
    """Exit code 0; 2 when the file is wrong, and then nothing was changed."""

    help = "Make a partner look like a YAML file. Doing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.yaml")
        parser.add_argument("--json", action="store_true", help="print what changed as JSON on stdout")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            summary = configure(options["file"], os.environ, self._say)
        except ConfigurationInvalid as invalid:
            raise CommandError(f"nothing was changed.\n{invalid}", returncode=2) from invalid
        if options["json"]:
            self.stdout.write(json.dumps(asdict(summary)))
        self._tell(summary)

    def _tell(self, summary: Summary) -> None:
        for text in summary.warnings:
            self._say(f"Warning: {text}")
        for text in summary.changes:
            self._say(text)
        if summary.mappings_made:
            self._say(f"Mappings made: {summary.mappings_made}")
        if summary.mappings_changed:
            self._say(f"Mappings changed: {summary.mappings_changed}")
        if not (summary.changes or summary.mappings_made or summary.mappings_changed):
            self._say("Nothing changed.")

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)
