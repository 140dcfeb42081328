"""Keep ``BillingItem`` true: what each customer and motion came to in its newest month."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from core.scope import scoped_partner_id
from invoices.models import BillingItem, Charge, SourceInvoice

# One statement, since a large reseller has 60,000 charges a month: no row comes to this process.
_COUNT = """
INSERT INTO invoices_billingitem (partner_id, source_id, program_slug, customer_id, motion, month, cost, retail)
SELECT DISTINCT ON (charge.customer_id, charge.motion)
    invoice.partner_id, invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion,
    invoice.month, sum(charge.cost), sum(charge.retail)
FROM invoices_charge charge JOIN invoices_sourceinvoice invoice ON invoice.id = charge.invoice_id
WHERE charge.partner_id = %(partner)s AND charge.customer_id = ANY(%(customers)s)
    AND charge.motion <> '' AND charge.kind <> 'unknown'
    AND invoice.source_id = %(source)s AND invoice.program_slug = %(slug)s AND invoice.state = 'counted'
GROUP BY invoice.partner_id, invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion, invoice.month
ORDER BY charge.customer_id, charge.motion, invoice.month DESC
"""


def recount_invoices(invoices: Collection[SourceInvoice], *, also: Collection[int] = ()) -> None:
    """Count anew for everybody whom these invoices charge. Call it in the transaction that changed them.

    To be called whenever charges come, or their customer, motion or kind changes, and whenever an
    invoice begins or ceases to count. ``also`` are customers who were charged before.
    """
    by_program: dict[tuple[int, str], list[int]] = {}
    for invoice in invoices:
        by_program.setdefault((invoice.source_id, invoice.program_slug), []).append(invoice.pk)
    for (source_id, slug), ids in by_program.items():
        charged = Charge.objects.filter(invoice__in=ids, customer__isnull=False).order_by()
        _recount(source_id, slug, {*also, *charged.values_list("customer_id", flat=True).distinct()})


def _recount(source_id: int, slug: str, customers: Collection[int | None]) -> None:
    BillingItem.objects.filter(source_id=source_id, program_slug=slug, customer__in=customers).delete()
    values: dict[str, Any] = {"source": source_id, "slug": slug, "customers": list(customers)}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values | {"partner": scoped_partner_id()})
