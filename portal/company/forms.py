"""What a partner's admins may change about their company."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import list_currencies
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Partner
from core.time_zones import time_zone_choices
from portal.kit.selects import FlatSelect

LONGEST_NAME = Partner._meta.get_field("name").max_length


class PartnerForm(forms.Form):
    """Name, time zone, currency and locale of a partner."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="As your people see it here, and as the sender of e-mails is named."
    )
    time_zone = forms.ChoiceField(
        widget=FlatSelect,
        label="Time zone",
        help_text="Daily syncs run by it, and times are shown in it to whoever chose no other.",
    )
    currency = forms.CharField(
        max_length=3,
        help_text="Three letters, such as USD. What your source bills in, unless its connection says otherwise.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    locale = forms.ChoiceField(
        widget=FlatSelect, label="Language and region", help_text="How amounts and dates are written."
    )

    def __init__(self, data: Any = None, *, partner: Partner) -> None:
        super().__init__(data, initial={name: getattr(partner, name) for name in self.base_fields})
        self.fields["time_zone"].choices = time_zone_choices()  # type: ignore[attr-defined]  # a ChoiceField
        known = locale_choices()
        kept = [] if partner.locale in dict(known) else [(partner.locale, partner.locale)]
        self.fields["locale"].choices = [*kept, *known]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name:
            raise ValidationError("Enter the name of your company.")
        return name

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in list_currencies():
            raise ValidationError(f"“{code}” is no currency. Use a three-letter code such as USD.")
        return code


@lru_cache(maxsize=1)
def locale_choices() -> list[tuple[str, str]]:
    """Locales with a region, by their English name."""
    named = ((name, Locale.parse(name)) for name in locale_identifiers())
    with_region = [(name, str(locale.english_name or name)) for name, locale in named if locale.territory]
    return sorted(with_region, key=lambda choice: choice[1])
