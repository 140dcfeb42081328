"""The two fields by which most lists are narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.long_lists import LongSelect


class SearchInput(forms.TextInput):
    """A search box; drawn without templates, as one stands on every list."""

    input_type = "search"

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: object = None,  # noqa: ARG002  # Django's signature
    ) -> SafeString:
        """The box as HTML."""
        given = {"type": self.input_type, "name": name, "value": self.format_value(value), **(attrs or {})}
        return format_html("<input{}>", flatatt(self.build_attrs(self.attrs, given)))


class SearchFilter(filters.CharFilter):
    """Words, which the filter set's ``by_words`` looks for."""

    def __init__(self) -> None:
        super().__init__(method="by_words", label="Search", widget=SearchInput)


class PickFilter(filters.ChoiceFilter):
    """One of some choices."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=LongSelect, **kwargs)
