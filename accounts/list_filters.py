"""The two fields by which most lists are narrowed."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms

from core.long_lists import FlatSelect


class SearchFilter(filters.CharFilter):
    """Words, which the filter set's ``by_words`` looks for."""

    def __init__(self) -> None:
        super().__init__(method="by_words", label="Search", widget=forms.SearchInput)


class PickFilter(filters.ChoiceFilter):
    """One of some choices."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FlatSelect, **kwargs)
