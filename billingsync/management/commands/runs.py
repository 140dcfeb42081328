"""``manage.py runs --stuck [--take-over]``: runs of all partners whose worker is not heard of."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.audit import COMMAND
from core.scope import partner_scope
from reports.at_work import tell_wait
from syncs.models import Run
from syncs.running.lock import StuckRun, list_stuck, take_over


class Command(BaseCommand):
    """Exit code 0, 1 while runs are stuck, 2 for bad usage."""

    help = "List runs of all partners that somebody holds without a sign of life, or take them over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stuck", action="store_true", help="list them: what the command is for")
        parser.add_argument("--take-over", action="store_true", help="end the session that holds each, and queue it")
        parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")

    def handle(self, *_args: Any, stuck: bool, **options: Any) -> None:
        if not stuck:
            raise CommandError("Say --stuck.", returncode=2)
        found = list_stuck()
        taken = [run.run_id for run in found if options["take_over"] and take_over(run, COMMAND)]
        for run in found:
            with partner_scope(run.partner_id):
                told = "taken over" if run.run_id in taken else tell_wait(Run.objects.get(pk=run.run_id))
            self.stderr.write(f"{run.slug}: {run.kind} run {run.run_id}, {run.state}. {told}", style_func=str)
        if not found:
            self.stderr.write("No run is stuck.", style_func=str)
        if options["json"]:
            self.stdout.write(json.dumps({"runs": [_as_json(run, taken) for run in found]}, indent=2))
        if len(taken) < len(found):
            sys.exit(1)


def _as_json(run: StuckRun, taken: list[int]) -> dict[str, Any]:
    return {
        "partner": run.slug,
        "id": run.run_id,
        "kind": run.kind,
        "state": run.state,
        "host": run.host,
        "heard_at": run.heard_at.isoformat(),
        "taken_over": run.run_id in taken,
    }
