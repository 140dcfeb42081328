"""Filters of the list of source invoices."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet

from accounts.list_filters import PickFilter, SearchFilter
from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import invoice_contains

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
