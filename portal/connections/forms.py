"""The credential form of a vendor system, made from its definition."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from connections.selectors import ConnectionCard
from portal.kit.figures import write_date

CURRENCY = "currency"


class CredentialForm(forms.Form):
    """Fields of one system. A stored secret is never shown; leaving its field empty keeps it."""

    def __init__(self, *args: Any, card: ConnectionCard, partner_currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = card.connection.credentials if card.connection else {}
        for field in card.definition.fields:
            if field.secret:
                self.fields[field.name] = _secret_field(field.label, field.help, card.secrets_stored.get(field.name))
            else:
                self.fields[field.name] = forms.CharField(
                    label=field.label,
                    help_text=field.help,
                    initial=stored.get(field.name, ""),
                    max_length=200,
                    widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
                )
        if not card.is_target:
            self.fields[CURRENCY] = _currency_field(
                partner_currency, card.connection.currency if card.connection else ""
            )

    def credentials(self) -> dict[str, str]:
        """What was entered, without the currency."""
        return {name: value for name, value in self.cleaned_data.items() if name != CURRENCY}

    def currency(self) -> str:
        """ISO code that the source bills in, "" for the partner's."""
        return str(self.cleaned_data.get(CURRENCY, "")).upper()


def _secret_field(label: str, help_text: str, stored_at: dt.datetime | None) -> forms.CharField:
    kept = ""
    if stored_at:
        kept = f" Stored on {write_date(timezone.localdate(stored_at))}. Leave empty to keep it, or enter a new one."
    return forms.CharField(
        label=label,
        help_text=help_text + kept,
        required=stored_at is None,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )


def _currency_field(partner_currency: str, stored: str) -> forms.CharField:
    return forms.CharField(
        label="Currency of its invoices",
        help_text=f"Three letters, such as USD. Empty: {partner_currency}, the currency of your company.",
        required=False,
        initial=stored,
        max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", "Use a three-letter code such as USD.")],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
