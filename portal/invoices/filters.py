"""Filters of source invoices and of their rows."""

from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from core.searching import found_by, ids_matching
from customers.selectors import customer_contains
from invoices.models import Charge, InvoiceState, SourceInvoice
from invoices.selectors import invoice_contains
from money.enums import Kind, Motion
from portal.kit.filters import PickFilter, SearchFilter, of_product

PAST = "past"


class InvoiceFilter(filters.FilterSet):
    """By number and state."""

    q = SearchFilter()
    state = PickFilter(
        choices=[*InvoiceState.choices, (PAST, "Before the start")],
        method="by_state",
        label="State",
        empty_label="Any",
    )

    class Meta:
        model = SourceInvoice
        fields = ("q", "state")

    def by_words(self, rows: QuerySet[SourceInvoice], _name: str, words: str) -> QuerySet[SourceInvoice]:
        return rows.filter(invoice_contains(words))

    def by_state(self, rows: QuerySet[SourceInvoice], _name: str, state: str) -> QuerySet[SourceInvoice]:
        return rows.filter(past=True) if state == PAST else rows.filter(past=False, state=state)


_ID = re.compile(r"[0-9a-f-]{4,}")  # what may be part of a subscription's id


class ChargeFilter(filters.FilterSet):
    """Rows of an invoice by words, motion and kind."""

    q = SearchFilter()
    motion = PickFilter(choices=Motion.pairs(), label="Motion", empty_label="Any")
    kind = PickFilter(choices=Kind.pairs(), label="Kind", empty_label="Any")

    class Meta:
        model = Charge
        fields = ("q", "motion", "kind")

    def __init__(self, *args: Any, invoice: SourceInvoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice

    def by_words(self, rows: QuerySet[Charge], _name: str, words: str) -> QuerySet[Charge]:
        named = Q(pk__in=ids_matching("matching_charges", words, self.invoice.pk))
        ways = [named, of_product(words), customer_contains(words, "customer__")]
        if _ID.fullmatch(words.strip().lower()):  # names are looked up by index, ids row by row of the invoice
            ways.append(Q(subscription_ref__contains=words.strip().lower()))
        return rows.filter(found_by(Charge.objects.filter(invoice=self.invoice), *ways))
