"""``manage.py reconcile --partner SLUG``: what became of every cent of each invoice."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Any

from django.core.management.base import CommandError, CommandParser

from billingsync.management.partner_command import PartnerCommand
from core.scope import partner_scope
from programs.models import Program
from reports.as_json import balances_json, find_invoices, months_json
from reports.verdict import WORDS
from syncs.enums import Verdict
from syncs.proving.reconciliation import InvoiceBalance, reconcile_invoices


def _reconcile(program: Program, number: str) -> list[InvoiceBalance]:
    """Month by month: years of rows are never in memory together."""
    months = groupby(find_invoices(program, number), key=lambda invoice: invoice.month)
    return [balance for _, invoices in months for balance in reconcile_invoices(list(invoices), program)]


class Command(PartnerCommand):
    """Exit code 0, 1 when an invoice does not balance or is billed more than once, 2 for bad usage."""

    help = "Account for every cent of the imported invoices, in cost and in retail."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--invoice", default="", metavar="NUMBER", help="only this invoice")

    def handle(self, *_args: Any, **options: Any) -> None:
        partner_id = self.find_partner(options["partner"])
        found: list[dict[str, Any]] = []
        months: list[dict[str, Any]] = []
        for program in self.find_programs(partner_id):
            with partner_scope(partner_id):
                balances = _reconcile(program, options["invoice"])
                found += balances_json(balances, program)
                months += months_json(program, balances)
        if options["invoice"] and not found:
            raise CommandError(f"No invoice {options['invoice']} was imported.", returncode=2)
        if options["json"]:
            self.answer({"invoices": found, "months": months})
        else:
            self._tell(found)
            self._tell_months(months)
        if not all(map(_is_right, found)):
            sys.exit(1)

    def _tell(self, found: list[dict[str, Any]]) -> None:
        for invoice in found:
            retail = invoice["retail"]
            parts = ", ".join(
                f"{name.replace('_', ' ')} {amount}"
                for name, amount in retail.items()
                if name not in {"total", "source_total", "balanced"} and amount not in {"0.00", False}
            )
            again = f", BILLED {invoice['billed_times']} TIMES" if "billed_times" in invoice else ""
            verdict = "balanced" if retail["balanced"] and invoice["cost"]["balanced"] else "DOES NOT BALANCE"
            self.say(
                f"{invoice['period']} {invoice['number']}: {retail['source_total']} {invoice['currency']}"
                f" = {parts or '0.00'}: {verdict}{again}"
            )

    def _tell_months(self, months: list[dict[str, Any]]) -> None:
        for month in months:
            closed = ", closed" if month["closed"] else ""
            self.say(f"{month['period']}: {WORDS[Verdict(month['verdict'])]}{closed}")
            if month["stands_without_charge"] != "0.00":
                self.say(f"{month['period']}: stands without a charge: {month['stands_without_charge']}")


def _is_right(invoice: dict[str, Any]) -> bool:
    """Whether it balances on both sides, and is billed once."""
    return bool(invoice["retail"]["balanced"] and invoice["cost"]["balanced"]) and "billed_times" not in invoice
