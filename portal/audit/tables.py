"""Tables of the pages that look over all apps."""

from __future__ import annotations

import django_tables2 as tables

from core.models import AuditEntry
from portal.kit.tables import PortalTable, WhenColumn


class AuditTable(PortalTable):
    """Who did what, newest first."""

    at = WhenColumn(verbose_name="When")
    actor_name = tables.Column(verbose_name="Who", attrs={"td": {"class": "who"}})
    text = tables.Column(verbose_name="What", orderable=False)

    card_title = "text"

    class Meta(PortalTable.Meta):
        model = AuditEntry
        fields = ("at", "actor_name", "text")

    empty_title = "Nothing has been done yet"
