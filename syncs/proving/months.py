"""Synced revenue and cost of the last 13 months, counted after each sync."""

from __future__ import annotations

import datetime as dt

from django.db.models import Sum
from django.db.models.functions import Left
from django.utils import timezone

from money.enums import PartState
from programs.models import Program
from syncs.models import MonthTotal, Part

MONTHS = 13


def recount_months(program: Program) -> None:
    """Count anew what was synced for each of the newest months. Inside the scope, after a billing sync."""
    first = months_until(timezone.now().date())[0]
    synced = Part.objects.filter(
        posting__program=program,
        posting__period__gte=f"{first:%Y-%m}",
        state__in=(PartState.SYNCED, PartState.BILLED),
    )
    sums = synced.annotate(month=Left("posting__period", 7)).order_by().values_list("month")
    totals = [
        MonthTotal(program=program, month=dt.date.fromisoformat(f"{month}-01"), retail=retail, cost=cost)
        for month, retail, cost in sums.annotate(Sum("retail"), Sum("cost"))
    ]
    MonthTotal.objects.filter(program=program, month__gte=first).exclude(
        month__in=[total.month for total in totals]
    ).delete()
    MonthTotal.objects.bulk_create(
        totals,
        update_conflicts=True,
        unique_fields=["partner", "program", "month"],
        update_fields=["retail", "cost"],
    )


def months_until(today: dt.date) -> list[dt.date]:
    """The first days of this month and the twelve before it, oldest first."""
    newest = today.year * 12 + today.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(newest - MONTHS + 1, newest + 1)]
