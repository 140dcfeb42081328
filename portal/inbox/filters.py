"""Filters of the inbox."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet

from core.searching import says
from customers.selectors import customer_contains
from portal.kit.filters import PickFilter, SearchFilter
from reports.inbox_kinds import KINDS
from syncs.models import Finding


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
        return rows.filter(Q(says("text", words)) | customer_contains(words, "customer__"))

    def by_kind(self, rows: QuerySet[Finding], _name: str, name: str) -> QuerySet[Finding]:
        kind = KINDS[name]
        return rows.filter(kind.findings) if kind.finds else rows.none()
