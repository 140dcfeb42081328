"""What syncs did to a customer or a product, as a table."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.kit.figures import pair_html, when_html
from portal.kit.tables import (
    NUMBER,
    PortalTable,
    StateColumn,
)
from reports.run import change_row
from syncs.models import Change


class ItemTable(PortalTable):
    """What syncs did about one product or customer, with the values before and after."""

    run = tables.Column(order_by="run__created_at")
    what = tables.Column(orderable=False, attrs={"td": {"class": "name"}})
    action = tables.Column()
    quantity = tables.Column(empty_values=(), orderable=False, attrs=NUMBER)
    cost_change = tables.Column(empty_values=(), orderable=False, verbose_name="Unit cost", attrs=NUMBER)
    retail_change = tables.Column(empty_values=(), orderable=False, verbose_name="Unit price", attrs=NUMBER)
    state = StateColumn(verbose_name="Outcome")

    class Meta(PortalTable.Meta):
        model = Change
        fields = ("run", "what", "action", "quantity", "cost_change", "retail_change", "state")

    empty_title = "No sync has touched it yet"
    card_title = "what"
    card_figure = "run"
    many_columns = True

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns["cost_change"].column.verbose_name = f"Unit cost ({currency})"
        self.columns["retail_change"].column.verbose_name = f"Unit price ({currency})"

    def render_run(self, record: Change) -> SafeString:
        url = reverse("change", args=[self.request.partner.slug, record.run_id, record.pk])
        preview = format_html('<span class="under">{}</span>', "Preview") if record.run.preview else ""
        return format_html('<a href="{}">{}</a>{}', url, when_html(record.run.created_at), preview)

    def render_what(self, record: Change) -> SafeString:
        why = record.error or record.reason
        under = format_html('<span class="under">{}</span>', why) if why else ""
        return format_html("<bdi>{}</bdi>{}", record.what, under)

    def render_quantity(self, record: Change) -> SafeString | str:
        pair = change_row(record).quantity
        return pair_html(pair.old, pair.new)

    def render_cost_change(self, record: Change) -> SafeString | str:
        pair = change_row(record).cost
        return pair_html(pair.old, pair.new, money=True)

    def render_retail_change(self, record: Change) -> SafeString | str:
        pair = change_row(record).retail
        return pair_html(pair.old, pair.new, money=True)
