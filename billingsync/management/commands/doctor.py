"""``manage.py doctor``: what is wrong with this installation, all at once."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from billingsync.doctor import Check, examine


class Command(BaseCommand):
    """Exit code 0 where all is well, else 1. JSON goes to stdout alone."""

    help = "Look at settings, database, Redis, mail, clocks and vendors, and say what is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")

    def handle(self, *_args: Any, **options: Any) -> None:
        found: list[Check] = []
        for check in examine():
            found.append(check)
            self.stderr.write(f"{'ok  ' if check.well else 'FAIL'} {check.name}: {check.text}", style_func=str)
        if options["json"]:
            self.stdout.write(as_json(found))
        if not all(check.well for check in found):
            sys.exit(1)


def as_json(found: list[Check]) -> str:
    """The checks as the command prints them."""
    well = all(check.well for check in found)
    return json.dumps({"well": well, "checks": [asdict(check) for check in found]}, indent=2)
