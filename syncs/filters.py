"""Filters of runs, their changes, and invoice rows."""

from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from accounts.list_filters import PickFilter, SearchFilter
from core.searching import found_by, ids_matching
from customers.selectors import customer_contains
from invoices.models import Charge, Kind, SourceInvoice
from programs.models import Motion
from syncs.inbox_kinds import KINDS
from syncs.models import Action, Change, ChangeState, Finding, Run, RunKind, RunState, RunStatus

ALL = "all"  # actions
_ID = re.compile(r"[0-9a-f-]{4,}")  # what may be part of a subscription's id
SHOWN = ~Q(action=Action.KEEP) | Q(state=ChangeState.HELD)  # changes of a run, unless others are asked for
OTHER_ENDS = (RunState.WAITING, RunState.DISCARDED, RunState.CANCELLED)  # of runs without a verdict


class RunFilter(filters.FilterSet):
    """By kind and verdict."""

    kind = PickFilter(choices=RunKind.choices, label="Kind", empty_label="Any")
    status = PickFilter(
        choices=[*RunStatus.choices, *((state.value, state.label) for state in OTHER_ENDS)],
        method="by_result",
        label="Result",
        empty_label="Any",
    )

    class Meta:
        model = Run
        fields = ("kind", "status")

    def by_result(self, rows: QuerySet[Run], _name: str, result: str) -> QuerySet[Run]:
        """As the list shows it: what was stopped bears no verdict, whatever it would have been."""
        if result in OTHER_ENDS:
            return rows.filter(state=result)
        return rows.filter(state=RunState.FINISHED, status=result)


class ChangeFilter(filters.FilterSet):
    """By words and outcome. Unchanged items are folded away unless asked for."""

    q = SearchFilter()
    state = PickFilter(choices=ChangeState.choices, label="Outcome", empty_label="Any")
    action = PickFilter(
        method="by_action",
        choices=[(ALL, "All, unchanged too"), *Action.choices],
        label="Action",
        empty_label="All but unchanged",
    )

    class Meta:
        model = Change
        fields = ("q", "state", "action")

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run

    def by_words(self, rows: QuerySet[Change], _name: str, words: str) -> QuerySet[Change]:
        named = Q(pk__in=ids_matching("matching_changes", words, self.run.pk))
        ways = (named, _of_product(words), customer_contains(words, "customer__"))
        return rows.filter(found_by(Change.objects.filter(run=self.run), *ways))

    def by_action(self, rows: QuerySet[Change], _name: str, action: str) -> QuerySet[Change]:
        return rows if action == ALL else rows.filter(action=action)

    def filter_queryset(self, queryset: QuerySet[Change]) -> QuerySet[Change]:
        rows: QuerySet[Change] = super().filter_queryset(queryset)
        return rows if self.unfolds else rows.filter(SHOWN)

    @property
    def unfolds(self) -> bool:
        """True where an action or an outcome is asked for, which may be *unchanged*."""
        self.form.is_valid()  # an answer that is none is as good as not given
        asked = self.form.cleaned_data
        return bool(asked.get("action") or asked.get("state"))

    @property
    def narrows(self) -> bool:
        """True where anything is asked for."""
        return self.unfolds or bool(self.data.get("q"))


class InboxFilter(filters.FilterSet):
    """What waits, by words and kind."""

    q = SearchFilter()
    kind = PickFilter(
        method="by_kind", choices=[(name, kind.label) for name, kind in KINDS.items()], label="Kind", empty_label="All"
    )

    class Meta:
        model = Finding
        fields = ("q", "kind")

    def by_words(self, rows: QuerySet[Finding], _name: str, words: str) -> QuerySet[Finding]:
        return rows.filter(Q(text__icontains=words) | customer_contains(words, "customer__"))

    def by_kind(self, rows: QuerySet[Finding], _name: str, name: str) -> QuerySet[Finding]:
        kind = KINDS[name]
        return rows.filter(kind.findings) if kind.finds else rows.none()


class ChargeFilter(filters.FilterSet):
    """Rows of an invoice by words, motion and kind."""

    q = SearchFilter()
    motion = PickFilter(choices=Motion.choices, label="Motion", empty_label="Any")
    kind = PickFilter(choices=Kind.choices, label="Kind", empty_label="Any")

    class Meta:
        model = Charge
        fields = ("q", "motion", "kind")

    def __init__(self, *args: Any, invoice: SourceInvoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice

    def by_words(self, rows: QuerySet[Charge], _name: str, words: str) -> QuerySet[Charge]:
        named = Q(pk__in=ids_matching("matching_charges", words, self.invoice.pk))
        ways = [named, _of_product(words), customer_contains(words, "customer__")]
        if _ID.fullmatch(words.strip().lower()):  # names are looked up by index, ids row by row of the invoice
            ways.append(Q(subscription_ref__contains=words.strip().lower()))
        return rows.filter(found_by(Charge.objects.filter(invoice=self.invoice), *ways))


def _of_product(words: str) -> Q:
    """Products by name, SKU and id."""
    return Q(product__in=ids_matching("matching_products", words))
