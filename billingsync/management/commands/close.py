"""``manage.py close --partner SLUG --period 2026-10``: an owner closes a month, or opens it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import Role
from billingsync.management.partner_command import PartnerCommand
from core.scope import partner_scope
from programs.models import Program
from reports.months import MonthReport, list_months
from syncs.deciding.closing import close_month, open_month
from syncs.errors import SyncRefused


class Command(PartnerCommand):
    """Exit code 0, 2 for bad usage: no such month, no reason, no right, or a month that is closed already."""

    help = "Close a usage month, as an owner. What was not billed of it stays shown."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--period", required=True, metavar="YYYY-MM")
        parser.add_argument("--program", default="", metavar="SLUG", help="only of this program")
        parser.add_argument("--reason", default="", help="why; kept with the month and in the audit log")
        parser.add_argument("--as", required=True, dest="email", metavar="EMAIL", help="the owner who closes it")
        parser.add_argument("--reopen", action="store_true", help="open it again instead")

    def handle(self, *_args: Any, **options: Any) -> None:
        month = _read_period(options["period"])
        partner_id = self.find_partner(options["partner"])
        programs = [one for one in self.find_programs(partner_id) if options["program"] in {"", one.slug}]
        with partner_scope(partner_id):
            actor = self.acting_member(options["email"], Role.OWNER, "close a month: that takes an owner")
            found = _reports(programs, month)
            if not found:
                raise CommandError(f"No invoice of {options['period']} was imported.", returncode=2)
            change = open_month if options["reopen"] else close_month
            try:
                for program, _ in found:
                    change(program=program, month=month, reason=options["reason"], actor=actor)
            except SyncRefused as refused:
                raise CommandError(str(refused), returncode=2) from refused
            told = _reports(programs, month)
        if options["json"]:
            self.answer({"months": [_as_json(program, report) for program, report in told]})
        for program, report in told:
            state = "closed" if report.judged.closed else "open again"
            self.say(f"{program.name}, {report.label}: {state}, {report.words}.")


def _read_period(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"“{text}” is no month: write it as 2026-10.", returncode=2) from error


def _reports(programs: Iterable[Program], month: dt.date) -> list[tuple[Program, MonthReport]]:
    """The month of each program that has invoices of it."""
    return [(one, report) for one in programs for report in list_months(one) if report.account.month == month]


def _as_json(program: Program, report: MonthReport) -> dict[str, Any]:
    return {
        "program": program.slug,
        "source": program.source.name or program.source.system,
        "target": program.target.name or program.target.system,
        "period": report.period,
        "verdict": str(report.judged.verdict),
        "closed": report.judged.closed,
    }
