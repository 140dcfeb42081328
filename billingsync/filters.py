"""Filters of the pages that look over all apps."""

from __future__ import annotations

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from core.models import AuditEntry


class AuditFilter(filters.FilterSet):
    """By words in the text or the name of who acted."""

    q = filters.CharFilter(method="by_words", label="Search", widget=forms.TextInput(attrs={"type": "search"}))

    class Meta:
        model = AuditEntry
        fields = ("q",)

    def by_words(self, rows: QuerySet[AuditEntry], _name: str, words: str) -> QuerySet[AuditEntry]:
        return rows.filter(Q(text__icontains=words) | Q(actor_name__icontains=words))
