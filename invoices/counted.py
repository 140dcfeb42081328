"""Which of a program's invoices are to be billed, and which month of them is the newest. Inside the scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, QuerySet

from invoices.models import InvoiceState, SourceInvoice
from money.motions import REGULAR
from programs.models import Program


def countable_invoices(program: Program) -> QuerySet[SourceInvoice]:
    """Invoices of the program that are to be billed."""
    return SourceInvoice.objects.filter(
        source=program.source_id, program_slug=program.slug, state=InvoiceState.COUNTED, past=False
    )


def newest_month(program: Program) -> dt.date | None:
    """First day of the newest month of the invoices that are to be billed; None where there are none.

    Everything that speaks of the newest month asks here. An invoice without monthly seats, such as one of
    usage alone, may be of a later month: it belongs to what is looked at, and moves nothing on.
    """
    return newest_month_of(countable_invoices(program))


def newest_month_of(invoices: QuerySet[SourceInvoice]) -> dt.date | None:
    """The newest usage month with Seat Based Monthly rows, else the newest of all."""
    regular = invoices.filter(charges__motion__in=REGULAR)
    found: dt.date | None = regular.aggregate(newest=Max("month"))["newest"]
    return found or invoices.aggregate(newest=Max("month"))["newest"]
