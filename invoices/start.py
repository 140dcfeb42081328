"""Where billing begins: which invoices belong to the past when it is first switched on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from django.db.models import Max, QuerySet
from django.utils import timezone

from connectors.records import InvoiceHeader
from invoices.billing_items import recount_invoices
from invoices.models import Charge, SourceInvoice
from invoices.months import months_with_seats, newest_first
from money.month.months import newest_regular
from money.words import ZERO
from programs.models import Program, Start

# A partner without monthly seats would otherwise have years of history read.
MOST_MONTHS_SEARCHED = 12


def month_of(header: InvoiceHeader) -> dt.date:
    """First day of the usage month."""
    return dt.date(header.year, header.month, 1)


def newest_months(headers: Iterable[InvoiceHeader]) -> list[tuple[dt.date, list[InvoiceHeader]]]:
    """The invoices of each month to search for monthly seats, the newest month first."""
    ordered = sorted(headers, key=month_of, reverse=True)
    months = [(month, list(group)) for month, group in groupby(ordered, key=month_of)]
    return months[:MOST_MONTHS_SEARCHED]


def has_monthly_rows(program: Program, month: dt.date) -> bool:
    """Whether an invoice of that month has Seat Based Monthly rows, of those that may be the past."""
    return bool(months_with_seats(program_invoices(program).filter(month=month, past=True)))


def regular_start(program: Program) -> dt.date | None:
    """The newest regular month of what was read and may be the past; None where none is known to be one."""
    read = _read_past(program)
    months = months_with_seats(read)
    if len(months) < 2:
        return None  # a month is judged by the one before it: none of its rows need be read
    month = newest_regular(newest_first(read, months))
    return dt.date.fromisoformat(f"{month}-01") if month else None


def awaits_start(program: Program) -> bool:
    """Billing is on, and nobody has asked the source yet what it listed when it was switched on."""
    on = program.enabled and program.billing_enabled
    return on and program.start_listed_at is None and program.baseline_at is None


def take_over_past(program: Program) -> None:
    """Programs of one source have the same invoices: what one of them has settled as the past holds for all.

    Or one would make another's past anew, and have it billed again. Inside the scope.
    """
    others = Program.objects.filter(source=program.source_id, slug=program.slug).exclude(pk=program.pk)
    for column in ("baseline_at", "start_listed_at"):
        if getattr(program, column) is not None:
            continue
        settled = others.exclude(**{column: None}).values_list(column, flat=True).first()
        if settled is not None:
            Program.objects.filter(pk=program.pk).update(**{column: settled})
            setattr(program, column, settled)


def record_baseline(program: Program) -> bool:
    """Settle which of the invoices that may be the past are it; false when that was settled before.

    ``next``: all of them. ``latest``: those before the newest regular month; where none is regular, those
    before the oldest month that was read and has Seat Based Monthly rows; without such a month, those before the
    newest month of all. What was read of the past to find that month is kept no longer. Call it inside the scope,
    once all listed invoices are known. Later invoices are never the past.
    """
    locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if locked.baseline_at is not None:
        return False
    invoices = program_invoices(locked).filter(past=True)
    first = _start_month(locked) if locked.start == Start.LATEST else None
    if first is not None:
        invoices.filter(month__gte=first).exclude(content_hash="").update(past=False)
        _forget_rows(invoices.filter(month__lt=first))
    locked.baseline_at = timezone.now()
    locked.save(update_fields=["baseline_at"])
    return True


def program_invoices(program: Program) -> QuerySet[SourceInvoice]:
    """All invoices of the program, read or only recorded."""
    return SourceInvoice.objects.filter(source_id=program.source_id, program_slug=program.slug)


def _start_month(program: Program) -> dt.date | None:
    read = _read_past(program)
    with_seats = months_with_seats(read)
    newest: dt.date | None = program_invoices(program).filter(past=True).aggregate(month=Max("month"))["month"]
    return regular_start(program) or (with_seats[-1] if with_seats else newest)


def _read_past(program: Program) -> QuerySet[SourceInvoice]:
    return program_invoices(program).filter(past=True).exclude(content_hash="")


def _forget_rows(invoices: QuerySet[SourceInvoice]) -> None:
    """Of invoices of the past no more than the header is kept."""
    read = list(invoices.exclude(content_hash=""))
    rows = Charge.objects.filter(invoice__in=read)
    customers = rows.filter(customer__isnull=False).order_by().values_list("customer_id", flat=True).distinct()
    charged = [customer for customer in customers if customer]
    rows.delete()
    SourceInvoice.objects.filter(pk__in=[one.pk for one in read]).update(
        content_hash="", row_count=0, charged_cost=ZERO, charged_retail=ZERO
    )
    recount_invoices(read, also=charged)
