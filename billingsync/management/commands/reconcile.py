"""``manage.py reconcile --partner SLUG``: what became of every cent of each invoice."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from billingsync.management.partner_command import PartnerCommand
from core.scope import partner_scope
from reports.as_json import balance_json, find_invoices


class Command(PartnerCommand):
    """Exit code 0, 1 when an invoice does not balance, 2 for bad usage."""

    help = "Account for every cent of the imported invoices, in cost and in retail."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--invoice", default="", metavar="NUMBER", help="only this invoice")

    def handle(self, *_args: Any, **options: Any) -> None:
        partner_id = self.find_partner(options["partner"])
        found: list[dict[str, Any]] = []
        for program in self.find_programs(partner_id):
            with partner_scope(partner_id):
                found += [balance_json(invoice, program) for invoice in find_invoices(program, options["invoice"])]
        if options["invoice"] and not found:
            raise CommandError(f"No invoice {options['invoice']} was imported.", returncode=2)
        if options["json"]:
            self.answer({"invoices": found})
        else:
            self._tell(found)
        if not all(invoice[side]["balanced"] for invoice in found for side in ("retail", "cost")):
            sys.exit(1)

    def _tell(self, found: list[dict[str, Any]]) -> None:
        for invoice in found:
            retail = invoice["retail"]
            parts = ", ".join(
                f"{name.replace('_', ' ')} {amount}"
                for name, amount in retail.items()
                if name not in {"total", "source_total", "balanced"} and amount not in {"0.00", False}
            )
            verdict = "balanced" if retail["balanced"] and invoice["cost"]["balanced"] else "DOES NOT BALANCE"
            self.say(
                f"{invoice['period']} {invoice['number']}: {retail['source_total']} {invoice['currency']}"
                f" = {parts or '0.00'}: {verdict}"
            )
