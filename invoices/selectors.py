"""Reads of invoices and charges that deserve a name. Call them inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from connections.currency import symbol_fits
from core.money import ZERO
from customers.models import Customer, Mapping
from customers.selectors import customer_contains, mappings_of
from invoices.models import Charge, InvoiceOverlap, InvoiceState, Kind, SourceInvoice
from invoices.overlaps import charged_again_by, mirrored_by
from invoices.start import program_invoices
from products.models import Product
from programs.models import Motion, Program

NOT_MAPPED, MAPPED, SYNC_ON, ATTENTION = "not_mapped", "mapped", "sync_on", "needs_attention"
STATE_LABELS = {
    NOT_MAPPED: "Not mapped",
    MAPPED: "Mapped",
    SYNC_ON: "Sync on",
    ATTENTION: "Needs attention",
}


@dataclass(frozen=True, slots=True)
class Money:
    """Cost (the partner pays) and retail (the customer pays), in the invoice's currency."""

    cost: Decimal = ZERO
    retail: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class BillingRow:
    """A customer x motion that occurs in the program's invoices.

    ``money`` is what the newest month with such charges came to; ``problems`` say why it needs
    attention.
    """

    customer: Customer
    motion: str
    month: dt.date
    money: Money
    mapping: Mapping | None
    state: str
    problems: tuple[str, ...] = ()

    @property
    def motion_label(self) -> str:
        """The motion's name."""
        return str(Motion(self.motion).label)

    @property
    def state_label(self) -> str:
        """The state's name."""
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class OverlapFacts:
    """How a held invoice meets one that it overlaps."""

    other: SourceInvoice
    shared_charges: int  # charges of the other whose subscription and period come again
    shared: Money  # what those come to
    mirrored_charges: int  # charges of the other that the held one takes back exactly


def billing_rows(program: Program, text: str = "") -> list[BillingRow]:
    """One row per customer and motion of the program's counted invoices, by customer name.

    ``text`` is looked for in name, domain and id. Five queries, whatever the number of rows.
    """
    charges = _known_charges(program)
    if text.strip():
        charges = charges.filter(customer_contains(text, "customer__"))
    newest = charges.values_list("customer_id", "motion").annotate(month=Max("invoice__month"))
    latest = {(customer_id, motion): month for customer_id, motion, month in newest}
    money = _money_by_month(charges, latest.values())
    customers = Customer.objects.in_bulk([customer_id for customer_id, _ in latest])
    mappings = {(row.customer_id, row.motion): row for row in mappings_of(program)}
    everywhere = _currency_problems(program)
    rows = []
    for key, month in latest.items():
        mapping = mappings.get(key)
        problems = (*everywhere, *_mapping_problems(mapping)) if mapping is not None and mapping.sync_on else ()
        state = _state(mapping, problems)
        rows.append(BillingRow(customers[key[0]], key[1], month, money[(*key, month)], mapping, state, problems))
    return sorted(rows, key=lambda row: (row.customer.name.casefold(), row.customer.domain, row.motion))


def unmapped_rows(rows: Iterable[BillingRow]) -> list[BillingRow]:
    """The rows that nobody mapped, the most money first."""
    unmapped = (row for row in rows if row.state == NOT_MAPPED)
    return sorted(unmapped, key=lambda row: (-row.money.retail, row.customer.name.casefold()))


def total_of(rows: Iterable[BillingRow]) -> Money:
    """What these rows come to in their newest months."""
    money = [row.money for row in rows]
    return Money(sum((each.cost for each in money), ZERO), sum((each.retail for each in money), ZERO))


def in_use_products(program: Program) -> QuerySet[Product]:
    """Products that occur in imported invoices of customers that the program maps."""
    mapped = Mapping.objects.filter(program=program).values("customer_id")
    charges = Charge.objects.filter(
        invoice__in=program_invoices(program), customer_id__in=mapped, product__isnull=False
    ).exclude(kind=Kind.UNKNOWN)
    return Product.objects.filter(pk__in=charges.order_by().values("product_id").distinct())


