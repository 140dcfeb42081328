"""Which customers a product is charged to, and what that comes to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from customers.models import Customer
from invoices.models import Charge, InvoiceState, SourceInvoice
from money.words import ZERO
from products.models import Product
from programs.models import Program

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Use:
    """One customer's charges for the product."""

    customer: Customer
    quantity: Decimal
    cost: Decimal
    retail: Decimal

    @property
    def margin(self) -> Decimal:
        """Retail less cost."""
        return self.retail - self.cost


@dataclass(frozen=True, slots=True)
class ProductUse:
    """The customers of one month, the most money first."""

    month: dt.date
    customers: int
    top: list[Use]
    cost: Decimal
    retail: Decimal

    @property
    def margin(self) -> Decimal:
        """Retail less cost, of all customers."""
        return self.retail - self.cost


def product_use(program: Program, product: Product) -> ProductUse | None:
    """Who is charged for the product in the newest month that counts; None before any. Three queries."""
    counted = SourceInvoice.objects.filter(
        source_id=program.source_id, program_slug=program.slug, state=InvoiceState.COUNTED
    ).exclude(content_hash="")
    newest = counted.order_by("-month").values_list("month", flat=True)[:1]
    ids = dict(counted.filter(month=newest).values_list("pk", "month"))
    if not ids:
        return None
    rows = Charge.objects.filter(product=product, invoice__in=ids, customer__isnull=False).order_by()
    sums = list(rows.values_list("customer").annotate(Sum("quantity"), Sum("cost"), Sum("retail")))
    return _told(next(iter(ids.values())), sorted(sums, key=lambda row: (-row[3], row[0])))


def _told(month: dt.date, sums: list[tuple[int, Decimal, Decimal, Decimal]]) -> ProductUse:
    top = sums[:MOST_SHOWN]
    customers = Customer.objects.in_bulk([row[0] for row in top])
    return ProductUse(
        month,
        len(sums),
        [Use(customers[pk], quantity, cost, retail) for pk, quantity, cost, retail in top],
        sum((row[2] for row in sums), ZERO),
        sum((row[3] for row in sums), ZERO),
    )
