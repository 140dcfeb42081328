"""Runs and balances as the commands print them. Call these inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from invoices.models import Charge, SourceInvoice
from invoices.selectors import listed_invoices
from money.enums import Action
from money.words import ZERO, plain
from programs.models import Program
from reports.months import judge_periods
from reports.progress import run_seconds
from syncs.enums import COUNT_NAMES, RunState, RunStatus
from syncs.models import Change, Run
from syncs.proving.accounts import Balance
from syncs.proving.again import find_billed_again
from syncs.proving.month_accounts import MonthAccount, add_up, invoices_of
from syncs.proving.reconciliation import InvoiceBalance, reconcile_invoices
from syncs.proving.standing import prove_standing

Charged = tuple[int | None, str]  # customer and motion


def run_json(run: Run) -> dict[str, Any]:
    """A run as the ``sync`` command prints it; a preview tells each change that it would make."""
    told: dict[str, Any] = {
        "id": run.pk,
        "kind": run.kind,
        "status": run_status(run),
        "counts": {name: run.counts.get(name, 0) for name in COUNT_NAMES},
        "api_calls": run.api_calls,
        "seconds": run_seconds(run),
        "messages": run.messages,
    }
    if run.preview:
        told["changes"] = [change_json(change) for change in run.changes.exclude(action=Action.KEEP)]
    return told


def change_json(change: Change) -> dict[str, Any]:
    """One change: values before and after, as decimal strings."""
    return {
        "action": change.action,
        "state": change.state,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
    }


def run_status(run: Run) -> str:
    """The verdict: a run that did not come to its end counts as an error, one that waits as a warning."""
    if run.status:
        return str(run.status)
    return str(RunStatus.WARNING if run.state == RunState.WAITING else RunStatus.ERROR)


def find_invoices(program: Program, number: str = "") -> list[SourceInvoice]:
    """The program's imported invoices, oldest first; ``number`` may be a number or the source's id."""
    invoices = sorted(listed_invoices(program), key=lambda invoice: (invoice.month, invoice.pk))
    return [invoice for invoice in invoices if not number or number in {invoice.number, invoice.external_id}]


def balances_json(balances: Sequence[InvoiceBalance], program: Program) -> list[dict[str, Any]]:
    """The accounts of invoices as the ``reconcile`` command prints them, amounts as decimal strings.

    ``source`` and ``target`` are as a configuration file has them: programs of one source have an account each.
    """
    again = _times_billed([balance.invoice for balance in balances], program)
    return [_balance_json(balance, program, again.get(balance.invoice.pk, {})) for balance in balances]


def _balance_json(balance: InvoiceBalance, program: Program, again: Mapping[Charged, int]) -> dict[str, Any]:
    invoice = balance.invoice
    return {
        "number": invoice.number,
        "period": f"{invoice.month:%Y-%m}",
        "currency": invoice.currency,
        "source": program.source.name or program.source.system,
        "target": program.target.name or program.target.system,
        **_sides(balance.total, balanced=balance.balanced),
        **_billed_times(max(again.values(), default=1)),
        "customers": _customers(balance, again),
    }


def _times_billed(invoices: Sequence[SourceInvoice], program: Program) -> dict[int, dict[Charged, int]]:
    """By invoice, customer and motion, how many invoices of the target carry a period of it, where more than one do."""
    times = {(one.customer, one.motion, one.period): one.times for one in find_billed_again(program)}
    found: dict[int, dict[Charged, int]] = defaultdict(dict)
    rows = Charge.objects.filter(invoice__in=invoices, customer__in={customer_id for customer_id, _, _ in times})
    charged = rows.order_by().values_list("invoice", "customer", "motion", "period").distinct()
    for invoice_id, customer_id, motion, period in charged:
        number = times.get((customer_id or 0, motion, period), 1)
        if number > 1:
            mine = found[invoice_id]
            mine[customer_id, motion] = max(number, mine.get((customer_id, motion), 1))
    return found


def _billed_times(number: int) -> dict[str, int]:
    return {"billed_times": number} if number != 1 else {}


def months_json(program: Program, balances: Iterable[InvoiceBalance]) -> list[dict[str, Any]]:
    """The usage months of these invoices as the ``reconcile`` command prints them, oldest first.

    ``stands_without_charge`` is what recurring lines bill with each run although no invoice of the month, the newest
    regular one, or of a later one charges them.
    """
    by_month: dict[dt.date, list[InvoiceBalance]] = {}
    for balance in balances:
        by_month.setdefault(balance.invoice.month, []).append(balance)
    judged = judge_periods(program, [_whole_month(program, month, told) for month, told in by_month.items()])
    standing = prove_standing(program)
    month = standing.month or max(judged, default="")
    return [
        {
            "period": period,
            "source": program.source.name or program.source.system,
            "target": program.target.name or program.target.system,
            "verdict": str(judged[period].verdict),
            "closed": judged[period].closed,
            "stands_without_charge": plain(standing.retail if period == month else ZERO),
        }
        for period in sorted(judged)
    ]


def _whole_month(program: Program, month: dt.date, told: list[InvoiceBalance]) -> MonthAccount:
    """All of the month, also where one invoice was asked for."""
    known = {balance.invoice.pk for balance in told}
    others = [one for one in invoices_of(program, month) if one.pk not in known]
    balances = sorted([*told, *reconcile_invoices(others, program)], key=lambda balance: balance.invoice.pk)
    return add_up(program, month, balances)


def _customers(balance: InvoiceBalance, again: Mapping[Charged, int]) -> list[dict[str, Any]]:
    return [
        {
            "customer": entry.external_id,
            "name": entry.name,
            "motion": entry.motion,
            **_billed_times(again.get((entry.customer_id, entry.motion), 1)),
            **_sides(entry.balance),
        }
        for entry in balance.customers
    ]


def _sides(balance: Balance, *, balanced: bool = True) -> dict[str, dict[str, str | bool]]:
    """Both sides; ``balanced`` false says that something beside the buckets does not add up."""
    sides = {name: _texts(balance.side(name)) for name in ("retail", "cost")}
    for side in sides.values():
        side["balanced"] = bool(side["balanced"]) and balanced
    return sides


def _texts(side: Mapping[str, Decimal | bool]) -> dict[str, str | bool]:
    return {name: value if isinstance(value, bool) else plain(value) for name, value in side.items()}
