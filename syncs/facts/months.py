"""Which month of the invoices is the regular one, and whom it charges, as planning is told. Inside the scope."""

from __future__ import annotations

import datetime as dt
from itertools import chain

from django.db.models import Max, QuerySet

from invoices.counted import countable_invoices
from invoices.models import InvoiceState, SourceInvoice
from invoices.months import months_with_seats, newest_first
from money.days import DAY
from money.enums import Chosen, LineState, PartRole
from money.holds import month_of_subject, month_subject
from money.month.months import Holder, MonthCharges, Months, read_months
from money.motions import REGULAR
from money.words import from_cents
from programs.models import Program
from syncs.models import Decision, Line

DAYS_TO_INVOICE = dt.timedelta(days=10)  # after a month, until its invoice is missing


def load_months(program: Program) -> Months:
    """The newest months of the program's counted invoices, down to the newest regular one."""
    invoices, complete = countable_invoices(program), complete_months(program)
    listed = months_with_seats(invoices)
    ended = month_without_invoice(program, f"{listed[0]:%Y-%m}" if listed else "")
    nothing = [MonthCharges(ended, ())] if ended in complete else []  # a person said that none is to come
    return read_months(chain(nothing, newest_first(invoices, listed)), load_holders(program), complete)


def month_without_invoice(program: Program, newest: str) -> str:
    """The last month that ended, by the target's own day, where the ``newest`` with an invoice is older; else "".

    In its first days nothing is late: an invoice in arrears comes then.
    """
    today = program.target.target_day
    if today is None or not newest:
        return ""
    ended = f"{(today - DAYS_TO_INVOICE).replace(day=1) - DAY:%Y-%m}"
    return ended if ended > newest else ""


def month_to_bill(program: Program, months: Months) -> str:
    """The newest regular month, else of the newest invoice that is to be billed, else of any cancelled; or ""."""
    if months.regular:
        return months.regular
    month = _newest(countable_invoices(program)) or _newest(_cancelled(program))
    return f"{month:%Y-%m}" if month else ""


def _newest(invoices: QuerySet[SourceInvoice]) -> dt.date | None:
    newest: dt.date | None = invoices.aggregate(newest=Max("month"))["newest"]
    return newest


def _cancelled(program: Program) -> QuerySet[SourceInvoice]:
    """Invoices and their exact reversals: what was billed of them is still to be settled."""
    of_program = {"source": program.source_id, "program_slug": program.slug, "past": False}
    return SourceInvoice.objects.filter(**of_program, state=InvoiceState.REVERSED)


def load_holders(program: Program) -> list[Holder]:
    """Subscriptions with a standing recurring line of ours, whatever mapping it belongs to."""
    lines = Line.objects.filter(program=program, state=LineState.STANDING, role=PartRole.RECURRING)
    columns = ("mark", "subscription", "customer", "product", "quantity", "retail_cents", "cost_cents")
    return [
        Holder(
            mark, subscription, customer, product, quantity, quantity * from_cents(retail), free=not (retail or cost)
        )
        for mark, subscription, customer, product, quantity, retail, cost in lines.filter(motion__in=REGULAR)
        .order_by("pk")
        .values_list(*columns)
    ]


def complete_months(program: Program) -> frozenset[str]:
    """Months of which a person said that all of their invoices are there."""
    said = Decision.objects.filter(program=program, choice=Chosen.COMPLETE, subject__startswith=month_subject(""))
    return frozenset(map(month_of_subject, said.values_list("subject", flat=True)))
