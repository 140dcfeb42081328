"""A select of hundreds of options says what Django's own would say."""

from __future__ import annotations

import pytest
from django import forms
from django.test.html import parse_html

from core.time_zones import time_zone_choices
from portal.kit.selects import FlatSelect

CHOICES = [("", "None <of> these"), ("a&b", "A & B"), ("Europe/Oslo", "Oslo")]


@pytest.mark.parametrize("value", ["", None, "a&b", "Europe/Oslo", "unknown"])
def test_long_select_is_djangos_select(value: str | None) -> None:
    attrs = {"id": "id_zone", "aria-describedby": "id_zone_helptext", "required": True}

    drawn = FlatSelect(choices=CHOICES).render("zone", value, attrs)

    assert parse_html(drawn) == parse_html(forms.Select(choices=CHOICES).render("zone", value, attrs))


def test_time_zones_are_in_order() -> None:
    names = [name for name, _label in time_zone_choices()]

    assert names == sorted(names)
    assert {"UTC", "Europe/Oslo"} <= set(names)
