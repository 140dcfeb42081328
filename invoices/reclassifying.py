"""Classify anew what could not be classified when its invoice was imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from connectors import registry
from connectors.records import InvoiceRow
from core.scope import partner_scope
from core.turns import wait_for_turn
from customers.subscriptions import subscription_ref
from invoices.billing_items import recount_invoices
from invoices.directory import CustomerDirectory, ProductFinder, resolve_subscriptions
from invoices.models import Charge, SourceInvoice
from invoices.reading import RowReader, build_profiles
from invoices.start import program_invoices
from invoices.storing import Classifier
from money.classifying import Amount, find_prorations
from money.enums import Kind
from programs.models import Program

_BATCH = 500
_DERIVED = ("kind", "motion", "customer_id", "subscription_id", "product_id", "period", "problem")
_COLUMNS = [name.removesuffix("_id") for name in _DERIVED]
_OPEN = ~Q(subscription_ref="") & (Q(kind=Kind.UNKNOWN) | Q(product=None))


def reclassify_unknown(partner_id: int, program_id: int) -> int:
    """Give charges a customer, motion or product that has become known; the number of changed ones.

    Their amounts, dates and raw rows stay as imported. Call it outside any scope.
    """
    with partner_scope(partner_id):
        program = Program.objects.select_related("source").get(pk=program_id)
        wait_for_turn("invoices", program.source_id)
        unsettled = program_invoices(program).filter(pk__in=Charge.objects.filter(_OPEN).values("invoice_id"))
        if not unsettled.exists():
            return 0
        read_row = registry.get_source(program.source.system).read_row
        customers, products = CustomerDirectory(program.source_id), ProductFinder(program.source_id)
        return sum(_reclassify(invoice, read_row, customers, products) for invoice in unsettled)


def prorations_among(invoice: SourceInvoice, refs: Collection[str], read_row: RowReader) -> frozenset[int]:
    """Lines of the invoice that are prorations of these subscriptions, by its stored rows."""
    amounts: dict[str, list[Amount]] = defaultdict(list)
    stored = Charge.objects.filter(invoice=invoice, subscription_ref__in=list(refs))
    for ref, line, raw in stored.values_list("subscription_ref", "line", "raw"):
        amounts[ref].append(Amount.of(read_row(line, raw)))
    return frozenset[int]().union(*(find_prorations(rows) for rows in amounts.values()))


def _reclassify(
    invoice: SourceInvoice, read_row: RowReader, customers: CustomerDirectory, products: ProductFinder
) -> int:
    charges = list(Charge.objects.filter(_OPEN, invoice=invoice).order_by("line"))
    before = {charge.customer_id for charge in charges if charge.customer_id}
    rows = {charge.pk: read_row(charge.line, charge.raw) for charge in charges}
    classifier = Classifier(
        customers=customers,
        subscriptions=resolve_subscriptions(invoice.source_id, build_profiles(rows.values()), {}, customers),
        products=products,
        prorations=prorations_among(invoice, _taken_back(rows.values()), read_row),
    )
    changed = [charge for charge in charges if _take_over(charge, classifier.charge(rows[charge.pk]))]
    if changed:
        Charge.objects.bulk_update(changed, _COLUMNS, batch_size=_BATCH)
        recount_invoices([invoice], also=before)
    return len(changed)


def _taken_back(rows: Iterable[InvoiceRow]) -> set[str]:
    return {subscription_ref(row.subscription_id) for row in rows if Amount.of(row).is_negative}


def _take_over(charge: Charge, now: Charge) -> bool:
    """Copy what was derived; false where nothing differs."""
    differing = [name for name in _DERIVED if getattr(charge, name) != getattr(now, name)]
    for name in differing:
        setattr(charge, name, getattr(now, name))
    return bool(differing)
