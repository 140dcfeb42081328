"""Filters of source invoices and of their rows."""

from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from core.searching import found_by, ids_matching
from customers.models import Customer
from customers.selectors import customer_contains
from invoices.models import Charge, InvoiceState, SourceInvoice
from invoices.selectors import invoice_contains
from money.enums import Kind, Motion
from portal.kit.filters import PickFilter, SearchFilter, of_product
from programs.models import Program
from reports.invoice import NOBODY, rows_of_nobody, rows_that_became
from reports.strip import LABELS

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


_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_ID = re.compile(r"[0-9a-f-]{4,}")  # what may be part of a subscription's id


class ChargeFilter(filters.FilterSet):
    """Rows of an invoice by words, customer, motion, kind, and what became of them."""

    q = SearchFilter()
    customer = PickFilter(choices=(), method="by_customer", label="Customer", empty_label="Any")
    motion = PickFilter(choices=Motion.pairs(), label="Motion", empty_label="Any")
    kind = PickFilter(choices=Kind.pairs(), label="Kind", empty_label="Any")
    became = PickFilter(
        choices=[(str(name), label) for name, label in LABELS.items()],
        method="by_part",
        label="What became of it",
        empty_label="Any",
    )

    class Meta:
        model = Charge
        fields = ("q", "customer", "motion", "kind", "became")

    def __init__(self, *args: Any, invoice: SourceInvoice, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice, self.program = invoice, program
        asked = self.data.get("customer", "")
        known = Customer.objects.filter(pk=asked, source=invoice.source_id) if _NUMBER.fullmatch(asked) else ()
        # The one that is asked for: the others are found by their name.
        self.filters["customer"].extra["choices"] = [
            (NOBODY, "In no customer’s account"),
            *((str(one.pk), one.name) for one in known),
        ]

    def by_customer(self, rows: QuerySet[Charge], _name: str, asked: str) -> QuerySet[Charge]:
        if asked == NOBODY:
            return rows.filter(rows_of_nobody())
        return rows.exclude(rows_of_nobody()).filter(customer=int(asked))

    def by_part(self, rows: QuerySet[Charge], _name: str, part: str) -> QuerySet[Charge]:
        """The last filter: it looks at those rows alone that the others left."""
        return rows_that_became(self.invoice, self.program, part, rows)

    def by_words(self, rows: QuerySet[Charge], _name: str, words: str) -> QuerySet[Charge]:
        named = Q(pk__in=ids_matching("matching_charges", words, self.invoice.pk))
        ways = [named, of_product(words), customer_contains(words, "customer__")]
        if _ID.fullmatch(words.strip().lower()):  # names are looked up by index, ids row by row of the invoice
            ways.append(Q(subscription_ref__contains=words.strip().lower()))
        return rows.filter(found_by(Charge.objects.filter(invoice=self.invoice), *ways))
