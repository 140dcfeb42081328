"""What the invoices of a usage month charge of monthly seats, as its regularity is read from. Inside the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from invoices.models import Charge, SourceInvoice
from invoices.together import CHARGES
from money.days import Days, covers_cycle
from money.enums import Kind, MotionCause
from money.month.months import Charged, MonthCharges
from money.motions import REGULAR
from money.words import ZERO

MOST_MONTHS = 12  # are looked at for a regular one
_EARLIER = 3  # months before one that tell until when its subscriptions were charged


def months_with_seats(invoices: QuerySet[SourceInvoice]) -> list[dt.date]:
    """Usage months of these invoices with rows that charge monthly seats, the newest first."""
    charging = _rows().filter(CHARGES, invoice=OuterRef("pk"))
    months = invoices.filter(Exists(charging)).order_by("-month")
    return list(months.values_list("month", flat=True).distinct()[: MOST_MONTHS + _EARLIER])


@dataclass(frozen=True, slots=True)
class Of:
    """Whose rows are read: those of these customers, and of these subscriptions at whatever customer."""

    customers: Collection[int]
    subscriptions: Collection[int]


def newest_first(
    invoices: QuerySet[SourceInvoice], months: Sequence[dt.date], of: Of | None = None
) -> Iterator[MonthCharges]:
    """What each of these months charges (``of`` some alone), read when it is asked for. Four queries a month."""
    for place, month in enumerate(months[:MOST_MONTHS]):
        yield _month_charges(invoices, month, months[place + 1 : place + 1 + _EARLIER], of)


def _month_charges(
    invoices: QuerySet[SourceInvoice], month: dt.date, earlier: Sequence[dt.date], of: Of | None
) -> MonthCharges:
    mine = list(invoices.filter(month=month).order_by().values_list("pk", flat=True))
    before = list(invoices.filter(month__in=earlier).order_by().values_list("pk", flat=True))
    rows = tuple(_charged(mine, of))
    ended = _rows().filter(CHARGES, invoice__in=before).order_by()
    if of is not None:
        ended = ended.filter(subscription__in={*of.subscriptions, *(row.subscription for row in rows)})
    return MonthCharges(f"{month:%Y-%m}", rows, dict(ended.values_list("subscription").annotate(last=Max("last_day"))))


def _charged(invoice_ids: Sequence[int], of: Of | None) -> Iterator[Charged]:
    columns = ("subscription", "customer", "product", "quantity", "ratio", "cost", "retail", "first_day", "last_day")
    charges = _rows().filter(invoice__in=invoice_ids).order_by()
    if of is not None:
        charges = charges.filter(Q(customer__in=of.customers) | Q(subscription__in=of.subscriptions))
    rows = charges.values_list(*columns)
    for subscription, customer, product, quantity, ratio, cost, retail, first, last in rows.iterator(chunk_size=2000):
        amount, days = retail or cost, Days(first, last)
        yield Charged(
            subscription,
            customer,
            product,
            days,
            -abs(quantity) if amount < ZERO else abs(quantity),
            negative=amount < ZERO,
            zero=not amount,
            whole=covers_cycle(days, ratio),
        )


def _rows() -> QuerySet[Charge]:
    """Rows of monthly seats that count and whose customer is known."""
    rows = Charge.objects.filter(motion__in=REGULAR, subscription__isnull=False, customer__isnull=False, set_aside="")
    return rows.exclude(kind=Kind.UNKNOWN).exclude(motion_by__in=[cause for cause in MotionCause if cause.once])
