"""The mapping dialog's form, and the billing list's filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from customers.mapping_csv import MOST_BYTES
from customers.models import Mapping, Pricing
from money.enums import Motion
from portal.kit.selects import FlatSelect
from reports.billing import ATTENTION, MAPPED, NOT_MAPPED, SYNC_ON

ALL = "all"
TABS = (
    (NOT_MAPPED, "Not mapped"),
    (SYNC_ON, "Sync on"),
    (MAPPED, "Sync off"),
    (ATTENTION, "Needs attention"),
    (ALL, "All"),
)


class BillingSearch(forms.Form):
    """What the billing list shows."""

    q = forms.CharField(
        required=False,
        label="Search by name, domain or id",
        widget=forms.SearchInput(attrs={"autofocus": True}),
    )
    motion = forms.ChoiceField(
        required=False, choices=[("", "Any"), *Motion.pairs()], label="Motion", widget=FlatSelect
    )


class SuggestionForm(forms.Form):
    """From which score on suggestions come ticked."""

    LEAST = (
        ("100", "100: same name or e-mail address"),
        ("95", "95: same name, e-mail address or domain"),
        ("85", "85: close names as well"),
        ("75", "75: all that are likely"),
    )

    least = forms.ChoiceField(
        required=False, choices=LEAST, label="Tick those with a score of at least", widget=FlatSelect
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__({"least": "95", **data.dict()})

    @property
    def least_score(self) -> int:
        """0 to 100."""
        return int(self.cleaned_data["least"]) if self.is_valid() and self.cleaned_data["least"] else 95


class ImportForm(forms.Form):
    """A file of mappings."""

    file = forms.FileField(
        label="File",
        help_text="A workbook (XLSX) or CSV (comma, semicolon, tab), of at most 12 MB and 20,000 rows.",
        max_length=300,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv"}),
    )

    def clean_file(self) -> Any:
        """The file, told by its size before anything of it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
        return file


class MappingForm(forms.Form):
    """Target customer, invoice template, pricing strategy and sync of a customer's motion.

    While it is being filled in it travels as GET parameters, so that every step works without
    scripts and nothing typed is lost.
    """

    q = forms.CharField(required=False)
    target_customer = forms.IntegerField(required=False)
    template = forms.IntegerField(required=False)
    pricing = forms.ChoiceField(choices=Pricing.choices, required=False)
    sync_on = forms.BooleanField(required=False)
    confirm = forms.CharField(required=False)  # the template whose warnings were read
    touched = forms.BooleanField(required=False)  # marks values that come from the form, not from the row

    def values(self, mapping: Mapping | None) -> dict[str, Any]:
        """What the dialog shows: what was entered, else the mapping, else the usual."""
        entered = self.cleaned_data if self.is_valid() else {}
        if entered.get("touched"):
            return {**entered, "pricing": entered.get("pricing") or Pricing.COST_AND_RETAIL.value}
        chosen = entered.get("target_customer")
        if mapping is None:
            return {**entered, "pricing": Pricing.COST_AND_RETAIL.value, "sync_on": True, "target_customer": chosen}
        return {
            **entered,
            "target_customer": chosen or mapping.target_customer_id,
            "template": mapping.template_id,
            "pricing": mapping.pricing,
            "sync_on": mapping.sync_on,
        }
