"""Which months an owner closed. Inside the scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from invoices.selectors import listed_invoices
from programs.models import Program
from syncs.models import MonthClosing


def load_closings(program: Program) -> dict[dt.date, MonthClosing]:
    """By month, what closes it still: an invoice of the month that came later opens it again. At most two queries."""
    newest = MonthClosing.objects.filter(program=program).order_by("month", "-pk").distinct("month")
    closed = {row.month: row for row in newest if row.closes}
    if not closed:
        return {}
    came = (
        listed_invoices(program).filter(month__in=closed).order_by().values_list("month").annotate(Max("imported_at"))
    )
    last = dict(came)
    return {month: row for month, row in closed.items() if month not in last or last[month] <= row.at}
