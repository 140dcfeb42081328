"""Invoices that charge what an imported one charged already: held whole until a person decides."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from invoices.models import Charge, InvoiceOverlap, InvoiceState, SourceInvoice
from money.words import ZERO

IS_NEGATIVE = Q(cost__lt=ZERO) | Q(retail__lt=ZERO) | Q(quantity__lt=ZERO)


def hold_if_overlapping(invoice: SourceInvoice) -> bool:
    """Hold a newly stored invoice that charges a subscription and period again; true if it did.

    What it takes back does not count (credits are reviewed one by one), unless it does nothing else
    and mirrors imported rows: same subscription, period and dates, negated amounts. Mirrored rows
    mark a reversal.
    """
    again = _invoices_of(charged_again_by(invoice))
    mirrored = _invoices_of(mirrored_by(invoice)) if again or _only_takes_back(invoice) else set()
    if not again | mirrored:
        return False
    invoice.state = InvoiceState.HELD
    invoice.reversal = bool(mirrored)
    invoice.save(update_fields=["state", "reversal"])
    overlaps = [InvoiceOverlap(held=invoice, other_id=other) for other in sorted(again | mirrored)]
    InvoiceOverlap.objects.bulk_create(overlaps)
    return True


def charged_again_by(invoice: SourceInvoice) -> QuerySet[Charge]:
    """Charges of counted invoices whose subscription and period the invoice charges too."""
    own = Charge.objects.filter(invoice=invoice).exclude(IS_NEGATIVE).exclude(subscription_ref="")
    periods = list(own.order_by().values_list("period", flat=True).distinct())
    again = own.filter(subscription_ref=OuterRef("subscription_ref"), period=OuterRef("period"))
    return _counted(invoice).exclude(IS_NEGATIVE).filter(Exists(again), period__in=periods)


def mirrored_by(invoice: SourceInvoice) -> QuerySet[Charge]:
    """Charges of counted invoices that a negative row of the invoice takes back exactly."""
    own = negative_rows(invoice)
    periods = list(own.order_by().values_list("period", flat=True).distinct())
    mirror = own.filter(**_MIRRORS, cost=-OuterRef("cost"), retail=-OuterRef("retail"))
    return _counted(invoice).filter(Exists(mirror), period__in=periods)


def mirroring_rows(invoice: SourceInvoice) -> QuerySet[Charge]:
    """The invoice's own negative rows that take back a row of an invoice it overlaps."""
    others = InvoiceOverlap.objects.filter(held=invoice).values("other_id")
    mirrored = Charge.objects.filter(
        **_MIRRORS, invoice_id__in=others, cost=-OuterRef("cost"), retail=-OuterRef("retail")
    )
    return negative_rows(invoice).filter(Exists(mirrored))


def negative_rows(invoice: SourceInvoice) -> QuerySet[Charge]:
    """The rows of the invoice that take something back from a subscription."""
    own = Charge.objects.filter(IS_NEGATIVE, invoice=invoice).exclude(subscription_ref="")
    return own.exclude(cost=ZERO, retail=ZERO)


_MIRRORS = {name: OuterRef(name) for name in ("subscription_ref", "period", "start", "end")}


def _only_takes_back(invoice: SourceInvoice) -> bool:
    rows = Charge.objects.filter(invoice=invoice)
    return rows.exists() and not rows.exclude(IS_NEGATIVE).exists()


def _invoices_of(charges: QuerySet[Charge]) -> set[int]:
    return set(charges.order_by().values_list("invoice_id", flat=True).distinct())


def _counted(invoice: SourceInvoice) -> QuerySet[Charge]:
    counted = Charge.objects.filter(invoice__source_id=invoice.source_id, invoice__state=InvoiceState.COUNTED)
    return counted.exclude(invoice=invoice).exclude(subscription_ref="")
