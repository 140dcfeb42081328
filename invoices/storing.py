"""Write one invoice with all its charges, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.records import InvoiceRow
from core.bulk_saving import fit
from customers.subscriptions import subscription_ref
from invoices.directory import (
    NOBODYS,
    CustomerDirectory,
    KnownSubscription,
    LookedUp,
    ProductFinder,
    resolve_subscriptions,
)
from invoices.models import Charge, SourceInvoice
from invoices.reading import InvoiceCopy
from money.classifying import Classified, classify
from money.enums import Kind
from money.words import ZERO

_BATCH = 500


@dataclass(slots=True)
class Classifier:
    """Turns rows of some subscriptions into charges, with what is known at that moment."""

    customers: CustomerDirectory
    subscriptions: dict[str, KnownSubscription]
    products: ProductFinder
    prorations: frozenset[int]

    def charge(self, row: InvoiceRow) -> Charge:
        """The charge of a row, not saved and without its invoice."""
        ref = subscription_ref(row.subscription_id)
        known = self.subscriptions.get(ref, NOBODYS)
        customer_id = known.customer_id or (None if ref else self.customers.by_words(row.domain, row.customer_name))
        verdict = classify(
            row,
            cadence=known.cadence,
            has_customer=customer_id is not None,
            is_proration=row.line in self.prorations,
        )
        product_id, problem = None, verdict.problem
        if verdict.kind != Kind.UNKNOWN:
            product_id, problem = self.products.find(row, known)
        return _charge(row, ref, known, verdict, customer_id=customer_id, product_id=product_id, problem=problem)


def store_invoice(invoice: SourceInvoice, copy: InvoiceCopy, looked_up: LookedUp) -> None:
    """Save the invoice and a charge for each of its rows."""
    invoice.row_count = copy.fingerprint.count
    invoice.content_hash = copy.fingerprint.content_hash
    invoice.charged_cost = invoice.charged_retail = ZERO
    invoice.save()
    charges = _charges(invoice, copy, looked_up)
    while batch := list(islice(charges, _BATCH)):
        Charge.objects.bulk_create(batch)
        invoice.charged_cost += sum((charge.cost for charge in batch), ZERO)
        invoice.charged_retail += sum((charge.retail for charge in batch), ZERO)
    invoice.save(update_fields=["charged_cost", "charged_retail"])


def _charges(invoice: SourceInvoice, copy: InvoiceCopy, looked_up: LookedUp) -> Iterator[Charge]:
    customers, products = CustomerDirectory(invoice.source_id), ProductFinder(invoice.source_id)
    for part in copy.parts():
        subscriptions = resolve_subscriptions(invoice.source_id, part.profiles, looked_up, customers)
        classifier = Classifier(customers, subscriptions, products, part.prorations())
        for row in part.rows():
            charge = classifier.charge(row)
            charge.invoice_id = invoice.pk
            yield charge


def _charge(
    row: InvoiceRow,
    ref: str,
    known: KnownSubscription,
    verdict: Classified,
    *,
    customer_id: int | None,
    product_id: int | None,
    problem: str,
) -> Charge:
    return Charge(
        line=row.line,
        raw=dict(row.raw),
        kind=verdict.kind,
        motion=verdict.motion or "",
        customer_id=customer_id,
        subscription_id=known.pk,
        subscription_ref=ref,
        product_id=product_id,
        product_name=fit(row.product_name, 500),
        period=verdict.period,
        start=row.start,
        end=row.end,
        quantity=row.quantity,
        unit_cost=row.unit_cost,
        unit_retail=row.unit_retail,
        ratio=row.ratio,
        cost=row.cost,
        retail=row.retail,
        problem=problem,
    )
