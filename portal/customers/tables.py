"""The lines of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from money.words import from_cents
from portal.kit.figures import money_html, write_period
from portal.kit.icons import icon_html
from portal.kit.tables import MoneyColumn, PortalTable, QuantityColumn, StateColumn, WhenColumn
from reports.template_lines import TemplatePlace
from syncs.models import Line


class LineTable(PortalTable):
    """Our lines on invoice templates: what they are called there, and what they come to."""

    name = tables.Column(empty_values=(), orderable=False, verbose_name="Line", attrs={"td": {"class": "name"}})
    template_id = tables.Column(verbose_name="Invoice template", attrs={"td": {"class": "name"}})
    quantity = QuantityColumn()
    cost = MoneyColumn(empty_values=(), orderable=False)
    retail = MoneyColumn(empty_values=(), orderable=False)
    total = MoneyColumn(empty_values=(), orderable=False)
    state = StateColumn()
    written_at = WhenColumn(verbose_name="Written")

    class Meta(PortalTable.Meta):
        model = Line
        fields = ("name", "template_id", "quantity", "cost", "retail", "total", "state", "written_at")

    empty_title = "No line of ours yet"
    empty_help = "Lines appear here when a billing sync has written them."
    card_title = "name"
    card_figure = "total"
    list_name = "lines"
    choosable = ("template_id", "quantity", "cost", "retail", "total", "state", "written_at")
    many_columns = True

    def __init__(self, *args: Any, places: Mapping[str, TemplatePlace], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places  # by the target's id of the template
        titles = {"cost": "Unit cost", "retail": "Unit price", "total": "Line total"}
        for name, title in titles.items():
            self.columns[name].column.verbose_name = f"{title} ({currency})"

    def render_name(self, record: Line) -> SafeString:
        place = self.places.get(record.template_id)
        line = place.lines.get(record.line_id) if place else None
        name = line.name if line else str(record.product or record.get_role_display())
        period = write_period(record.period) if record.period else "every month"
        under = f"{record.get_role_display()}, {period}"
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', name, under)

    def render_template_id(self, record: Line) -> SafeString:
        return _template_html(self.places.get(record.template_id), record.template_id)

    def render_cost(self, record: Line) -> SafeString:
        return money_html(from_cents(record.cost_cents))

    def render_retail(self, record: Line) -> SafeString:
        return money_html(from_cents(record.retail_cents))

    def render_total(self, record: Line) -> SafeString:
        return money_html(record.quantity * from_cents(record.retail_cents))


def _template_html(place: TemplatePlace | None, number: str) -> SafeString:
    """A template's name, a link into the target where it is there, and its number."""
    under = f"No. {number}"
    if place is None or not place.url:
        name = place.template.name if place else "No longer in the target"
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', name, under)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer"><bdi>{}</bdi>{}</a><span class="under">{}</span>',
        place.url,
        place.template.name,
        icon_html("out", "opens a new window"),
        under,
    )
