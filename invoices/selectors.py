"""Reads of invoices and charges that deserve a name. Call them inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from core.searching import ids_matching
from invoices.models import Charge, InvoiceOverlap, InvoiceState, SourceInvoice
from invoices.overlaps import mirrored_by, repeated_by
from invoices.start import program_invoices
from money.words import Money
from programs.models import Program


@dataclass(frozen=True, slots=True)
class OverlapFacts:
    """How a held invoice meets one that it overlaps."""

    other: SourceInvoice
    shared_charges: int  # charges of the other that come again
    shared: Money  # what those come to
    mirrored_charges: int  # charges of the other that the held one takes back exactly
    mirrored: Money  # what those come to


def listed_invoices(program: Program) -> QuerySet[SourceInvoice]:
    """The program's invoices that were read, the newest first."""
    return program_invoices(program).exclude(content_hash="").order_by("-month", "-imported_at", "-pk")


def charged_months(program: Program) -> set[dt.date]:
    """First days of the usage months that have an invoice which was read."""
    return set(listed_invoices(program).order_by().values_list("month", flat=True).distinct())


def invoice_contains(text: str) -> Q:
    """The condition behind every search box over invoices: number, or the source's name of the program."""
    return Q(pk__in=ids_matching("matching_invoices", text))


def imported_since(program: Program, moment: dt.datetime) -> bool:
    """True when an invoice of the program was imported after that."""
    invoices = SourceInvoice.objects.filter(source_id=program.source_id, program_slug=program.slug)
    return invoices.filter(imported_at__gt=moment).exists()


def overlap_facts(invoice: SourceInvoice) -> list[OverlapFacts]:
    """What a person must know to say *replaces* or *adds*; one that takes back can only add."""
    again, mirrored = _by_invoice(repeated_by(invoice)), _by_invoice(mirrored_by(invoice))
    overlaps = InvoiceOverlap.objects.filter(held=invoice).select_related("other").order_by("other__month", "other_id")
    nothing = (0, Money())
    return [
        OverlapFacts(
            other=overlap.other,
            shared_charges=again.get(overlap.other_id, nothing)[0],
            shared=again.get(overlap.other_id, nothing)[1],
            mirrored_charges=mirrored.get(overlap.other_id, nothing)[0],
            mirrored=mirrored.get(overlap.other_id, nothing)[1],
        )
        for overlap in overlaps
    ]


def cancelled_with(invoice: SourceInvoice) -> list[str]:
    """Numbers of the invoices that cancel this one, or that it cancels."""
    pairs = InvoiceOverlap.objects.filter(Q(held=invoice) | Q(other=invoice), held__state=InvoiceState.REVERSED)
    numbers = pairs.order_by("pk").values_list("held_id", "held__number", "other__number")
    return [other if held_id == invoice.pk else held for held_id, held, other in numbers]


def _by_invoice(charges: QuerySet[Charge]) -> dict[int, tuple[int, Money]]:
    sums = charges.order_by().values_list("invoice_id")
    found = sums.annotate(Count("pk"), Sum("cost"), Sum("retail"))
    return {invoice_id: (count, Money(cost, retail)) for invoice_id, count, cost, retail in found}
