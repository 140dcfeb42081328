"""One product of a program: its prices here and there, whom it is charged to, and what syncs did about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from connectors.registry import get_target
from customers.models import Customer
from invoices.counted import newest_month_of
from invoices.models import Charge, InvoiceState
from invoices.start import program_invoices
from money.words import ZERO, round_to_cent
from products.models import Product
from programs.models import Program
from programs.selectors import source_currency
from reports.run import changes_worth_telling
from syncs.enums import ChangeAbout
from syncs.models import Change

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


@dataclass(frozen=True, slots=True)
class ProductReport:
    """All that is known of a product. ``changes`` are read when a page of them is cut."""

    product: Any  # of ``products.selectors.list_products``
    currency: str
    use: ProductUse | None
    changes: QuerySet[Change]
    target_label: str
    target_url: str  # "" where nothing stands for it in the target

    @property
    def differs(self) -> bool:
        """True where the target has another price: the next product sync changes it."""
        product = self.product
        pairs = ((product.target_cost, product.unit_cost), (product.target_retail, product.unit_retail))
        return any(there is not None and there != round_to_cent(ours) for there, ours in pairs)


def read_product(program: Program, product: Any) -> ProductReport:
    """A product of ``products.selectors.list_products``, as the program sees it. Three queries."""
    definition = get_target(program.target.system)
    linked = product.target_id_linked
    return ProductReport(
        product=product,
        currency=source_currency(program),
        use=product_use(program, product),
        changes=changes_worth_telling(program, Change.objects.filter(product=product, about=ChangeAbout.PRODUCT)),
        target_label=definition.label,
        target_url=definition.product_url(program.target.credentials, linked) if linked else "",
    )


def product_use(program: Program, product: Product) -> ProductUse | None:
    """Who is charged for the product in the newest month; None before any. Four queries."""
    counted = program_invoices(program).filter(state=InvoiceState.COUNTED).exclude(content_hash="")
    newest = newest_month_of(counted)
    if newest is None:
        return None
    invoices = counted.filter(month=newest)
    rows = Charge.objects.filter(product=product, invoice__in=invoices, customer__isnull=False).order_by()
    sums = list(rows.values_list("customer").annotate(Sum("quantity"), Sum("cost"), Sum("retail")))
    return _told(newest, sorted(sums, key=lambda row: (-row[3], row[0])))


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