def unknown_charges(program: Program) -> QuerySet[Charge]:
    """Charges that fit no rule, or whose product is not clear, the newest invoice first."""
    unsettled = Q(kind=Kind.UNKNOWN) | (Q(product=None) & ~Q(problem=""))
    found = Charge.objects.filter(unsettled, invoice__in=program_invoices(program))
    return found.select_related("invoice", "customer").order_by("-invoice__month", "invoice_id", "line")


def listed_invoices(program: Program) -> QuerySet[SourceInvoice]:
    """The program's invoices that were read, the newest first."""
    return program_invoices(program).exclude(content_hash="").order_by("-month", "-imported_at", "-pk")


def totals_of(invoices: Sequence[SourceInvoice]) -> dict[int, Money]:
    """What the charges of these invoices come to, by invoice id, in one query."""
    sums = Charge.objects.filter(invoice__in=[invoice.pk for invoice in invoices]).order_by().values_list("invoice_id")
    totals = {pk: Money(cost, retail) for pk, cost, retail in sums.annotate(Sum("cost"), Sum("retail"))}
    return {invoice.pk: totals.get(invoice.pk, Money()) for invoice in invoices}


def overlap_facts(invoice: SourceInvoice) -> list[OverlapFacts]:
    """What a person must know to say *replaces* or *adds*; a reversal is proposed to add."""
    again, mirrored = _by_invoice(charged_again_by(invoice)), _by_invoice(mirrored_by(invoice))
    overlaps = InvoiceOverlap.objects.filter(held=invoice).select_related("other").order_by("other__month", "other_id")
    nothing = (0, Money())
    return [
        OverlapFacts(
            other=overlap.other,
            shared_charges=again.get(overlap.other_id, nothing)[0],
            shared=again.get(overlap.other_id, nothing)[1],
            mirrored_charges=mirrored.get(overlap.other_id, nothing)[0],
        )
        for overlap in overlaps
    ]


def _known_charges(program: Program) -> QuerySet[Charge]:
    invoices = program_invoices(program).filter(state=InvoiceState.COUNTED)
    charges = Charge.objects.filter(invoice__in=invoices, customer__isnull=False)
    return charges.exclude(motion="").exclude(kind=Kind.UNKNOWN).order_by()


def _money_by_month(charges: QuerySet[Charge], months: Collection[dt.date]) -> dict[tuple[Any, ...], Money]:
    sums = charges.filter(invoice__month__in=set(months)).values_list("customer_id", "motion", "invoice__month")
    found = sums.annotate(Sum("cost"), Sum("retail"))
    return {(customer, motion, month): Money(cost, retail) for customer, motion, month, cost, retail in found}


def _state(mapping: Mapping | None, problems: Collection[str]) -> str:
    if mapping is None:
        return NOT_MAPPED
    if problems:
        return ATTENTION
    return SYNC_ON if mapping.sync_on else MAPPED


def _mapping_problems(mapping: Mapping) -> list[str]:
    problems = []
    if mapping.target_customer.gone:
        problems.append(f"The customer “{mapping.target_customer}” is no longer in the target.")
    if mapping.template.gone:
        problems.append(f"The invoice template “{mapping.template}” is no longer in the target.")
    elif mapping.template.paused:
        problems.append(f"The invoice template “{mapping.template}” is paused.")
    return problems


def _currency_problems(program: Program) -> tuple[str, ...]:
    currency = program.source.currency or program.source.partner.currency
    symbol = program.target.currency_symbol
    if symbol_fits(symbol, currency) is not False:
        return ()
    return (f"The source bills in {currency}, the target shows {symbol}: nothing is written.",)


def _by_invoice(charges: QuerySet[Charge]) -> dict[int, tuple[int, Money]]:
    sums = charges.order_by().values_list("invoice_id")
    found = sums.annotate(Count("pk"), Sum("cost"), Sum("retail"))
    return {invoice_id: (count, Money(cost, retail)) for invoice_id, count, cost, retail in found}
