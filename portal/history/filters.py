"""Filters of runs and of their changes."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from core.searching import found_by, ids_matching
from customers.selectors import customer_contains
from money.enums import Action
from portal.kit.filters import PickFilter, SearchFilter, of_product
from reports.run import WORTH_TELLING
from syncs.enums import ChangeState, RunKind, RunState, RunStatus
from syncs.models import Change, Run

ALL = "all"  # actions

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
        choices=[(ALL, "All, unchanged too"), *Action.pairs()],
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
        ways = (named, of_product(words), customer_contains(words, "customer__"))
        return rows.filter(found_by(Change.objects.filter(run=self.run), *ways))

    def by_action(self, rows: QuerySet[Change], _name: str, action: str) -> QuerySet[Change]:
        return rows if action == ALL else rows.filter(action=action)

    def filter_queryset(self, queryset: QuerySet[Change]) -> QuerySet[Change]:
        rows: QuerySet[Change] = super().filter_queryset(queryset)
        return rows if self.unfolds else rows.filter(WORTH_TELLING)

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
