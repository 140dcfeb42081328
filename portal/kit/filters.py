"""The fields by which most lists are narrowed."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q

from core.searching import ids_matching
from portal.kit.selects import FlatSelect


class SearchFilter(filters.CharFilter):
    """Words, which the filter set's ``by_words`` looks for."""

    def __init__(self) -> None:
        super().__init__(method="by_words", label="Search", widget=forms.SearchInput)


class PickFilter(filters.ChoiceFilter):
    """One of some choices."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FlatSelect, **kwargs)


def of_product(words: str) -> Q:
    """Products by name, SKU and id."""
    return Q(product__in=ids_matching("matching_products", words))
