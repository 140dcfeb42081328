"""The audit of the installation: what operators, commands and people without a partner did."""

from __future__ import annotations

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.models import InstallationEntry
from portal.kit.deeds import SIGN_IN, DeedFilter
from portal.kit.permissions import PersonRequest, operator_page
from portal.kit.tables import PortalTable, WhenColumn, list_page


class InstallationFilter(DeedFilter):
    """By who acted, what about, and the days from and to which."""

    subjects = {
        **SIGN_IN,
        "operator": ("Operators", ("made", "removed")),
        "target": ("Targets of partners", ("enabled",)),
        "keys": ("Keys", ("rotated",)),
        "backup": ("Backups", ("made", "restored")),
        "maintenance": ("Maintenance", ("off", "on")),
        "installation": ("The installation", ("taken_over",)),
    }

    person = filters.CharFilter(field_name="actor_name", label="Who, in full", widget=forms.SearchInput)

    class Meta:
        model = InstallationEntry
        fields = ("person", "action", "since", "until")


class InstallationTable(PortalTable):
    """Who did what, newest first."""

    at = WhenColumn(verbose_name="When")
    actor_name = tables.Column(verbose_name="Who", attrs={"td": {"class": "who"}})
    text = tables.Column(verbose_name="What", orderable=False)

    card_title = "text"

    class Meta(PortalTable.Meta):
        model = InstallationEntry
        fields = ("at", "actor_name", "text")

    empty_title = "Nothing has been done yet"


@require_safe
@operator_page
def audit(request: PersonRequest) -> HttpResponse:
    """Who did what to the installation; what concerns a partner stands in its own audit."""
    entries = InstallationEntry.objects.all()
    filters = InstallationFilter(request.GET, queryset=entries)
    table = InstallationTable(filters.qs, caption="Entries")
    return list_page(request, "portal/operator/audit.html", table, filters=filters, total=entries.count())
