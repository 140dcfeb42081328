"""Classify anew what could not be classified when its invoice was imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from django.db.models import Q

from connectors import registry
from connectors.records import InvoiceRow
from core.turns import wait_for_turn
from customers.subscriptions import subscription_ref
from invoices.billing_items import recount_invoices
from invoices.directory import CustomerDirectory, ProductFinder, resolve_subscriptions
from invoices.history import History, load_history
from invoices.models import Charge, SetAside, SourceInvoice
from invoices.reading import RowReader, build_profiles
from invoices.start import program_invoices
from invoices.storing import Classifier, Told
from invoices.together import COLUMNS, alone, credit_number, prices_before, take_over, with_negatives
from money.classifying import is_negative
from money.days import Days
from money.enums import Kind
from money.recognising import evidence_of
from money.rows.together import put_together
from programs.models import Program

_BATCH = 500
_DERIVED = (
    "kind",
    "motion",
    "motion_by",
    "customer_id",
    "subscription_id",
    "product_id",
    "period",
    "problem",
    "credit",
)
_COLUMNS = [name.removesuffix("_id") for name in _DERIVED]
# Rows that are read again; their raw rows are kept for it.
UNSETTLED = ~Q(subscription_ref="") & (Q(kind=Kind.UNKNOWN) | Q(product=None)) & Q(set_aside="") & ~Q(raw={})


def reclassify_unknown(program: Program) -> int:
    """Give charges a customer, motion or product that has become known; the number of changed ones.

    Their amounts, dates and raw rows stay as imported. Inside the scope.
    """
    wait_for_turn("invoices", program.source_id)
    unsettled = program_invoices(program).filter(pk__in=Charge.objects.filter(UNSETTLED).values("invoice_id"))
    if not unsettled.exists():
        return 0
    read_row = registry.get_source(program.source.system).read_row
    customers, products = CustomerDirectory(program.source_id), ProductFinder(program.source_id)
    return sum(_reclassify(invoice, read_row, customers, products) for invoice in unsettled)


def _reclassify(
    invoice: SourceInvoice, read_row: RowReader, customers: CustomerDirectory, products: ProductFinder
) -> int:
    charges = list(Charge.objects.filter(UNSETTLED, invoice=invoice).order_by("line"))
    before = {charge.customer_id for charge in charges if charge.customer_id}
    rows = {charge.pk: read_row(charge.line, charge.raw) for charge in charges}
    days = {charge.pk: charge.days for charge in charges}
    classifier = Classifier(
        customers=customers,
        subscriptions=resolve_subscriptions(invoice.source_id, build_profiles(rows.values()), {}, customers),
        products=products,
        told=_tell(invoice, [(rows[charge.pk], days[charge.pk]) for charge in charges]),
    )
    now = {charge.pk: classifier.charge(rows[charge.pk], days[charge.pk]) for charge in charges}
    beside = _put_together(invoice, now)
    changed = [charge for charge in charges if _take_over(charge, now[charge.pk])]
    if changed:
        Charge.objects.bulk_update(changed, _COLUMNS, batch_size=_BATCH)
        Charge.objects.bulk_update(beside, COLUMNS, batch_size=_BATCH)
        recount_invoices([invoice], also=before)
    return len(changed)


def _tell(invoice: SourceInvoice, rows: Sequence[tuple[InvoiceRow, Days]]) -> dict[str, Told]:
    """What invoices before this one say of the subscriptions of these rows, and the rows of each other."""
    by_ref: dict[str, list[tuple[InvoiceRow, Days]]] = defaultdict(list)
    for row, days in rows:
        by_ref[subscription_ref(row.subscription_id)].append((row, days))
    since = min(days.first for _, days in rows)
    history = load_history(invoice.source_id, list(by_ref), since, before=invoice.pk)
    return {
        ref: Told(
            taken_back=evidence_of((row, days) for row, days in group if is_negative(row)),
            history=history.get(ref) or History(),
            cycles=tuple(days for _, days in group if days.months == 1),
        )
        for ref, group in by_ref.items()
    }


def _put_together(invoice: SourceInvoice, now: Mapping[int, Charge]) -> list[Charge]:
    """Judge the groups of which a row is classified anew; answers the other rows that become something else by that.

    ``now``: by our row, what is to be stored of it.
    """
    rows = Charge.objects.filter(invoice=invoice, subscription_ref__in={one.subscription_ref for one in now.values()})
    by_ref: dict[str, list[Charge]] = defaultdict(list)
    for charge in rows.exclude(set_aside=SetAside.EXCLUDED).defer("raw").order_by("line"):
        made = now.get(charge.pk, charge)
        made.invoice_id = invoice.pk
        by_ref[charge.subscription_ref].append(made)
    refs = with_negatives(chain.from_iterable(by_ref.values()))  # also of rows that were classified before
    number, prices = credit_number(invoice), prices_before(invoice, refs)
    changed = []
    for ref, charges in by_ref.items():
        together = put_together((alone(charge, number) for charge in charges), prices.get(ref, set()))
        counted = (charge for charge in charges if not charge.set_aside)
        changed += [charge for charge in counted if take_over(charge, together[invoice.pk, charge.line])]
    return [charge for charge in changed if charge.pk]  # those of ``now`` have no row of their own


def _take_over(charge: Charge, now: Charge) -> bool:
    """Copy what was derived; false where nothing differs."""
    differing = [name for name in _DERIVED if getattr(charge, name) != getattr(now, name)]
    for name in differing:
        setattr(charge, name, getattr(now, name))
    return bool(differing)
