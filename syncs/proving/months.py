"""Each billing sync proves the newest month, and older ones in which something may have moved, and keeps the sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from django.utils import timezone

from invoices.counted import newest_month_of
from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import listed_invoices
from programs.models import Program
from syncs.facts.closings import load_closings
from syncs.models import MonthTotal
from syncs.proving.month_accounts import MonthAccount, add_up, as_stored, basis_of, has_invoices, invoices_of
from syncs.proving.reconciliation import InvoiceBalance, reconcile_invoices

MONTHS = 13


def prove_months(program: Program, touched: Collection[dt.date]) -> list[tuple[MonthAccount, list[InvoiceBalance]]]:
    """Prove anew the newest months, those that were ``touched``, and older ones that are not settled; keep the sums.

    Answers what was proved, the oldest month first. Inside the scope, after a billing sync.
    """
    newest = _newest(program)
    found = []
    for month in _to_prove(program, newest, touched):
        balances = reconcile_invoices(invoices_of(program, month), program)
        account = replace(add_up(program, month, balances), newest=month == newest, proved_at=timezone.now())
        _keep(program, account)
        found.append((account, balances))
    return found


def months_until(today: dt.date) -> list[dt.date]:
    """The first days of this month and the twelve before it, oldest first."""
    newest = today.year * 12 + today.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(newest - MONTHS + 1, newest + 1)]


def _newest(program: Program) -> dt.date | None:
    invoices = SourceInvoice.objects.filter(source=program.source_id, program_slug=program.slug, past=False)
    return newest_month_of(invoices.filter(state__in=(InvoiceState.COUNTED, InvoiceState.REVERSED)))


def _to_prove(program: Program, newest: dt.date | None, touched: Collection[dt.date]) -> list[dt.date]:
    months = set(listed_invoices(program).order_by().values_list("month", flat=True).distinct())
    stored = {row.month: row for row in MonthTotal.objects.filter(program=program)}
    closed = load_closings(program)
    return sorted(
        month
        for month in months
        if month in touched
        or newest is None
        or month >= newest
        or not _is_settled(program, stored.get(month), closed=month in closed)
    )


def _is_settled(program: Program, stored: MonthTotal | None, *, closed: bool) -> bool:
    """Whether nothing of the month can have moved: all was billed or excluded, or an owner closed it."""
    if stored is None or stored.proved_at is None or stored.account["newest"]:
        return False
    told = stored.account
    if not has_invoices(told):
        return False
    over = closed or not (told["ready"] or set(told["occurs"]) - {"synced", "rounding", "excluded"})
    return over and stored.basis == basis_of(program, stored.month)


def _keep(program: Program, account: MonthAccount) -> None:
    billed = account.billed
    proved = {
        "retail": billed.retail,
        "cost": billed.cost,
        "account": as_stored(account),
        "basis": basis_of(program, account.month),
        "proved_at": account.proved_at,
    }
    MonthTotal.objects.bulk_create(
        [MonthTotal(program=program, month=account.month, **proved)],
        update_conflicts=True,
        unique_fields=["partner", "program", "month"],
        update_fields=list(proved),
    )
