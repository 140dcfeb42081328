"""``manage.py sync --partner SLUG``: run a sync now, in this process."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from billingsync.management.partner_command import PartnerCommand
from billingsync.management.progress import ProgressTeller
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from reports.as_json import run_json
from syncs.enums import ACTIVE_STATES, COUNT_NAMES, RunStatus
from syncs.errors import SyncRefused
from syncs.models import Run
from syncs.running.advancing import advance
from syncs.running.starting import enabled_kinds, start_sync

LONGEST_NAP = 5.0  # seconds between two looks at a run that waits


class Command(PartnerCommand):
    """Exit code 0, 1 when a run is an error, 2 for bad usage or configuration."""

    help = "Run the product and the billing sync of a partner now, in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--products", action="store_true", help="only the product sync")
        parser.add_argument("--billing", action="store_true", help="only the billing sync")
        parser.add_argument("--preview", action="store_true", help="plan, and write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        partner_id = self.find_partner(options["partner"])
        wanted = [kind for kind in ("products", "billing") if options[kind]]
        runs = self._start(partner_id, wanted, preview=options["preview"])
        try:
            for run in list(runs):
                for first in self._follow(partner_id, run):
                    runs.insert(runs.index(run), first)
        except KeyboardInterrupt:
            self.say("Interrupted. What was written is recorded; a worker or the next sync goes on from there.")
            sys.exit(130)
        with partner_scope(partner_id):
            finished = [run_json(Run.objects.get(pk=run.pk)) for run in runs]
        if options["json"]:
            self.answer({"runs": finished})
        for told in finished:
            self._tell(told)
        if any(told["status"] == RunStatus.ERROR for told in finished):
            sys.exit(1)

    def _start(self, partner_id: int, wanted: list[str], *, preview: bool) -> list[Run]:
        runs: list[Run] = []
        for program in self.find_programs(partner_id):
            kinds = wanted or enabled_kinds(program)
            if not kinds:
                continue
            try:
                with partner_scope(partner_id):
                    runs += self._runs_of(program, kinds, preview=preview)
            except SyncRefused as refused:
                raise CommandError(str(refused), returncode=2) from refused
        if not runs:
            raise CommandError("Neither the product nor the billing sync is switched on.", returncode=2)
        return runs

    def _runs_of(self, program: Program, kinds: list[str], *, preview: bool) -> list[Run]:
        return start_sync(program=program, kinds=kinds, actor=COMMAND, preview=preview, enqueue=False)

    def _follow(self, partner_id: int, run: Run) -> list[Run]:
        """Move the run on until it is over, whoever else may be at it; answers with the runs that it let go first."""
        gone_first: list[Run] = []
        with ProgressTeller(partner_id, run.pk, self.say) as teller:
            while (delay := advance(partner_id, run.pk, whole_slice=True)) is not None:
                teller.look()
                first = _goes_first(partner_id, run)
                if first is None:
                    time.sleep(min(delay, LONGEST_NAP))
                else:
                    self._follow(partner_id, first)
                    gone_first.append(first)
        return gone_first

    def _tell(self, told: dict[str, Any]) -> None:
        counts = ", ".join(f"{told['counts'][name]} {name}" for name in COUNT_NAMES if told["counts"][name])
        self.say(f"{told['kind'].capitalize()}: {RunStatus(told['status']).label}. {counts or 'Nothing to do'}.")
        for message in told["messages"]:
            self.say(f"  {message}")


def _goes_first(partner_id: int, run: Run) -> Run | None:
    """The run that this one waits for, where it is not over."""
    with partner_scope(partner_id):
        first = Run.objects.get(pk=run.pk).after
        return first if first is not None and first.state in ACTIVE_STATES else None
