"""``manage.py customers --partner SLUG``: who occurs in the invoices, and how far each is mapped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from billingsync.management.partner_command import PartnerCommand
from reports.customer_states import customer_states
from syncs.running.source_now import SourceFailed, read_source_now


class Command(PartnerCommand):
    """Exit code 0; 1 when the source cannot be read or an invoice cannot be imported; 2 for bad usage."""

    help = "Refresh customers and invoices from the source, plan nothing, and list who is mapped."

    def handle(self, *_args: Any, **options: Any) -> None:
        partner_id = self.find_partner(options["partner"])
        found: list[dict[str, Any]] = []
        problems: list[str] = []
        for program in self.find_programs(partner_id):
            self.say(f"Reading {program.name} from {program.source.system} ...")
            try:
                problems += read_source_now(partner_id, program.pk, program.source_id)
            except SourceFailed as failed:
                raise CommandError(str(failed), returncode=1) from failed
            found += customer_states(partner_id, program)
        if options["json"]:
            self.answer({"customers": found})
        else:
            self._tell(found)
        if problems:
            raise CommandError("\n".join(problems), returncode=1)

    def _tell(self, found: list[dict[str, Any]]) -> None:
        for entry in found:
            self.say(f"{entry['state']:16} {entry['motion']:13} {entry['latest_invoice_retail']:>14}  {entry['name']}")
        self.say(f"{len(found)} entries.")
