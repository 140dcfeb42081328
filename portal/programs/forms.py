"""The Program Edit screen, each setting explained in a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connectors.registry import get_target
from core.addresses import split_addresses
from core.time_zones import time_zone_choices
from money.enums import Motion
from portal.kit.selects import FlatSelect
from programs.models import SPREAD_MINUTES, Program
from programs.services import ProgramSettings

SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Program", "", ("enabled", "notification_emails", "mail_every_run")),
    (
        "Billing",
        "Invoice sync: charges of the distributor’s invoice onto your invoice templates.",
        ("billing_enabled", "motions", "start", "approval", "prorations", "credits", "rounding_tolerance"),
    ),
    (
        "Products",
        "Product sync: the price list into your PSA.",
        ("products_enabled", "product_mode", "sync_azure", "sync_annual", "new_taxable"),
    ),
    ("Schedule", "", ("daily_at", "time_zone")),
)
DEPENDS = {
    **dict.fromkeys(SECTIONS[1][2][1:], "billing_enabled"),
    **dict.fromkeys(SECTIONS[2][2][1:], "products_enabled"),
}
HELP = {
    "enabled": "The master switch. Off: nothing is read or written for this program; a sync that is under way stops.",
    "notification_emails": "Group addresses, separated by commas, semicolons or lines; names beside them are left out.",
    "mail_every_run": "Otherwise only runs with warnings or errors are mailed.",
    "billing_enabled": "Detect new invoices and carry them onto the mapped invoice templates.",
    "motions": "Which charges are carried; at least one.",
    "start": "The first invoice to be billed, decided when billing is switched on for the first time.",
    "approval": "Whether a billing plan waits until somebody applies or discards it.",
    "prorations": (
        "How a mid-month difference from quantity x price is billed. A decimal quantity is the sum of quantity x "
        "ratio: where cycles do not follow the calendar month, 12 seats can come to 13 in a month."
    ),
    "credits": "What happens where rows give back more than is charged beside them.",
    "rounding_tolerance": "A rounding difference above it, per line, goes into the adjustment line.",
    "products_enabled": "Create products and keep their prices right.",
    "product_mode": "In-Use Only: just what occurs in invoices of mapped customers.",
    "sync_azure": "Also Azure products.",
    "sync_annual": "Also products that are paid once a year.",
    "new_taxable": "Applies to newly created products only; your own changes to the flag stay.",
    "daily_at": "When the scheduled sync runs.",
    "time_zone": "The clocks that the daily time is meant by.",
}
LABELS = {
    "enabled": "On",
    "notification_emails": "Notification e-mails",
    "mail_every_run": "Mail after every run",
    "billing_enabled": "Billing on",
    "motions": "Billing motions",
    "start": "Start with",
    "prorations": "Prorations as",
    "rounding_tolerance": "Rounding tolerance",
    "products_enabled": "Products on",
    "product_mode": "Product sync mode",
    "sync_azure": "Sync Azure",
    "sync_annual": "Sync Annual Subscriptions",
    "new_taxable": "Set New Products to Taxable",
    "daily_at": "Daily time",
    "time_zone": "Time zone",
}
RADIO = ("start", "approval", "prorations", "credits", "product_mode")


class ProgramForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable while running
    """All settings of a program x target; what they mean together is checked by the service."""

    notification_emails = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    motions = forms.MultipleChoiceField(required=False, choices=Motion.pairs(), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Program
        fields = tuple(name for _title, _help, names in SECTIONS for name in names)
        widgets = {
            **dict.fromkeys(RADIO, forms.RadioSelect),
            "daily_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "rounding_tolerance": forms.TextInput(attrs={"inputmode": "decimal"}),
        }

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["notification_emails"] = ", ".join(self.instance.notification_emails)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP[name]
        self.fields["daily_at"].help_text += _own_minutes(self.instance) + _when_it_bills(self.instance)
        self.fields["time_zone"] = forms.ChoiceField(
            label=LABELS["time_zone"],
            help_text=HELP["time_zone"],
            required=False,
            choices=[("", f"As your company: {zone}"), *time_zone_choices()],
            widget=FlatSelect,
        )

    def clean_notification_emails(self) -> list[str]:
        return split_addresses(str(self.cleaned_data["notification_emails"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("billing_enabled") and not data.get("motions"):
            self.add_error("motions", "Billing is on: choose at least one billing motion.")
        return data

    def _post_clean(self) -> None:
        """The service builds and checks the row; the form only reads what was typed."""

    def settings(self) -> ProgramSettings:
        """What was entered, as the service takes it."""
        return ProgramSettings(**self.cleaned_data)

    def show(self, problems: ValidationError) -> None:
        """What the service refused, at the fields."""
        for name, texts in problems.message_dict.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)

    def show_more(self, problems: Mapping[str, Sequence[str]]) -> None:
        """What the service would refuse too, at fields that have no error yet."""
        for name, texts in problems.items():
            for text in texts if name in self.fields and name not in self.errors else ():
                self.add_error(name, text)

    def sections(self) -> list[dict[str, Any]]:
        """The fields in groups, for the page."""
        return [
            {"title": title, "help": text, "fields": [(self[name], DEPENDS.get(name, "")) for name in names]}
            for title, text, names in SECTIONS
        ]


def _own_minutes(program: Program) -> str:
    """Programs that share a time start one after the other."""
    if not program.pk:
        return f" Each program has a minute of its own within {SPREAD_MINUTES} minutes after it."
    start = (
        dt.datetime.combine(dt.date(2000, 1, 1), program.daily_at) + dt.timedelta(minutes=program.own_minutes)
    ).time()
    return f" This program's own minute is {start:%H:%M}: programs start spread over {SPREAD_MINUTES} minutes."


def _when_it_bills(program: Program) -> str:
    """From when on the target makes its invoices, where that is known: a sync should come before."""
    begins = get_target(program.target.system).bills_from
    return f" {program.target.label} generates its invoices from {begins:%H:%M}." if begins else ""
