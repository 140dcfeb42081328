"""Selects that are drawn in one go, and the time zones that are the longest of them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_SELECTED = SafeString(" selected")


class FlatSelect(forms.Select):
    """Draws its options in one go, where Django renders a template for each. It knows no groups."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: object = None,  # noqa: ARG002  # Django's signature
    ) -> SafeString:
        """The select as HTML."""
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, _SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})), options
        )


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Names of the IANA time zones; the files that tell are read once."""
    return frozenset(zoneinfo.available_timezones())


def time_zone_choices() -> list[tuple[str, str]]:
    """The time zones by name, as a form offers them."""
    return [(name, name) for name in sorted(time_zones())]
